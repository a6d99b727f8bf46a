#include "eval/eval_private.h"

static size_t blanks(struct str s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return n;
}

/* The bytes before the text of a heredoc: the marker's line, and the indentation that <<- takes away. */
static size_t heredoc_start(struct str source, struct str text)
{
    size_t line = str_find_byte(source, '\n', 0) + 1; /* SIZE_MAX + 1 is 0: there is no newline */
    size_t before = blanks(str_sub(source, line, source.n)), after = blanks(text);
    return str_starts(source, STR("<<-")) && before > after ? line + before - after : line;
}

/* Where the text of a string begins: behind the quote, or on the line below a heredoc's marker. No text has no
 * beginning but the end of the whole. */
static struct span text_start(const struct eval *eval, struct span whole, struct str text)
{
    struct str source = eval->sources ? sources_text(eval->sources, whole) : (struct str){0};
    size_t skip = 0;
    if (str_is(source, "\"\"") || !text.n)
        skip = source.n;
    else if (source.n && source.p[0] == '"')
        skip = 1;
    else if (str_starts(source, STR("<<")))
        skip = heredoc_start(source, text);
    return (struct span){whole.file, whole.off + (uint32_t)skip, whole.len - (uint32_t)skip};
}

/* Whether blanks stand before the text, behind the start of the whole: indentation that was taken away, which still is
 * the first part of the template, of no text. */
static bool is_indented(const struct eval *eval, struct span whole, struct span text)
{
    if (!eval->sources || text.off == whole.off)
        return false;
    return blanks(sources_text(eval->sources, (struct span){text.file, text.off - 1, 1})) > 0;
}

static struct span template_start(const struct eval *eval, const struct expr_template *e)
{
    bool literal = e->n_parts && e->parts[0]->kind == EXPR_STRING;
    struct span text = text_start(eval, e->expr.span, literal ? expr_string(e->parts[0])->text : STR("$"));
    bool interpolated = eval->sources && str_starts(sources_text(eval->sources, text), STR("${"));
    if (!e->n_parts || is_indented(eval, e->expr.span, text) || (literal && !interpolated)) /* "${"a"}" begins within */
        return text;
    return eval_start(eval, e->parts[0]);
}

struct span eval_start(const struct eval *eval, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_STRING:
        return text_start(eval, e->span, expr_string(e)->text);
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
