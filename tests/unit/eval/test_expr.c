#include "fixture.h"

#include <stdio.h>
#include <time.h>

Test(expr, literals_and_constructors)
{
    static const struct fixture_case cases[] = {
        {"[1, \"a\", null]", "[1,\"a\",null]"},
        {"{a = 1, \"b c\" = 2, (str) = 3, 1 = 4}", "{1=4,a=1,b c=2,hi=3}"},
        {"{a = 1, a = 2}", "{a=2}"},
        {"{(secret) = 1}", "{s3cr3t=1}!"},
        {"{(unk) = 1}", "?any"},
        {"\"a${num}b\"", "\"a42b\""},
        {"\"${num}\"", "42"},
        {"\"a${secret}\"", "\"as3cr3t\"!"},
        {"\"a${unk}\"", "?string"},
        {"\"a-${unk}\" == \"b\"", "false"},
        {"\"%{ if true }y%{ else }n%{ endif }\"", "\"y\""},
        {"\"%{ for k, v in map }${k}=${v};%{ endfor }\"", "\"a=x;b=y;\""},
        {"\"%{ for v in secret == \"\" ? [] : [1] }${v}%{ endfor }\"", "\"1\"!"},
    };
    fixture_values(cases, LENGTH(cases));
}

Test(expr, indexes_and_attributes)
{
    static const struct fixture_case cases[] = {
        {"list[0]", "\"x\""},    {"list[\"1\"]", "\"y\""}, {"list.0", "\"x\""},         {"map.a", "\"x\""},
        {"map[\"b\"]", "\"y\""}, {"obj.a", "1"},           {"obj[\"b\"]", "2!"},        {"[1, secret][0]", "1"},
        {"map[unk]", "?string"}, {"any.x[0]", "?any"},     {"list[num - 41]", "\"y\""},
    };
    fixture_values(cases, LENGTH(cases));
}

Test(expr, index_problems)
{
    static const struct fixture_case cases[] = {
        {"list[2]", "4 Invalid index"},
        {"list[-1]", "4 Invalid index"},
        {"list[0.5]", "4 Invalid index"},
        {"list[null]", "4 Invalid index"},
        {"null[0]", "4 Attempt to index null value"},
        {"nullstr.x", "7 Attempt to get attribute from null value"},
        {"obj.c", "3 Unsupported attribute"},
        {"map.c", "3 Missing map element"},
        {"map[\"c\"]", "3 Invalid index"},
        {"str.x", "3 Unsupported attribute"},
        {"objs.a", "4 Unsupported attribute"},
        {"{(null) = 1}", "10 Null value as key"},
        {"{obj.a = 1}", "1 Ambiguous attribute key"},
        {"{([]) = 1}", "1 Incorrect key type"},
        {"\"a${list}\"", "4 Invalid template interpolation value"},
        {"\"a${nullstr}\"", "4 Invalid template interpolation value"},
    };
    fixture_problems(cases, LENGTH(cases));
}

Test(expr, near_names_are_offered)
{
    struct fixture f;
    fixture_init(&f);
    fixture_eval(&f, "strr");
    cr_assert(str_find(f.diags.list.v[0].detail, STR("\"str\""), 0) != SIZE_MAX);
    fixture_free(&f);
}

Test(splat, values)
{
    static const struct fixture_case cases[] = {
        {"objs[*].a", "[1,3]"},
        {"objs.*.b", "[2,4]"},
        {"null[*]", "[]"},
        {"num[*]", "[42]"},
        {"secret[*]", "[\"s3cr3t\"]!"},
        {"[[1, 2], [3]][*][0]", "[1,3]"},
        {"objs.*.a[1]", "3"},
        {"[objs, objs][*][*].a", "[[1,3],[1,3]]"},
        {"unk[*]", "[?string]"},
        {"any[*].x", "?any"},
    };
    fixture_values(cases, LENGTH(cases));
    static const struct fixture_case problems[] = {
        {"objs[*].c", "7 Unsupported attribute"},
        {"num[*].x", "6 Unsupported attribute"},
    };
    fixture_problems(problems, LENGTH(problems));
}

Test(forexpr, values)
{
    static const struct fixture_case cases[] = {
        {"[for v in list : \"${v}!\"]", "[\"x!\",\"y!\"]"},
        {"[for i, v in list : i]", "[0,1]"},
        {"{for k, v in map : v => k}", "{x=\"a\",y=\"b\"}"},
        {"{for v in [\"a\", \"b\", \"a\"] : v => 1...}", "{a=[1,1],b=[1]}"},
        {"[for v in [1, 2, 3] : v if v > 1]", "[2,3]"},
        {"[for v in [1] : v if \"true\"]", "[1]"},
        {"[for v in [1] : v if secret != \"\"]", "[1]!"},
        {"{for v in [secret] : v => 1}", "{s3cr3t=1}!"},
        {"[for v in [secret] : v]", "[\"s3cr3t\"!]"},
        {"[for v in any : v]", "?any"},
        {"{for v in [\"a\", unk] : v => 1}", "?any"},
        {"[for v in [unk] : v]", "[?string]"},
        {"[for v in [1] : v if unk == \"\"]", "?any"},
        {"[for v in [] : v if secret == \"\"]", "[]"},
    };
    fixture_values(cases, LENGTH(cases));
}

Test(forexpr, problems)
{
    static const struct fixture_case cases[] = {
        {"[for v in null : v]", "10 Iteration over null value"},
        {"[for v in num : v]", "10 Iteration over non-iterable value"},
        {"[for v in list : v if 1]", "22 Invalid 'for' condition"},
        {"[for v in list : v if null]", "22 Invalid 'for' condition"},
        {"{for v in [\"a\", \"a\"] : v => 1}", "23 Duplicate object key"},
        {"{for v in list : null => 1}", "17 Invalid object key"},
        {"{for v in list : [v] => 1}", "17 Invalid object key"},
        {"[for v in list : v.x]", "18 Unsupported attribute"},
    };
    fixture_problems(cases, LENGTH(cases));
}

/* The value of v for the element that failed is among those shown. */
Test(forexpr, bound_names_are_in_play)
{
    struct fixture f;
    fixture_init(&f);
    fixture_eval(&f, "[for v in list : v + 1]");
    const struct diag *diag = &f.diags.list.v[0];
    cr_assert(diag->notes.n == 1 && str_is(diag->notes.v[0].label, "v"));
    cr_assert(str_find(diag->notes.v[0].text, STR("\"x\""), 0) != SIZE_MAX);
    fixture_free(&f);
}

/* Splats within splats and loops within conditions must not double the work at each level. */
Test(expr, nesting_is_not_exponential)
{
    struct fixture f;
    fixture_init(&f);
    char text[4096] = "1";
    for (int i = 0; i < 100; i++)
        strcat(text, "[*]");
    fixture_eval(&f, strcat(text, ".x"));
    cr_assert(strstr(fixture_problem(&f), "Unsupported attribute"));
    strcpy(text, "true");
    for (int i = 0; i < 60; i++) {
        char outer[4096];
        snprintf(outer, sizeof outer, "[for a in [1] : a if (%.4000s) != null]", text);
        strcpy(text, outer);
    }
    cr_assert(fixture_eval(&f, text).n == 1);
    fixture_free(&f);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double time_of_loop(size_t n)
{
    struct fixture f;
    fixture_init(&f);
    struct value *items = ARENA_ARRAY(f.arena, struct value, n);
    for (size_t i = 0; i < n; i++)
        items[i] = value_string(arena_printf(f.arena, "key-%zu", i * 7919 % n));
    struct value many = value_list(type_string, items, n);
    struct str name = STR("many");
    struct scope scope = scope_of_values(f.arena, &f.scope, &name, &many, 1);
    f.eval.scope = &scope;
    double start = seconds();
    struct value v = fixture_eval(&f, "{for i, k in many : k => {index = i, name = \"n-${k}\"} if k != \"\"}");
    double took = seconds() - start;
    cr_assert(!f.diags.list.n && v.n == n);
    fixture_free(&f);
    return took;
}

/* n log n: eight times the elements may take sixteen times as long, never sixty-four. */
Test(forexpr, is_not_quadratic)
{
    time_of_loop(1000);
    double few = time_of_loop(4000), many = time_of_loop(32000);
    cr_assert(many < few * 32 + 0.2, "%.3f s for 4,000 and %.3f s for 32,000", few, many);
}

/* As deep as the parser lets through is evaluated; a scope that leads back to itself ends in a diagnostic. */
static enum scope_answer endless(void *ctx, struct eval *eval, const struct traversal *traversal, size_t *used,
                                 struct value *out)
{
    *used = traversal->n_steps;
    *out = eval_expr(eval, ctx);
    return SCOPE_FOUND;
}

Test(expr, depth_is_capped)
{
    struct fixture f;
    fixture_init(&f);
    struct scope scope = {.resolve = endless};
    scope.ctx = (void *)fixture_parse(&f, "1 + a");
    f.eval.scope = &scope;
    f.eval.quiet = true;
    fixture_eval(&f, "a");
    cr_assert(strstr(fixture_problem(&f), "nested too deeply"));
    fixture_free(&f);
}

Test(expr, references_are_checked_inside_what_is_not_taken)
{
    struct fixture f;
    fixture_init(&f);
    f.diags = DIAGS_INIT(f.arena);
    cr_assert(eval_references(&f.eval, fixture_parse(&f, "[for v in list : v == num ? 1 : str]")));
    cr_assert(!eval_references(&f.eval, fixture_parse(&f, "true ? 1 : nope")));
    cr_assert(f.diags.n_errors == 1 && f.diags.list.v[0].subject.off == 11);
    fixture_free(&f);
}
