#include "../../../providers/debian/provider.h"
#include "../../../providers/detour_data/provider.h"
#include "eval/eval.h"
#include "provider/functions.h"
#include "syntax/parse.h"
#include "value/print.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* -- a provider that misbehaves as asked -- */

static const detour_value *call_join(const struct detour_host *host, detour_call *call, const detour_value *const *args,
                                     size_t n)
{
    char text[100] = "";
    for (size_t i = 0; i < n; i++)
        strncat(text, host->string(args[i]).p, 10);
    if (strstr(text, "whole"))
        host->fail(call, n, NULL, "No", "the whole is wrong.");
    else if (strstr(text, "last"))
        host->fail(call, n - 1, NULL, "No", "it is the last");
    return strstr(text, "silence") ? NULL : host->make_string(call, (struct detour_str){text, strlen(text)});
}

static const detour_value *call_wrong(const struct detour_host *host, detour_call *call,
                                      const detour_value *const *args, size_t n)
{
    (void)n;
    return host->boolean(args[0]) ? host->unknown(call) : host->make_list(call, NULL, 0);
}

static const struct detour_function test_functions[] = {
    {.name = "join",
     .parameters = (const struct detour_parameter[]){{"first", "string", 0, ""}, {0}},
     .rest = &(const struct detour_parameter){"more", "string", 0, ""},
     .result = "string",
     .call = call_join},
    {.name = "wrong",
     .parameters = (const struct detour_parameter[]){{"unknown", "bool", 0, ""}, {0}},
     .result = "string",
     .call = call_wrong},
    {0},
};

static struct detour_str lane(void *self, detour_call *call, const struct detour_type *type, const detour_value *object)
{
    (void)self, (void)call, (void)type, (void)object;
    return (struct detour_str){"", 0};
}
static void read_nothing(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self, (void)call, (void)reqs, (void)n;
}

static const struct detour_provider test_provider = {.size = sizeof test_provider,
                                                     .abi = DETOUR_ABI_VERSION,
                                                     .name = "test",
                                                     .lane = lane,
                                                     .read = read_nothing,
                                                     .functions = test_functions};

/* -- answers: the value, or "error: " and the detail -- */

static struct arena *arena;
static struct registry *registry;
static const struct func_table *table;

static void setup(void)
{
    static struct func_table core;
    arena = arena_new();
    core.by_name = MAP_INIT(arena);
    registry = registry_new();
    registry_add(registry, &test_provider);
    registry_add(registry, detour_data_provider());
    registry_add(registry, debian_provider());
    table = provider_functions(registry, &core);
}
static void teardown(void)
{
    registry_free(registry);
    arena_free(arena);
}
TestSuite(functions, .init = setup, .fini = teardown);

static enum scope_answer resolve(void *ctx, struct eval *eval, const struct traversal *t, size_t *used,
                                 struct value *out)
{
    (void)ctx, (void)eval;
    *used = 0;
    *out = str_is(t->root.text, "secret") ? value_mark(value_string(STR("s3")), MARK_SENSITIVE)
                                          : value_unknown(type_string);
    return SCOPE_FOUND;
}

static const char *answer(const char *text)
{
    struct sources *sources = sources_new();
    struct diags diags = DIAGS_INIT(arena);
    struct scope scope = {.resolve = resolve};
    struct eval eval = {.arena = arena, .diags = &diags, .sources = sources, .scope = &scope, .funcs = table};
    const struct expr *expr = parse_expression(arena, &diags, sources, sources_add(sources, STR("test"), str_c(text)));
    struct value v = eval_expr(&eval, expr);
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    if (diags_failed(&diags))
        strbuf_printf(&out, "error: %.*s", STR_ARG(diags.list.v[0].detail));
    else
        value_print(&out, v, 0);
    const char *kept = arena_str(arena, strbuf_str(&out)).p;
    sources_free(sources);
    return kept;
}

static void check(const char *(*rows)[2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        cr_expect_str_eq(answer(rows[i][0]), rows[i][1], "%s\ngot:  %s\nwant: %s", rows[i][0], answer(rows[i][0]),
                         rows[i][1]);
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

Test(functions, are_called_as_any_other)
{
    static const char *rows[][2] = {
        {"provider::test::join(\"a\")", "\"a\""},
        {"provider::test::join(\"a\", 1, true)", "\"a1true\""},
        {"provider::test::join([\"a\", \"b\"]...)", "\"ab\""},
        {"provider::test::join(\"a\", secret)", "(sensitive value)"},
        {"provider::test::join(\"a\", unknown)", "(known after apply)"},
        {"provider::test::join()",
         "error: provider::test::join() takes at least 1 arguments, but has 0: the value for \"first\" is missing."},
        {"provider::test::join(null)",
         "error: The value for \"first\" of provider::test::join() is not suitable: it must not be null."},
        {"provider::test::join([])",
         "error: The value for \"first\" of provider::test::join() is []: string required, but have tuple."},
    };
    CHECK(rows);
}

Test(functions, problems_have_their_argument)
{
    static const char *rows[][2] = {
        {"provider::test::join(\"a\", \"last\")",
         "error: The value for \"more\" of provider::test::join() is not suitable: it is the last."},
        {"provider::test::join(\"whole\")", "error: provider::test::join() failed: the whole is wrong."},
        {"provider::test::join(\"silence\")",
         "error: provider::test::join() failed: provider \"test\" gave no reason, which is a bug in it."},
        {"provider::test::wrong(true)",
         "error: provider::test::wrong() failed: provider \"test\" answered something unknown, which is a bug in it."},
        {"provider::test::wrong(false)",
         "error: provider::test::wrong() failed: provider \"test\" answered something else than string: string "
         "required, but have tuple; this is a bug in it."},
        {"provider::test::joins()",
         "error: Provider \"test\" has no function \"joins\". Did you mean \"provider::test::join\"?"},
        {"provider::elsewhere::f()",
         "error: No provider \"elsewhere\" has functions, so there is no provider::elsewhere::f()."},
        {"provider::test()",
         "error: \"provider::test\" is no function: those of providers are called as provider::PROVIDER::FUNCTION(…)."},
    };
    CHECK(rows);
}

Test(functions, variables_and_expressions_as_text)
{
    static const char *rows[][2] = {
        {"provider::detour::encode_expr(\"a\")", "\"\\\"a\\\"\""},
        {"provider::detour::encode_expr([1, \"b\", {}, [], null, false])", "\"[1, \\\"b\\\", {}, [], null, false]\""},
        {"provider::detour::encode_expr(null)", "\"null\""},
        {"provider::detour::encode_expr(1e30)", "\"1000000000000000000000000000000\""},
        {"provider::detour::encode_expr(unknown)", "(known after apply)"},
        {"provider::detour::encode_vars({ a = 1, bcd = { x = [1], \"a b\" = true } }) == "
         "\"a = 1\\nbcd = {\\n  \\\"a b\\\" = true\\n  x     = [1]\\n}\\n\"",
         "true"},
        {"provider::detour::encode_vars({ a = 1, bcd = \"$${x}\\n\" }) == "
         "\"a   = 1\\nbcd = \\\"$$${x}\\\\n\\\"\\n\"",
         "true"},
        {"provider::detour::encode_vars([1])", "error: The value for \"variables\" of provider::detour::encode_vars() "
                                               "is not suitable: an object is required, "
                                               "whose attributes become the variables of the file."},
        {"provider::detour::encode_vars({ \"a b\" = 1 })",
         "error: The value for \"variables\" of provider::detour::encode_vars() is not suitable: \"a b\" cannot be the "
         "name of a variable."},
        {"provider::detour::decode_vars(\"a = 1\\nb = [true, \\\"x\\\"]\\n\").b[1]", "\"x\""},
        {"provider::detour::decode_vars(\"\") == {}", "true"},
        {"provider::detour::decode_vars(provider::detour::encode_vars({ a = secret }))", "(sensitive value)"},
        {"provider::detour::decode_vars(\"\\na = var.x\")",
         "error: The value for \"text\" of provider::detour::decode_vars() is not suitable: line 2, column 5: Names "
         "not "
         "allowed: Only literal values can stand here, so \"var\" cannot be used."},
        {"provider::detour::decode_vars(\"a = f()\")",
         "error: The value for \"text\" of provider::detour::decode_vars() is not suitable: line 1, column 5: Function "
         "calls not allowed: Functions cannot be called here."},
        {"provider::detour::decode_vars(\"a {}\")",
         "error: The value for \"text\" of provider::detour::decode_vars() is not suitable: line 1, column 1: "
         "Unexpected block: only arguments, NAME = VALUE, can stand here."},
    };
    CHECK(rows);
}

Test(functions, os_release)
{
    static const char *rows[][2] = {
        {"provider::debian::parse_os_release(\"ID=debian\\n# x\\n\\nA='it is'\\nB=\\\"q\\\\\\\"\\\"\\nID=x\") == "
         "{ A = \"it is\", B = \"q\\\"\", ID = \"x\" }",
         "false"}, /* a map is no object */
        {"provider::debian::parse_os_release(\"ID=debian\\n# x\\n\\nA='it is'\\nID=x\")",
         "tomap({\n  \"A\" = \"it is\"\n  \"ID\" = \"x\"\n})"},
        {"provider::debian::parse_os_release(\"B=\\\"q\\\\\\\"\\\"\").B", "\"q\\\"\""},
        {"provider::debian::parse_os_release(\"\")", "tomap({})"},
        {"provider::debian::parse_os_release(\"A=1\\nno\")",
         "error: The value for \"text\" of provider::debian::parse_os_release() is not suitable: line 2 is \"no\", but "
         "it is not of the form NAME=VALUE."},
        {"provider::debian::parse_os_release(\"A='x\")",
         "error: The value for \"text\" of provider::debian::parse_os_release() is not suitable: line 1 is \"A='x\", "
         "but the closing quote is missing."},
        {"provider::debian::parse_os_release(\"A=x y\")",
         "error: The value for \"text\" of provider::debian::parse_os_release() is not suitable: line 1 is \"A=x y\", "
         "but the value must be in quotes."},
    };
    CHECK(rows);
}

Test(functions, versions_are_ordered_as_dpkg_orders_them)
{
    /* each before the next */
    static const char *const versions[] = {"0~~",           "0~",    "0",      "0a",    "0+",  "1.0~rc1-1", "1.0-1",
                                           "1.0-1+deb12u1", "1.0-2", "1.0-10", "1.0.1", "1.1", "1.10",      "2",
                                           "1:0.1",         "2:0"};
    size_t n = sizeof versions / sizeof *versions;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            char text[200];
            snprintf(text, sizeof text, "provider::debian::version_compare(\"%s\", \"%s\")", versions[i], versions[k]);
            cr_expect_str_eq(answer(text), i < k ? "-1" : i > k ? "1" : "0", "%s: %s", text, answer(text));
        }
    static const char *rows[][2] = {
        {"provider::debian::version_compare(\"1.0\", \"0:1.00-0\")", "0"},
        {"provider::debian::version_compare(\"x1\", \"1\")",
         "error: The value for \"a\" of provider::debian::version_compare() is not suitable: \"x1\" is no version of a "
         "Debian package: a version begins with a digit."},
        {"provider::debian::version_compare(\"1\", \"a:1\")",
         "error: The value for \"b\" of provider::debian::version_compare() is not suitable: \"a:1\" is no version of "
         "a "
         "Debian package: what is before the colon is no epoch."},
        {"provider::debian::version_compare(\"1 2\", \"1\")",
         "error: The value for \"a\" of provider::debian::version_compare() is not suitable: \"1 2\" is no version of "
         "a "
         "Debian package: a version holds letters, digits and . + ~ - : only."},
    };
    CHECK(rows);
}
