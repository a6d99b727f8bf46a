/* Operators. Operands are converted first; both sides are always evaluated. */
#include "eval/eval_private.h"

static const struct type *operand_type(enum op op)
{
    switch (op) {
    case OP_EQ:
    case OP_NE:
        return type_dynamic;
    case OP_OR:
    case OP_AND:
    case OP_NOT:
        return type_bool;
    default:
        return type_number;
    }
}

static const struct type *result_type(enum op op)
{
    return op < OP_ADD || op == OP_NOT ? type_bool : type_number;
}

static struct value operand(struct eval *eval, const struct expr *e, enum op op, const char *which)
{
    struct value v = eval_expr(eval, e), converted;
    struct str why = {0};
    if (eval_convert(eval, v, operand_type(op), &converted, &why))
        return converted;
    eval_error(eval, e, e->span, _("Invalid operand"), _("The %s of %.*s is %.*s: %.*s."), which, STR_ARG(op_text(op)),
               STR_ARG(eval_brief(eval, v)), STR_ARG(why));
    return eval_nothing();
}

/* The bounds of a number that is known or refined. */
static bool lowest(struct value v, struct number *out)
{
    if (value_is_known(v)) {
        *out = value_as_number(v);
        return true;
    }
    *out = v.refine ? v.refine->min : number_int(0);
    return v.refine && v.refine->has_min;
}

static bool highest(struct value v, struct number *out)
{
    if (value_is_known(v)) {
        *out = value_as_number(v);
        return true;
    }
    *out = v.refine ? v.refine->max : number_int(0);
    return v.refine && v.refine->has_max;
}

/* Whether a is below b for whatever values they take. */
static bool surely_below(struct value a, struct value b)
{
    struct number top, bottom;
    return highest(a, &top) && lowest(b, &bottom) && number_cmp(top, bottom) < 0;
}

static struct value compare(struct eval *eval, enum op op, struct value a, struct value b)
{
    if (value_is_known(a) && value_is_known(b)) {
        int order = number_cmp(value_as_number(a), value_as_number(b));
        return value_bool(op == OP_LT ? order < 0 : op == OP_GT ? order > 0 : op == OP_LE ? order <= 0 : order >= 0);
    }
    bool less = op == OP_LT || op == OP_LE;
    if (surely_below(a, b))
        return value_bool(less);
    if (surely_below(b, a))
        return value_bool(!less);
    return eval_unknown(eval, type_bool, 0);
}

static struct value logic(struct eval *eval, enum op op, struct value a, struct value b)
{
    if (!value_is_known(a) || !value_is_known(b))
        return eval_unknown(eval, type_bool, 0);
    return value_bool(op == OP_OR ? a.u.boolean || b.u.boolean : a.u.boolean && b.u.boolean);
}

static bool is_zero(struct number n)
{
    return !number_is_inf(n) && number_sign(n) == 0;
}

/* Answers that have no number: NULL where there is one. */
static const char *undefined(enum op op, struct number a, struct number b)
{
    bool inf_a = number_is_inf(a), inf_b = number_is_inf(b), same_sign = number_sign(a) == number_sign(b);
    if (op == OP_ADD && inf_a && inf_b && !same_sign)
        return _("Infinities of opposite sign have no sum.");
    if (op == OP_SUB && inf_a && inf_b && same_sign)
        return _("Infinity minus infinity has no answer.");
    if (op == OP_MUL && ((inf_a && is_zero(b)) || (inf_b && is_zero(a))))
        return _("Zero times infinity has no answer.");
    if (op == OP_DIV && is_zero(a) && is_zero(b))
        return _("Zero divided by zero has no answer.");
    if (op == OP_DIV && inf_a && inf_b)
        return _("Infinity divided by infinity has no answer.");
    if (op == OP_MOD && (inf_a || inf_b) && (is_zero(a) || is_zero(b)))
        return _("There is no remainder of zero and infinity.");
    return NULL;
}

static struct number remainder_of(struct arena *arena, struct number a, struct number b)
{
    struct number result;
    if (is_zero(b))
        return a;
    /* Remainders with infinities are infinite, as the reference has them. */
    return number_mod(arena, a, b, &result) ? result : number_mul(arena, a, b);
}

static struct number calculate(struct arena *arena, enum op op, struct number a, struct number b)
{
    struct number quotient = number_int(0);
    switch (op) {
    case OP_ADD:
        return number_add(arena, a, b);
    case OP_SUB:
        return number_sub(arena, a, b);
    case OP_MUL:
        return number_mul(arena, a, b);
    case OP_DIV:
        number_div(arena, a, b, &quotient); /* undefined() found what it refuses */
        return quotient;
    default:
        return remainder_of(arena, a, b);
    }
}

static struct value arithmetic(struct eval *eval, const struct expr_binary *e, struct value a, struct value b)
{
    if (!value_is_known(a) || !value_is_known(b))
        return eval_unknown(eval, type_number, 0);
    struct number left = value_as_number(a), right = value_as_number(b);
    const char *problem = undefined(e->op, left, right);
    if (!problem)
        return value_number(calculate(eval->arena, e->op, left, right));
    eval_error(eval, &e->expr, e->expr.span, _("Operation failed"), "%s", problem);
    return value_unknown(type_number);
}

static struct value equality(struct eval *eval, enum op op, struct value a, struct value b)
{
    struct value equal = value_equal(eval->arena, a, b);
    if (op == OP_NE && value_is_known(equal))
        equal.u.boolean = !equal.u.boolean;
    return equal;
}

static struct value null_operand(struct eval *eval, const struct expr_binary *e, struct value a)
{
    eval_error(eval, &e->expr, e->expr.span, _("Operation failed"),
               _("The %s operand of %.*s is null. coalesce() can put another value in its place."),
               value_is_null(a) ? _("left") : _("right"), STR_ARG(op_text(e->op)));
    return value_unknown(result_type(e->op));
}

struct value eval_binary(struct eval *eval, const struct expr_binary *e)
{
    size_t errors = eval->diags->n_errors;
    struct value a = operand(eval, e->left, e->op, _("left operand")),
                 b = operand(eval, e->right, e->op, _("right operand"));
    if (eval->diags->n_errors != errors)
        return value_unknown(result_type(e->op));
    if (operand_type(e->op) == type_dynamic)
        return equality(eval, e->op, a, b);
    if (value_is_null(a) || value_is_null(b))
        return null_operand(eval, e, a);
    struct value result = e->op <= OP_AND  ? logic(eval, e->op, a, b)
                          : e->op < OP_ADD ? compare(eval, e->op, a, b)
                                           : arithmetic(eval, e, a, b);
    return value_mark(result, a.marks | b.marks);
}

struct value eval_unary(struct eval *eval, const struct expr_unary *e)
{
    size_t errors = eval->diags->n_errors;
    struct value v = operand(eval, e->operand, e->op, _("operand"));
    if (eval->diags->n_errors != errors)
        return value_unknown(result_type(e->op));
    if (value_is_null(v)) {
        eval_error(eval, &e->expr, e->expr.span, _("Operation failed"), _("The operand of %.*s is null."),
                   STR_ARG(op_text(e->op)));
        return value_unknown(result_type(e->op));
    }
    if (!value_is_known(v))
        return eval_unknown(eval, result_type(e->op), v.marks);
    struct value result =
        e->op == OP_NOT ? value_bool(!v.u.boolean) : value_number(number_neg(eval->arena, value_as_number(v)));
    return value_mark(result, v.marks);
}
