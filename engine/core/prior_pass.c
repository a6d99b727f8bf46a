/*
 * The pass before the read: provider blocks and anchors (which say how machines are reached) are evaluated from the
 * configuration against the stored objects, so that a moved machine is read at its new address. Problems are left to
 * the plan, which meets them again with a place to show.
 */
#include "core/run.h"
#include "plan/proposed.h"

#include <stdlib.h>

typedef VEC(struct prior *) prior_list;

struct pass {
    struct run run;
    struct priors *priors;
    prior_list *of_task; /* by node id: what the state holds of a resource */
    bool *own;           /* resources whose own body is evaluated: anchors and protected ones */
    bool foretell;       /* objects that the state does not have are what their configuration says of them */
};

static bool is_leaf(void *ctx, uint32_t id)
{
    const struct pass *pass = ctx;
    return pass->run.tree->nodes.v[id]->kind == NODE_RESOURCE && !pass->own[id];
}

static bool may_be_protected(const struct task *task)
{
    if (task->config->lifecycle->prevent_destroy)
        return true;
    for (const struct module *m = task->node->module; m->parent; m = m->parent)
        if (m->config->call->lifecycle->prevent_destroy)
            return true;
    return false;
}

static void choose(struct pass *pass, bool *only)
{
    struct tree *tree = pass->run.tree;
    vec_each (&pass->priors->list, i) {
        const struct prior *prior = pass->priors->list.v[i];
        if (prior->slot->node)
            only[prior->slot->node->id] = true;
        if (!prior->task || prior->deposed.n)
            continue;
        uint32_t id = prior->task->node->id;
        if (prior->type->anchor || may_be_protected(prior->task))
            only[id] = pass->own[id] = true;
    }
    dag_close_needs(tree->dag, only, is_leaf, pass);
}

/* -- resources as the state has them -- */

static int by_key(const void *a, const void *b)
{
    const struct instance_of *x = a, *y = b;
    return key_cmp(x->addr->key, y->addr->key);
}

static void group_from_state(struct pass *pass, const struct task *task, const struct module_copy *copy,
                             struct prior *const *list, size_t n, struct group *group)
{
    group->repetition = task->config->count ? REPEAT_COUNT : task->config->for_each ? REPEAT_EACH : REPEAT_NONE;
    group->v = ARENA_ARRAY(pass->run.arena, struct instance_of, n);
    enum key_kind wanted = group->repetition == REPEAT_COUNT  ? KEY_INT
                           : group->repetition == REPEAT_EACH ? KEY_STRING
                                                              : KEY_NONE;
    for (size_t i = 0; i < n; i++)
        if (list[i]->addr->module == copy->addr && list[i]->addr->key.kind == wanted)
            group->v[group->n++] = (struct instance_of){.addr = list[i]->addr, .value = list[i]->stored};
    qsort(group->v, group->n, sizeof *group->v, by_key);
    if (!group->n)
        group->all = value_unknown(type_dynamic);
}

static void from_state(struct pass *pass, struct task *task)
{
    const struct module *module = task->node->module;
    const prior_list *known = &pass->of_task[task->node->id];
    task->groups = ARENA_ARRAY(pass->run.arena, struct group, module->n_copies);
    for (uint32_t i = 0; i < module->n_copies; i++)
        group_from_state(pass, task, &module->copies[i], known->v, known->n, &task->groups[i]);
}

/* -- resources evaluated themselves -- */

static void evaluate_anchor(struct pass *pass, struct task *task, const struct module_copy *copy, struct group *group,
                            struct instance_of *inst, struct prior *prior)
{
    struct frame frame = frame_of_instance(&pass->run, task, copy, group, inst);
    struct value config;
    if (instance_config(&frame, task, inst, pass->run.arena, &config) && value_is_set(config) &&
        connection_known(prior->type, config))
        prior->config = config;
}

/* What can be told of an object before its provider was asked. */
static void foretell(struct pass *pass, struct task *task, const struct module_copy *copy, struct group *group,
                     struct instance_of *inst)
{
    struct arena *arena = pass->run.arena;
    struct frame frame = frame_of_instance(&pass->run, task, copy, group, inst);
    struct paths marks = {0};
    struct value config;
    if (!instance_config(&frame, task, inst, arena, &config) || !value_is_set(config))
        return;
    struct value bare = paths_unmark(arena, config, &marks);
    inst->value = paths_mark(arena, proposed_value(arena, task->type->schema, bare, (struct value){0}), &marks);
}

static void evaluate_instance(struct pass *pass, struct task *task, const struct module_copy *copy, struct group *group,
                              struct instance_of *inst)
{
    struct prior *prior = prior_find(pass->priors, inst->addr);
    if (!prior && pass->foretell && task->config->mode == ADDR_MANAGED)
        foretell(pass, task, copy, group, inst);
    if (!prior)
        return;
    inst->value = prior->stored;
    if (prior->type->anchor)
        evaluate_anchor(pass, task, copy, group, inst, prior);
    bool protects;
    if (may_be_protected(task) && protected_by_config(&pass->run, task, copy, group, inst, &protects))
        prior->protected = protects;
}

static void evaluate_own(struct pass *pass, struct task *task)
{
    const struct module *module = task->node->module;
    if (!expand_task(&pass->run, task)) {
        from_state(pass, task);
        return;
    }
    for (uint32_t i = 0; i < module->n_copies; i++)
        for (uint32_t k = 0; k < task->groups[i].n; k++)
            evaluate_instance(pass, task, &module->copies[i], &task->groups[i], &task->groups[i].v[k]);
}

static bool evaluate(struct pass *pass, struct node *node)
{
    if (node->kind != NODE_RESOURCE)
        return evaluate_value_node(&pass->run, node);
    if (pass->own[node->id])
        evaluate_own(pass, node->task);
    else
        from_state(pass, node->task);
    return true;
}

static void walk(struct pass *pass, const bool *only)
{
    struct tree *tree = pass->run.tree;
    struct walk *walk = walk_new(pass->run.arena, tree->dag, only);
    for (uint32_t id; walk_next(walk, &id);) {
        if (evaluate(pass, tree->nodes.v[id]))
            walk_done(walk, id);
        else
            walk_fail(walk, id, NULL, NULL);
    }
}

static void open_the_rest(struct pass *pass)
{
    map_each (&pass->run.tree->slots, i) {
        struct provider_slot *slot = pass->run.tree->slots.entries[i].value;
        if (!slot->opened && !slot->block)
            provider_open(&pass->run, slot);
        slot->failed = false; /* the plan tries again, and tells */
    }
}

static void sort_by_task(struct pass *pass)
{
    vec_each (&pass->priors->list, i) {
        struct prior *prior = pass->priors->list.v[i];
        if (prior->task && !prior->deposed.n)
            vec_push(pass->run.scratch, &pass->of_task[prior->task->node->id], prior);
    }
}

void state_pass(struct run *run)
{
    size_t n = run->tree->nodes.n;
    struct pass pass = {.run = *run,
                        .priors = run->priors,
                        .own = ARENA_ARRAY(run->scratch, bool, n),
                        .of_task = arena_calloc(run->scratch, n, sizeof(prior_list)),
                        .foretell = true};
    tree_reset(run->tree);
    expand_root(&pass.run);
    sort_by_task(&pass);
    /* How many there are is what the configuration says: none is not the same as not known. */
    vec_each (&run->tree->tasks, i)
        pass.own[run->tree->tasks.v[i]->node->id] = true;
    walk(&pass, NULL);
}

void prior_pass(struct session *session, struct run *plan_run)
{
    ARENA_AUTO scratch = arena_new();
    struct arena *arena = plan_run->arena; /* the connections found live as long as the plan */
    struct diags unheard = DIAGS_INIT(scratch);
    struct tree *tree = session->tree;
    struct pass pass = {.run = {.session = session,
                                .tree = tree,
                                .phase = PHASE_PRIOR,
                                .arena = arena,
                                .scratch = scratch,
                                .diags = &unheard,
                                .timestamp = plan_run->timestamp},
                        .priors = plan_run->priors,
                        .own = ARENA_ARRAY(scratch, bool, tree->nodes.n),
                        .of_task = arena_calloc(scratch, tree->nodes.n, sizeof(prior_list))};
    bool *only = ARENA_ARRAY(scratch, bool, tree->nodes.n);
    tree_reset(tree);
    expand_root(&pass.run);
    sort_by_task(&pass);
    choose(&pass, only);
    walk(&pass, only);
    open_the_rest(&pass);
    vec_each (&plan_run->priors->list, i)
        lane_introduce(plan_run, plan_run->priors->list.v[i]);
    tree_reset(tree);
}
