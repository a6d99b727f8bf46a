/* Conditionals: both branches are evaluated, their types unified, and the problems of the branch not taken dropped. */
#include "eval/eval_private.h"

struct branch {
    const struct expr *expr;
    struct value v;
    struct diags caught;
};

struct choice {
    struct eval *eval;
    const struct expr *whole, *condition;
    struct branch yes, no;
    const struct type *type; /* what both branches are converted to; type_dynamic: nothing */
};

static struct value evaluate_branch(struct eval *eval, struct branch *branch)
{
    struct diags *diags = eval->diags;
    branch->caught = DIAGS_INIT(eval->arena);
    eval->diags = &branch->caught;
    branch->v = eval_expr(eval, branch->expr);
    eval->diags = diags;
    return branch->v;
}

static bool is_bare_null(struct value v)
{
    return value_is_null(v) && v.type == type_dynamic && !v.marks;
}

static const struct type *common_type(struct value yes, struct value no)
{
    const struct type *types[] = {yes.type, no.type};
    if (is_bare_null(yes))
        return no.type;
    if (is_bare_null(no))
        return yes.type;
    if (yes.type == type_dynamic || no.type == type_dynamic)
        return type_dynamic;
    return yes.type == no.type ? yes.type : convert_unify(types, 2);
}

static struct str mismatch(struct arena *arena, const struct type *yes, const struct type *no);

static struct str object_mismatch(struct arena *arena, const struct type *yes, const struct type *no)
{
    for (uint32_t i = 0; i < yes->n; i++) {
        int other = type_attr(no, yes->names[i]);
        if (other < 0)
            return arena_printf(arena, _("the attribute \"%.*s\" is in the first but not in the second"),
                                STR_ARG(yes->names[i]));
        if (yes->items[i] != no->items[other])
            return arena_printf(arena, _("in the attribute \"%.*s\", %.*s"), STR_ARG(yes->names[i]),
                                STR_ARG(mismatch(arena, yes->items[i], no->items[other])));
    }
    for (uint32_t i = 0; i < no->n; i++)
        if (type_attr(yes, no->names[i]) < 0)
            return arena_printf(arena, _("the attribute \"%.*s\" is in the second but not in the first"),
                                STR_ARG(no->names[i]));
    return STR("");
}

static struct str tuple_mismatch(struct arena *arena, const struct type *yes, const struct type *no)
{
    if (yes->n != no->n)
        return arena_printf(arena, _("the first has %u elements and the second %u, which fit no common type"), yes->n,
                            no->n);
    for (uint32_t i = 0; i < yes->n; i++)
        if (yes->items[i] != no->items[i])
            return arena_printf(arena, _("in the element %u, %.*s"), i,
                                STR_ARG(mismatch(arena, yes->items[i], no->items[i])));
    return STR("");
}

/* How two types differ that cannot be unified. */
static struct str mismatch(struct arena *arena, const struct type *yes, const struct type *no)
{
    if (yes->kind == TYPE_OBJECT && no->kind == TYPE_OBJECT)
        return object_mismatch(arena, yes, no);
    if (yes->kind == TYPE_TUPLE && no->kind == TYPE_TUPLE)
        return tuple_mismatch(arena, yes, no);
    if (yes->kind == no->kind && type_is_collection(yes) && yes->elem->kind == no->elem->kind &&
        !type_is_primitive(yes->elem))
        return arena_printf(arena, _("in the elements, %.*s"), STR_ARG(mismatch(arena, yes->elem, no->elem)));
    return arena_printf(arena, _("the first is %.*s and the second is %.*s"), STR_ARG(type_friendly(arena, yes)),
                        STR_ARG(type_friendly(arena, no)));
}

static struct value report_types(struct choice *c)
{
    struct str how = mismatch(c->eval->arena, c->yes.v.type, c->no.v.type);
    eval_error(c->eval, c->whole, span_join(c->yes.expr->span, c->no.expr->span),
               _("Inconsistent conditional result types"),
               _("Both results of a conditional must have one type, but %.*s. Convert one of them, for example with "
                 "tostring() or tolist()."),
               STR_ARG(how));
    return eval_nothing();
}

static bool could_be_null(struct value v)
{
    return value_is_null(v) || (!value_is_known(v) && !(v.refine && v.refine->not_null));
}

static uint32_t least_length(struct value v)
{
    return value_is_known(v) ? v.n : v.refine ? v.refine->min_length : 0;
}

static uint32_t most_length(struct value v)
{
    return value_is_known(v) ? v.n : v.refine ? v.refine->max_length : UINT32_MAX;
}

static void bound_number(struct refine *refine, struct value v, bool first)
{
    bool known = value_is_known(v);
    struct number low = known ? value_as_number(v) : v.refine ? v.refine->min : number_int(0);
    struct number high = known ? low : v.refine ? v.refine->max : number_int(0);
    bool has_low = known || (v.refine && v.refine->has_min), has_high = known || (v.refine && v.refine->has_max);
    if (first || (refine->has_min && has_low && number_cmp(low, refine->min) < 0))
        refine->min = low;
    if (first || (refine->has_max && has_high && number_cmp(high, refine->max) > 0))
        refine->max = high;
    refine->has_min = has_low && (first || refine->has_min);
    refine->has_max = has_high && (first || refine->has_max);
    refine->min_inclusive = refine->max_inclusive = true;
}

/* What holds for either branch while the condition is unknown. */
static struct value either(struct choice *c)
{
    struct value yes = c->yes.v, no = c->no.v;
    if (value_is_null(yes) && value_is_null(no))
        return value_null(c->type);
    if (c->type == type_dynamic)
        return eval_nothing();
    bool nullable = could_be_null(yes) || could_be_null(no);
    struct refine refine = {.not_null = !nullable, .max_length = UINT32_MAX};
    if (yes.type == type_number && no.type == type_number && !nullable) {
        bound_number(&refine, yes, true);
        bound_number(&refine, no, false);
    }
    if (type_is_collection(yes.type) && yes.type == no.type && !nullable) {
        uint32_t a = least_length(yes), b = least_length(no), max_a = most_length(yes), max_b = most_length(no);
        refine.min_length = a < b ? a : b;
        refine.max_length = max_a > max_b ? max_a : max_b;
    }
    return value_unknown_refined(c->eval->arena, c->type, refine);
}

/* A tuple or an object that becomes a collection of any one type gets it from its elements as they are: here the
 * reference converts none of them, though it does elsewhere. */
static bool elements_agree(struct value v, const struct type *to, struct str *why)
{
    const struct type *first = NULL;
    if ((v.type->kind != TYPE_TUPLE && v.type->kind != TYPE_OBJECT) || !type_is_collection(to) ||
        to->kind == TYPE_SET || to->elem != type_dynamic)
        return true;
    for (uint32_t i = 0; i < v.type->n; i++) {
        const struct type *item = v.type->items[i];
        if (first && item != type_dynamic && item != first) {
            *why = str_c(_("its elements are not all of the same type"));
            return false;
        }
        first = item != type_dynamic ? item : first;
    }
    return true;
}

static struct value take(struct choice *c, struct branch *branch)
{
    struct value result;
    struct str why = {0};
    diags_append(c->eval->diags, &branch->caught);
    if (elements_agree(branch->v, c->type, &why) && eval_convert(c->eval, branch->v, c->type, &result, &why))
        return result;
    eval_error(c->eval, branch->expr, branch->expr->span, _("Inconsistent conditional result types"),
               _("The result is %.*s, which cannot become a %.*s as the other result requires: %.*s."),
               STR_ARG(eval_brief(c->eval, branch->v)), STR_ARG(type_friendly(c->eval->arena, c->type)), STR_ARG(why));
    return value_unknown(c->type);
}

static struct value null_condition(struct choice *c)
{
    eval_error(c->eval, c->condition, c->condition->span, _("Null condition"),
               _("The condition is null, but it must be either true or false."));
    return value_unknown(c->type);
}

static struct value decide(struct choice *c, struct value condition)
{
    struct value decision;
    struct str why = {0};
    if (value_is_null(condition))
        return null_condition(c);
    if (!value_is_known(condition))
        return either(c);
    if (eval_convert(c->eval, condition, type_bool, &decision, &why))
        return take(c, decision.u.boolean ? &c->yes : &c->no);
    eval_error(c->eval, c->condition, c->condition->span, _("Incorrect condition type"),
               _("A condition must be true or false, but this is %.*s."), STR_ARG(eval_brief(c->eval, condition)));
    return value_unknown(c->type);
}

struct value eval_choice(struct eval *eval, const struct expr *whole, const struct expr *condition,
                         const struct expr *yes, const struct expr *no)
{
    struct choice c = {.eval = eval, .whole = whole, .condition = condition, .yes.expr = yes, .no.expr = no};
    evaluate_branch(eval, &c.yes);
    evaluate_branch(eval, &c.no);
    c.type = common_type(c.yes.v, c.no.v);
    if (!c.type)
        return report_types(&c);
    struct value v = eval_expr(eval, condition);
    return value_mark(decide(&c, v), (uint16_t)(v.marks | c.yes.v.marks | c.no.v.marks));
}
