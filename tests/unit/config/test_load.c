#include "fixture.h"

Test(load, knows_its_files)
{
    static const struct {
        const char *name;
        bool source;
    } cases[] = {
        {"main.hcl", true},         {"a.b.hcl", true},     {"main.tf", false},      {"detour.vars.hcl", false},
        {"x.auto.vars.hcl", false}, {"a.test.hcl", false}, {"override.hcl", false}, {"a_override.hcl", false},
        {"detour.lock.hcl", false}, {".main.hcl", false},  {"hcl", false},          {"main.hcl~", false},
        {"overrides.hcl", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(config_is_source(str_c(cases[i].name)), cases[i].source, "%s", cases[i].name);
}

Test(load, variable)
{
    FIXTURE_AUTO f = fixture_main("variable \"a\" {\n"
                                  "  type = object({ n = number, t = optional(string, \"x\") })\n"
                                  "  default = { n = \"3\" }\n  sensitive = true\n  nullable = false\n"
                                  "  description = \"what\"\n"
                                  "  validation {\n condition = var.a.n > 0\n error_message = \"no\"\n }\n}\n");
    cr_assert_clean(&f);
    const struct config_variable *v = map_get(&f.config->root->module->variables, STR("a"));
    cr_assert(v->sensitive && !v->nullable && !v->ephemeral);
    cr_assert(str_is(v->description, "what"));
    cr_assert_eq(v->validations.n, 1);
    cr_assert_eq(v->type->kind, TYPE_OBJECT);
    cr_assert_not_null(v->defaults);
    cr_assert_eq(value_as_number(value_attr(v->default_value, STR("n"))).small, 3);
    cr_assert(str_is(value_attr(v->default_value, STR("t")).u.string, "x"));
}

Test(load, resource_arguments_are_apart_from_meta_arguments)
{
    FIXTURE_AUTO f =
        fixture_main("resource \"t_x\" \"a\" {\n  count = 2\n  input = 1\n  provider = t.b\n  depends_on = [t_x.b]\n"
                     "  lifecycle {\n    prevent_destroy = var.p\n    ignore_changes = [tags[\"k\"], a[0].b]\n  }\n"
                     "  rule {}\n}\nresource \"t_x\" \"b\" {\n  input = 1\n}\n");
    cr_assert_clean(&f);
    const struct config_resource *a = map_get(&f.config->root->module->resources, STR("t_x.a"));
    cr_assert_eq(a->args->n_items, 2);
    cr_assert_eq(a->args->n_attributes, 1);
    cr_assert_not_null(a->count);
    cr_assert_null(a->for_each);
    cr_assert_eq(a->depends_on.n, 1);
    cr_assert_not_null(a->lifecycle->prevent_destroy);
    cr_assert_eq(a->lifecycle->n_ignore_changes, 2);
    STRBUF_AUTO path = STRBUF_INIT(100);
    path_print(&path, a->lifecycle->ignore_changes[1].path);
    cr_assert(str_is(strbuf_str(&path), ".a[0].b"));
    cr_assert(str_is(config_resource_provider(a).alias, "b"));
    const struct config_resource *b = map_get(&f.config->root->module->resources, STR("t_x.b"));
    cr_assert(str_is(config_resource_provider(b).name, "t"));
    cr_assert_eq(b->lifecycle->header.file, 0);
}

Test(load, shares_modules_and_builds_the_tree)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){"b.hcl", "module \"one\" {\n  source = \"./m/./x\"\n}\n",
                                                       "a.hcl", "module \"two\" {\n  source = \"./m/x\"\n}\n",
                                                       "m/x/main.hcl", "module \"deep\" {\n  source = \"../y\"\n}\n",
                                                       "m/y/main.hcl", "output \"o\" {\n  value = 1\n}\n", NULL});
    cr_assert_clean(&f);
    cr_assert_eq(f.config->modules.n, 3);
    cr_assert_eq(f.config->nodes.n, 5);
    const struct config_node *one = map_get(&f.config->nodes, STR("module.one")),
                             *two = map_get(&f.config->nodes, STR("module.two"));
    cr_assert_eq(one->module, two->module);
    cr_assert_neq(one, two);
    const struct config_node *deep = map_get(&f.config->nodes, STR("module.one.module.deep"));
    cr_assert_eq(deep->parent, one);
    cr_assert_eq(map_get(&one->children, STR("deep")), deep);
    cr_assert(str_is(deep->module->dir, "m/y"));
    cr_assert(str_is(f.config->root->module->calls.entries[0].key, "two"), "files go in byte order");
}

Test(load, too_many_modules_is_an_error)
{
    ARENA_AUTO arena = arena_new();
    VEC(const char *) pairs = {0};
    STRBUF_AUTO calls = STRBUF_INIT(STRBUF_MAX);
    for (int i = 0; i < 8; i++) { /* ten calls of the next, eight levels deep */
        strbuf_clear(&calls);
        for (int k = 0; k < 10; k++)
            strbuf_printf(&calls, "module \"m%d\" {\n  source = \"%s%d\"\n}\n", k, i ? "../" : "./", i);
        vec_push(arena, &pairs, i ? arena_printf(arena, "%d/main.hcl", i - 1).p : "main.hcl");
        vec_push(arena, &pairs, arena_str(arena, strbuf_str(&calls)).p);
    }
    vec_push(arena, &pairs, "7/main.hcl");
    vec_push(arena, &pairs, "output \"o\" {\n  value = 1\n}\n");
    vec_push(arena, &pairs, NULL);
    FIXTURE_AUTO f = fixture_new(pairs.v);
    cr_assert_eq(f.diags.n_errors, 1, "%s", fixture_error(&f, 0));
    cr_assert(str_is(f.diags.list.v[0].summary, "Too many modules"));
}

Test(load, a_folder_that_is_not_there)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){"x/main.hcl", "", NULL});
    cr_assert_eq(f.diags.n_errors, 1);
    cr_assert_not_null(f.config->root);
}

Test(load, reads_the_disk)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    const struct config *config = config_load(arena, sources, &config_disk, STR("/nonexistent/x"), STR("1"), &diags);
    cr_assert_eq(diags.n_errors, 1);
    cr_assert(str_find(diags.list.v[0].detail, STR("/nonexistent/x"), 0) != SIZE_MAX);
    cr_assert_not_null(config->root->module);
    sources_free(sources);
}

static struct config_provider_at provider_of(struct fixture *f, const char *node, const char *name, const char *alias)
{
    return config_provider_find(f->arena, map_get(&f->config->nodes, str_c(node)),
                                (struct config_provider_ref){.name = str_c(name), .alias = str_c(alias)});
}

Test(provider, is_inherited_and_passed)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){
        "main.hcl",
        "provider \"p\" {}\nprovider \"p\" {\n  alias = \"b\"\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n"
        "module \"n\" {\n  source = \"./m\"\n  providers = {\n    p = p.b\n    p.x = p\n  }\n}\n",
        "m/main.hcl", "module \"q\" {\n  source = \"../q\"\n}\n", "q/main.hcl", "output \"o\" {\n  value = 1\n}\n",
        NULL});
    cr_assert_clean(&f);
    cr_assert(str_is(provider_of(&f, "", "p", "").key, "p"));
    cr_assert_not_null(provider_of(&f, "", "p", "").block);
    cr_assert(str_is(provider_of(&f, "module.m", "p", "").key, "p"));
    cr_assert(str_is(provider_of(&f, "module.m.module.q", "p", "").key, "p"));
    cr_assert(str_is(provider_of(&f, "module.n.module.q", "p", "").key, "p.b"));
    cr_assert(str_is(provider_of(&f, "module.n", "p", "x").key, "p"));
    cr_assert_null(provider_of(&f, "module.m", "p", "x").block);
    cr_assert_null(provider_of(&f, "module.m", "other", "").block);
    cr_assert(str_is(provider_of(&f, "module.m", "other", "").key, "other"));
}

Test(override, merges_before_decoding)
{
    FIXTURE_AUTO f = fixture_new((const char *const[]){
        "main.hcl",
        "resource \"t_x\" \"a\" {\n  count = 2\n  input = 1\n  kept = 1\n  rule {\n    n = 1\n  }\n  rule {\n    n = "
        "2\n  }\n  other {}\n"
        "  lifecycle {\n    prevent_destroy = true\n    ignore_changes = all\n  }\n}\nlocals {\n  x = 1\n  y = 2\n}\n",
        "b_override.hcl", "resource \"t_x\" \"a\" {\n  input = 3\n}\n", "override.hcl",
        "resource \"t_x\" \"a\" {\n  for_each = {}\n  input = 2\n  added = 1\n  dynamic \"rule\" {\n    for_each = "
        "[]\n    content {}\n  }\n"
        "  lifecycle {\n    prevent_destroy = false\n  }\n}\nlocals {\n  y = 3\n}\n",
        NULL});
    cr_assert_clean(&f);
    const struct config_module *m = f.config->root->module;
    const struct config_resource *a = map_get(&m->resources, STR("t_x.a"));
    cr_assert_null(a->count);
    cr_assert_not_null(a->for_each);
    cr_assert_eq(a->args->n_items, 5, "input, kept, other, added, dynamic");
    cr_assert(str_is(expr_number(body_attribute(a->args, STR("input"))->expr)->text, "2"),
              "override.hcl comes after b_override.hcl");
    cr_assert(a->lifecycle->ignore_all);
    cr_assert_not(expr_bool(a->lifecycle->prevent_destroy)->value);
    const struct config_local *y = map_get(&m->locals, STR("y"));
    cr_assert(str_is(expr_number(y->expr)->text, "3"));
    cr_assert_eq(m->locals.n, 2);
}
