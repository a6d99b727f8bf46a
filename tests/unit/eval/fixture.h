/* What the tests of eval/ share: expressions from text, in a scope of a few names, and values as text. */
#ifndef TEST_EVAL_FIXTURE_H
#define TEST_EVAL_FIXTURE_H

#include "eval/eval.h"
#include "syntax/parse.h"
#include "value/json.h"

#include <criterion/criterion.h>

struct fixture {
    struct arena *arena;
    struct sources *sources;
    struct diags diags;
    struct func_table funcs;
    struct eval eval;
    struct scope scope;
};

static inline void fixture_free(struct fixture *f)
{
    sources_free(f->sources);
    arena_free(f->arena);
}

/* {a = …, b = …} */
static inline struct value fixture_pair(struct fixture *f, struct value a, struct value b)
{
    static const struct str names[] = {STR_INIT("a"), STR_INIT("b")};
    struct value *items = ARENA_ARRAY(f->arena, struct value, 2);
    items[0] = a;
    items[1] = b;
    return value_object(f->arena, names, items, 2);
}

/* num = 42, str = "hi", list, map, obj, secret, unk (unknown string), nullstr. */
static inline void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.arena = arena_new(), .sources = sources_new()};
    static const struct str names[] = {STR_INIT("num"), STR_INIT("str"),    STR_INIT("list"), STR_INIT("map"),
                                       STR_INIT("obj"), STR_INIT("secret"), STR_INIT("unk"),  STR_INIT("nullstr"),
                                       STR_INIT("any"), STR_INIT("objs")};
    static const struct str ab[] = {STR_INIT("a"), STR_INIT("b")};
    struct value *v = ARENA_ARRAY(f->arena, struct value, 10), *strings = ARENA_ARRAY(f->arena, struct value, 2);
    struct value *objects = ARENA_ARRAY(f->arena, struct value, 2);
    strings[0] = value_string(STR("x"));
    strings[1] = value_string(STR("y"));
    v[0] = value_int(42);
    v[1] = value_string(STR("hi"));
    v[2] = value_list(type_string, strings, 2);
    v[3] = value_map(f->arena, type_string, ab, strings, 2);
    v[4] = fixture_pair(f, value_int(1), value_mark(value_int(2), MARK_SENSITIVE));
    v[5] = value_mark(value_string(STR("s3cr3t")), MARK_SENSITIVE);
    v[6] = value_refine_not_null(f->arena, value_unknown(type_string));
    v[7] = value_null(type_string);
    v[8] = value_unknown(type_dynamic);
    objects[0] = fixture_pair(f, value_int(1), value_int(2));
    objects[1] = fixture_pair(f, value_int(3), value_int(4));
    v[9] = value_list(objects[0].type, objects, 2);
    f->diags = DIAGS_INIT(f->arena);
    f->funcs.by_name = MAP_INIT(f->arena);
    f->scope = scope_of_values(f->arena, NULL, names, v, 10);
    f->eval = (struct eval){
        .arena = f->arena, .diags = &f->diags, .sources = f->sources, .scope = &f->scope, .funcs = &f->funcs};
}

static inline const struct expr *fixture_parse(struct fixture *f, const char *text)
{
    uint32_t file = sources_add(f->sources, STR("test"), str_c(text));
    return parse_expression(f->arena, &f->diags, f->sources, file);
}

static inline struct value fixture_eval(struct fixture *f, const char *text)
{
    f->diags = DIAGS_INIT(f->arena);
    return eval_expr(&f->eval, fixture_parse(f, text));
}

static inline bool fixture_plain(struct value v)
{
    return v.state == VALUE_NULL || type_is_primitive(v.type) || v.type == type_dynamic;
}

/* 1, "a", null, ?string for unknowns, [..], {"a":1}; ! behind what is sensitive. */
static inline void fixture_write(struct strbuf *out, struct value v)
{
    bool keyed = type_is_keyed(v.type);
    struct value_iter it = value_iter(v);
    struct value key, item;
    if (!value_is_known(v)) {
        strbuf_addc(out, '?');
        type_print(out, v.type);
    } else if (fixture_plain(v)) {
        if (v.type == type_number && value_is_set(v) && number_is_inf(value_as_number(v)))
            strbuf_lit(out, "inf");
        else
            json_write(out, value_unmark(v), JSON_COMPACT);
    } else {
        strbuf_addc(out, keyed ? '{' : '[');
        for (size_t i = 0; value_next(&it, &key, &item); i++) {
            if (i)
                strbuf_addc(out, ',');
            if (keyed)
                strbuf_printf(out, "%.*s=", STR_ARG(key.u.string));
            fixture_write(out, item);
        }
        strbuf_addc(out, keyed ? '}' : ']');
    }
    if (v.marks & MARK_SENSITIVE)
        strbuf_addc(out, '!');
}

static inline const char *fixture_text(struct fixture *f, struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    fixture_write(&out, v);
    return arena_str(f->arena, strbuf_str(&out)).p;
}

/* "offset summary" of the first problem, or "". */
static inline const char *fixture_problem(struct fixture *f)
{
    if (!f->diags.list.n)
        return "";
    const struct diag *diag = &f->diags.list.v[0];
    return arena_printf(f->arena, "%u %.*s", diag->subject.off, STR_ARG(diag->summary)).p;
}

struct fixture_case {
    const char *expr, *want;
};

static inline void fixture_values(const struct fixture_case *cases, size_t n)
{
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < n; i++) {
        const char *got = fixture_text(&f, fixture_eval(&f, cases[i].expr));
        cr_expect(!f.diags.list.n, "%s: %s", cases[i].expr, fixture_problem(&f));
        cr_expect(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].expr, got, cases[i].want);
    }
    fixture_free(&f);
}

static inline void fixture_problems(const struct fixture_case *cases, size_t n)
{
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < n; i++) {
        fixture_eval(&f, cases[i].expr);
        const char *got = fixture_problem(&f);
        cr_expect(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].expr, got, cases[i].want);
    }
    fixture_free(&f);
}

#define LENGTH(array) (sizeof(array) / sizeof *(array))

#endif
