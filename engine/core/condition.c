/* Preconditions, postconditions and validations; prevent_destroy. */
#include "core/run.h"

#include "base/gettext.h"

/* The outcome of one condition; `why` gets the message of one that does not hold. */
static enum check_status check_one(struct frame *frame, const struct config_condition *condition, struct str object,
                                   struct str *why)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    eval.object = object;
    size_t errors = run->diags->n_errors;
    struct value held = eval_expr_as(&eval, condition->condition, type_bool);
    if (run->diags->n_errors > errors)
        return CHECK_ERROR;
    if (!value_is_known(held))
        return CHECK_UNKNOWN;
    if (value_is_null(held)) {
        diag_error(run->diags, condition->condition->span, _("Invalid condition"),
                   _("The condition is null. It must be true or false."));
        return CHECK_ERROR;
    }
    if (held.u.boolean)
        return CHECK_PASS;
    struct value message = eval_expr_as(&eval, condition->error_message, type_string);
    if (run->diags->n_errors > errors)
        return CHECK_ERROR;
    if (value_has_secret(message))
        *why = str_c(_("The error message holds a sensitive value, so it is not shown."));
    else
        *why = value_is_set(message) ? message.u.string : str_c(_("The condition does not hold."));
    return CHECK_FAIL;
}

/* Resources have the whole address already. */
struct str check_object(struct run *run, const struct module *module, enum check_kind kind, struct str object)
{
    struct str path = module->config->path;
    return kind == CHECK_RESOURCE || !path.n ? object
                                             : arena_printf(run->arena, "%.*s.%.*s", STR_ARG(path), STR_ARG(object));
}

bool conditions_check(struct frame *frame, struct config_conditions conditions, enum check_kind kind, struct str object,
                      struct str instance, const struct addr *addr, const char *summary)
{
    struct run *run = frame->run;
    struct plan_check check = {
        .kind = kind, .object = object, .instance = instance, .addr = addr, .status = CHECK_PASS};
    for (size_t i = 0; i < conditions.n; i++) {
        struct str why = {0};
        enum check_status status = check_one(frame, &conditions.v[i], instance, &why);
        check.status = plan_check_worse(check.status, status);
        if (status != CHECK_FAIL)
            continue;
        struct scope scope;
        struct eval eval = frame_eval(frame, &scope, run->arena);
        eval.object = instance;
        const struct expr *condition = conditions.v[i].condition;
        eval_error(&eval, condition, condition->span, summary, "%.*s", STR_ARG(why))->code = DIAG_CONDITION;
        if (run->plan && run->phase == PHASE_PLAN)
            vec_push(run->plan->arena, &check.problems, arena_str(run->plan->arena, why));
    }
    if (conditions.n && run->plan && run->phase == PHASE_PLAN) {
        check.object = check_object(run, frame->module, kind, object);
        vec_push(run->plan->arena, &run->plan->checks, check);
    }
    return check.status == CHECK_PASS || check.status == CHECK_UNKNOWN;
}

/* -- prevent_destroy -- */

static bool protection(struct frame *frame, const struct expr *expr, struct str object, bool *result)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->scratch);
    eval.object = object;
    size_t errors = run->diags->n_errors;
    struct value v = eval_expr_as(&eval, expr, type_bool);
    if (run->diags->n_errors > errors)
        return false;
    if (!value_is_known(v)) {
        diag_error(run->diags, expr->span, _("Invalid prevent_destroy"),
                   _("The value is known only after apply. Whether an object is protected has to be known before."));
        return false;
    }
    *result |= value_is_set(v) && v.u.boolean;
    return true;
}

bool protected_by_config(struct run *run, const struct task *task, const struct module_copy *copy,
                         const struct group *group, const struct instance_of *inst, bool *result)
{
    *result = false;
    if (task->config->lifecycle->prevent_destroy) {
        struct frame frame = frame_of_instance(run, task, copy, group, inst);
        if (!protection(&frame, task->config->lifecycle->prevent_destroy, inst->addr->text, result))
            return false;
    }
    for (const struct module *m = task->node->module; m->parent; m = m->parent, copy = copy->parent) {
        const struct expr *expr = m->config->call->lifecycle->prevent_destroy;
        if (!expr)
            continue;
        struct frame frame = frame_of_call(run, m, copy);
        if (!protection(&frame, expr, copy->addr->text, result))
            return false;
    }
    return true;
}
