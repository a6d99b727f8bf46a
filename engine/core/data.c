/* Data sources: read while planning, in one batch per lane for all that are ready, or put off to the apply. */
#include "core/run.h"

#include "base/clock.h"
#include "base/gettext.h"
#include "plan/proposed.h"

/* -- whether something it depends on is about to change -- */

struct pending {
    const struct module *module;
    bool found;
};

static void visit_pending(void *ctx, const struct config_ref *ref, enum config_use use)
{
    struct pending *p = ctx;
    if (use != USE_DEPENDS_ON)
        return;
    if (ref->kind == REF_RESOURCE) {
        const struct node *node = tree_node(p->module, ref->resource);
        p->found |= node && node->task->changes;
    } else if (ref->kind == REF_CALL) {
        const struct module *child = map_get(&p->module->children, ref->call->name.text);
        p->found |= child && child->changes;
    }
}

/* A machine that is about to be made, or to be reached in another way, cannot be asked yet, though its name is known.
 */
static bool machine_changes(const struct run *run, const struct task *task)
{
    for (size_t i = 0; i < task->depends.n; i++) {
        const struct task *need = map_get(&run->tree->by_whole, task->depends.v[i]->text);
        if (need && need->type->anchor && need->changes)
            return true;
    }
    return false;
}

static bool depends_on_changes(const struct task *task)
{
    struct pending p = {.module = task->node->module};
    config_depends_refs(p.module->config->module, task->config->depends_on, visit_pending, &p);
    for (const struct module *m = task->node->module; m->parent && !p.found; m = m->parent) {
        p.module = m->parent;
        config_depends_refs(m->parent->config->module, m->config->call->depends_on, visit_pending, &p);
    }
    return p.found;
}

/* -- what the apply will read -- */

static void put_off(struct run *run, struct task *task, struct instance_of *inst, struct value config,
                    enum reason reason)
{
    struct value bare = value_has_secret(config) ? value_unmark_deep(run->scratch, config) : config;
    struct paths marks = {0};
    paths_unmark(run->scratch, config, &marks);
    struct value after = proposed_value(run->scratch, task->type->schema, bare, (struct value){0});
    after = value_copy(run->arena, paths_mark(run->scratch, after, &marks));
    inst->value = after;
    if (run->phase != PHASE_PLAN || run->options.mode != PLAN_NORMAL) /* applying the others reads no configuration */
        return;
    struct change change = {.addr = inst->addr,
                            .action = ACTION_READ,
                            .reason = reason,
                            .before = value_null(task->type->schema->implied),
                            .after = after,
                            .where = task->config->header};
    struct change *added = change_add(run, change, task->type, task->slot, after);
    inst->change = (uint32_t)(added - run->plan->changes.v) + 1;
}

/* -- reading now -- */

static void queue(struct run *run, struct task *task, struct group *group, struct instance_of *inst,
                  struct value config)
{
    struct data_read read = {.task = task, .group = group, .inst = inst, .config = value_copy(run->arena, config)};
    read.lane = lane_for(run, task->slot, task->type, read.config, &read.place);
    vec_push(run->arena, &run->reads, read);
    task->waiting++;
}

static bool data_instance(struct run *run, struct task *task, const struct module_copy *copy, struct group *group,
                          struct instance_of *inst, bool pending)
{
    if (!run_targeted(run, task, inst->addr))
        return true;
    struct frame frame = frame_of_instance(run, task, copy, group, inst);
    const struct config_lifecycle *lifecycle = task->config->lifecycle;
    struct value config;
    if (lifecycle->preconditions.n &&
        !conditions_check(&frame, lifecycle->preconditions, CHECK_RESOURCE, task->whole->text, inst->addr->text,
                          inst->addr, _("Data source precondition failed")))
        return false;
    if (!instance_config(&frame, task, inst, run->scratch, &config))
        return false;
    if (!value_wholly_known(config))
        put_off(run, task, inst, config, REASON_READ_CONFIG_UNKNOWN);
    else if (pending)
        put_off(run, task, inst, config, REASON_READ_DEPENDENCY_PENDING);
    else if (!task->slot->opened)
        return false;
    else
        queue(run, task, group, inst, config);
    return true;
}

/* It is read again when all is done. */
static void plan_reread(struct run *run, const struct task *task, const struct instance_of *inst)
{
    if (run->options.mode != PLAN_NORMAL)
        return;
    struct change change = {.addr = inst->addr,
                            .action = ACTION_READ,
                            .reason = REASON_READ_CHECK_NESTED,
                            .before = value_null(task->type->schema->implied),
                            .after = inst->value,
                            .where = task->config->header};
    change_add(run, change, task->type, task->slot, inst->value);
}

/* The data source of a check: what goes wrong is told, and stops nothing. */
static bool scoped_instance(struct run *run, struct task *task, const struct module_copy *copy, struct group *group,
                            struct instance_of *inst, bool pending)
{
    size_t from = run->diags->list.n, errors = run->diags->n_errors;
    if (data_instance(run, task, copy, group, inst, pending))
        return true;
    check_soften(run, group, from, errors, (struct str){0});
    inst->value = value_unknown(task->type->schema->implied);
    if (run->phase == PHASE_PLAN)
        plan_reread(run, task, inst);
    return true;
}

enum outcome data_task(struct run *run, struct task *task)
{
    const struct module *module = task->node->module;
    bool ok = true, pending = run->phase == PHASE_VALIDATE || depends_on_changes(task) || machine_changes(run, task);
    for (uint32_t i = 0; i < module->n_copies; i++)
        for (uint32_t k = 0; k < task->groups[i].n; k++) {
            ok &= (task->config->check ? scoped_instance : data_instance)(
                run, task, &module->copies[i], &task->groups[i], &task->groups[i].v[k], pending);
            arena_reset(run->scratch);
        }
    task->failed = !ok;
    return task->waiting ? OUTCOME_WAITING : ok ? OUTCOME_DONE : OUTCOME_FAILED;
}

/* -- the batches -- */

static void add_request(struct run *run, struct call *call, const struct data_read *read)
{
    struct about *about = ARENA_NEW(run->arena, struct about);
    struct data_read *kept = ARENA_NEW(run->arena, struct data_read);
    *kept = *read;
    kept->started = clock_monotonic_ns();
    *about = (struct about){.addr = read->inst->addr, .task = read->task, .place = read->place, .more = kept};
    struct value prior = {0};
    struct blob private = {0};
    struct session_event event = {
        .kind = EVENT_DATA_START, .addr = read->inst->addr, .action = ACTION_READ, .place = read->place};
    if (read->import) {
        prior = read->import->stub;
        private = read->import->private;
        about->where = read->import->where;
        event.kind = EVENT_IMPORT_START;
        event.id = read->import->id;
    }
    call_tag(call, call_read_add(call, read->task->type, prior, read->config, private), about);
    session_tell(run->session, event);
}

void data_dispatch(struct run *run)
{
    size_t n = run->reads.n;
    struct data_read *reads = run->reads.v;
    run->reads.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct lane *lane = reads[i].lane;
        if (!lane)
            continue;
        size_t same = 0;
        for (size_t k = i; k < n; k++)
            same += reads[k].lane == lane;
        struct call *call = call_new(CALL_READ, lane->instance, same);
        for (size_t k = i; k < n; k++)
            if (reads[k].lane == lane) {
                add_request(run, call, &reads[k]);
                reads[k].lane = NULL;
            }
        lane_submit(lane, call);
    }
}

static bool postconditions(struct run *run, const struct data_read *read)
{
    struct task *task = read->task;
    struct config_conditions list = task->config->lifecycle->postconditions;
    if (!list.n)
        return true;
    const struct module *module = task->node->module;
    for (uint32_t i = 0; i < module->n_copies; i++) {
        struct group *group = &task->groups[i];
        if (read->inst < group->v || read->inst >= group->v + group->n)
            continue;
        struct frame frame = frame_of_instance(run, task, &module->copies[i], group, read->inst);
        frame.self = read->inst->value;
        return conditions_check(&frame, list, CHECK_RESOURCE, task->whole->text, read->inst->addr->text,
                                read->inst->addr, _("Data source postcondition failed"));
    }
    return true;
}

static bool take(struct run *run, struct call *call, size_t request, struct data_read *read)
{
    struct blob private;
    struct value v;
    if (!call_read_take(call, request, run->arena, &v, &private))
        return false;
    if (!value_is_set(v)) {
        struct diag *d =
            diag_error(run->diags, read->task->config->header, _("Nothing found"),
                       _("%.*s found nothing that matches its arguments."), STR_ARG(read->inst->addr->text));
        d->object = arena_str(run->diags->arena, read->inst->addr->text);
        return false;
    }
    read->inst->value = v;
    if (run->phase == PHASE_PLAN) {
        struct plan_read found = {.addr = read->inst->addr,
                                  .schema = read->task->type->schema,
                                  .provider = read->task->slot->instance.key,
                                  .value = v};
        vec_push(run->plan->arena, &run->plan->reads, found);
    }
    return postconditions(run, read);
}

static struct str first_problem(const struct call *call, size_t request)
{
    const struct problem *list;
    size_t n = call_problems(call, &list);
    for (size_t i = 0; i < n; i++)
        if (list[i].request == request || i + 1 == n)
            return list[i].detail;
    return (struct str){0};
}

static void take_scoped(struct run *run, struct call *call, size_t request, struct data_read *read)
{
    size_t from = run->diags->list.n, errors = run->diags->n_errors;
    if (!take(run, call, request, read)) {
        check_soften(run, read->group, from, errors, first_problem(call, request));
        read->inst->value = value_unknown(read->task->type->schema->implied);
    }
    if (run->phase == PHASE_PLAN)
        plan_reread(run, read->task, read->inst);
}

/* False where that fails the resource. */
static bool take_any(struct run *run, struct call *call, size_t request, struct data_read *read)
{
    if (read->import)
        return import_take(run, call, request, read->import);
    if (!read->task->config->check)
        return take(run, call, request, read);
    take_scoped(run, call, request, read);
    return true;
}

static void tell_complete(struct run *run, const struct data_read *read)
{
    struct session_event event = {.kind = EVENT_DATA_COMPLETE,
                                  .addr = read->inst->addr,
                                  .action = ACTION_READ,
                                  .place = read->place,
                                  .id = object_id(read->inst->value),
                                  .elapsed_ns = clock_monotonic_ns() - read->started};
    if (read->import) {
        event.kind = EVENT_IMPORT_COMPLETE;
        event.id = read->import->id;
    }
    session_tell(run->session, event);
}

/* Its last read is back: what was imported into can be planned now. */
static bool conclude(struct run *run, struct task *task)
{
    bool failed = task->failed;
    if (task->config->mode == ADDR_MANAGED)
        task->failed = !plan_task(run, task) || failed;
    return !task->failed;
}

void data_finished(struct run *run, struct call *call)
{
    for (size_t i = 0; i < call_size(call); i++) {
        struct about *about = call_tag_of(call, i);
        struct data_read *read = about->more;
        struct task *task = read->task;
        if (!take_any(run, call, i, read))
            task->failed = true;
        tell_complete(run, read);
        if (--task->waiting)
            continue;
        if (!conclude(run, task))
            walk_fail(run->walk, task->node->id, NULL, NULL);
        else
            walk_done(run->walk, task->node->id);
    }
    report_call(run, call);
    call_free(call);
}
