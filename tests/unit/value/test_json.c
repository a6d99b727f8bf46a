#include "value/json.h"

#include <criterion/criterion.h>
#include <jansson.h>

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

TestSuite(json, .init = setup, .fini = teardown);

static struct value read(const char *text)
{
    struct value v;
    struct json_error error;
    cr_assert(json_read(a, str_c(text), &v, &error), "%s: %s at %zu", text, error.why, error.off);
    return v;
}

static const char *written(struct value v, enum json_style style)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    json_write(&out, v, style);
    return arena_str(a, strbuf_str(&out)).p;
}

Test(json, round_trips)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"null", NULL},
        {" true ", "true"},
        {"-1.50e2", "-150"},
        {"-0", NULL},
        {"123456789012345678901234567890.5", NULL},
        {"0.1", NULL},
        {"1e30", "1000000000000000000000000000000"},
        {"\"a\\u00e9\\n\\/\\ud83d\\ude00\"", "\"a\xC3\xA9\\n/\xF0\x9F\x98\x80\""},
        {"\"\\ud800x\\udc00\"", "\"\xEF\xBF\xBDx\xEF\xBF\xBD\""},
        {"\"\\u0001\\b\\f\\u007f\"", "\"\\u0001\\b\\f\x7f\""},
        {"\"e\xCC\x81\"", "\"\xC3\xA9\""},
        {"[]", NULL},
        {"{}", NULL},
        {"[1,[2,{\"a\":null}],\"x\"]", NULL},
        {"{\"b\":1,\"a\":[],\"b\":2}", "{\"a\":[],\"b\":2}"},
        {"\"<&>\xE2\x80\xA8\"", NULL},
        {"\t[ 1 ,\r\n 2 ] ", "[1,2]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *want = cases[i].out ? cases[i].out : cases[i].in;
        const char *got = written(read(cases[i].in), JSON_COMPACT);
        cr_assert_str_eq(got, want);
        cr_assert(value_same(read(got), read(cases[i].in)), "%s", cases[i].in);
    }
}

Test(json, styles)
{
    struct value v = read("{\"a\":[1,\"<&>\xE2\x80\xA8\"],\"b\":{},\"c\":[]}");
    cr_assert_str_eq(written(v, JSON_HTML_SAFE), "{\"a\":[1,\"\\u003c\\u0026\\u003e\\u2028\"],\"b\":{},\"c\":[]}");
    cr_assert_str_eq(written(v, JSON_INDENTED),
                     "{\n  \"a\": [\n    1,\n    \"<&>\xE2\x80\xA8\"\n  ],\n  \"b\": {},\n  \"c\": []\n}");
    STRBUF_AUTO out = STRBUF_INIT(0);
    cr_assert(!json_write(&out, value_number(number_infinity(a, 1)), JSON_COMPACT));
    cr_assert_str_eq(written(value_unknown(type_string), JSON_COMPACT), "null");
}

Test(json, refuses_what_is_not_json)
{
    static const struct {
        const char *in;
        size_t off;
    } bad[] = {
        {"", 0},         {"[1,]", 3},    {"[1 2]", 3},       {"{\"a\":1,}", 7}, {"{a:1}", 1}, {"{\"a\" 1}", 5},
        {"01", 0},       {"1.", 0},      {".5", 0},          {"+1", 0},         {"1e", 0},    {"nul", 0},
        {"\"abc", 1},    {"\"\\x\"", 2}, {"\"\\u12g4\"", 3}, {"\"\n\"", 1},     {"[", 1},     {"[1", 2},
        {"{\"a\":", 5},  {"1 2", 2},     {"'a'", 0},         {"\"\xFF\"", 1},   {"NaN", 0},   {"-", 0},
        {"1e999999", 0}, {"[1}", 2},     {"{\"a\":1]", 6},   {"-Inf", 0},       {"\"\\", 2},  {"tru", 0},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct value v;
        struct json_error error;
        cr_assert(!json_read(a, str_c(bad[i].in), &v, &error), "%s", bad[i].in);
        cr_assert(error.why != NULL);
        cr_expect(error.off <= strlen(bad[i].in));
    }
}

Test(json, nesting_is_capped)
{
    struct value v;
    struct json_error error;
    char *deep = arena_alloc(a, 2 * JSON_NESTING + 2);
    memset(deep, '[', JSON_NESTING);
    memset(deep + JSON_NESTING, ']', JSON_NESTING);
    cr_assert(json_read(a, str_from(deep, 2 * JSON_NESTING), &v, &error));
    cr_assert(value_same(v, value_copy(a, v)));
    memset(deep, '[', JSON_NESTING + 1);
    cr_assert(!json_read(a, str_from(deep, JSON_NESTING + 1), &v, &error));
    cr_assert_eq(error.off, JSON_NESTING);
}

Test(json, strings_without_escapes_borrow)
{
    const char *text = "\"abc\"";
    cr_assert_eq(read(text).u.string.p, text + 1);
}

static const struct type *type_from(const char *text)
{
    const struct type *t = type_json_read(str_c(text));
    cr_assert(t != NULL, "%s", text);
    return t;
}

Test(json, types_round_trip)
{
    static const char *const good[] = {
        "\"string\"",
        "\"dynamic\"",
        "[\"list\",\"number\"]",
        "[\"map\",[\"set\",\"bool\"]]",
        "[\"tuple\",[]]",
        "[\"tuple\",[\"string\",[\"list\",\"dynamic\"]]]",
        "[\"object\",{}]",
        "[\"object\",{\"a\":\"string\",\"b\":[\"map\",\"number\"]}]",
        "[\"object\",{\"a\":\"string\",\"b\":\"bool\"},[\"b\"]]",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        STRBUF_AUTO out = STRBUF_INIT(0);
        type_json_write(&out, type_from(good[i]));
        cr_assert(str_eq(strbuf_str(&out), str_c(good[i])), "%s became %.*s", good[i], STR_ARG(strbuf_str(&out)));
    }
    static const char *const bad[] = {"\"list\"",
                                      "[\"list\"]",
                                      "[\"list\",\"x\"]",
                                      "[\"string\",\"string\"]",
                                      "1",
                                      "null",
                                      "[]",
                                      "[\"object\",[]]",
                                      "[\"tuple\",{}]",
                                      "[\"object\",{\"a\":1}]",
                                      "[\"object\",{\"a\":\"string\"},[\"b\"]]",
                                      "[\"object\",{\"a\":\"string\"},1]",
                                      "[\"tuple\",[\"string\"],[]]",
                                      "[\"list\",\"string\",1]",
                                      "[null,\"string\"]",
                                      "x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(!type_json_read(str_c(bad[i])), "%s", bad[i]);
}

Test(json, reads_into_types)
{
    static const struct {
        const char *type, *json, *want, *why;
    } cases[] = {
        {"[\"list\",\"number\"]", "[1,2]", "[1,2]", NULL},
        {"[\"set\",\"string\"]", "[\"b\",\"a\",\"b\"]", "[\"a\",\"b\"]", NULL},
        {"[\"map\",\"string\"]", "{\"b\":\"x\",\"a\":null}", "{\"a\":null,\"b\":\"x\"}", NULL},
        {"[\"object\",{\"a\":\"string\"}]", "{\"a\":null}", "{\"a\":null}", NULL},
        {"[\"object\",{\"a\":\"string\",\"b\":\"bool\"},[\"b\"]]", "{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":null}", NULL},
        {"[\"list\",\"dynamic\"]", "[[1],[2]]", "[[1],[2]]", NULL},
        {"[\"object\",{\"a\":\"dynamic\"}]", "{\"a\":[1]}", "{\"a\":[1]}", NULL},
        {"\"number\"", "\"1\"", NULL, "number required, but have a string"},
        {"\"string\"", "1", NULL, "string required, but have a number"},
        {"\"string\"", "[]", NULL, "string required, but have an array"},
        {"[\"list\",\"string\"]", "{}", NULL, "list of string required, but have an object"},
        {"[\"list\",\"string\"]", "[1]", NULL, "string required, but have a number"},
        {"[\"tuple\",[\"string\"]]", "[]", NULL, "1 elements required, but have 0"},
        {"[\"object\",{\"a\":\"string\"}]", "{}", NULL, "attribute \"a\" is required"},
        {"[\"object\",{\"a\":\"string\"}]", "{\"b\":1}", NULL, "unsupported attribute \"b\""},
        {"[\"list\",\"dynamic\"]", "[1,\"a\"]", NULL, "all elements must have the same type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v;
        struct json_error error;
        const struct type *type = type_from(cases[i].type);
        bool ok = json_read_as(a, str_c(cases[i].json), type, &v, &error);
        if (cases[i].want) {
            cr_assert(ok, "%s: %s", cases[i].json, error.why);
            cr_assert_str_eq(written(v, JSON_COMPACT), cases[i].want);
            if (!type->has_dynamic)
                cr_assert_eq(v.type, type_without_optional(type));
        } else {
            cr_assert(!ok);
            cr_assert_str_eq(error.why, cases[i].why);
        }
    }
}

/* What jansson can hold too: no integers beyond 64 bits, few digits. */
Test(json, agrees_with_jansson)
{
    static const char *const texts[] = {
        "{\"z\":[1,2,3],\"a\":{\"b\":\"\\u00fc\\t\\\"\",\"c\":null},\"m\":true,\"k\":[],\"o\":{},\"s\":\"\\\\ \\/\"}",
        "[[[[[]]]],{\"a\":[{\"a\":[{}]}]}]",
        "[\"\\u20ac\\ud83d\\ude00\",-9223372036854775808,9223372036854775807,0,-1]",
        "{\"\":\"\",\" \":\" \",\"\\n\":\"\\r\"}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_error_t error;
        json_t *theirs = json_loads(texts[i], JSON_DECODE_ANY, &error);
        cr_assert(theirs != NULL);
        json_t *ours = json_loads(written(read(texts[i]), JSON_COMPACT), JSON_DECODE_ANY, &error);
        cr_assert(ours && json_equal(ours, theirs), "%s", texts[i]);
        char *dumped = json_dumps(theirs, JSON_ENCODE_ANY | JSON_ENSURE_ASCII | JSON_INDENT(3));
        cr_assert(value_same(read(dumped), read(texts[i])));
        free(dumped);
        json_decref(ours);
        json_decref(theirs);
    }
}
