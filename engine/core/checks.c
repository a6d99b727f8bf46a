/* check blocks: asserts about the whole, told as warnings once everything else is planned, or done. */
#include "core/run.h"

#include "base/gettext.h"

/* The same problems, as warnings: a check that does not hold stops nothing. */
static void tell_as_warnings(struct run *run, const struct diags *found)
{
    size_t errors = run->diags->n_errors, from = run->diags->list.n;
    diags_append(run->diags, found);
    run->diags->n_errors = errors;
    for (size_t i = from; i < run->diags->list.n; i++)
        run->diags->list.v[i].severity = DIAG_WARNING;
}

void check_soften(struct run *run, struct group *group, size_t from, size_t errors, struct str told)
{
    for (size_t i = from; i < run->diags->list.n; i++) {
        struct diag *d = &run->diags->list.v[i];
        if (d->severity == DIAG_ERROR && !told.n)
            told = arena_printf(run->arena, "%.*s: %.*s", STR_ARG(d->summary), STR_ARG(d->detail));
        d->severity = DIAG_WARNING;
    }
    run->diags->n_errors = errors;
    if (told.n && !group->problem.n)
        group->problem = arena_str(run->arena, told);
}

/* What befell the check's own data source is a problem of the check. */
static void note_data(struct run *run, const struct module *module, const struct module_copy *copy,
                      const struct config_check *check)
{
    const struct node *node = check->data ? tree_node(module, check->data) : NULL;
    const struct group *group = node && node->task->groups ? &node->task->groups[copy->index] : NULL;
    if (!group || !group->problem.n || run->phase != PHASE_PLAN)
        return;
    struct plan_check *noted = &run->plan->checks.v[run->plan->checks.n - 1];
    noted->status = CHECK_FAIL;
    vec_push(run->plan->arena, &noted->problems, group->problem);
}

static void check_copy(struct run *run, struct module *module, const struct module_copy *copy,
                       const struct config_check *check)
{
    ARENA_AUTO arena = arena_new();
    struct diags found = DIAGS_INIT(arena), *own = run->diags;
    struct str object = arena_printf(run->arena, "check.%.*s", STR_ARG(check->name.text));
    struct str instance =
        copy->addr->text.n ? arena_printf(run->arena, "%.*s.%.*s", STR_ARG(copy->addr->text), STR_ARG(object)) : object;
    struct frame frame = frame_of(run, module, copy);
    run->diags = &found;
    conditions_check(&frame, check->asserts, CHECK_BLOCK, object, instance, NULL, _("Check failed"));
    run->diags = own;
    note_data(run, module, copy, check);
    tell_as_warnings(run, &found);
}

void checks_run(struct run *run)
{
    map_each (&run->tree->modules, i) {
        struct module *module = run->tree->modules.entries[i].value;
        const struct map *checks = &module->config->module->checks;
        if (module->override)
            continue;
        map_each (checks, k)
            for (uint32_t c = 0; c < module->n_copies; c++)
                check_copy(run, module, &module->copies[c], checks->entries[k].value);
    }
}

static void unknown(struct run *run, const struct module *module, enum check_kind kind, struct str object,
                    const struct addr *addr)
{
    struct plan_check check = {
        .kind = kind, .object = check_object(run, module, kind, object), .addr = addr, .status = CHECK_UNKNOWN};
    vec_push(run->plan->arena, &run->plan->checks, check);
}

static void unknown_in_module(struct run *run, const struct module *module)
{
    const struct config_module *m = module->config->module;
    map_each (&m->checks, i)
        unknown(run, module, CHECK_BLOCK, arena_printf(run->arena, "check.%.*s", STR_ARG(m->checks.entries[i].key)),
                NULL);
    map_each (&m->outputs, i)
        if (((const struct config_output *)m->outputs.entries[i].value)->preconditions.n)
            unknown(run, module, CHECK_OUTPUT,
                    arena_printf(run->arena, "output.%.*s", STR_ARG(m->outputs.entries[i].key)), NULL);
    map_each (&m->variables, i)
        if (((const struct config_variable *)m->variables.entries[i].value)->validations.n)
            unknown(run, module, CHECK_VARIABLE,
                    arena_printf(run->arena, "var.%.*s", STR_ARG(m->variables.entries[i].key)), NULL);
}

void checks_unknown(struct run *run)
{
    map_each (&run->tree->modules, i)
        unknown_in_module(run, run->tree->modules.entries[i].value);
    vec_each (&run->tree->tasks, i) {
        const struct task *task = run->tree->tasks.v[i];
        const struct config_lifecycle *lifecycle = task->config->lifecycle;
        if (lifecycle->preconditions.n || lifecycle->postconditions.n)
            unknown(run, task->node->module, CHECK_RESOURCE, task->whole->text, task->whole);
    }
}
