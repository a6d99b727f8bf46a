/* Templates: parts joined as strings, with what is known of an unknown result as its prefix. */
#include "eval/eval_private.h"

#include "base/unicode.h"

enum { PREFIX_BYTES = 128 };

struct joining {
    struct eval *eval;
    struct strbuf *text;
    uint16_t marks;
    bool known;  /* all parts so far */
    bool failed; /* some part has no text */
};

static void cannot_join(struct joining *joining, const struct expr *part, struct value v, struct str why)
{
    joining->failed = true;
    if (value_is_null(v))
        eval_error(joining->eval, part, part->span, _("Invalid template interpolation value"),
                   _("The value is null, which has no text. coalesce() can put another value in its place."));
    else
        eval_error(joining->eval, part, part->span, _("Invalid template interpolation value"),
                   _("The value is %.*s, which has no text: %.*s. Use join() or jsonencode() to make a string "
                     "of it."),
                   STR_ARG(eval_described(joining->eval, v)), STR_ARG(why));
}

static void join_value(struct joining *joining, const struct expr *part, struct value v)
{
    struct value text = v;
    struct str why = {0};
    joining->marks |= v.marks;
    if (value_is_null(v) || (value_is_known(v) && !eval_convert(joining->eval, v, type_string, &text, &why))) {
        cannot_join(joining, part, v, why);
        return;
    }
    joining->known &= value_is_known(v);
    if (joining->known)
        strbuf_add(joining->text, text.u.string);
}

static void join_part(struct joining *joining, const struct expr *part)
{
    if (part->kind == EXPR_STRING) {
        if (joining->known)
            strbuf_add(joining->text, expr_string(part)->text);
        return;
    }
    size_t errors = joining->eval->diags->n_errors;
    struct value v = eval_expr(joining->eval, part);
    if (joining->eval->diags->n_errors != errors)
        joining->failed = true;
    else
        join_value(joining, part, v);
}

static struct value unknown_text(struct joining *joining)
{
    struct arena *arena = joining->eval->arena;
    struct refine refine = {.not_null = true, .max_length = UINT32_MAX};
    if (!joining->failed)
        refine.prefix = unicode_settled(arena, str_sub(strbuf_str(joining->text), 0, PREFIX_BYTES));
    return value_unknown_refined(arena, type_string, refine);
}

static struct value joined_text(struct joining *joining, const struct expr *whole)
{
    if (joining->failed || !joining->known)
        return value_mark(unknown_text(joining), joining->marks);
    if (joining->text->over) {
        eval_error(joining->eval, NULL, whole->span, _("String too long"),
                   _("The template makes a string of more than %d MiB."), EVAL_TEXT >> 20);
        return value_unknown(type_string);
    }
    return value_mark(value_string_copy(joining->eval->arena, strbuf_str(joining->text)), joining->marks);
}

struct value eval_joined(struct eval *eval, const struct expr_template *e)
{
    STRBUF_AUTO text = STRBUF_INIT(EVAL_TEXT);
    struct joining joining = {eval, &text, 0, true, false};
    for (size_t i = 0; i < e->n_parts; i++)
        join_part(&joining, e->parts[i]);
    return joined_text(&joining, &e->expr);
}

/* %{for}: the loop as an expression, its results joined. */
struct value eval_template_for(struct eval *eval, const struct expr_template_for *e)
{
    STRBUF_AUTO text = STRBUF_INIT(EVAL_TEXT);
    struct expr_for loop = {.expr = {.kind = EXPR_FOR, .span = e->expr.span},
                            .key = e->key,
                            .value = e->value,
                            .collection = e->collection,
                            .result = e->body};
    struct value results = eval_for(eval, &loop);
    struct joining joining = {eval, &text, results.marks, true, false};
    if (!value_is_known(results))
        return value_mark(value_unknown(type_string), results.marks);
    for (uint32_t i = 0; i < results.n; i++)
        join_value(&joining, e->body, results.u.items[i]);
    return joined_text(&joining, &e->expr);
}

struct value eval_template(struct eval *eval, const struct expr *template_expr)
{
    return eval_expr(eval, template_expr);
}
