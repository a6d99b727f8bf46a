/* Objects of the state that nobody declares any more, or, when destroying, all of them; and drift. */
#include "core/run.h"

struct change *change_add(struct run *run, struct change change, const struct provider_type *type,
                          struct provider_slot *slot, struct value object)
{
    struct plan *plan = run->plan;
    change.schema = type->schema;
    change.provider = slot->instance.key;
    const struct prior *prior = prior_find(run->priors, change.addr);
    if (prior && prior->lane && prior->slot == slot && value_is_set(change.before)) {
        change.lane = prior->lane->name;
        change.place = prior->place;
    } else if (slot->opened) {
        change.lane = lane_for(run, slot, type, object, &change.place)->name;
    }
    vec_push(plan->arena, &plan->changes, change);
    return &plan->changes.v[plan->changes.n - 1];
}

static enum reason why_orphan(struct run *run, const struct prior *prior)
{
    const struct task *task = prior->task;
    if (!task)
        return module_declared(run->tree, prior->addr->module) ? REASON_DELETE_NO_CONFIG : REASON_DELETE_NO_MODULE;
    const struct module *module = task->node->module;
    for (uint32_t i = 0; i < module->n_copies; i++) {
        if (module->copies[i].addr != prior->addr->module)
            continue;
        enum repetition repetition = task->config->count      ? REPEAT_COUNT
                                     : task->config->for_each ? REPEAT_EACH
                                                              : REPEAT_NONE;
        if (prior->addr->key.kind == KEY_INT && repetition == REPEAT_COUNT)
            return REASON_DELETE_COUNT_INDEX;
        if (prior->addr->key.kind == KEY_STRING && repetition == REPEAT_EACH)
            return REASON_DELETE_EACH_KEY;
        return REASON_DELETE_WRONG_REPETITION;
    }
    return REASON_DELETE_NO_MODULE;
}

/* Of an instance that its block does not make any more: what the block says now, where that can be told. */
static bool still_protected(struct run *run, const struct prior *prior)
{
    if (mock_is(prior->slot->instance.provider))
        return false; /* there is nothing to lose */
    const struct module *module = prior->task ? prior->task->node->module : NULL;
    for (uint32_t i = 0; module && prior->task->groups && i < module->n_copies; i++) {
        if (module->copies[i].addr != prior->addr->module)
            continue;
        ARENA_AUTO arena = arena_new();
        struct diags unheard = DIAGS_INIT(arena), *own = run->diags;
        struct instance_of gone = {.addr = prior->addr};
        struct group group = {.repetition = prior->addr->key.kind == KEY_INT      ? REPEAT_COUNT
                                            : prior->addr->key.kind == KEY_STRING ? REPEAT_EACH
                                                                                  : REPEAT_NONE};
        bool protects = false;
        run->diags = &unheard;
        bool told = protected_by_config(run, prior->task, &module->copies[i], &group, &gone, &protects);
        run->diags = own;
        return told ? protects : prior->protected;
    }
    return prior->protected;
}

static void remove_object(struct run *run, struct prior *prior, enum reason reason)
{
    if (prior->failed) {
        run->plan->errored = true; /* told when it was read */
        return;
    }
    if (!value_is_set(prior->value))
        return; /* gone already: drift */
    bool forget = run->options.mode == PLAN_NORMAL && !prior->task && only_forgotten(run, prior->addr);
    struct change change = {
        .addr = prior->addr,
        .moved_from = prior->from,
        .deposed = prior->deposed,
        .action = forget ? ACTION_FORGET : ACTION_DELETE,
        .reason = forget ? REASON_NONE : reason,
        .before = prior->value,
        .after = value_null(prior->type->schema->implied),
        .private_before = prior->private,
        .where = prior->task ? prior->task->config->header : (struct span){0},
    };
    struct change *added = change_add(run, change, prior->type, prior->slot, prior->value);
    if (!prior->deposed.n && !forget && still_protected(run, prior)) {
        refuse_protected(run, added, prior->task ? prior->task->config->lifecycle->prevent_destroy : NULL);
        run->plan->errored = true;
    }
}

void plan_orphans(struct run *run)
{
    bool destroy = run->options.mode == PLAN_DESTROY;
    vec_each (&run->priors->list, i) {
        struct prior *prior = run->priors->list.v[i];
        if (!run_targeted(run, prior->task, prior->addr) || run->options.mode == PLAN_REFRESH_ONLY)
            continue;
        if (destroy || prior->deposed.n)
            remove_object(run, prior, REASON_NONE);
        else if (!prior->claimed && (!prior->task || prior->task->groups))
            remove_object(run, prior, why_orphan(run, prior));
    }
}

/* -- drift -- */

static void add_drift(struct run *run, const struct prior *prior)
{
    bool adopted = !prior->object;
    if (prior->failed || (!adopted && value_same(prior->value, prior->stored)) ||
        (adopted && !value_is_set(prior->value)))
        return;
    struct change drift = {
        .addr = prior->addr,
        .deposed = prior->deposed,
        .action = adopted                      ? ACTION_CREATE
                  : value_is_set(prior->value) ? ACTION_UPDATE
                                               : ACTION_DELETE,
        .schema = prior->type->schema,
        .provider = prior->slot->instance.key,
        .lane = prior->lane ? prior->lane->name : (struct str){0},
        .place = prior->place,
        .before = adopted ? value_null(prior->type->schema->implied) : prior->stored,
        .after = prior->value,
        .private_before = prior->private,
        .where = prior->task ? prior->task->config->header : (struct span){0},
    };
    vec_push(run->plan->arena, &run->plan->drift, drift);
    run->plan->state_moved = true;
}

void plan_drift(struct run *run)
{
    vec_each (&run->priors->list, i)
        add_drift(run, run->priors->list.v[i]);
}
