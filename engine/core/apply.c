/*
 * APPLY: the plan's operations in their order. This thread evaluates, writes the state and decides; lanes carry out.
 * What is ready goes out in one call per lane, so a lane sees one call for each level of dependency.
 */
#include "core/applying.h"
#include "core/place.h"

#include "base/gettext.h"

enum { TICK_MS = 1000 };

static struct str addr_key(const struct addr *const *addr)
{
    return str_from((const char *)addr, sizeof *addr);
}

/* -- evaluation -- */

static bool place_instance(struct applying *a, struct task *task, const struct module_copy *copy, struct group *group,
                           struct instance_of *inst)
{
    struct operation *op = map_get(&a->op_of, addr_key(&inst->addr));
    const struct change *change = map_get(&a->change_of, addr_key(&inst->addr));
    const struct plan_read *read = map_get(&a->read_of, addr_key(&inst->addr));
    const struct prior *prior = prior_find(a->run.priors, inst->addr);
    if (op) {
        op->copy = copy;
        op->group = group;
        op->inst = inst;
        inst->value = op->change->after;
    } else if (change) {
        inst->value = change->after;
        record_kept(a, task, copy, group, inst, change);
    } else if (read) {
        inst->value = read->value;
    } else if (!run_targeted(&a->run, task, inst->addr)) {
        inst->value = prior && value_is_set(prior->value) ? prior->value : (struct value){0};
    } else {
        diag_error(a->run.diags, task->config->header, _("The plan no longer holds"),
                   _("%.*s is not in the approved plan. Make a new plan."), STR_ARG(inst->addr->text));
        return false;
    }
    return true;
}

static bool begin_task(struct applying *a, struct task *task)
{
    const struct module *module = task->node->module;
    bool ok = expand_task(&a->run, task);
    for (uint32_t i = 0; ok && i < module->n_copies; i++)
        for (uint32_t k = 0; ok && k < task->groups[i].n; k++)
            ok = place_instance(a, task, &module->copies[i], &task->groups[i], &task->groups[i].v[k]);
    return ok;
}

static bool evaluate(struct applying *a, struct node *node)
{
    if (node->kind == NODE_RESOURCE)
        return begin_task(a, node->task);
    return evaluate_value_node(&a->run, node);
}

/* -- the walk -- */

static void not_begun(struct applying *a, const struct operation *op)
{
    a->result->skipped++;
    session_tell(a->run.session, (struct session_event){.kind = EVENT_APPLY_SKIPPED,
                                                        .addr = op->change->addr,
                                                        .deposed = op->change->deposed,
                                                        .action = op->change->action,
                                                        .place = op->change->place});
}

static void on_skip(void *ctx, uint32_t id)
{
    struct applying *a = ctx;
    if (a->units.v[id].kind == UNIT_OP)
        not_begun(a, a->units.v[id].op);
}

static void fail_unit(struct applying *a, uint32_t id)
{
    walk_fail(a->walk, id, on_skip, a);
}

/* An operation whose instance was never placed belongs to a plan that is not this configuration's. */
static void op_ready(struct applying *a, struct operation *op)
{
    if (op->kind == OP_DELETE || op->inst) {
        vec_push(a->arena, &a->ready, op);
        return;
    }
    diag_error(a->run.diags, op->change->where, _("The plan no longer holds"),
               _("The configuration has no %.*s any more. Make a new plan."), STR_ARG(op->change->addr->text));
    op_ended(a, op, false);
}

static void evaluate_ready(struct applying *a)
{
    for (uint32_t id; walk_next(a->walk, &id);) {
        const struct unit *unit = &a->units.v[id];
        switch (unit->kind) {
        case UNIT_OP:
            op_ready(a, unit->op);
            break;
        case UNIT_NODE:
            if (evaluate(a, unit->node))
                walk_done(a->walk, id);
            else
                fail_unit(a, id);
            break;
        case UNIT_END:
            for (uint32_t i = 0; i < unit->task->node->module->n_copies; i++)
                unit->task->groups[i].all = (struct value){0}; /* made anew, of what is there now */
            walk_done(a->walk, id);
            break;
        case UNIT_BARRIER:
            walk_done(a->walk, id);
            break;
        }
    }
}

/* What ended is made durable, and only then what waited for it becomes ready. */
static bool settle(struct applying *a)
{
    if (!a->ended.n)
        return false;
    record_flush(a);
    vec_each (&a->ended, i) {
        uint32_t id = a->ended.v[i].op->unit;
        if (a->ended.v[i].ok && !a->store_failed)
            walk_done(a->walk, id);
        else
            fail_unit(a, id);
    }
    a->ended.n = 0;
    return true;
}

static void wait(struct applying *a)
{
    struct lane_event event;
    struct lanes *lanes = a->run.session->lanes;
    if (!lanes_wait(lanes, TICK_MS, &event)) {
        session_tick(a->run.session);
        return;
    }
    do
        batch_event(a, &event);
    while (lanes_wait(lanes, 0, &event));
}

static void carry_out(struct applying *a)
{
    for (;;) {
        evaluate_ready(a);
        if (!session_cancelled(a->run.session))
            batch_dispatch(a);
        if (settle(a))
            continue;
        if (!lanes_running(a->run.session->lanes))
            return;
        wait(a);
        settle(a);
    }
}

/* -- before and after -- */

static bool refuse(struct diags *diags, enum diag_code code, const char *summary, const char *detail)
{
    diag_error(diags, (struct span){0}, summary, "%s", detail)->code = code;
    return false;
}

static bool may_apply(struct session *session, const struct plan *plan, struct diags *diags)
{
    if (plan->errored)
        return refuse(diags, DIAG_PLAIN, _("Plan has errors"), _("A plan with errors cannot be applied."));
    if (!session_prepare(session, diags) || !session_need_store(session, diags) || moving_refused(session, diags))
        return false;
    const struct snapshot *state = session_snapshot(session);
    if (snapshot_serial(state) != plan->serial || (plan->serial && !str_eq(snapshot_lineage(state), plan->lineage)))
        return refuse(
            diags, DIAG_DIGEST_MISMATCH, _("The state has moved on"),
            _("The state was changed after this plan was made, so the plan may no longer be right. Make a new "
              "plan."));
    return session_ready_key(session, plan, diags);
}

static void index_plan(struct applying *a)
{
    vec_each (&a->plan->changes, i) {
        struct change *change = &a->plan->changes.v[i];
        if (!change->deposed.n)
            map_put(&a->change_of, addr_key(&change->addr), change);
    }
    vec_each (&a->plan->reads, i)
        map_put(&a->read_of, addr_key(&a->plan->reads.v[i].addr), &a->plan->reads.v[i]);
}

/* Machines that come with the plan are not in the state yet. */
static void introduce_imported(struct applying *a)
{
    vec_each (&a->plan->changes, i) {
        const struct change *c = &a->plan->changes.v[i];
        const struct task *task = c->import_id.n ? task_of_addr(&a->run, c->addr) : NULL;
        if (task && task->type->anchor)
            import_introduce(&a->run, task, c->before, (struct value){0});
    }
}

static bool start(struct applying *a)
{
    struct session *session = a->run.session;
    tree_reset(session->tree);
    if (session->priors)
        a->run.priors = session->priors;
    else if (!priors_load(&a->run))
        return false;
    if (!targets_parse(&a->run))
        return false;
    prior_pass(session, &a->run);
    introduce_imported(a);
    expand_root(&a->run);
    index_plan(a);
    return ops_build(a);
}

static void finish(struct applying *a)
{
    struct session *session = a->run.session;
    record_outputs(a);
    record_flush(a);
    bool wrote = (a->begun || a->store_failed) && store_checkpoint(session->store, a->run.diags);
    if (wrote)
        place_remember(session, session_snapshot(session));
    a->result->stored = wrote || !(a->begun || a->store_failed);
    if (a->store_failed)
        store_rescue(session->store, &a->rescue);
    a->result->rescue = arena_str(session->arena, strbuf_str(&a->rescue));
    strbuf_free(&a->rescue);
    vec_each (&a->ops, i)
        if (!a->ops.v[i]->recorded && !walk_was_skipped(a->walk, a->ops.v[i]->unit))
            not_begun(a, a->ops.v[i]);
}

static void conclude(struct applying *a, size_t errors)
{
    struct apply_result *r = a->result;
    bool failed = a->run.diags->n_errors > errors || r->failed || a->store_failed;
    if (session_cancelled(a->run.session)) {
        r->status = APPLY_CANCELLED;
        diag_error(a->run.diags, (struct span){0}, _("Cancelled"),
                   _("Stopped as asked: what was running was finished and is in the state; %zu operations were not "
                     "begun."),
                   r->skipped);
    } else {
        r->status = failed || r->skipped ? APPLY_PARTIAL : APPLY_DONE;
    }
}

static struct applying applying_of(struct session *session, struct plan *plan, struct arena *scratch,
                                   struct diags *diags)
{
    struct arena *arena = session->applied;
    return (struct applying){
        .plan = plan,
        .arena = arena,
        .op_of = MAP_INIT(arena),
        .change_of = MAP_INIT(arena),
        .read_of = MAP_INIT(arena),
        .rescue = STRBUF_INIT(STRBUF_MAX),
        .run = {.session = session,
                .tree = session->tree,
                .phase = PHASE_APPLY,
                .arena = arena,
                .scratch = scratch,
                .diags = diags,
                .timestamp = plan->timestamp,
                .plan = plan,
                .options = {.mode = plan->mode, .targets = plan->targets.v, .n_targets = plan->targets.n}},
    };
}

bool session_apply(struct session *session, struct plan *plan, struct apply_result *result, struct diags *diags)
{
    size_t errors = diags->n_errors;
    *result = (struct apply_result){.status = APPLY_REFUSED};
    if (!may_apply(session, plan, diags))
        return false;
    arena_free(session->applied);
    session->applied = arena_new(); /* the values stay, to be looked at */
    arena_wipe_on_free(session->applied);
    ARENA_AUTO scratch = arena_new();
    struct applying a = applying_of(session, plan, scratch, diags);
    a.result = result;
    if (!start(&a))
        return false;
    store_set_digest(session->store, digest_hex(scratch, plan->digest));
    record_refreshed(&a);
    record_imported(&a);
    carry_out(&a);
    if (plan->mode == PLAN_NORMAL && !result->failed && !result->skipped && !session_cancelled(session))
        checks_run(&a.run); /* what failed is told; what it would have become says nothing */
    finish(&a);
    conclude(&a, errors);
    session->last = PHASE_APPLY;
    session->timestamp = plan->timestamp;
    session->priors = NULL; /* the state is another now */
    return result->status == APPLY_DONE;
}

bool session_refresh(struct session *session, const struct plan_options *options, struct diags *diags)
{
    struct plan_options refresh = *options;
    struct apply_result result;
    refresh.mode = PLAN_REFRESH_ONLY;
    struct plan *plan = session_plan(session, &refresh, diags);
    return plan && session_apply(session, plan, &result, diags);
}
