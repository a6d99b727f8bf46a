/* answer: expressions in tables of tests, evaluated with the built-in functions. */
#ifndef DETOUR_TESTS_FUNCS_ANSWER_H
#define DETOUR_TESTS_FUNCS_ANSWER_H

#include "eval/eval.h"
#include "funcs/table.h"
#include "syntax/parse.h"
#include "value/json.h"

#include <criterion/criterion.h>

/* An expression with what answer() says of it; what begins with "error" need only be the beginning. */
struct case_of {
    const char *expr, *want;
};

/* The names that expressions may use: unk (an unknown string), pre ("pre-" and something unknown), sec (sensitive), tpl
 * (a template). */
static struct scope answer_scope(struct arena *arena)
{
    static struct str names[] = {STR_INIT("unk"), STR_INIT("pre"), STR_INIT("sec"), STR_INIT("tpl")};
    struct value *values = ARENA_ARRAY(arena, struct value, 4);
    struct refine pre = {.not_null = true, .prefix = STR("pre-"), .max_length = UINT32_MAX};
    values[0] = value_unknown(type_string);
    values[1] = value_unknown_refined(arena, type_string, pre);
    values[2] = value_mark(value_string(STR("s3cret")), MARK_SENSITIVE);
    values[3] = value_string(STR("Hi ${name}"));
    return scope_of_values(arena, NULL, names, values, 4);
}

/* The value as JSON; "unknown" where all of it is, "sensitive …" where it is marked, "error COLUMN: detail". */
static inline const char *answer(struct arena *arena, const char *expr)
{
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    struct scope scope = answer_scope(arena);
    uint32_t file = sources_add(sources, STR("test"), str_c(expr));
    struct eval eval = {.arena = arena, .diags = &diags, .sources = sources, .scope = &scope, .funcs = funcs_table()};
    struct value v = eval_expr(&eval, parse_expression(arena, &diags, sources, file));
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    if (diags_failed(&diags)) {
        struct position at = sources_position(sources, file, diags.list.v[0].subject.off);
        strbuf_printf(&out, "error %u: %.*s", at.column, STR_ARG(diags.list.v[0].detail));
    } else {
        if (v.marks & MARK_SENSITIVE)
            strbuf_lit(&out, "sensitive ");
        if (!value_is_known(v))
            strbuf_lit(&out, "unknown");
        else if (v.type == type_number && value_is_set(v) && number_is_inf(value_as_number(v)))
            strbuf_lit(&out, "infinity");
        else
            json_write(&out, value_unmark_deep(arena, v), JSON_COMPACT);
    }
    sources_free(sources);
    return arena_str(arena, strbuf_str(&out)).p;
}

static inline void check_answers(const struct case_of *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        ARENA_AUTO arena = arena_new();
        const char *got = answer(arena, cases[i].expr);
        bool prefix = strncmp(cases[i].want, "error", 5) == 0;
        size_t length = prefix ? strlen(cases[i].want) : strlen(got) + 1;
        cr_expect(strncmp(got, cases[i].want, length) == 0, "%s\n   got %s\n  want %s", cases[i].expr, got,
                  cases[i].want);
    }
}

#define CHECK(...)                                                                                                     \
    do {                                                                                                               \
        static const struct case_of cases[] = {__VA_ARGS__};                                                           \
        check_answers(cases, sizeof cases / sizeof *cases);                                                            \
    } while (0)

#endif
