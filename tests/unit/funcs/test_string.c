#include "answer.h"

Test(string, maps_case_code_point_by_code_point)
{
    CHECK({"upper(\"straße é ǆ\")", "\"STRAßE É Ǆ\""}, {"lower(\"İÀ\")", "\"ià\""},
          {"title(\"foo_bar baz-qux é\")", "\"Foo_bar Baz-Qux É\""});
}

Test(string, counts_grapheme_clusters)
{
    CHECK({"substr(\"e\\u0301a\", 0, 1)", "\"é\""}, {"substr(\"👨‍👩‍👧x\", 1, -1)", "\"x\""},
          {"substr(\"hello\", -3, 2)", "\"ll\""}, {"substr(\"hello\", 9, 2)", "\"\""},
          {"strrev(\"ae\\u0301\")", "\"éa\""},
          {"substr(\"abc\", 0.5, 1)", "error 1: substr() failed: invalid offset: a whole number is required"});
}

Test(string, trims)
{
    CHECK({"trimspace(\"\\t\\u00a0 x \\u2003\\n\")", "\"x\""}, {"trim(\"?!hé!?\", \"!?é\")", "\"h\""},
          {"trimprefix(\"aab\", \"a\")", "\"ab\""}, {"trimsuffix(\"a.tf\", \".tf\")", "\"a\""},
          {"chomp(\"a\\r\\n\\n\")", "\"a\""});
}

Test(string, splits_and_joins)
{
    CHECK({"split(\",\", \"a,,b\")", "[\"a\",\"\",\"b\"]"}, {"split(\"\", \"aé\")", "[\"a\",\"é\"]"},
          {"split(\"\", \"\")", "[]"}, {"join(\"-\", [\"a\"], [\"b\", 1])", "\"a-b-1\""},
          {"join(\"-\", [\"a\", null])", "error 11: The value for \"lists\""},
          {"join(\"-\")", "error 1: join() failed: at least one list"}, {"join(\"-\", [\"a\", unk])", "unknown"},
          {"indent(2, \"a\\nb\\n\")", "\"a\\n  b\\n  \""});
}

Test(string, knows_beginnings_of_unknown_strings)
{
    CHECK({"startswith(pre, \"pre\")", "true"}, {"startswith(pre, \"x\")", "false"},
          {"startswith(pre, \"pre-x\")", "unknown"}, {"startswith(unk, \"\")", "true"},
          {"endswith(\"abc\", \"bc\")", "true"}, {"strcontains(\"abc\", \"b\")", "true"});
}

Test(string, keeps_secrets)
{
    CHECK({"upper(sec)", "sensitive \"S3CRET\""}, {"split(\",\", sec)", "sensitive [\"s3cret\"]"},
          {"length(sec)", "sensitive 6"}, {"join(\",\", [\"a\", sec])", "sensitive \"a,s3cret\""});
}

Test(format, formats_as_the_reference)
{
    CHECK({"format(\"%s is %d, %05.1f%%\", \"x\", 3, 2.25)", "\"x is 3, 002.2%\""},
          {"format(\"%v\", 1e21)", "\"1e+21\""}, {"format(\"%#v\", [1, \"a\"])", "\"[1,\\\"a\\\"]\""},
          {"format(\"%[2]s%[1]s\", \"a\", \"b\")", "\"ba\""}, {"format(\"%-4s|\", \"é\")", "\"é   |\""},
          {"format(\"%x\", 255)", "\"ff\""}, {"format(\"%q\", \"a\\\"\")", "\"\\\"a\\\\\\\"\\\"\""},
          {"format(\"%t\", \"true\")", "\"true\""}, {"format(\"a%sb\", unk)", "unknown"},
          {"startswith(format(\"a-%s\", unk), \"a\")", "true"});
}

Test(format, rejects_what_does_not_fit)
{
    CHECK({"format(\"%d\", 1.5)", "error 1: format() failed: argument 1 does not fit \"%d\""},
          {"format(\"%s\")", "error 1: format() failed: \"%s\" at offset 0 needs argument 1"},
          {"format(\"x\", 1)", "error 13: The value for \"args\""},
          {"format(\"%z\", 1)", "error 1: format() failed: unknown verb"},
          {"format(\"%\", 1)", "error 1: format() failed: the format string ends"},
          {"format(\"%99999999999d\", 1)", "error 1: format() failed: \"%99999999999d\" asks for more than"},
          {"format(\"%s\", null)", "unknown"},
          {"format(\"%s\", tostring(null))", "error 1: format() failed: argument 1"});
}

Test(format, formats_lists)
{
    CHECK({"formatlist(\"%s-%d\", [\"a\", \"b\"], 1)", "[\"a-1\",\"b-1\"]"}, {"formatlist(\"x\")", "[\"x\"]"},
          {"formatlist(\"%s%s\", [\"a\"], [\"b\", \"c\"])", "error 27: The value for \"args\""},
          {"formatlist(\"%s\", [])", "[]"});
}
