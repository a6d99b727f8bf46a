#include "value/json.h"
#include "value/print.h"

#include <criterion/criterion.h>

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

TestSuite(print, .init = setup, .fini = teardown);

static struct value read(const char *json)
{
    struct value v;
    struct json_error error;
    cr_assert(json_read(a, str_c(json), &v, &error), "%s", json);
    return v;
}

static const char *printed(struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    value_print(&out, v, 0);
    return arena_str(a, strbuf_str(&out)).p;
}

Test(print, as_the_console_answers)
{
    static const struct {
        const char *json, *want;
    } cases[] = {
        {"1.5", "1.5"},
        {"true", "true"},
        {"null", "null"},
        {"[]", "[]"},
        {"{}", "{}"},
        {"{\"a\":1,\"b c\":[1,{\"x\":\"y\"}],\"n\":null}",
         "{\n  \"a\" = 1\n  \"b c\" = [\n    1,\n    {\n      \"x\" = \"y\"\n    },\n  ]\n  \"n\" = null\n}"},
        {"\"a\\nb\"", "<<EOT\na\nb\nEOT"},
        {"[\"a\\n${b}\"]", "[\n  <<-EOT\n  a\n  $${b}\n  EOT,\n]"},
        {"\"EOT\\n EOT_\\n\"", "<<EOT__\nEOT\n EOT_\n\nEOT__"},
        {"\"a\\n\\u001b[2J\"", "\"a\\n\\u001b[2J\""},
        {"\"\\t\\\"\\\\ ${x} %{y} $5 \\u0085\"", "\"\\t\\\"\\\\ $${x} %%{y} $5 \\u0085\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(printed(read(cases[i].json)), cases[i].want);
    struct value items[] = {value_string(STR("a"))};
    cr_assert_str_eq(printed(value_list(type_string, items, 1)), "tolist([\n  \"a\",\n])");
    cr_assert_str_eq(printed(value_set(a, type_string, NULL, 0)), "toset([])");
    cr_assert_str_eq(printed(value_map(a, type_string, &STR("k"), items, 1)), "tomap({\n  \"k\" = \"a\"\n})");
    cr_assert_str_eq(printed(value_null(type_string)), "tostring(null)");
    cr_assert_str_eq(printed(value_null(type_list(type_bool))), "tolist(null) /* of bool */");
    cr_assert_str_eq(printed(value_null(type_empty_object())), "null /* object */");
}

Test(print, never_shows_what_is_marked)
{
    struct value secret = value_mark(value_string(STR("hunter2")), MARK_SENSITIVE);
    struct value items[] = {secret, value_unknown(type_string), value_mark(secret, MARK_EPHEMERAL),
                            value_mark(value_int(1), MARK_EPHEMERAL)};
    cr_assert_str_eq(printed(value_tuple(items, 4)), "[\n  (sensitive value),\n  (known after apply),\n"
                                                     "  (sensitive value),\n  (ephemeral value),\n]");
    cr_assert(str_is(value_brief(a, value_tuple(items, 2), 80), "[(sensitive value), (known after apply)]"));
    cr_assert(str_is(value_brief(a, value_mark(value_tuple(items, 2), MARK_SENSITIVE), 80), "(sensitive value)"));
}

Test(print, briefly)
{
    static const struct {
        const char *json;
        size_t max;
        const char *want;
    } cases[] = {
        {"\"abc\"", 80, "\"abc\""},
        {"1", 80, "1"},
        {"[\"a\",\"b\",1,null,true]", 80, "[\"a\", \"b\", 1, null, true]"},
        {"[\"a\",[]]", 80, "tuple with 2 elements"},
        {"{\"a\":1}", 80, "object with 1 attribute"},
        {"{\"a\":1,\"b\":2,\"c\":3}", 80, "object with 3 attributes"},
        {"\"abcdefghij\"", 8, "\"abcd…"},
        {"\"\u00e9\u00e9\u00e9\u00e9\"", 8, "\"\u00e9\u00e9…"},
        {"1e400", 8, "10000…"},
        {"[1e400,1e400,1e400]", 6, "[10…"},
        {"\"a\\nb\"", 80, "\"a\\nb\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str got = value_brief(a, read(cases[i].json), cases[i].max);
        cr_assert(str_eq(got, str_c(cases[i].want)), "%s: %.*s", cases[i].json, STR_ARG(got));
    }
}

Test(print, identifiers)
{
    static const char *const good[] = {"a", "_c", "a-b", "a1", "\u00e9t\u00e9", "null"};
    static const char *const bad[] = {"", "1a", "-a", "a b", "a.b", "for", "a\xff", "$"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert(print_is_identifier(str_c(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(!print_is_identifier(str_c(bad[i])), "%s", bad[i]);
}
