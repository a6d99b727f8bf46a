#include "answer.h"
#include "funcs/regex.h"

Test(regex, answers_by_the_groups)
{
    CHECK({"regex(\"[a-z]+\", \"12abc3\")", "\"abc\""}, {"regex(\"(a)(x)?\", \"ab\")", "[\"a\",null]"},
          {"regex(\"(?P<y>\\\\d+)-(?<m>\\\\d+)\", \"2026-11\")", "{\"m\":\"11\",\"y\":\"2026\"}"},
          {"regexall(\"a*\", \"baac\")", "[\"\",\"aa\",\"\"]"}, {"regexall(\"x\", \"abc\")", "[]"},
          {"regex(\"x\", \"abc\")", "error 1: regex() failed: the pattern matches no part"},
          {"regex(\"(?P<a>x)(y)\", \"xy\")", "error 8: The value for \"pattern\""});
}

Test(regex, replaces)
{
    CHECK({"replace(\"a.b.c\", \".\", \"-\")", "\"a-b-c\""}, {"replace(\"abc\", \"\", \"-\")", "\"-a-b-c-\""},
          {"replace(\"2026-11\", \"/(\\\\d+)-(\\\\d+)/\", \"$2.$1\")", "\"11.2026\""},
          {"replace(\"ab\", \"/(?P<x>a)/\", \"$${x}!\")", "\"a!b\""},
          {"replace(\"abc\", \"/x*/\", \"-\")", "\"-a-b-c-\""},
          {"replace(\"a\", \"/[/\", \"\")", "error 1: replace() failed: invalid regular expression"});
}

Test(regex, reads_re2_and_nothing_else)
{
    static const char *const good[] = {"a{2}",
                                       "a{,2}",
                                       "[]a]",
                                       "[^]a]",
                                       "[a-]",
                                       "(?i)a(?-i:b)",
                                       "(?:)",
                                       "a||b",
                                       "\\Qa.b\\E",
                                       "\\pL\\p{Greek}\\PN",
                                       "[[:alpha:][:^digit:]]",
                                       "\\x{10ffff}\\x41\\101\\0",
                                       "^*",
                                       "(a|b)*?",
                                       "(?sU)a+",
                                       "\\A\\z\\b\\B",
                                       "[\\s\\S]"};
    static const char *const bad[] = {
        "(?=a)",  "(?!a)",   "(?<=a)",      "(?<!a)", "(a)\\1",    "a++",      "a**",    "a{2}{3}",
        "(?>a)",  "*a",      "(",           ")",      "[z-a]",     "[a",       "\\C",    "\\Z",
        "\\h",    "\\R",     "\\K",         "(?x)a",  "(?#c)",     "(?P=n)",   "(?P>n)", "(?R)",
        "\\g1",   "a{1001}", "(a{999}){2}", "\\",     "[[:foo:]]", "\\p{Foo}", "\\p{",   "[\\b]",
        "(?P<1x", "(?P<>a)", "\\x{110000}", "\\xg",   "a{3,2}",    "\\8",      "\\e",    "(?i"};
    ARENA_AUTO arena = arena_new();
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        STRBUF_AUTO why = STRBUF_INIT(1024);
        REGEX_AUTO re = regex_new(arena, str_c(good[i]), &why);
        cr_expect(re, "%s: %.*s", good[i], STR_ARG(strbuf_str(&why)));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        STRBUF_AUTO why = STRBUF_INIT(1024);
        REGEX_AUTO re = regex_new(arena, str_c(bad[i]), &why);
        cr_expect(!re && why.n, "%s", bad[i]);
    }
}

Test(regex, means_what_re2_means)
{
    CHECK({"regexall(\"\\\\s\", \"a\\u000bb c\")", "[\" \"]"}, {"can(regex(\"\\\\d\", \"١\"))", "false"},
          {"can(regex(\"a$\", \"a\\n\"))", "false"}, {"regex(\"(?m)^b$\", \"a\\nb\")", "\"b\""},
          {"regex(\".+\", \"a\\r\\nb\")", "\"a\\r\""}, {"regex(\"a{,2}\", \"a{,2}\")", "\"a{,2}\""});
}

Test(regex, gives_up_in_time)
{
    CHECK({"regex(\"(a+)+$\", \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\")",
           "error 1: regex() failed: the regular expression failed: matching takes"});
}
