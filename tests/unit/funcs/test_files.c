#include "answer.h"
#include "funcs/files.h"
#include "funcs/glob.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static void put(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    cr_assert(f);
    fputs(text, f);
    fclose(f);
}

/* A folder of its own for each test; expressions name files relative to it. */
static void enter(void)
{
    strcpy(folder, "/tmp/detour-files-XXXXXX");
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    put("a.txt", "héllo\n");
    put("b.bin", "\xff\xfe");
    put("t.tmpl", "Hi ${name}%{ if more != \"\" }, ${upper(more)}%{ endif }!");
    put("one.tmpl", "${x}");
    put("nest.tmpl", "${templatefile(\"one.tmpl\", {x = 1})}");
    put("bad.tmpl", "x ${");
    mkdir("sub", 0700);
    put("sub/c.txt", "c");
    cr_assert_eq(symlink("sub", "link"), 0);
}

static void leave(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(chdir("/"), 0);
    cr_assert_eq(system(command), 0);
}

TestSuite(files, .init = enter, .fini = leave);

Test(files, reads)
{
    CHECK({"file(\"a.txt\")", "\"héllo\\n\""}, {"file(\"b.bin\")", "error 1: file() failed: the content"},
          {"filebase64(\"b.bin\")", "\"//4=\""}, {"file(\"nope\")", "error 7: The value for \"path\""},
          {"file(\"sub\")", "error 7: The value"}, {"fileexists(\"a.txt\")", "true"}, {"fileexists(\"nope\")", "false"},
          {"fileexists(\"sub\")", "error 1: fileexists() failed"},
          {"filesha256(\"a.txt\") == sha256(\"héllo\\n\")", "true"}, {"filemd5(\"sub\")", "error 1: filemd5() failed"},
          {"file(\"/dev/zero\")", "error 7: The value"}, {"file(unk)", "unknown"});
}

Test(files, names)
{
    CHECK({"basename(\"/a/b//\")", "\"b\""}, {"basename(\"\")", "\".\""}, {"dirname(\"a/../b/c\")", "\"b\""},
          {"dirname(\"/\")", "\"/\""}, {"pathexpand(\"a~\")", "\"a~\""},
          {"pathexpand(\"~bob/x\")", "error 1: pathexpand() failed"});
    ARENA_AUTO arena = arena_new();
    cr_assert(str_is(files_clean(arena, STR("/../a/./b//../c/")), "/a/c"));
    cr_assert(str_is(files_clean(arena, STR("../../a")), "../../a"));
    cr_assert(str_is(files_clean(arena, STR("")), "."));
}

Test(files, patterns)
{
    CHECK({"fileset(\".\", \"*.txt\")", "[\"a.txt\"]"},
          {"fileset(\".\", \"**/*.txt\")", "[\"a.txt\",\"link/c.txt\",\"sub/c.txt\"]"},
          {"fileset(\"sub\", \"../*.bin\")", "[\"../b.bin\"]"}, {"fileset(\".\", \"{a,x}.t?t\")", "[\"a.txt\"]"},
          {"fileset(\".\", \"[^a]*.[bt][im]*\")", "[\"b.bin\",\"bad.tmpl\",\"nest.tmpl\",\"one.tmpl\",\"t.tmpl\"]"},
          {"fileset(\"nope\", \"*\")", "[]"}, {"fileset(\".\", \"[\")", "error 1: fileset() failed"},
          {"fileset(\".\", \"{a\")", "error 1: fileset() failed"});
}

Test(glob, matches)
{
    static const struct {
        const char *pattern, *name;
        bool matches, ok;
    } cases[] = {{"*", "x", true, true},
                 {"a*b*c", "axxbxxc", true, true},
                 {"a?c", "aéc", true, true},
                 {"[a-c]x", "bx", true, true},
                 {"[^a-c]x", "bx", false, true},
                 {"{a,b{c,d}}e", "bde", true, true},
                 {"\\*", "*", true, true},
                 {"\\*", "x", false, true},
                 {"[a", "a", false, false},
                 {"{a", "a", false, false},
                 {"*a*a*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool ok, matches = glob_match(str_c(cases[i].pattern), str_c(cases[i].name), &ok);
        cr_expect(matches == cases[i].matches && ok == cases[i].ok, "%s %s", cases[i].pattern, cases[i].name);
    }
}

Test(files, templates)
{
    CHECK({"templatefile(\"t.tmpl\", {name = \"J\", more = \"x\"})", "\"Hi J, X!\""},
          {"templatefile(\"one.tmpl\", {x = [1]})", "[1]"},
          {"templatefile(\"one.tmpl\", {x = sec})", "sensitive \"s3cret\""},
          {"templatefile(\"one.tmpl\", {})", "error 26: The value for \"vars\""},
          {"templatefile(\"one.tmpl\", {\"x!\" = 1})", "error 26: The value for \"vars\""},
          {"templatefile(\"one.tmpl\", [1])", "error 26: The value"},
          {"templatefile(\"nest.tmpl\", {})", "error 1: templatefile() failed: nest.tmpl:1,"},
          {"templatefile(\"bad.tmpl\", {})", "error 1: templatefile() failed: bad.tmpl:1,5"},
          {"templatefile(\"nope\", {})", "error 15: The value for \"path\""},
          {"templatestring(tpl, {name = \"x\"})", "\"Hi x\""},
          {"templatestring(\"x\", {})", "error 17: The value for \"template\""},
          {"templatestring(tpl, {name = unk})", "unknown"});
}

Test(files, programs)
{
    CHECK({"command([\"printf\", \"%s\\n\", \"a b\"])", "sensitive \"a b\""},
          {"command([\"pwd\"]) == abspath(\".\")", "sensitive true"},
          {"command([\"false\"])", "error 1: command() failed: false failed with exit code 1"},
          {"command([\"sh\", \"-c\", \"echo no >&2; exit 3\"])",
           "error 1: command() failed: sh failed with exit code 3: no"},
          {"command([])", "error 9: The value"},
          {"command([\"/nonexistent\"])", "error 1: command() failed: cannot run"},
          {"command([\"cat\"])", "sensitive \"\""}, {"pass(\"-x\")", "error 7: The value"},
          {"command([\"printf\", \"\\\\377\"])", "error 1: command() failed: what printf printed"});
}
