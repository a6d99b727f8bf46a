/* Ready operations to calls, one per lane, and their answers back. */
#include "core/applying.h"

#include "base/clock.h"
#include "base/gettext.h"
#include "plan/contract.h"

/* The calls of one lane that are made at one moment. */
struct batch {
    struct applying *a;
    struct arena *arena; /* released when both calls are back */
    struct lane *lane;
    VEC(struct operation *) changes, reads;
    VEC(struct intent) intents;
    struct call *apply, *read;
};

static enum action action_of(const struct operation *op)
{
    static const enum action actions[] = {
        [OP_CREATE] = ACTION_CREATE, [OP_UPDATE] = ACTION_UPDATE, [OP_DELETE] = ACTION_DELETE, [OP_READ] = ACTION_READ};
    return actions[op->kind];
}

static void tell_op(struct applying *a, const struct operation *op, enum event_kind kind, struct str text)
{
    struct value object = op->kind == OP_CREATE ? value_null(op->type->schema->implied) : op->change->before;
    if (op->inst && kind == EVENT_APPLY_COMPLETE)
        object = op->inst->value;
    session_tell(a->run.session, (struct session_event){
                                     .kind = kind,
                                     .addr = op->change->addr,
                                     .deposed = op->kind == OP_DELETE ? op->deposed : (struct str){0},
                                     .action = action_of(op),
                                     .place = op->place,
                                     .id = object_id(object),
                                     .text = text,
                                     .elapsed_ns = op->started ? clock_monotonic_ns() - op->started : 0,
                                 });
}

static struct about *about_op(struct arena *arena, struct operation *op)
{
    struct about *about = ARENA_NEW(arena, struct about);
    *about = (struct about){.addr = op->change->addr, .task = op->task, .place = op->place, .more = op};
    return about;
}

/* -- exactly what was approved -- */

static bool still_as_approved(struct applying *a, struct operation *op, struct value planned)
{
    struct path where = {0};
    struct arena *scratch = a->run.scratch;
    struct value approved = value_unmark_deep(scratch, op->change->after), now = value_unmark_deep(scratch, planned);
    if (contract_same(scratch, approved, now, &where))
        return true;
    STRBUF_AUTO path = STRBUF_INIT(4096);
    path_print(&path, where);
    struct diag *d = diag_error(a->run.diags, op->task->config->header, _("The plan no longer holds"),
                                _("%.*s would now be given another value for %.*s than the one that was approved, so "
                                  "it was left alone. Make a new "
                                  "plan."),
                                STR_ARG(op->change->addr->text), STR_ARG(strbuf_str(&path)));
    d->object = arena_str(a->run.diags->arena, op->change->addr->text);
    return false;
}

static struct blob private_for(const struct operation *op, const struct planned *planned)
{
    if (op->kind == OP_DELETE)
        return op->change->private_before;
    return op->change->private_planned.n ? op->change->private_planned : planned->private_out;
}

/* Evaluates the object's configuration again, now that all it needs is known. */
static bool configure(struct applying *a, struct operation *op, struct value *config)
{
    struct run *run = &a->run;
    struct frame frame = frame_of_instance(run, op->task, op->copy, op->group, op->inst);
    struct config_conditions list = op->task->config->lifecycle->preconditions;
    if (list.n && !conditions_check(&frame, list, CHECK_RESOURCE, op->task->whole->text, op->inst->addr->text,
                                    op->inst->addr, _("Resource precondition failed")))
        return false;
    return instance_config(&frame, op->task, op->inst, run->scratch, config);
}

static struct value prior_of(const struct operation *op)
{
    return op->kind == OP_CREATE ? (struct value){0} : op->change->before;
}

static bool plan_again(struct applying *a, struct operation *op, struct value *config, struct planned *planned)
{
    struct run *run = &a->run;
    if (op->kind == OP_UPDATE)
        *config = config_hold_back(run, op->task, *config, op->change->before, NULL);
    struct about about = {.addr = op->change->addr, .task = op->task, .place = op->place};
    return plan_object(run, &about, prior_of(op), *config,
                       op->kind == OP_UPDATE ? op->change->private_before : (struct blob){0}, run->scratch, planned) &&
           still_as_approved(a, op, planned->value);
}

/* -- making a call -- */

static void add_change(struct batch *b, struct operation *op, struct value config, const struct planned *planned)
{
    static const enum detour_action actions[] = {
        [OP_CREATE] = DETOUR_CREATE, [OP_UPDATE] = DETOUR_UPDATE, [OP_DELETE] = DETOUR_DELETE};
    struct blob private = private_for(op, planned);
    struct intent intent;
    op->planned = op->kind == OP_DELETE ? (struct value){0} : value_copy(b->arena, planned->value);
    size_t request = call_apply_add(b->apply, op->type, actions[op->kind], prior_of(op), op->planned, config, private);
    call_tag(b->apply, request, about_op(b->arena, op));
    record_intent(b->a, op, private, &intent);
    vec_push(b->arena, &b->intents, intent);
}

/* Whether the successor has the id of the object that was put away for it: then the two are one thing on the machine,
 * and to remove the old one would take the new one away. */
static bool is_superseded(const struct applying *a, const struct operation *op)
{
    if (op->kind != OP_DELETE || !op->deposed.n)
        return false;
    const struct state_object *successor =
        snapshot_object(session_snapshot(a->run.session), op->change->addr, (struct str){0});
    struct str id = object_id(op->change->before);
    return successor && id.n && str_eq(object_id(successor->value), id);
}

/* False where it ended already: refused, or found to be done. */
static bool prepare(struct batch *b, struct operation *op)
{
    struct applying *a = b->a;
    struct value config = {0};
    struct planned planned = {0};
    bool ok = op->slot->opened || provider_open(&a->run, op->slot);
    if (ok && op->kind != OP_DELETE)
        ok = configure(a, op, &config) && plan_again(a, op, &config, &planned);
    if (!ok) {
        tell_op(a, op, EVENT_APPLY_ERRORED, (struct str){0});
        op_ended(a, op, false);
    } else if (is_superseded(a, op)) {
        record_op(a, op, true, (struct value){0}, (struct blob){0});
        op_ended(a, op, true);
    } else if (op->kind == OP_UPDATE && value_same(planned.value, op->change->before)) {
        /* what was unknown turned out to be what is there */
        op->inst->value = value_copy(a->arena, planned.value);
        record_op(a, op, true, op->inst->value, private_for(op, &planned));
        op_ended(a, op, true);
    } else {
        add_change(b, op, config, &planned);
        arena_reset(a->run.scratch);
        return true;
    }
    arena_reset(a->run.scratch);
    return false;
}

/* The data source of a check: what went wrong is told, and stops nothing. */
static bool read_may_fail(struct applying *a, struct operation *op, size_t from, size_t errors)
{
    if (!op->task->config->check)
        return false;
    check_soften(&a->run, op->group, from, errors, (struct str){0});
    op->inst->value = value_unknown(op->type->schema->implied);
    return true;
}

static bool prepare_read(struct batch *b, struct operation *op)
{
    struct applying *a = b->a;
    struct value config = {0};
    size_t from = a->run.diags->list.n, errors = a->run.diags->n_errors;
    bool ok = (op->slot->opened || provider_open(&a->run, op->slot)) && configure(a, op, &config);
    if (ok) {
        size_t request = call_read_add(b->read, op->type, (struct value){0}, config, (struct blob){0});
        call_tag(b->read, request, about_op(b->arena, op));
    } else {
        tell_op(a, op, EVENT_APPLY_ERRORED, (struct str){0});
        op_ended(a, op, read_may_fail(a, op, from, errors));
    }
    arena_reset(a->run.scratch);
    return ok;
}

static struct batch *batch_for(struct applying *a, struct lane *lane)
{
    if (lane->tag)
        return lane->tag;
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct batch *b = ARENA_NEW(arena, struct batch);
    *b = (struct batch){.a = a, .arena = arena, .lane = lane};
    lane->tag = b;
    return b;
}

static void begin(struct applying *a, struct operation *op)
{
    op->begun = true;
    op->started = clock_monotonic_ns();
    tell_op(a, op, EVENT_APPLY_START, (struct str){0});
}

/* The old object makes room for its successor before that is made. */
static void put_away(struct applying *a, const struct operation *op)
{
    if (op->kind != OP_CREATE || !op->deposed.n)
        return;
    struct result result = {.kind = RESULT_DEPOSE, .addr = op->change->addr, .deposed = op->deposed};
    vec_push(a->arena, &a->results, result);
}

static void drop_empty(struct call **call)
{
    if (*call && !call_size(*call)) {
        call_free(*call);
        *call = NULL;
    }
}

static void fill(struct batch *b)
{
    struct applying *a = b->a;
    const struct instance *instance = b->lane->instance;
    b->apply = b->changes.n ? call_new(CALL_APPLY, instance, b->changes.n) : NULL;
    b->read = b->reads.n ? call_new(CALL_READ, instance, b->reads.n) : NULL;
    size_t kept = 0;
    vec_each (&b->changes, i) {
        struct operation *op = b->changes.v[i];
        if (!prepare(b, op))
            continue;
        put_away(a, op);
        b->changes.v[kept++] = op;
    }
    b->changes.n = kept;
    kept = 0;
    vec_each (&b->reads, i)
        if (prepare_read(b, b->reads.v[i]))
            b->reads.v[kept++] = b->reads.v[i];
    b->reads.n = kept;
    drop_empty(&b->apply);
    drop_empty(&b->read);
}

static void batch_free(struct batch *b)
{
    if (b->apply || b->read)
        return;
    b->lane->tag = NULL;
    arena_free(b->arena);
}

/* Nothing may be done without a durable intent. */
static void give_up(struct batch *b)
{
    vec_each (&b->changes, i) {
        const struct operation *op = b->changes.v[i];
        if (op->kind == OP_CREATE && op->deposed.n) {
            struct result back = {.kind = RESULT_RESTORE, .addr = op->change->addr, .deposed = op->deposed};
            vec_push(b->a->arena, &b->a->results, back);
        }
        tell_op(b->a, b->changes.v[i], EVENT_APPLY_ERRORED, (struct str){0});
        op_ended(b->a, b->changes.v[i], false);
    }
    call_free(b->apply);
    b->apply = NULL;
}

static void send(struct batch *b)
{
    if (b->apply) {
        vec_each (&b->changes, i)
            begin(b->a, b->changes.v[i]);
        lane_submit(b->lane, b->apply);
    }
    if (b->read) {
        vec_each (&b->reads, i)
            begin(b->a, b->reads.v[i]);
        lane_submit(b->lane, b->read);
    }
    batch_free(b);
}

/* One sync for the intents of all lanes that start now. */
static bool store_all(struct applying *a, struct batch *const *list, size_t n)
{
    size_t total = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        total += list[i]->intents.n;
    if (!total)
        return true;
    if (a->store_failed || !record_flush(a) || !record_begin(a))
        return false;
    ARENA_AUTO arena = arena_new();
    struct intent *all = ARENA_ARRAY(arena, struct intent, total);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < list[i]->intents.n; k++)
            all[at++] = list[i]->intents.v[k];
    bool ok = store_intents(a->run.session->store, all, total, a->run.diags);
    a->store_failed |= !ok;
    return ok;
}

void batch_dispatch(struct applying *a)
{
    ARENA_AUTO arena = arena_new();
    VEC(struct batch *) list = {0};
    size_t kept = 0;
    vec_each (&a->ready, i) {
        struct operation *op = a->ready.v[i];
        if (op->lane->running) { /* one at a time: it goes with the next batch */
            a->ready.v[kept++] = op;
            continue;
        }
        bool first = !op->lane->tag;
        struct batch *b = batch_for(a, op->lane);
        if (first)
            vec_push(arena, &list, b);
        if (op->kind == OP_READ)
            vec_push(b->arena, &b->reads, op);
        else
            vec_push(b->arena, &b->changes, op);
    }
    a->ready.n = kept;
    vec_each (&list, i)
        fill(list.v[i]);
    if (!store_all(a, list.v, list.n))
        vec_each (&list, i)
            give_up(list.v[i]);
    vec_each (&list, i)
        send(list.v[i]);
}

/* -- answers -- */

static void count(struct applying *a, const struct operation *op, bool ok)
{
    struct apply_result *r = a->result;
    if (!ok)
        r->failed++;
    else if (op->kind == OP_READ)
        r->read++;
    else if (op->replaces)
        r->replaced += op->kind == OP_CREATE;
    else if (op->kind == OP_CREATE)
        r->added++;
    else if (op->kind == OP_UPDATE)
        r->changed++;
    else
        r->destroyed++;
}

void op_ended(struct applying *a, struct operation *op, bool ok)
{
    struct ended ended = {op, ok};
    op->recorded = true;
    count(a, op, ok);
    vec_push(a->arena, &a->ended, ended);
}

static bool check_afterwards(struct applying *a, const struct operation *op)
{
    struct config_conditions list = op->task->config->lifecycle->postconditions;
    if (!list.n)
        return true;
    struct frame frame = frame_of_instance(&a->run, op->task, op->copy, op->group, op->inst);
    frame.self = op->inst->value;
    return conditions_check(&frame, list, CHECK_RESOURCE, op->task->whole->text, op->inst->addr->text, op->inst->addr,
                            _("Resource postcondition failed"));
}

static void take_change(struct applying *a, struct call *call, size_t request)
{
    struct about *about = call_tag_of(call, request);
    struct operation *op = about->more;
    struct value state;
    struct blob private;
    if (op->recorded)
        return;
    bool ok = call_apply_take(call, request, a->arena, &state, &private);
    record_op(a, op, ok, state, private);
    if (op->inst && value_is_set(state))
        op->inst->value = state;
    if (ok && op->inst)
        ok = check_afterwards(a, op);
    tell_op(a, op, ok ? EVENT_APPLY_COMPLETE : EVENT_APPLY_ERRORED, (struct str){0});
    op_ended(a, op, ok);
}

static void take_read(struct applying *a, struct call *call, size_t request)
{
    struct about *about = call_tag_of(call, request);
    struct operation *op = about->more;
    struct value state;
    struct blob private;
    size_t from = a->run.diags->list.n, errors = a->run.diags->n_errors;
    bool ok = call_read_take(call, request, a->arena, &state, &private);
    if (ok && !value_is_set(state)) {
        diag_error(a->run.diags, op->task->config->header, _("Nothing found"),
                   _("%.*s found nothing that matches its arguments."), STR_ARG(op->change->addr->text));
        ok = false;
    }
    if (ok) {
        op->inst->value = state;
        ok = check_afterwards(a, op);
    }
    tell_op(a, op, ok ? EVENT_APPLY_COMPLETE : EVENT_APPLY_ERRORED, (struct str){0});
    op_ended(a, op, ok || read_may_fail(a, op, from, errors));
}

static void finished(struct batch *b, struct call *call)
{
    bool is_read = call == b->read;
    for (size_t i = 0; i < call_size(call); i++)
        if (is_read)
            take_read(b->a, call, i);
        else
            take_change(b->a, call, i);
    report_call(&b->a->run, call);
    call_free(call);
    if (is_read)
        b->read = NULL;
    else
        b->apply = NULL;
    batch_free(b);
}

void batch_event(struct applying *a, const struct lane_event *event)
{
    if (event->kind == LANE_FINISHED) {
        finished(event->lane->tag, event->call);
    } else if (event->kind == LANE_DONE) {
        take_change(a, event->call, event->request);
    } else {
        struct about *about = call_tag_of(event->call, event->request);
        tell_op(a, about->more, EVENT_APPLY_PROGRESS, event->text);
    }
}
