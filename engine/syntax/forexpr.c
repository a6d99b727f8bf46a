/* forexpr: [for …] and {for …}, and the head that these share with the %{for} directive. */
#include "syntax/parser.h"

static struct name parse_variable(struct parser *p, const char *summary)
{
    const struct token *t = parser_peek(p);
    if (parser_take(p, TOKEN_IDENT))
        return parser_name(p, t);
    parser_fail(p, parser_span(p, t), _(summary),
                _("After \"for\" the name of a variable is expected here, but found %.*s."),
                STR_ARG(parser_found(p, t)));
    return (struct name){0};
}

struct for_head parser_for_head(struct parser *p, const char *summary)
{
    struct for_head head = {.value = parse_variable(p, summary)};
    if (!p->broken && parser_take(p, TOKEN_COMMA)) {
        head.key = head.value;
        head.value = parse_variable(p, summary);
    }
    const struct token *t = parser_peek(p);
    if (p->broken)
        return head;
    if (!parser_is_word(p, t, STR("in"))) {
        parser_fail(
            p, parser_span(p, t), _(summary),
            _("The variables are followed by \"in\" and a collection. Here \"in\" is expected, but found %.*s."),
            STR_ARG(parser_found(p, t)));
        return head;
    }
    parser_next(p);
    head.collection = parser_expression(p);
    return head;
}

/* key => value, or value alone. */
static void parse_results(struct parser *p, struct expr_for *f)
{
    f->result = parser_expression(p);
    if (p->broken || !parser_take(p, TOKEN_FAT_ARROW))
        return;
    f->result_key = f->result;
    f->result = parser_expression(p);
}

/* ... and if. Returns the span of the ellipsis. */
static struct span parse_tail(struct parser *p, struct expr_for *f)
{
    struct span ellipsis = parser_span(p, parser_peek(p));
    f->group = parser_take(p, TOKEN_ELLIPSIS);
    if (parser_is_word(p, parser_peek(p), STR("if"))) {
        parser_next(p);
        f->condition = parser_expression(p);
    }
    return ellipsis;
}

static void check_results(struct parser *p, const struct expr_for *f, struct span ellipsis)
{
    const char *summary = N_("Invalid 'for' expression");
    if (!f->object && f->result_key)
        parser_error(p, f->result_key->span, _(summary),
                     _("A key is for {for …}, which makes an object; [for …] makes a list."));
    if (!f->object && f->group)
        parser_error(p, ellipsis, _(summary),
                     _("\"...\" groups by key, in {for …}; [for …] makes a list and has no keys."));
    if (f->object && !f->result_key)
        parser_error(p, f->result->span, _(summary),
                     _("{for …} makes an object and needs a key: write \"key => value\". For a list write [for …]."));
}

static void fail_expected(struct parser *p, const char *expected)
{
    const struct token *t = parser_peek(p);
    parser_fail(p, parser_span(p, t), _("Invalid 'for' expression"), _("Here %s is expected, but found %.*s."),
                expected, STR_ARG(parser_found(p, t)));
}

static struct span parse_for_parts(struct parser *p, struct expr_for *f)
{
    struct for_head head = parser_for_head(p, N_("Invalid 'for' expression"));
    f->key = head.key;
    f->value = head.value;
    f->collection = head.collection;
    if (!p->broken && !parser_take(p, TOKEN_COLON))
        fail_expected(p, N_("\":\" after the collection"));
    if (!p->broken)
        parse_results(p, f);
    struct span ellipsis = {0};
    if (!p->broken)
        ellipsis = parse_tail(p, f);
    if (!p->broken && parser_kind(p) != (f->object ? TOKEN_CBRACE : TOKEN_CBRACKET))
        fail_expected(p, f->object ? "\"}\"" : "\"]\"");
    return ellipsis;
}

static unsigned for_height(const struct expr_for *f)
{
    unsigned below = taller(height(f->collection), height(f->result));
    if (f->result_key)
        below = taller(below, height(f->result_key));
    return f->condition ? taller(below, height(f->condition)) : below;
}

const struct expr *parser_for(struct parser *p, const struct token *open)
{
    parser_next(p);
    struct expr_for made = {.object = open->kind == TOKEN_OBRACE, .open_span = parser_span(p, open)};
    struct span ellipsis = parse_for_parts(p, &made);
    if (p->broken)
        return parser_invalid(p, open->off);
    made.close_span = parser_span(p, parser_next(p));
    check_results(p, &made, ellipsis);
    if (made.object == !made.result_key || (made.group && !made.object))
        return parser_invalid(p, open->off);
    struct expr_for *e = NODE(p, expr_for, EXPR_FOR, parser_from(p, open->off), for_height(&made));
    made.expr = e->expr;
    *e = made;
    return &e->expr;
}
