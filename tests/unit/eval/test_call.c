#include "fixture.h"

/* -- functions to call -- */

static bool impl_join(struct func_call *call)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    for (size_t i = 0; i < call->n; i++)
        strbuf_add(&out, call->args[i].u.string);
    call->result = value_string_copy(call->eval->arena, strbuf_str(&out));
    return true;
}

static bool impl_length(struct func_call *call)
{
    call->result = value_int(call->args[0].n);
    return true;
}

static bool impl_fail(struct func_call *call)
{
    return func_fail(call, call->args[0].u.boolean ? 0 : -1, "it is %s", "bad");
}

static bool impl_null(struct func_call *call)
{
    call->result = value_bool(value_is_null(call->args[0]));
    return true;
}

static bool lazy_can(struct eval *eval, const struct expr *call, struct value *out)
{
    struct diags caught = DIAGS_INIT(eval->arena);
    struct value v;
    *out = value_bool(eval_try(eval, expr_call(call)->args[0], &v, &caught));
    return true;
}

static const struct func_param string_param = {"s", "string", 0, ""}, none = {0};
static const struct func_param two_strings[] = {{"a", "string", 0, ""}, {"b", "string", 0, ""}, {0}};
static const struct func_param one_list[] = {{"list", "list(any)", PARAM_PARTLY, ""}, {0}};
static const struct func_param one_bool[] = {{"b", "bool", 0, ""}, {0}};
static const struct func_param one_any[] = {{"v", "any", PARAM_NULL | PARAM_DYNAMIC, ""}, {0}};

static const struct func_param one_marked[] = {{"s", "string", PARAM_MARKED, ""}, {0}};

static const struct func functions[] = {
    {.name = "join2", .params = two_strings, .result_type = "string", .impl = impl_join},
    {.name = "joinall", .params = &none, .rest = &string_param, .result_type = "string", .impl = impl_join},
    {.name = "length", .params = one_list, .result_type = "number", .impl = impl_length},
    {.name = "fail", .params = one_bool, .result_type = "string", .impl = impl_fail},
    {.name = "isnull", .params = one_any, .result_type = "bool", .impl = impl_null},
    {.name = "marked", .params = one_marked, .result_type = "string", .impl = impl_join},
    {.name = "can", .params = one_any, .result_type = "bool", .lazy = lazy_can},
    {.name = "now", .params = &none, .result_type = "string", .impl = impl_join, .flags = FUNC_IMPURE},
};

static void add_functions(struct fixture *f)
{
    for (size_t i = 0; i < LENGTH(functions); i++)
        map_put(&f->funcs.by_name, str_c(functions[i].name), (void *)&functions[i]);
}

static void check(const struct fixture_case *cases, size_t n, bool problems)
{
    struct fixture f;
    fixture_init(&f);
    add_functions(&f);
    f.eval.planning = true;
    for (size_t i = 0; i < n; i++) {
        const char *got = fixture_text(&f, fixture_eval(&f, cases[i].expr));
        if (problems)
            got = fixture_problem(&f);
        cr_expect(problems || !f.diags.list.n, "%s: %s", cases[i].expr, fixture_problem(&f));
        cr_expect(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].expr, got, cases[i].want);
    }
    fixture_free(&f);
}

Test(call, values)
{
    static const struct fixture_case cases[] = {
        {"join2(\"a\", 1)", "\"a1\""},
        {"core::join2(\"a\", \"b\")", "\"ab\""},
        {"joinall()", "\"\""},
        {"joinall(list...)", "\"xy\""},
        {"joinall(\"a\", [secret, \"b\"]...)", "\"as3cr3tb\"!"},
        {"joinall(secret)", "\"s3cr3t\"!"},
        {"joinall(unk)", "?string"},
        {"marked(unk == \"a\" ? secret : \"\")", "?string!"},
        {"joinall(any...)", "?any"},
        {"length([1, unk])", "2"},
        {"length([secret])", "1!"},
        {"isnull(null)", "true"},
        {"can(list[7])", "false"},
        {"can(list[1])", "true"},
        {"can([list]...)", "true"},
        {"now()", "?string"},
    };
    check(cases, LENGTH(cases), false);
}

Test(call, problems)
{
    static const struct fixture_case cases[] = {
        {"join2(\"a\")", "9 Not enough function arguments"},
        {"join2(\"a\", \"b\", num)", "16 Too many function arguments"},
        {"join2(\"a\", [])", "11 Invalid function argument"},
        {"join2(nullstr, \"a\")", "6 Invalid function argument"},
        {"joinall(\"a${[]}\")", "12 Invalid template interpolation value"},
        {"length(\"abc\")", "8 Invalid function argument"},
        {"length(objs[0].a)", "7 Invalid function argument"},
        {"fail(true)", "5 Invalid function argument"},
        {"fail(false)", "0 Error in function call"},
        {"nope(1)", "0 Call to unknown function"},
        {"joinall(num...)", "8 Invalid expanding argument value"},
        {"joinall(null...)", "8 Invalid expanding argument value"},
        {"can(list[7], 1)", "13 Too many function arguments"},
    };
    check(cases, LENGTH(cases), true);
}
