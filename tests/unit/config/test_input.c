#include "config/input.h"
#include "fixture.h"
#include "value/json.h"

static const char *const declared =
    "variable \"s\" {\n  type = string\n}\nvariable \"n\" {\n  type = number\n  default = 1\n}\n"
    "variable \"l\" {\n  type = list(string)\n  default = []\n}\nvariable \"u\" {\n  default = \"d\"\n}\n"
    "variable \"secret\" {\n  type = list(number)\n  sensitive = true\n  default = []\n}\n"
    "variable \"o\" {\n  type = object({ a = optional(number, 5) })\n  default = null\n}\n"
    "variable \"nn\" {\n  default = \"def\"\n  nullable = false\n}\n";

struct given {
    struct fixture fixture;
    struct map inputs;
};

static struct given give(const char *const *files, char *const *environment, const struct config_option *options,
                         size_t n)
{
    const char *pairs[32] = {"main.hcl", declared};
    for (size_t i = 0; files[i]; i++)
        pairs[i + 2] = files[i];
    struct given g = {.fixture = fixture_new(pairs)};
    cr_assert_clean(&g.fixture);
    g.inputs = config_inputs(g.fixture.config, &g.fixture.reader, STR("."), environment, options, n, &g.fixture.diags);
    return g;
}

static const char *const no_files[] = {NULL};

static const char *text_of(struct given *g, const char *name)
{
    const struct config_input *input = map_get(&g->inputs, str_c(name));
    if (!value_exists(input->value))
        return "(none)";
    STRBUF_AUTO out = STRBUF_INIT(1000);
    json_write(&out, value_unmark_deep(g->fixture.arena, input->value), JSON_COMPACT);
    return arena_str(g->fixture.arena, strbuf_str(&out)).p;
}

#define cr_assert_input(g, name, want) cr_assert_str_eq(text_of((g), (name)), (want))

Test(input, precedence)
{
    char *environment[] = {"DETOUR_VAR_s=env", "DETOUR_VAR_n=2", "DETOUR_VAR_nope=x", "OTHER=1", NULL};
    static const char *const files[] = {"detour.vars.hcl", "n = 3\nu = \"vars\"\n", "b.auto.vars.hcl",
                                        "l = [\"b\"]\n",   "a.auto.vars.hcl",       "l = [\"a\"]\nn = 4\n",
                                        "extra.hcl.vars",  "u = \"file\"\n",        NULL};
    const struct config_option options[] = {{.is_file = false, .text = STR("u=one")},
                                            {.is_file = true, .text = STR("extra.hcl.vars")},
                                            {.is_file = false, .text = STR("l=[\"x\", 1]")}};
    struct given g = give(files, environment, options, 3);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_clean(&f);
    cr_assert_input(&g, "s", "\"env\"");
    cr_assert_input(&g, "n", "4");
    cr_assert_input(&g, "l", "[\"x\",\"1\"]");
    cr_assert_input(&g, "u", "\"file\"");
    const struct config_input *u = map_get(&g.inputs, STR("u"));
    cr_assert(u->given && str_is(u->origin, "extra.hcl.vars"));
}

Test(input, text_stays_text)
{
    const struct config_option options[] = {{.is_file = false, .text = STR("s=a=b ${x}")},
                                            {.is_file = false, .text = STR("u=[1]")},
                                            {.is_file = false, .text = STR("n=12")}};
    struct given g = give(no_files, NULL, options, 3);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_clean(&f);
    cr_assert_input(&g, "s", "\"a=b ${x}\"");
    cr_assert_input(&g, "u", "\"[1]\"");
    cr_assert_input(&g, "n", "12");
}

Test(input, null_and_defaults)
{
    static const char *const files[] = {"detour.vars.hcl", "nn = null\no = {}\nu = null\n", NULL};
    struct given g = give(files, NULL, NULL, 0);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_clean(&f);
    cr_assert_input(&g, "nn", "\"def\"");
    cr_assert_input(&g, "o", "{\"a\":5}");
    cr_assert_input(&g, "u", "null");
    cr_assert_input(&g, "s", "(none)");
    config_inputs_require(&g.inputs, &f.diags);
    cr_assert_eq(f.diags.n_errors, 1);
    config_input_answer(f.config, map_get(&g.inputs, STR("s")), STR("typed"), &f.diags);
    cr_assert_input(&g, "s", "\"typed\"");
}

Test(input, undeclared)
{
    char *environment[] = {"DETOUR_VAR_nope=x", NULL};
    static const char *const files[] = {"detour.vars.hcl", "nope = 1\nblock {}\n", NULL};
    const struct config_option options[] = {{.is_file = false, .text = STR("nope=1")},
                                            {.is_file = false, .text = STR("x")},
                                            {.is_file = false, .text = STR("s =1")},
                                            {.is_file = true, .text = STR("missing.hcl")}};
    struct given g = give(files, environment, options, 4);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_eq(f.diags.list.n, 6);
    cr_assert_eq(f.diags.n_errors, 5);
    cr_assert_eq(f.diags.list.v[0].severity, DIAG_WARNING);
}

Test(input, secrets_are_marked_and_not_shown)
{
    const struct config_option options[] = {{.is_file = false, .text = STR("secret=[1, \"hush\"]")},
                                            {.is_file = false, .text = STR("s=x")}};
    struct given g = give(no_files, NULL, options, 2);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_eq(f.diags.n_errors, 1);
    const struct diag *d = &f.diags.list.v[0];
    cr_assert(str_is(sources_get(f.sources, d->subject.file)->name, "main.hcl"));
    cr_assert_eq(str_find(d->detail, STR("hush"), 0), SIZE_MAX);
    const struct config_option wrong[] = {{.is_file = false, .text = STR("secret=[hush")}};
    struct given h = give(no_files, NULL, wrong, 1);
    FIXTURE_AUTO f2 = h.fixture;
    cr_assert_eq(f2.diags.n_errors, 1);
    cr_assert(str_is(sources_get(f2.sources, f2.diags.list.v[0].subject.file)->name, "main.hcl"));
    static const char *const file[] = {"detour.vars.hcl", "secret = hush\n", NULL};
    struct given j = give(file, NULL, NULL, 0);
    FIXTURE_AUTO f4 = j.fixture;
    cr_assert_eq(f4.diags.n_errors, 1);
    cr_assert(str_is(sources_get(f4.sources, f4.diags.list.v[0].subject.file)->name, "main.hcl"));
    const struct config_option right[] = {{.is_file = false, .text = STR("secret=[1]")}};
    struct given k = give(no_files, NULL, right, 1);
    FIXTURE_AUTO f3 = k.fixture;
    cr_assert_clean(&f3);
    cr_assert_eq(((const struct config_input *)map_get(&k.inputs, STR("secret")))->value.marks, MARK_SENSITIVE);
}

Test(input, mismatches_are_shown_where_they_are)
{
    const struct config_option options[] = {{.is_file = false, .text = STR("l={}")},
                                            {.is_file = false, .text = STR("n=x")},
                                            {.is_file = false, .text = STR("o={a = up}")}};
    struct given g = give(no_files, NULL, options, 3);
    FIXTURE_AUTO f = g.fixture;
    cr_assert_eq(f.diags.n_errors, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert(str_starts(sources_get(f.sources, f.diags.list.v[i].subject.file)->name, STR("<value of var.")));
}
