#include "fixture.h"
#include "syntax/parse.h"

static const struct type *parse(struct fixture *f, const char *text, const struct type_defaults **defaults)
{
    uint32_t file = sources_add(f->sources, STR("type"), str_c(text));
    const struct expr *expr = parse_expression(f->arena, &f->diags, f->sources, file);
    return config_type_parse(f->arena, f->sources, expr, defaults, &f->diags);
}

Test(type, constraints)
{
    FIXTURE_AUTO f = fixture_main("");
    static const struct {
        const char *text, *same;
    } cases[] = {
        {"string", "string"},
        {"any", "any"},
        {"list(any)", "list(any)"},
        {"set(map(bool))", "set(map(bool))"},
        {"tuple([string, number])", "tuple([string, number])"},
        {"object({ a = string, b : number })", "object({a=string, b=number})"},
        {"object({\n  a = optional(string)\n  null = bool\n})", "object({a=optional(string), null=bool})"},
        {"list(object({}))", "list(object({}))"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct type_defaults *defaults;
        const struct type *type = parse(&f, cases[i].text, &defaults);
        cr_assert_clean(&f);
        STRBUF_AUTO text = STRBUF_INIT(1000);
        type_print(&text, type);
        cr_assert(str_eq(strbuf_str(&text), str_c(cases[i].same)), "%s: %.*s", cases[i].text,
                  STR_ARG(strbuf_str(&text)));
        cr_assert_null(defaults, "%s", cases[i].text);
    }
}

Test(type, defaults_lie_beside_the_type)
{
    FIXTURE_AUTO f = fixture_main("");
    const struct type_defaults *d;
    const struct type *type = parse(&f,
                                    "map(object({ z = optional(number, \"80\"), a = string, m = optional(object({ k = "
                                    "optional(bool, true) }), {}) }))",
                                    &d);
    cr_assert_clean(&f);
    cr_assert_eq(d->type, type);
    const struct type_defaults *object = d->children[0];
    cr_assert_eq(object->type, type->elem);
    cr_assert_not(value_exists(object->attr_defaults[0]));
    cr_assert_eq(value_as_number(object->attr_defaults[2]).small, 80);
    cr_assert_null(object->children[0]);
    cr_assert(object->children[1]->attr_defaults[0].u.boolean);
}
