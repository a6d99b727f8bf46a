/* term: what operators join: literals, references, calls, parentheses and collections, each with the .name and [index]
 * behind it. */
#include "syntax/parser.h"

static struct expr *make_bool(struct parser *p, const struct token *t, bool value)
{
    struct expr_bool *e = NODE(p, expr_bool, EXPR_BOOL, parser_span(p, t), 0);
    e->value = value;
    return &e->expr;
}

static struct expr *make_reference(struct parser *p, const struct token *t)
{
    struct expr_traversal *e = NODE(p, expr_traversal, EXPR_TRAVERSAL, parser_span(p, t), 0);
    e->traversal.root = parser_name(p, t);
    parser_attr_steps(p, &e->traversal);
    e->expr.span = e->traversal.span = parser_from(p, t->off);
    return &e->expr;
}

/* A name that has been read and begins no call. */
static struct expr *parse_word(struct parser *p, const struct token *t)
{
    switch (p->text.p[t->off]) {
    case 't':
        if (parser_is_word(p, t, STR("true")))
            return make_bool(p, t, true);
        break;
    case 'f':
        if (parser_is_word(p, t, STR("false")))
            return make_bool(p, t, false);
        break;
    case 'n':
        if (parser_is_word(p, t, STR("null")))
            return parser_node(p, sizeof(struct expr), EXPR_NULL, parser_span(p, t), 0);
        break;
    }
    return make_reference(p, t);
}

static const struct expr *parse_paren(struct parser *p)
{
    const struct token *open = parser_next(p);
    bool newlines = p->newlines;
    p->newlines = false;
    const struct expr *inner = parser_expression(p);
    if (p->broken)
        return inner;
    const struct token *close = parser_peek(p);
    if (!parser_take(p, TOKEN_CPAREN)) {
        size_t before = p->n_reported;
        parser_fail(p, parser_span(p, close), _("Unbalanced parentheses"),
                    _("The parenthesis opened before is expected to be closed here with \")\", but found %.*s."),
                    STR_ARG(parser_found(p, close)));
        parser_note_open(p, before, open->off);
        return inner;
    }
    p->newlines = newlines;
    struct expr_paren *e = NODE(p, expr_paren, EXPR_PAREN, parser_from(p, open->off), height(inner));
    e->inner = inner;
    return &e->expr;
}

static const struct expr *parse_unary(struct parser *p)
{
    const struct token *t = parser_next(p);
    const struct expr *operand = parser_enter(p) ? parser_term(p) : parser_invalid(p, t->off);
    parser_leave(p);
    struct expr_unary *e = NODE(p, expr_unary, EXPR_UNARY, parser_from(p, t->off), height(operand));
    e->op = t->kind == TOKEN_BANG ? OP_NOT : OP_NEGATE;
    e->op_span = parser_span(p, t);
    e->operand = operand;
    return &e->expr;
}

/* -- calls -- */

/* The name from token `first` to the last one read, without the white space that may stand in it. */
static struct str join_names(struct parser *p, const struct token *first)
{
    STRBUF_AUTO joined = STRBUF_INIT(STRBUF_MAX);
    for (const struct token *t = first; t <= &p->tokens.v[p->prev]; t++)
        if (t->kind == TOKEN_IDENT || t->kind == TOKEN_DOUBLE_COLON)
            strbuf_add(&joined, parser_name(p, t).text);
    return arena_str(p->arena, strbuf_str(&joined));
}

/* name, or name::name::name, up to the opening parenthesis, which is read. */
static struct name parse_call_name(struct parser *p, const struct token *first)
{
    while (parser_take(p, TOKEN_DOUBLE_COLON)) {
        const struct token *t = parser_peek(p);
        if (parser_take(p, TOKEN_IDENT))
            continue;
        parser_fail(p, parser_span(p, t), _("Missing function name"),
                    _("After \"::\" the name of a function is expected, but found %.*s."), STR_ARG(parser_found(p, t)));
        return (struct name){0};
    }
    struct name name = parser_name(p, first);
    if (&p->tokens.v[p->prev] != first)
        name = (struct name){join_names(p, first), parser_from(p, first->off)};
    const struct token *open = parser_peek(p);
    if (!parser_take(p, TOKEN_OPAREN))
        parser_fail(p, parser_span(p, open), _("Missing open parenthesis"),
                    _("\"%.*s\" names a function, so \"(\" and its arguments are expected here, but found %.*s."),
                    STR_ARG(name.text), STR_ARG(parser_found(p, open)));
    return name;
}

/* After an argument: true where another may follow. */
static bool parse_separator(struct parser *p, struct expr_call *call)
{
    const struct token *t = parser_peek(p);
    if (parser_take(p, TOKEN_COMMA))
        return true;
    if (t->kind == TOKEN_CPAREN)
        return false;
    if (parser_take(p, TOKEN_ELLIPSIS)) {
        call->expand_final = true;
        call->expand_span = parser_span(p, t);
        if (parser_kind(p) != TOKEN_CPAREN)
            parser_fail(p, call->expand_span, _("Missing closing parenthesis"),
                        _("\"...\" expands the last argument of a call: \")\" must follow, but found %.*s."),
                        STR_ARG(parser_found(p, parser_peek(p))));
    } else if (t->kind == TOKEN_EOF) {
        parser_fail(p, span_join(call->name.span, call->open_span), _("Unterminated function call"),
                    _("The call of \"%.*s\" has no closing parenthesis."), STR_ARG(call->name.text));
    } else {
        size_t before = p->n_reported;
        parser_fail(
            p, parser_span(p, t), _("Missing argument separator"),
            _("Arguments of \"%.*s\" are separated by commas: a \",\" or \")\" is expected here, but found %.*s."),
            STR_ARG(call->name.text), STR_ARG(parser_found(p, t)));
        parser_note_open(p, before, call->open_span.off);
    }
    return false;
}

static unsigned parse_args(struct parser *p, struct expr_call *call)
{
    size_t mark = pile_mark(p);
    unsigned below = 0;
    bool more = true;
    while (more && parser_kind(p) != TOKEN_CPAREN) {
        const struct expr *arg = parser_expression(p);
        if (p->broken)
            return below;
        below = taller(below, height(arg));
        pile_push(p, &arg, sizeof arg);
        more = parse_separator(p, call);
    }
    call->args = pile_take(p, mark, sizeof *call->args, &call->n_args);
    return below;
}

static const struct expr *parse_call(struct parser *p, const struct token *first)
{
    struct expr_call made = {.name = parse_call_name(p, first)};
    if (p->broken)
        return parser_invalid(p, first->off);
    made.open_span = parser_span(p, &p->tokens.v[p->prev]);
    bool newlines = p->newlines;
    p->newlines = false;
    unsigned below = parse_args(p, &made);
    if (p->broken)
        return parser_invalid(p, first->off);
    made.close_span = parser_span(p, parser_next(p));
    p->newlines = newlines;
    struct expr_call *e = NODE(p, expr_call, EXPR_CALL, parser_from(p, first->off), below);
    made.expr = e->expr;
    *e = made;
    return &e->expr;
}

static const struct expr *parse_name_or_call(struct parser *p)
{
    const struct token *t = parser_next(p);
    enum token_kind next = parser_kind(p);
    if (next == TOKEN_OPAREN || next == TOKEN_DOUBLE_COLON)
        return parse_call(p, t);
    return parse_word(p, t);
}

static const struct expr *missing(struct parser *p)
{
    const struct token *t = parser_peek(p);
    const char *summary = t->kind == TOKEN_EOF ? _("Missing expression") : _("Invalid expression");
    parser_fail(p, parser_span(p, t), summary, _("A value or an expression is expected here, but found %.*s."),
                STR_ARG(parser_found(p, t)));
    return parser_invalid(p, t->off);
}

static const struct expr *parse_term(struct parser *p)
{
    switch (parser_kind(p)) {
    case TOKEN_STRING:
        return parser_string(p, parser_next(p));
    case TOKEN_NUMBER:
        return parser_number(p, parser_next(p));
    case TOKEN_IDENT:
        return parse_name_or_call(p);
    case TOKEN_OQUOTE:
    case TOKEN_OHEREDOC:
        return parser_template(p);
    case TOKEN_OPAREN:
        return parse_paren(p);
    case TOKEN_OBRACKET:
        return parser_tuple(p);
    case TOKEN_OBRACE:
        return parser_object(p);
    case TOKEN_MINUS:
    case TOKEN_BANG:
        return parse_unary(p);
    default:
        return missing(p);
    }
}

const struct expr *parser_term(struct parser *p)
{
    const struct expr *e = parse_term(p);
    if (p->broken)
        return e;
    enum token_kind kind = parser_kind(p);
    return kind == TOKEN_DOT || kind == TOKEN_OBRACKET ? parser_postfix(p, e) : e;
}
