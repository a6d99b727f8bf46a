/* A failed comparison explained: what its sides are, and where two structures differ. */
#include "testing/bench.h"

#include "base/gettext.h"
#include "value/path.h"
#include "value/print.h"

enum { SIDE_LABEL = 60, BRIEF = 80, DIFFERENCES = 5, LINE = 100 };

struct comparing {
    struct eval *eval;
    struct diag *diag;
    struct arena *arena;
    size_t told, left_out;
};

static const struct expr *bare(const struct expr *e)
{
    while (e->kind == EXPR_PAREN)
        e = expr_paren(e)->inner;
    return e;
}

/* Of conjunctions the first part that does not hold: that is what the comparison was about. */
static const struct expr *culprit(struct eval *eval, const struct expr *e)
{
    struct diags ignored = DIAGS_INIT(eval->arena);
    for (e = bare(e); e->kind == EXPR_BINARY && expr_binary(e)->op == OP_AND;) {
        struct value left;
        bool holds = eval_try(eval, expr_binary(e)->left, &left, &ignored) && value_is_set(left) &&
                     left.type == type_bool && left.u.boolean;
        e = bare(holds ? expr_binary(e)->right : expr_binary(e)->left);
    }
    return e;
}

static bool is_comparison(const struct expr *e)
{
    if (e->kind != EXPR_BINARY)
        return false;
    enum op op = expr_binary(e)->op;
    return op == OP_EQ || op == OP_NE || op == OP_LT || op == OP_GT || op == OP_LE || op == OP_GE;
}

static void note(struct comparing *c, struct str label, struct str text)
{
    diag_note(c->eval->diags, c->diag, label, text);
}

/* A side that is neither a literal nor a lone reference, which is noted already. */
static void note_side(struct comparing *c, const struct expr *side, struct value v)
{
    side = bare(side);
    if (side->kind == EXPR_TRAVERSAL || side->kind == EXPR_STRING || side->kind == EXPR_NUMBER ||
        side->kind == EXPR_BOOL || side->kind == EXPR_NULL || side->kind == EXPR_OBJECT || side->kind == EXPR_TUPLE)
        return;
    struct str text = sources_text(c->eval->sources, side->span);
    size_t newline = str_find_byte(text, '\n', 0);
    size_t end = newline < SIDE_LABEL ? newline : text.n <= SIDE_LABEL ? text.n : SIDE_LABEL;
    while (end < text.n && ((unsigned char)text.p[end] & 0xC0) == 0x80)
        end++; /* not in the middle of a character */
    struct str label = end < text.n ? arena_printf(c->arena, "%.*s…", (int)end, text.p) : text;
    note(c, label, arena_printf(c->arena, _("is %.*s"), STR_ARG(value_brief(c->arena, v, BRIEF))));
}

/* -- differences -- */

static struct str place_text(struct comparing *c, struct path path)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 12);
    path_print(&text, path);
    struct str s = strbuf_str(&text);
    return s.n ? arena_printf(c->arena, _("at %.*s:"), STR_ARG(s)) : str_c(_("difference:"));
}

static void note_difference(struct comparing *c, struct path path, struct str text)
{
    if (c->told == DIFFERENCES) {
        c->left_out++;
        return;
    }
    c->told++;
    note(c, place_text(c, path), text);
}

static struct str line_at(struct str text, size_t number)
{
    struct str line = {0};
    for (size_t i = 0; i < number; i++)
        if (!str_next_line(&text, &line))
            return (struct str){0};
    return line;
}

static struct str quoted_line(struct comparing *c, struct str line)
{
    return value_brief(c->arena, value_string_copy(c->arena, line), LINE);
}

/* Of texts of several lines the first that differs says more than their beginnings. */
static bool note_lines(struct comparing *c, struct path path, struct str left, struct str right)
{
    struct str rest_left = left, rest_right = right, a, b;
    if (str_find_byte(left, '\n', 0) >= left.n - (left.n > 0) &&
        str_find_byte(right, '\n', 0) >= right.n - (right.n > 0))
        return false;
    size_t number = 1;
    for (;; number++) {
        bool more_left = str_next_line(&rest_left, &a), more_right = str_next_line(&rest_right, &b);
        if (!more_left || !more_right || !str_eq(a, b))
            break;
    }
    a = line_at(left, number);
    b = line_at(right, number);
    note_difference(c, path,
                    arena_printf(c->arena, _("line %zu is %.*s on the left and %.*s on the right"), number,
                                 STR_ARG(a.p ? quoted_line(c, a) : str_c(_("missing"))),
                                 STR_ARG(b.p ? quoted_line(c, b) : str_c(_("missing")))));
    return true;
}

static void differ(struct comparing *c, struct path path, struct value left, struct value right);

static void differ_leaf(struct comparing *c, struct path path, struct value left, struct value right)
{
    if ((left.marks | right.marks) & MARK_SENSITIVE) {
        note_difference(c, path, str_c(_("the values differ; they are sensitive, so they are not shown")));
        return;
    }
    if (value_is_set(left) && value_is_set(right) && left.type == type_string && right.type == type_string &&
        note_lines(c, path, left.u.string, right.u.string))
        return;
    note_difference(c, path,
                    arena_printf(c->arena, _("%.*s on the left, %.*s on the right"),
                                 STR_ARG(value_brief(c->arena, left, BRIEF)),
                                 STR_ARG(value_brief(c->arena, right, BRIEF))));
}

static void differ_named(struct comparing *c, struct path path, struct value left, struct value right)
{
    struct value key, item, other;
    bool object = left.type->kind == TYPE_OBJECT;
    for (struct value_iter it = value_iter(left); value_next(&it, &key, &item);) {
        struct path at = object ? path_attr(c->arena, path, key.u.string) : path_index(c->arena, path, key);
        other = right.type->kind == TYPE_OBJECT ? value_attr(right, key.u.string) : value_map_get(right, key.u.string);
        if (value_exists(other))
            differ(c, at, item, other);
        else
            note_difference(c, at,
                            arena_printf(c->arena, _("%.*s on the left, missing on the right"),
                                         STR_ARG(value_brief(c->arena, item, BRIEF))));
    }
    for (struct value_iter it = value_iter(right); value_next(&it, &key, &item);) {
        struct path at = object ? path_attr(c->arena, path, key.u.string) : path_index(c->arena, path, key);
        other = object ? value_attr(left, key.u.string) : value_map_get(left, key.u.string);
        if (!value_exists(other))
            note_difference(c, at,
                            arena_printf(c->arena, _("missing on the left, %.*s on the right"),
                                         STR_ARG(value_brief(c->arena, item, BRIEF))));
    }
}

static void differ_sequence(struct comparing *c, struct path path, struct value left, struct value right)
{
    uint32_t n = left.n < right.n ? left.n : right.n;
    if (left.n != right.n)
        note_difference(c, path,
                        arena_printf(c->arena, _("%u elements on the left, %u on the right"), left.n, right.n));
    for (uint32_t i = 0; i < n; i++)
        differ(c, path_index(c->arena, path, value_int(i)), left.u.items[i], right.u.items[i]);
}

static void differ_set(struct comparing *c, struct path path, struct value left, struct value right)
{
    for (uint32_t i = 0; i < left.n; i++)
        if (!value_set_has(right, left.u.items[i]))
            note_difference(c, path,
                            arena_printf(c->arena, _("%.*s is on the left only"),
                                         STR_ARG(value_brief(c->arena, left.u.items[i], BRIEF))));
    for (uint32_t i = 0; i < right.n; i++)
        if (!value_set_has(left, right.u.items[i]))
            note_difference(c, path,
                            arena_printf(c->arena, _("%.*s is on the right only"),
                                         STR_ARG(value_brief(c->arena, right.u.items[i], BRIEF))));
}

static void differ(struct comparing *c, struct path path, struct value left, struct value right)
{
    if (value_same(left, right))
        return;
    bool both = value_is_set(left) && value_is_set(right) && !((left.marks | right.marks) & MARK_SENSITIVE);
    if (both && type_is_keyed(left.type) && type_is_keyed(right.type))
        differ_named(c, path, left, right);
    else if (both && type_is_sequence(left.type) && type_is_sequence(right.type))
        differ_sequence(c, path, left, right);
    else if (both && left.type->kind == TYPE_SET && right.type == left.type)
        differ_set(c, path, left, right);
    else
        differ_leaf(c, path, left, right);
}

/* == is false for values of two types, however alike they look. */
static void note_types(struct comparing *c, struct value left, struct value right)
{
    struct str a = type_friendly(c->arena, left.type), b = type_friendly(c->arena, right.type);
    if (str_eq(a, b))
        note(c, str_c(_("types")), str_c(_("differ in their elements, and values of different types are never equal")));
    else
        note(c, str_c(_("types")),
             arena_printf(c->arena,
                          _("differ: %.*s on the left, %.*s on the right, and values of different types are never "
                            "equal. Convert one side: tolist(), toset(), tomap(), tostring()"),
                          STR_ARG(a), STR_ARG(b)));
}

static void explain_equality(struct comparing *c, struct value left, struct value right)
{
    bool plain = (!value_is_set(left) || type_is_primitive(left.type)) &&
                 (!value_is_set(right) || type_is_primitive(right.type));
    bool lines = plain && value_is_set(left) && value_is_set(right) && left.type == type_string &&
                 right.type == type_string && !((left.marks | right.marks) & MARK_SENSITIVE);
    if (lines)
        note_lines(c, (struct path){0}, left.u.string, right.u.string);
    else if (!plain)
        differ(c, (struct path){0}, left, right);
    if (c->left_out)
        note(c, str_c(_("…")), arena_printf(c->arena, _("and %zu more differences"), c->left_out));
    if (value_is_set(left) && value_is_set(right) && left.type != right.type && !c->told)
        note_types(c, left, right);
}

void compare_note(struct eval *eval, const struct expr *condition, struct diag *diag)
{
    const struct expr *e = culprit(eval, condition);
    struct diags ignored = DIAGS_INIT(eval->arena);
    struct value left, right;
    if (!is_comparison(e) || !eval_try(eval, expr_binary(e)->left, &left, &ignored) ||
        !eval_try(eval, expr_binary(e)->right, &right, &ignored))
        return;
    struct comparing c = {.eval = eval, .diag = diag, .arena = eval->arena};
    note_side(&c, expr_binary(e)->left, left);
    note_side(&c, expr_binary(e)->right, right);
    if (expr_binary(e)->op == OP_EQ)
        explain_equality(&c, left, right);
}
