#include "eval/eval_private.h"

/* Where the text of a string begins: behind the quote, or on the line below a heredoc's marker. No text has no
 * beginning but the end of the whole. */
static struct span text_start(const struct eval *eval, struct span whole)
{
    struct str source = eval->sources ? sources_text(eval->sources, whole) : (struct str){0};
    size_t skip = 0;
    if (str_is(source, "\"\""))
        skip = source.n;
    else if (source.n && source.p[0] == '"')
        skip = 1;
    else if (str_starts(source, STR("<<")))
        skip = str_find_byte(source, '\n', 0) + 1; /* SIZE_MAX + 1 is 0: there is no newline */
    return (struct span){whole.file, whole.off + (uint32_t)skip, whole.len - (uint32_t)skip};
}

static struct span template_start(const struct eval *eval, const struct expr_template *e)
{
    struct span text = text_start(eval, e->expr.span);
    bool interpolated = eval->sources && str_starts(sources_text(eval->sources, text), STR("${"));
    if (!e->n_parts || (e->parts[0]->kind == EXPR_STRING && !interpolated)) /* "${"a"}" begins within */
        return text;
    return eval_start(eval, e->parts[0]);
}

struct span eval_start(const struct eval *eval, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_STRING:
        return text_start(eval, e->span);
    case EXPR_TEMPLATE:
        return template_start(eval, expr_template(e));
    case EXPR_TEMPLATE_IF:
        return eval_start(eval, expr_template_if(e)->condition);
    case EXPR_TEMPLATE_FOR:
        return expr_template_for(e)->for_span;
    case EXPR_CALL:
        return span_join(expr_call(e)->name.span, expr_call(e)->open_span);
    case EXPR_CONDITIONAL:
        return eval_start(eval, expr_conditional(e)->condition);
    case EXPR_INDEX:
        return expr_index(e)->open_span;
    case EXPR_SPLAT:
        return expr_splat(e)->marker_span;
    case EXPR_FOR:
        return expr_for(e)->open_span;
    case EXPR_OBJECT:
        return expr_object(e)->open_span;
    case EXPR_TUPLE:
        return expr_tuple(e)->open_span;
    case EXPR_UNARY:
        return expr_unary(e)->op_span;
    case EXPR_BINARY:
        return eval_start(eval, expr_binary(e)->left);
    case EXPR_PAREN:
        return eval_start(eval, expr_paren(e)->inner);
    default:
        return e->span;
    }
}
