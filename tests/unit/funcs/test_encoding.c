#include "answer.h"

Test(encoding, json)
{
    CHECK({"jsonencode({b = [1, null, \"<\"], a = 1e21})",
           "\"{\\\"a\\\":1000000000000000000000,\\\"b\\\":[1,null,\\\"\\\\u003c\\\"]}\""},
          {"jsonencode({a = unk})", "unknown"}, {"startswith(jsonencode({a = unk}), \"{\")", "true"},
          {"jsondecode(\"[1, {\\\"a\\\": 0.1}]\")", "[1,{\"a\":0.1}]"},
          {"jsondecode(\"{\")", "error 1: jsondecode() failed: not valid JSON at byte 1"},
          {"jsonencode(sec)", "sensitive \"\\\"s3cret\\\"\""}, {"jsondecode(unk)", "unknown"});
}

Test(encoding, base64)
{
    CHECK({"base64encode(\"héllo\")", "\"aMOpbGxv\""}, {"base64decode(\"aGVs\\nbG8=\")", "\"hello\""},
          {"base64decode(\"aGVsbG8\")", "error 1: base64decode() failed: the base64 text ends"},
          {"base64decode(\"a*\")", "error 1: base64decode() failed: not base64 at byte 1"},
          {"base64decode(\"/w==\")", "error 1: base64decode() failed: the decoded bytes"},
          {"base64gzip(\"!!\")", "\"H4sIAAAAAAAA/1JUBAAAAP//AQAA//9CFy+BAgAAAA==\""},
          {"urlencode(\"a b&é~\")", "\"a+b%26%C3%A9~\""});
}

Test(charset, goes_both_ways)
{
    CHECK({"textencodebase64(\"日本\", \"UTF-16LE\")", "\"5WUsZw==\""},
          {"textencodebase64(\"hi\", \"UTF-16\")", "\"/v8AaABp\""}, {"textdecodebase64(\"6Q==\", \"latin1\")", "\"é\""},
          {"textencodebase64(\"日\", \"ISO-8859-1\")", "error 19: The value for \"string\""},
          {"textencodebase64(\"a\", \"nope\")", "error 24: The value for \"encoding\""},
          {"textdecodebase64(\"/w==\", \"UTF-8\")", "error 19: The value for \"source\""});
}

Test(yaml, decodes)
{
    CHECK({"yamldecode(\"a: [1, 0x1f, 0o17, 1e3, .5]\\nb: ~\")", "{\"a\":[1,31,15,1000,0.5],\"b\":null}"},
          {"yamldecode(\"a: &x {p: 1}\\nb: {<<: *x, q: on}\")", "{\"a\":{\"p\":1},\"b\":{\"p\":1,\"q\":true}}"},
          {"yamldecode(\"a: 2001-1-2 3:4:5\")", "{\"a\":\"2001-01-02T03:04:05Z\"}"},
          {"yamldecode(\"a: |\\n x\\n y\\n\")", "{\"a\":\"x\\ny\\n\"}"}, {"yamldecode(\"'1'\")", "\"1\""},
          {"yamldecode(\"a: b: c\")", "error 1: yamldecode() failed: not valid YAML in line 1"},
          {"yamldecode(\"a: &x [*x]\")", "error 1: yamldecode() failed"},
          {"yamldecode(\"a\\n---\\nb\")", "error 1: yamldecode() failed: there are 2 documents"},
          {"yamldecode(\"\")", "error 1: yamldecode() failed: there is no document"},
          {"yamldecodeall(\"a\\n---\\nb: 1\")", "[\"a\",{\"b\":1}]"},
          {"yamldecode(\"!foo x\")", "error 1: yamldecode() failed"});
}

Test(yaml, survives_aliases_of_aliases)
{
    CHECK({"yamldecode(\"a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\\nc: &c "
           "[*b,*b,*b,*b,*b,*b,*b,*b,*b]\\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\\n"
           "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\\ng: &g "
           "[*f,*f,*f,*f,*f,*f,*f,*f,*f]\")",
           "error 1: yamldecode() failed: not valid YAML in"});
}

Test(yaml, encodes)
{
    CHECK({"yamlencode({b = [1, {c = \"x\"}], a = \"1\"})",
           "\"\\\"a\\\": \\\"1\\\"\\n\\\"b\\\":\\n- 1\\n- \\\"c\\\": \\\"x\\\"\\n\""},
          {"yamlencode(1)", "\"1\\n...\\n\""}, {"yamlencode(\"a\\nb\")", "\"|-\\n  a\\n  b\\n\""},
          {"yamlencode([])", "\"[]\\n\""}, {"yamlencode({a = unk})", "unknown"});
}

Test(csv, decodes)
{
    CHECK({"csvdecode(\"a,b\\r\\n1,\\\"x,\\\"\\\"y\\\"\\n\\n2,\")",
           "[{\"a\":\"1\",\"b\":\"x,\\\"y\"},{\"a\":\"2\",\"b\":\"\"}]"},
          {"csvdecode(\"a\\n\")", "[]"}, {"csvdecode(\"\")", "error 1: csvdecode() failed"},
          {"csvdecode(\"a,a\\n\")", "error 1: csvdecode() failed: two columns"},
          {"csvdecode(\"a\\n1,2\")", "error 1: csvdecode() failed: line 2 has 2 fields"},
          {"csvdecode(\"a\\nx\\\"y\")", "error 1: csvdecode() failed: line 2 holds quotes"},
          {"csvdecode(\"a\\n\\\"x\")", "error 1: csvdecode() failed: the quotes that open in line 2"});
}

Test(envfile, decodes)
{
    CHECK({"envfile_decode(\"# c\\nA=1\\nexport B=\\\"x\\\\ny\\\" # z\\nC='a b'\\nD= x # y\\nE=\")",
           "{\"A\":\"1\",\"B\":\"x\\ny\",\"C\":\"a b\",\"D\":\"x\",\"E\":\"\"}"},
          {"envfile_decode(\"A=1\\nA=2\")", "{\"A\":\"2\"}"},
          {"envfile_decode(\"x y\")", "error 17: The value for \"str\""},
          {"envfile_decode(\"A=\\\"x\")", "error 17: The value for \"str\""});
}

Test(semver, compares)
{
    CHECK({"semver_compare(\"1.2.3\", \"1.10.0\")", "-1"}, {"semver_compare(\"v1.0.0\", \"1.0.0-rc.1\")", "1"},
          {"semver_compare(\"1.0.0-alpha.2\", \"1.0.0-alpha.10\")", "-1"},
          {"semver_compare(\"1.0.0-1\", \"1.0.0-a\")", "-1"}, {"semver_compare(\"1.0.0+x\", \"1.0.0+y\")", "0"},
          {"semver_compare(\"99999999999999999999.0.0\", \"1.0.0\")", "1"},
          {"semver_compare(\"1.0\", \"1.0.0\")", "error 17: The value for \"a\""},
          {"semver_compare(\"1.0.0\", \"01.0.0\")", "error 26: The value for \"b\""});
}
