#include "fixture.h"

Test(json, gives_what_the_native_syntax_gives)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){
        "main.hcl.json",
        "{\n"
        "  \"//\": \"a comment\",\n"
        "  \"variable\": {\"v\": {\"type\": \"list(string)\", \"default\": [\"a\"], \"validation\": [{\"condition\": "
        "\"${length(var.v) > 0}\", \"error_message\": \"no\"}]}},\n"
        "  \"locals\": {\"l\": \"${var.v[0]}!\"},\n"
        "  \"resource\": {\"t_x\": {\"a\": {\"count\": 2, \"input\": \"${local.l}\", \"depends_on\": [\"t_x.b\"], "
        "\"lifecycle\": {\"ignore_changes\": [\"input\"]}},\n"
        "                         \"b\": {\"input\": {\"k\": null}}}},\n"
        "  \"output\": {\"o\": {\"value\": \"${t_x.a[*].input}\"}}\n"
        "}\n",
        NULL});
    cr_assert_clean(&f);
    const struct config_module *m = f.config->root->module;
    const struct config_variable *v = map_get(&m->variables, STR("v"));
    cr_assert(v && v->type->kind == TYPE_LIST && v->validations.n == 1);
    cr_assert_eq(m->resources.n, 2);
    const struct config_resource *a = map_get(&m->resources, STR("t_x.a"));
    cr_assert(a && a->count && a->depends_on.n == 1 && a->lifecycle->n_ignore_changes == 1);
    cr_assert(map_get(&m->locals, STR("l")) && map_get(&m->outputs, STR("o")));
}

Test(json, mixes_with_the_native_syntax)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){"a.hcl", "locals {\n  x = local.y\n}\n", "b.hcl.json",
                                                       "{\"locals\": {\"y\": 1}}", "override.hcl.json",
                                                       "{\"locals\": {\"y\": 2}}", NULL});
    cr_assert_clean(&f);
    cr_assert_eq(f.config->root->module->locals.n, 2);
}

Test(json, names)
{
    cr_assert(config_is_source(STR("a.hcl.json")));
    cr_assert_not(config_is_source(STR("a.json")));
    cr_assert_not(config_is_source(STR("a.vars.hcl.json")));
    cr_assert(config_is_override(STR("a_override.hcl.json")));
    cr_assert(config_is_values(STR("a.auto.vars.hcl.json")));
}

Test(json, tells_of_problems)
{
    FIXTURE_AUTO f = fixture_new(
        (const char *const[]){"main.hcl.json", "{\"resource\": {\"t_x\": 1}, \"lcals\": {\"a\": 1}}", NULL});
    cr_assert_eq(f.diags.n_errors, 2, "%s", fixture_error(&f, 0));
}
