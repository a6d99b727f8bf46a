/* What an apply writes to the state: refreshed objects, intents, results, outputs. */
#include "core/applying.h"

bool record_begin(struct applying *a)
{
    if (!a->begun && !a->store_failed) {
        a->begun = store_begin(a->run.session->store, a->run.diags);
        a->store_failed = !a->begun;
    }
    return a->begun;
}

bool record_flush(struct applying *a)
{
    if (!a->results.n)
        return true;
    bool ok = record_begin(a) && store_results(a->run.session->store, a->results.v, a->results.n, a->run.diags);
    a->results.n = 0;
    if (!ok)
        a->store_failed = true;
    return ok;
}

static void add(struct applying *a, struct result result)
{
    vec_push(a->arena, &a->results, result);
}

static struct state_object *object_new(struct applying *a, const struct task *task, const struct provider_type *type,
                                       struct str provider, struct value value, struct blob private)
{
    struct state_object *object = ARENA_NEW(a->arena, struct state_object);
    *object = (struct state_object){.provider = provider,
                                    .schema_version = type->schema->version,
                                    .value = value,
                                    .private = {private.p, private.n}};
    if (task) {
        object->create_before_destroy = task->create_before_destroy;
        object->depends = task->depends.v;
        object->n_depends = task->depends.n;
    }
    return object;
}

/* What the state says already, where nothing declares the object any more. */
static void keep_metadata(struct state_object *object, const struct state_object *before)
{
    if (!before)
        return;
    object->status = before->status;
    object->create_before_destroy = before->create_before_destroy;
    object->prevent_destroy = before->prevent_destroy;
    object->depends = before->depends;
    object->n_depends = before->n_depends;
}

/* -- what the read found -- */

static void record_found(struct applying *a, const struct prior *prior, struct value value, struct blob private)
{
    struct result result = {.addr = prior->addr, .deposed = prior->deposed, .kind = RESULT_GONE};
    if (value_is_set(value)) {
        struct state_object *object =
            object_new(a, prior->task, prior->type, prior->slot->instance.key, value, private);
        keep_metadata(object, prior->object);
        result.kind = RESULT_SET;
        result.object = object;
    }
    add(a, result);
}

/* Objects that moved are at their new addresses before anything else is said of them. */
static void record_moves(struct applying *a)
{
    struct map told = MAP_INIT(a->arena);
    vec_each (&a->run.priors->list, i) {
        const struct prior *prior = a->run.priors->list.v[i];
        if (!prior->from || map_find(&told, prior->from->text) || !run_targeted(&a->run, prior->task, prior->addr))
            continue;
        map_put(&told, prior->from->text, NULL);
        add(a, (struct result){.kind = RESULT_MOVE, .addr = prior->addr, .from = prior->from});
        a->result->moved++;
    }
}

static void record_forgotten(struct applying *a)
{
    vec_each (&a->plan->changes, i) {
        const struct change *c = &a->plan->changes.v[i];
        if (c->action != ACTION_FORGET)
            continue;
        add(a, (struct result){.kind = RESULT_GONE, .addr = c->addr, .deposed = c->deposed});
        a->result->forgotten++;
    }
}

void record_refreshed(struct applying *a)
{
    record_moves(a);
    record_forgotten(a);
    struct map drifted = MAP_INIT(a->arena);
    vec_each (&a->plan->drift, i) {
        struct change *c = &a->plan->drift.v[i];
        map_put(&drifted, arena_printf(a->arena, "%.*s %.*s", STR_ARG(c->addr->text), STR_ARG(c->deposed)), c);
    }
    vec_each (&a->run.priors->list, i) {
        const struct prior *prior = a->run.priors->list.v[i];
        if (!drifted.n && !prior->uncertain)
            continue;
        const struct change *c =
            map_get(&drifted, arena_printf(a->arena, "%.*s %.*s", STR_ARG(prior->addr->text), STR_ARG(prior->deposed)));
        if (c)
            record_found(a, prior, c->after, c->private_before);
        else if (prior->uncertain && !prior->failed)
            record_found(a, prior, prior->value, prior->private);
    }
}

void record_imported(struct applying *a)
{
    vec_each (&a->plan->changes, i) {
        const struct change *c = &a->plan->changes.v[i];
        const struct task *task = c->import_id.n ? task_of_addr(&a->run, c->addr) : NULL;
        if (!task)
            continue;
        struct value value = c->action == ACTION_NOOP ? c->after : c->before;
        struct blob private = c->action == ACTION_NOOP && c->private_planned.n ? c->private_planned : c->private_before;
        add(a, (struct result){.kind = RESULT_SET,
                               .addr = c->addr,
                               .object = object_new(a, task, task->type, c->provider, value, private)});
        a->result->imported++;
    }
}

/* -- objects that stay -- */

static bool same_depends(const struct state_object *a, const struct state_object *b)
{
    if (a->n_depends != b->n_depends)
        return false;
    for (size_t i = 0; i < a->n_depends; i++)
        if (a->depends[i] != b->depends[i])
            return false;
    return true;
}

static bool same_metadata(const struct state_object *a, const struct state_object *b)
{
    return a->create_before_destroy == b->create_before_destroy && a->prevent_destroy == b->prevent_destroy &&
           a->schema_version == b->schema_version && str_eq(a->provider, b->provider) && same_depends(a, b);
}

static bool protects(struct applying *a, const struct operation *op)
{
    bool result = false;
    if (op->task && op->inst)
        protected_by_config(&a->run, op->task, op->copy, op->group, op->inst, &result);
    return result;
}

/* Of an imported object, whose block is only evaluated now. */
static void record_protection(struct applying *a, struct task *task, const struct module_copy *copy,
                              struct group *group, struct instance_of *inst, const struct change *change)
{
    struct operation seen = {.task = task, .copy = copy, .group = group, .inst = inst};
    if (!protects(a, &seen))
        return;
    struct state_object *object =
        object_new(a, task, task->type, change->provider, change->after,
                   change->private_planned.n ? change->private_planned : change->private_before);
    object->prevent_destroy = true;
    add(a, (struct result){.kind = RESULT_SET, .addr = inst->addr, .object = object});
}

void record_kept(struct applying *a, struct task *task, const struct module_copy *copy, struct group *group,
                 struct instance_of *inst, const struct change *change)
{
    const struct prior *prior = prior_find(a->run.priors, inst->addr);
    if (change->import_id.n)
        record_protection(a, task, copy, group, inst, change);
    if (!prior || !prior->object || change->import_id.n)
        return;
    struct operation seen = {.task = task, .copy = copy, .group = group, .inst = inst};
    struct state_object now = {.provider = task->slot->instance.key,
                               .schema_version = task->type->schema->version,
                               .create_before_destroy = task->create_before_destroy,
                               .prevent_destroy = protects(a, &seen),
                               .depends = task->depends.v,
                               .n_depends = task->depends.n};
    if (same_metadata(&now, prior->object) && value_same_marked(change->after, prior->object->value))
        return;
    struct state_object *object = object_new(a, task, task->type, task->slot->instance.key, change->after,
                                             change->private_planned.n ? change->private_planned : prior->private);
    object->prevent_destroy = now.prevent_destroy;
    object->status = prior->object->status;
    add(a, (struct result){.kind = RESULT_SET, .addr = inst->addr, .object = object});
}

/* -- operations -- */

void record_intent(struct applying *a, const struct operation *op, struct blob private, struct intent *out)
{
    static const enum intent_action actions[] = {
        [OP_CREATE] = INTENT_CREATE, [OP_UPDATE] = INTENT_UPDATE, [OP_DELETE] = INTENT_DELETE};
    *out = (struct intent){.addr = op->change->addr,
                           .deposed = op->kind == OP_DELETE ? op->deposed : (struct str){0},
                           .action = actions[op->kind]};
    out->planned = *object_new(a, op->task, op->type, op->slot->instance.key,
                               op->kind == OP_DELETE ? (struct value){0} : op->planned, private);
    out->planned.prevent_destroy = protects(a, op);
}

static void record_removal(struct applying *a, const struct operation *op, struct value state, struct blob private)
{
    struct result result = {.kind = RESULT_GONE, .addr = op->change->addr, .deposed = op->deposed};
    if (value_is_set(state)) {
        struct state_object *object = object_new(a, op->task, op->type, op->slot->instance.key, state, private);
        keep_metadata(object, snapshot_object(session_snapshot(a->run.session), op->change->addr, op->deposed));
        result.kind = RESULT_SET;
        result.object = object;
    }
    add(a, result);
}

void record_op(struct applying *a, struct operation *op, bool ok, struct value state, struct blob private)
{
    if (op->kind == OP_DELETE) {
        record_removal(a, op, state, private);
        return;
    }
    if (!value_is_set(state)) {
        /* nothing came of it; what was put away for it comes back */
        add(a, (struct result){.kind = RESULT_GONE, .addr = op->change->addr});
        if (op->kind == OP_CREATE && op->deposed.n)
            add(a, (struct result){.kind = RESULT_RESTORE, .addr = op->change->addr, .deposed = op->deposed});
        return;
    }
    struct state_object *object = object_new(a, op->task, op->type, op->slot->instance.key, state, private);
    object->prevent_destroy = protects(a, op);
    const struct state_object *before =
        snapshot_object(session_snapshot(a->run.session), op->change->addr, (struct str){0});
    if (!ok && op->kind == OP_CREATE)
        object->status = op->type->mends ? OBJECT_READY : OBJECT_TAINTED;
    else if (!ok && before)
        object->status = before->status;
    add(a, (struct result){.kind = RESULT_SET, .addr = op->change->addr, .object = object});
}

/* -- outputs -- */

static void record_output(struct applying *a, struct str name, struct value value, bool sensitive)
{
    const struct state_output *before = snapshot_output(session_snapshot(a->run.session), name);
    if (before && before->sensitive == sensitive && before->value.type == value.type &&
        value_same_marked(before->value, value))
        return;
    add(a, (struct result){.kind = RESULT_OUTPUT, .name = name, .value = value, .sensitive = sensitive});
}

/* The value now: evaluated again by a normal run, else as planned. Type NULL: there is none to store. */
static struct value output_now(const struct applying *a, const struct plan_output *planned)
{
    if (a->plan->mode != PLAN_NORMAL)
        return planned->after;
    const struct module *root = a->run.tree->root;
    const struct config_output *output = map_get(&root->config->module->outputs, planned->name);
    const struct node *node = output ? tree_node(root, output) : NULL;
    if (!node || (a->run.only && !a->run.only[node->id]) || !node->values)
        return (struct value){0};
    return node->values[0];
}

void record_outputs(struct applying *a)
{
    vec_each (&a->plan->outputs, i) {
        const struct plan_output *planned = &a->plan->outputs.v[i];
        struct value now = output_now(a, planned);
        if (planned->action == ACTION_DELETE)
            add(a, (struct result){.kind = RESULT_OUTPUT_REMOVE, .name = planned->name});
        else if (value_exists(now) && value_wholly_known(now))
            record_output(a, planned->name, now, planned->sensitive);
    }
}
