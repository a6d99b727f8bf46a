#include "fixture.h"
#include "syntax/parse.h"

static const char *const sample =
    "variable \"v\" {}\nlocals {\n  l = 1\n}\nresource \"t_x\" \"n\" {\n  for_each = {}\n}\ndata \"t_x\" \"n\" {}\n"
    "module \"m\" {\n  source = \"./m\"\n}\n";

static struct fixture sample_fixture(void)
{
    return fixture_new(
        (const char *const[]){"main.hcl", sample, "m/main.hcl", "output \"o\" {\n  value = 1\n}\n", NULL});
}

static bool resolve(struct fixture *f, const char *text, struct config_ref *ref)
{
    uint32_t file = sources_add(f->sources, STR("reference"), str_c(text));
    const struct traversal *t = parse_traversal(f->arena, &f->diags, f->sources, file);
    return config_ref_resolve(f->config->root->module, t, ref, &f->diags);
}

Test(reference, resolves)
{
    FIXTURE_AUTO f = sample_fixture();
    static const struct {
        const char *text;
        enum config_ref_kind kind;
        size_t used;
        bool key, output;
    } cases[] = {
        {"var.v", REF_VARIABLE, 1, false, false},
        {"var.v.a[0]", REF_VARIABLE, 1, false, false},
        {"local.l[0]", REF_LOCAL, 1, true, false},
        {"t_x.n", REF_RESOURCE, 1, false, false},
        {"t_x.n[\"k\"].id", REF_RESOURCE, 1, true, false},
        {"resource.t_x.n.id", REF_RESOURCE, 2, false, false},
        {"data.t_x.n.id", REF_RESOURCE, 2, false, false},
        {"module.m", REF_CALL, 1, false, false},
        {"module.m.o.x", REF_CALL, 1, false, true},
        {"module.m[\"k\"].o", REF_CALL, 1, true, true},
        {"each.value.x", REF_EACH, 1, false, false},
        {"count.index", REF_COUNT, 1, false, false},
        {"self.id", REF_SELF, 0, false, false},
        {"path.module", REF_PATH, 1, false, false},
        {"detour.version", REF_DETOUR, 1, false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config_ref ref;
        cr_assert(resolve(&f, cases[i].text, &ref), "%s: %s", cases[i].text, fixture_error(&f, 0));
        cr_assert_eq(ref.kind, cases[i].kind, "%s", cases[i].text);
        cr_assert_eq(ref.used, cases[i].used, "%s", cases[i].text);
        cr_assert_eq(ref.key != NULL, cases[i].key, "%s", cases[i].text);
        cr_assert_eq(ref.output != NULL, cases[i].output, "%s", cases[i].text);
    }
    struct config_ref managed, data;
    cr_assert(resolve(&f, "t_x.n", &managed) && resolve(&f, "data.t_x.n", &data));
    cr_assert_eq(managed.resource->mode, ADDR_MANAGED);
    cr_assert_eq(data.resource->mode, ADDR_DATA);
}

Test(reference, long_names_are_found_too)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO name = STRBUF_INIT(STRBUF_MAX);
    strbuf_add_n(&name, 'n', 1000);
    FIXTURE_AUTO f = fixture_main(arena_printf(arena, "resource \"t\" \"%.*s\" {}\n", STR_ARG(strbuf_str(&name))).p);
    struct config_ref ref;
    cr_assert(resolve(&f, arena_printf(arena, "t.%.*s.id", STR_ARG(strbuf_str(&name))).p, &ref), "%s",
              fixture_error(&f, 0));
}

struct seen {
    struct strbuf text;
};

static void note(void *ctx, const struct config_ref *ref, enum config_use use)
{
    static const char *const uses[] = {"repetition",    "argument", "depends_on", "condition",
                                       "postcondition", "trigger",  "protection"};
    strbuf_printf(ctx, "%.*s.%.*s:%s ", STR_ARG(ref->traversal->root.text), STR_ARG(ref->traversal->steps[0].text),
                  uses[use]);
}

Test(reference, of_a_resource)
{
    FIXTURE_AUTO f = fixture_main(
        "variable \"a\" {}\nvariable \"b\" {}\nvariable \"c\" {}\nlocals {\n  d = 1\n  e = 1\n  f = 1\n  g = 1\n}\n"
        "resource \"t\" \"o\" {}\nresource \"t\" \"x\" {\n  count = var.a\n  input = [for v in var.b : v.x]\n  block "
        "{\n    y = var.c\n  }\n"
        "  depends_on = [t.o]\n  lifecycle {\n    prevent_destroy = local.d\n    replace_triggered_by = [t.o.id]\n"
        "    precondition {\n      condition = local.e\n      error_message = local.f\n    }\n"
        "    postcondition {\n      condition = local.g && local.nope\n      error_message = \"\"\n    }\n  }\n}\n");
    cr_assert_clean(&f);
    STRBUF_AUTO got = STRBUF_INIT(1000);
    const struct config_module *m = f.config->root->module;
    config_resource_refs(m, map_get(&m->resources, STR("t.x")), note, &got);
    cr_assert(str_is(strbuf_str(&got),
                     "var.a:repetition var.b:argument var.c:argument t.o:depends_on local.d:protection t.o:trigger "
                     "local.e:condition local.f:condition local.g:postcondition "),
              "%.*s", STR_ARG(strbuf_str(&got)));
}

Test(reference, check_is_linear_in_undeclared_names)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    for (int i = 0; i < 3000; i++)
        strbuf_printf(&text,
                      "resource \"detour_data\" \"name_number_%d\" {\n  input = detour_data.nome_number_%d.id\n}\n", i,
                      i + 1);
    strbuf_addc(&text, '\0');
    FIXTURE_AUTO f = fixture_main(text.p);
    config_check_references(f.config, NULL, 0, &f.diags);
    cr_assert_eq(f.diags.n_errors, 3000);
}
