#include "eval/refs.h"
#include "fixture.h"

struct collected {
    struct fixture *f;
    struct strbuf text;
};

static void collect(void *ctx, const struct traversal *traversal)
{
    struct collected *c = ctx;
    if (c->text.n)
        strbuf_addc(&c->text, ' ');
    strbuf_add(&c->text, sources_text(c->f->sources, traversal->span));
}

Test(refs, expressions)
{
    static const struct fixture_case cases[] = {
        {"a.b[0] + c", "a.b[0] c"},
        {"[for v in a.list : v + b]", "a.list b"},
        {"{for k, v in m : k => v.x if v.y == k}", "m"},
        {"[for v in v : v]", "v"},
        {"{a = b, (c) = d, \"${e}\" = f}", "b c d e f"},
        {"f(x, y...)[z].w", "x y z"},
        {"x[*].y[i]", "x i"},
        {"\"%{ for v in a }${v}${b}%{ endfor }%{ if c }${d}%{ endif }\"", "a b c d"},
        {"a ? b : !c", "a b c"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct collected c = {&f, STRBUF_INIT(1 << 16)};
        refs_expr(fixture_parse(&f, cases[i].expr), collect, &c);
        cr_expect(str_eq(strbuf_str(&c.text), str_c(cases[i].want)), "%s: got %.*s, want %s", cases[i].expr,
                  STR_ARG(c.text), cases[i].want);
        strbuf_free(&c.text);
    }
    fixture_free(&f);
}

Test(refs, bodies_bind_the_iterators_of_dynamic_blocks)
{
    struct fixture f;
    struct collected c = {&f, STRBUF_INIT(1 << 16)};
    fixture_init(&f);
    uint32_t file =
        sources_add(f.sources, STR("t"),
                    STR("a = x\n"
                        "dynamic \"rule\" {\n  for_each = rule.list\n  content {\n    b = rule.value + y\n  }\n}\n"
                        "dynamic \"rule\" {\n  for_each = z\n  iterator = it\n  content {\n    b = it.value\n"
                        "    c = rule.x\n  }\n}\n"
                        "block {\n  d = w\n}\n"));
    refs_body(parse_body(f.arena, &f.diags, f.sources, file), collect, &c);
    cr_assert(str_is(strbuf_str(&c.text), "x rule.list y z rule.x w"), "%.*s", STR_ARG(c.text));
    strbuf_free(&c.text);
    fixture_free(&f);
}
