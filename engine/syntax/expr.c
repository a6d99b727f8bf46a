/* expr: operators and conditionals. */
#include "syntax/parser.h"

/* One table: precedence from 1 (binds least) and operator; all are left-associative. */
/* clang-format off */
static const struct { uint8_t precedence, op; } binary_ops[] = {
    [TOKEN_OR] = {1, OP_OR},
    [TOKEN_AND] = {2, OP_AND},
    [TOKEN_EQ] = {3, OP_EQ},       [TOKEN_NE] = {3, OP_NE},
    [TOKEN_LT] = {4, OP_LT},       [TOKEN_GT] = {4, OP_GT},    [TOKEN_LE] = {4, OP_LE}, [TOKEN_GE] = {4, OP_GE},
    [TOKEN_PLUS] = {5, OP_ADD},    [TOKEN_MINUS] = {5, OP_SUB},
    [TOKEN_STAR] = {6, OP_MUL},    [TOKEN_SLASH] = {6, OP_DIV}, [TOKEN_PERCENT] = {6, OP_MOD},
    [TOKEN_BAD_UTF8] = {0, 0}, /* every kind is an index */
};
/* clang-format on */

static const struct expr *make_binary(struct parser *p, const struct token *op, const struct expr *left,
                                      const struct expr *right)
{
    unsigned below = taller(height(left), height(right));
    struct expr_binary *e = NODE(p, expr_binary, EXPR_BINARY, span_join(left->span, right->span), below);
    e->op = binary_ops[op->kind].op;
    e->op_span = parser_span(p, op);
    e->left = left;
    e->right = right;
    return &e->expr;
}

/* `left` and the operands that operators of at least that precedence join to it. */
static const struct expr *parse_binary(struct parser *p, const struct expr *left, unsigned precedence)
{
    while (!p->broken) {
        unsigned found = binary_ops[parser_kind(p)].precedence;
        if (!found || found < precedence)
            break;
        const struct token *op = parser_next(p);
        const struct expr *right = parse_binary(p, parser_term(p), found + 1);
        left = make_binary(p, op, left, right);
    }
    return left;
}

static const struct expr *parse_conditional(struct parser *p, const struct expr *condition, uint32_t start)
{
    parser_next(p);
    const struct expr *yes = parser_expression(p);
    if (p->broken)
        return parser_invalid(p, start);
    if (!parser_take(p, TOKEN_COLON)) {
        const struct token *t = parser_peek(p);
        parser_fail(
            p, parser_span(p, t), _("Missing false expression in conditional"),
            _("A conditional is written \"condition ? value : other value\". Here \":\" and the other value are "
              "expected, but found %.*s."),
            STR_ARG(parser_found(p, t)));
        return parser_invalid(p, start);
    }
    const struct expr *no = parser_expression(p);
    unsigned below = taller(height(condition), taller(height(yes), height(no)));
    struct expr_conditional *e = NODE(p, expr_conditional, EXPR_CONDITIONAL, parser_from(p, start), below);
    e->condition = condition;
    e->yes = yes;
    e->no = no;
    return &e->expr;
}

const struct expr *parser_expression(struct parser *p)
{
    uint32_t start = parser_peek(p)->off;
    const struct expr *e = NULL;
    if (parser_enter(p)) {
        e = parser_term(p);
        if (!p->broken && binary_ops[parser_kind(p)].precedence)
            e = parse_binary(p, e, 1);
        if (!p->broken && parser_kind(p) == TOKEN_QUESTION)
            e = parse_conditional(p, e, start);
    }
    parser_leave(p);
    return p->broken || !e ? parser_invalid(p, start) : e;
}
