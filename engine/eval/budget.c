/* budget: what one expression may use. Steps and bytes are counted, so that an answer does not depend on the machine.
 */
#include "eval/eval_private.h"
#include "value/walk.h"

static void spend(struct eval_budget *budget, struct span at)
{
    if (!budget->spent)
        budget->at = at;
    budget->spent = true;
}

bool budget_step(struct eval *eval, const struct expr *expr)
{
    struct eval_budget *budget = eval->budget;
    if (budget->spent)
        return false;
    budget->at = expr->span;
    budget->spent = ++budget->steps > EVAL_STEPS || arena_over(eval->arena);
    return !budget->spent;
}

void eval_charge(struct eval *eval, size_t steps)
{
    if (eval->budget && (eval->budget->steps += steps) > EVAL_STEPS)
        spend(eval->budget, eval->budget->at);
}

bool eval_spent(const struct eval *eval)
{
    if (eval->budget && arena_over(eval->arena))
        spend(eval->budget, eval->budget->at);
    return eval->budget && eval->budget->spent;
}

/* Parts that are shared cost nothing here, but whoever converts, prints or stores the value goes through all of them:
 * ten lists of ten times the one before are ten thousand million values. */
static bool too_many(struct eval *eval, const struct expr *expr, struct value v)
{
    if (value_count(v, EVAL_VALUES) < EVAL_VALUES)
        return false;
    eval_error(eval, NULL, expr->span, _("Value too large"),
               _("The value is made of more than %d values, which is the most that one may be."), EVAL_VALUES);
    return true;
}

static void report(struct eval *eval, const struct eval_budget *budget)
{
    bool steps = budget->steps > EVAL_STEPS;
    eval_error(eval, NULL, budget->at, _("Expression too large"),
               steps ? _("The expression takes more than %d steps to evaluate, which is the most that one may take. "
                         "Loops within loops multiply: go through fewer elements, or split it up into several locals.")
                     : _("The expression takes more than %d MiB of memory to evaluate, which is the most that one may "
                         "take. Go through fewer elements, or split it up into several locals."),
               steps ? EVAL_STEPS : EVAL_BYTES >> 20);
}

struct value budget_eval(struct eval *eval, const struct expr *expr)
{
    struct eval_budget budget = {.at = expr->span};
    size_t limit = arena_limit(eval->arena, EVAL_BYTES);
    eval->budget = &budget;
    struct value v = eval_expr(eval, expr);
    bool spent = eval_spent(eval);
    eval->budget = NULL;
    arena_restore_limit(eval->arena, limit);
    if (!spent)
        return too_many(eval, expr, v) ? eval_nothing() : v;
    report(eval, &budget);
    return eval_nothing();
}
