/* Walking the tree to a plan: evaluation on this thread, data sources by lanes. */
#include "core/run.h"

enum { TICK_MS = 1000 };

static enum outcome resource_node(struct run *run, struct task *task)
{
    if (!expand_task(run, task)) {
        task->groups = NULL;
        task->failed = true;
        return OUTCOME_FAILED;
    }
    size_t n = 0;
    for (uint32_t i = 0; i < task->node->module->n_copies; i++)
        n += task->groups[i].n;
    if (n > 1)
        plan_reserve(run->plan, n);
    if (task->config->mode == ADDR_DATA)
        return data_task(run, task);
    bool ok = run->options.mode != PLAN_NORMAL || !task->imports.n || imports_begin(run, task);
    task->failed = !ok; /* of imports; what else there is of the resource is planned all the same */
    if (task->waiting)
        return OUTCOME_WAITING;
    return plan_task(run, task) && ok ? OUTCOME_DONE : OUTCOME_FAILED;
}

static enum outcome evaluate(struct run *run, struct node *node)
{
    if (node->kind == NODE_RESOURCE)
        return resource_node(run, node->task);
    return evaluate_value_node(run, node) ? OUTCOME_DONE : OUTCOME_FAILED;
}

/* Changes spread upwards: a module has changes where a module in it has. */
static void note_module_changes(const struct node *node)
{
    struct module *m = node->module;
    if (node->kind == NODE_MODULE_END && m->changes && m->parent)
        m->parent->changes = true;
}

static void evaluate_ready(struct run *run)
{
    for (uint32_t id; walk_next(run->walk, &id);) {
        struct node *node = run->tree->nodes.v[id];
        enum outcome outcome = evaluate(run, node);
        if (outcome == OUTCOME_DONE) {
            note_module_changes(node);
            walk_done(run->walk, id);
        } else if (outcome == OUTCOME_FAILED) {
            walk_fail(run->walk, id, NULL, NULL);
        }
    }
}

static void wait_for_data(struct run *run)
{
    struct lane_event event;
    if (!lanes_wait(run->session->lanes, TICK_MS, &event))
        session_tick(run->session);
    else if (event.kind == LANE_FINISHED)
        data_finished(run, event.call);
    else
        session_tell_look(run->session, &event);
}

bool plan_walk(struct run *run)
{
    size_t errors = run->diags->n_errors;
    expand_root(run);
    plan_reserve(run->plan, run->tree->tasks.n);
    run->walk = walk_new(run->arena, run->tree->dag, run->only);
    for (evaluate_ready(run); run->reads.n || lanes_running(run->session->lanes); evaluate_ready(run)) {
        data_dispatch(run);
        wait_for_data(run);
    }
    return run->diags->n_errors == errors && walk_left(run->walk) == 0;
}
