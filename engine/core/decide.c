/* What is to be done with one resource instance: from its configuration and its prior object to a change. */
#include "core/run.h"

#include "base/gettext.h"

#include <inttypes.h>
#include <stdio.h>

/* One decision. */
struct decision {
    struct run *run;
    struct task *task;
    const struct module_copy *copy;
    struct group *group;
    struct instance_of *inst;
    struct prior *prior;
    struct value before; /* type NULL: there is none */
    struct frame frame;
    struct about about;
    struct change change;
};

/* -- what forces a replacement -- */

static bool has_replace(const struct schema *schema)
{
    for (size_t i = 0; i < schema->n_attrs; i++)
        if (schema->attrs[i].flags & SCHEMA_REPLACE)
            return true;
    for (size_t i = 0; i < schema->n_nested; i++)
        if (has_replace(schema->nested[i].schema))
            return true;
    return false;
}

static void force(struct decision *d, struct str name)
{
    struct arena *arena = d->run->arena;
    struct path_marks place = {path_attr(arena, (struct path){0}, name), 0};
    vec_each (&d->change.replace_because.list, i)
        if (path_equal(d->change.replace_because.list.v[i].path, place.path))
            return;
    vec_push(arena, &d->change.replace_because.list, place);
}

static bool changed(struct value before, struct value after, struct str name)
{
    struct value a = value_attr(before, name), b = value_attr(after, name);
    return value_exists(a) && value_exists(b) && !value_same(a, b);
}

static void find_forces(struct decision *d, const struct planned *planned)
{
    const struct schema *schema = d->task->type->schema;
    for (size_t i = 0; i < schema->n_attrs; i++)
        if ((schema->attrs[i].flags & SCHEMA_REPLACE) && changed(d->before, planned->value, schema->attrs[i].name))
            force(d, schema->attrs[i].name);
    for (size_t i = 0; i < schema->n_nested; i++)
        if (has_replace(schema->nested[i].schema) && changed(d->before, planned->value, schema->nested[i].name))
            force(d, schema->nested[i].name);
    vec_each (&planned->replace, i)
        if (changed(d->before, planned->value, planned->replace.v[i]))
            force(d, planned->replace.v[i]);
}

static bool requested(const struct decision *d)
{
    vec_each (&d->run->replaces, i)
        if (target_covers(&d->run->replaces.v[i], d->inst->addr))
            return true;
    return false;
}

/* -- replace_triggered_by -- */

struct trigger {
    struct decision *d;
    bool pulled;
};

static bool change_pulls(const struct trigger *t, const struct instance_of *inst, const struct config_ref *ref)
{
    if (!inst || !inst->change)
        return false;
    const struct change *change = &t->d->run->plan->changes.v[inst->change - 1];
    if (change->action == ACTION_NOOP || change->action == ACTION_READ)
        return false;
    struct path path = config_ref_path(t->d->run->scratch, ref);
    struct value before, after;
    if (!path.n || !value_is_set(change->before) || !path_get(change->before, path, &before) ||
        !path_get(change->after, path, &after))
        return true;
    return !value_same(before, after);
}

/* Whether a literal key in a reference is this one. */
static bool key_is(struct key key, struct str text)
{
    char index[24];
    if (key.kind == KEY_STRING)
        return str_eq(key.name, text);
    snprintf(index, sizeof index, "%" PRId64, key.index);
    return str_eq(str_c(index), text);
}

static void visit_trigger(void *ctx, const struct config_ref *ref, enum config_use use)
{
    struct trigger *t = ctx;
    (void)use;
    if (ref->kind != REF_RESOURCE)
        return;
    const struct node *node = tree_node(t->d->task->node->module, ref->resource);
    if (!node || !node->task->groups)
        return;
    const struct group *group = &node->task->groups[t->d->copy->index];
    const struct instance_of *same = group_find(group, t->d->inst->addr->key);
    for (uint32_t i = 0; i < group->n; i++) {
        const struct instance_of *inst = &group->v[i];
        if ((ref->key ? key_is(inst->addr->key, ref->key->text) : !same || inst == same) && change_pulls(t, inst, ref))
            t->pulled = true;
    }
}

static bool triggered(struct decision *d)
{
    const struct config_lifecycle *lifecycle = d->task->config->lifecycle;
    struct trigger trigger = {.d = d};
    for (size_t i = 0; i < lifecycle->n_replace_triggered_by; i++)
        config_expr_refs(d->task->node->module->config->module, lifecycle->replace_triggered_by[i], USE_TRIGGER,
                         visit_trigger, &trigger);
    return trigger.pulled;
}

/* -- the decision -- */

static enum reason reason_to_replace(struct decision *d, const struct planned *planned)
{
    if (d->prior->tainted)
        return REASON_REPLACE_TAINTED;
    if (requested(d))
        return REASON_REPLACE_REQUESTED;
    if (triggered(d))
        return REASON_REPLACE_TRIGGERS;
    find_forces(d, planned);
    return d->change.replace_because.list.n ? REASON_REPLACE_CANNOT_UPDATE : REASON_NONE;
}

static bool ask(struct decision *d, struct value prior, struct value config, struct planned *out)
{
    struct blob private_in = value_exists(prior) ? d->change.private_before : (struct blob){0};
    return plan_object(d->run, &d->about, prior, config, private_in, d->run->scratch, out);
}

static void settle(struct decision *d, enum action action, enum reason reason, const struct planned *planned)
{
    struct arena *arena = d->run->arena;
    d->change.action = action;
    d->change.reason = reason;
    bool same = action == ACTION_NOOP && value_same_marked(planned->value, d->before);
    d->change.after = same ? d->change.before : value_copy(arena, planned->value);
    if (planned->private_out.n)
        d->change.private_planned = (struct blob){
            arena_str(arena, str_from(planned->private_out.p, planned->private_out.n)).p, planned->private_out.n};
}

static bool decide(struct decision *d, struct value config)
{
    struct planned planned;
    if (!value_exists(d->before)) {
        if (!ask(d, (struct value){0}, config, &planned))
            return false;
        settle(d, ACTION_CREATE, REASON_NONE, &planned);
        return true;
    }
    if (!ask(d, d->before, config_hold_back(d->run, d->task, config, d->before, &d->change), &planned))
        return false;
    enum reason reason = reason_to_replace(d, &planned);
    if (reason == REASON_NONE) {
        settle(d, value_same(planned.value, d->before) ? ACTION_NOOP : ACTION_UPDATE, REASON_NONE, &planned);
        return true;
    }
    /* what replaces it is planned as a new object, of all that is configured: there is nothing to keep */
    if (!ask(d, (struct value){0}, config, &planned))
        return false;
    settle(d, d->task->create_before_destroy ? ACTION_CREATE_BEFORE_DELETE : ACTION_REPLACE, reason, &planned);
    return true;
}

void refuse_protected(struct run *run, const struct change *change, const struct expr *because)
{
    STRBUF_AUTO why = STRBUF_INIT(1 << 12);
    vec_each (&change->replace_because.list, i) {
        strbuf_add(&why, i ? STR(", ") : str_c(_(" It would be replaced because of ")));
        path_print(&why, change->replace_because.list.v[i].path);
    }
    struct diag *d = diag_error(run->diags, because ? because->span : change->where, _("Object is protected"),
                                _("%.*s is protected by prevent_destroy, but this plan would destroy it.%.*s%s Change "
                                  "the configuration so that "
                                  "it stays, or set prevent_destroy to false and apply that first."),
                                STR_ARG(change->addr->text), STR_ARG(strbuf_str(&why)), why.n ? "." : "");
    d->code = DIAG_PROTECTED;
    d->object = arena_str(run->diags->arena, change->addr->text);
}

static bool destroys(enum action action)
{
    return action == ACTION_REPLACE || action == ACTION_CREATE_BEFORE_DELETE || action == ACTION_DELETE;
}

static bool check_protection(struct decision *d)
{
    bool protects;
    if (!protected_by_config(d->run, d->task, d->copy, d->group, d->inst, &protects))
        return false;
    if (!destroys(d->change.action) || !protects || mock_is(d->task->slot->instance.provider))
        return true;
    refuse_protected(d->run, &d->change, d->task->config->lifecycle->prevent_destroy);
    return false;
}

static bool conditions(struct decision *d, bool after)
{
    const struct config_lifecycle *lifecycle = d->task->config->lifecycle;
    struct config_conditions list = after ? lifecycle->postconditions : lifecycle->preconditions;
    if (!list.n)
        return true;
    if (after)
        d->frame.self = d->inst->value;
    return conditions_check(&d->frame, list, CHECK_RESOURCE, d->task->whole->text, d->inst->addr->text, d->inst->addr,
                            after ? _("Resource postcondition failed") : _("Resource precondition failed"));
}

/* Whoever imports means to keep. */
static void warn_of_loss(struct decision *d)
{
    if (d->change.import_id.n && destroys(d->change.action))
        change_note(
            d->run, &d->change, RISK_DANGER,
            _("what is imported would be destroyed, because the block says another object: correct the id or the "
              "block to keep it"));
}

static bool work(struct decision *d)
{
    struct run *run = d->run;
    struct value config;
    if (!conditions(d, false) || !instance_config(&d->frame, d->task, d->inst, run->scratch, &config) ||
        !decide(d, config))
        return false;
    d->inst->value = d->change.after;
    warn_of_loss(d);
    struct change *added = change_add(run, d->change, d->task->type, d->task->slot,
                                      d->change.action == ACTION_CREATE ? d->change.after : d->change.before);
    d->inst->change = (uint32_t)(added - run->plan->changes.v) + 1;
    if (d->task->type->anchor && run->tree->has_imports && d->change.action == ACTION_CREATE)
        import_introduce(run, d->task, d->change.after, config); /* what is imported may stand on it */
    if (d->change.action != ACTION_NOOP)
        d->task->changes = d->task->node->module->changes = true;
    bool allowed = check_protection(d);
    return conditions(d, true) && allowed;
}

/* `prior` NULL, or of a null value: there is no object yet. */
static struct decision decision_of(struct run *run, struct task *task, const struct module_copy *copy,
                                   struct group *group, struct instance_of *inst, struct prior *prior)
{
    bool there = prior && value_is_set(prior->value);
    return (struct decision){
        .run = run,
        .task = task,
        .copy = copy,
        .group = group,
        .inst = inst,
        .prior = prior,
        .before = there ? prior->value : (struct value){0},
        .frame = frame_of_instance(run, task, copy, group, inst),
        .about = {.addr = inst->addr, .task = task, .place = prior ? prior->place : (struct str){0}},
        .change = {.addr = inst->addr,
                   .schema = task->type->schema,
                   .where = task->config->header,
                   .moved_from = there ? prior->from : NULL,
                   .before = there ? prior->value : value_null(task->type->schema->implied),
                   .private_before = there ? prior->private : (struct blob){0}},
    };
}

static bool plan_instance(struct run *run, struct task *task, const struct module_copy *copy, struct group *group,
                          struct instance_of *inst)
{
    struct str import_id = {0};
    struct import *import = import_find(run, inst->addr);
    struct prior *prior = import_prior(run, inst->addr, &import_id);
    if (import && import->failed)
        return false; /* told when it was looked for */
    if (!prior)
        prior = prior_find(run->priors, inst->addr);
    if (prior)
        prior->claimed = true;
    if (!run_targeted(run, task, inst->addr) || run->options.mode == PLAN_REFRESH_ONLY) {
        if (prior && value_is_set(prior->value))
            inst->value = prior->value;
        return !prior || !prior->failed;
    }
    if (prior && prior->failed)
        return false; /* told when it was read */
    struct decision d = decision_of(run, task, copy, group, inst, prior);
    d.change.import_id = import_id;
    bool ok = work(&d);
    arena_reset(run->scratch);
    return ok;
}

bool plan_task(struct run *run, struct task *task)
{
    const struct module *module = task->node->module;
    bool ok = true;
    for (uint32_t i = 0; i < module->n_copies; i++)
        for (uint32_t k = 0; k < task->groups[i].n; k++)
            ok &= plan_instance(run, task, &module->copies[i], &task->groups[i], &task->groups[i].v[k]);
    task->failed = !ok;
    return ok;
}
