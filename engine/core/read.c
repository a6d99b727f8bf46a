/* How the objects of the state are now: one read per lane with all that it holds, lanes side by side. */
#include "core/run.h"

#include "base/clock.h"
#include "base/gettext.h"

enum { TICK_MS = 1000 };

/* All objects of one lane. */
struct batch {
    struct lane *lane;
    VEC(struct prior *) priors;
    struct about *abouts;
    uint64_t started;
};

struct reading {
    struct run *run;
    struct arena *arena; /* of the batches */
    VEC(struct batch *) batches;
    VEC(struct call *) failed; /* whole calls, judged when all others are back */
};

static bool wanted(const struct run *run, const struct prior *prior, bool only_uncertain)
{
    if (only_uncertain && !prior->uncertain)
        return false;
    return run_targeted(run, prior->task, prior->addr);
}

struct call *lane_call_for(struct session *session, const struct provider_slot *slot)
{
    if (!session->lane_call)
        session->lane_call = call_new(CALL_LANE, &slot->instance, 0);
    else
        call_reset(session->lane_call, &slot->instance, 0);
    return session->lane_call;
}

void lane_introduce(struct run *run, const struct prior *prior)
{
    if (prior->type->anchor && prior->slot->opened && value_is_set(prior->stored))
        call_connection(lane_call_for(run->session, prior->slot), prior->type, prior->stored, prior->config);
}

struct lane *lane_for(struct run *run, struct provider_slot *slot, const struct provider_type *type,
                      struct value object, struct str *place)
{
    struct session *session = run->session;
    struct call *call = lane_call_for(session, slot);
    struct str channel, name;
    call_lane(call, type, object, &channel, &name);
    struct lane *lane = lanes_get(session->lanes, &slot->instance, channel);
    if (!str_eq(name, lane->place))
        lane->place = arena_str(session->arena, name);
    *place = lane->place;
    return lane;
}

static void assign(struct reading *reading, struct prior *prior)
{
    struct run *run = reading->run;
    if (!prior->slot->opened) {
        prior->failed = true; /* the provider's own problem is told where it is evaluated */
        return;
    }
    prior->lane = lane_for(run, prior->slot, prior->type, prior->stored, &prior->place);
    struct batch *batch = prior->lane->tag;
    if (!batch) {
        batch = ARENA_NEW(reading->arena, struct batch);
        batch->lane = prior->lane;
        prior->lane->tag = batch;
        vec_push(reading->arena, &reading->batches, batch);
    }
    vec_push(reading->arena, &batch->priors, prior);
}

static void tell_objects(struct run *run, const struct batch *batch, enum event_kind kind)
{
    if (!run->session->options.events.event)
        return;
    vec_each (&batch->priors, i) {
        const struct prior *prior = batch->priors.v[i];
        session_tell(run->session, (struct session_event){.kind = kind,
                                                          .addr = prior->addr,
                                                          .deposed = prior->deposed,
                                                          .place = prior->place,
                                                          .id = object_id(prior->stored)});
    }
}

static void send(struct reading *reading, struct batch *batch)
{
    struct run *run = reading->run;
    struct call *call = call_new(CALL_READ, batch->lane->instance, batch->priors.n);
    batch->abouts = ARENA_ARRAY(reading->arena, struct about, batch->priors.n);
    batch->started = clock_monotonic_ns();
    vec_each (&batch->priors, i) {
        struct prior *prior = batch->priors.v[i];
        batch->abouts[i] =
            (struct about){.addr = prior->addr, .task = prior->task, .place = prior->place, .more = prior};
        size_t request = call_read_add(call, prior->type, prior->stored, prior->config, prior->private);
        call_tag(call, request, &batch->abouts[i]);
    }
    session_tell(run->session, (struct session_event){
                                   .kind = EVENT_READ_START, .place = batch->lane->place, .count = batch->priors.n});
    tell_objects(run, batch, EVENT_REFRESH_START);
    lane_submit(batch->lane, call);
}

static void take(struct run *run, struct call *call, size_t request)
{
    const struct about *about = call_tag_of(call, request);
    struct prior *prior = about->more;
    struct value now;
    struct blob private;
    if (call_read_unchanged(call, request)) {
        prior->value = prior->stored;
        return;
    }
    if (!call_read_take(call, request, run->arena, &now, &private)) {
        prior->failed = true;
        return;
    }
    /* one value for what did not change: most of a state, most of the time */
    prior->value = value_same_marked(now, prior->stored) ? prior->stored : now;
    prior->private = private;
}

static bool all_failed(struct call *call)
{
    for (size_t i = 0; i < call_size(call); i++)
        if (!call_failed(call, i))
            return false;
    return true;
}

static void finished(struct reading *reading, struct call *call, struct batch *batch)
{
    struct run *run = reading->run;
    for (size_t i = 0; i < call_size(call); i++)
        take(run, call, i);
    tell_objects(run, batch, EVENT_REFRESH_COMPLETE);
    session_tell(run->session, (struct session_event){.kind = EVENT_READ_COMPLETE,
                                                      .place = batch->lane->place,
                                                      .count = batch->priors.n,
                                                      .elapsed_ns = clock_monotonic_ns() - batch->started});
    if (all_failed(call)) {
        vec_push(reading->arena, &reading->failed, call);
        return;
    }
    report_call(run, call);
    call_free(call);
}

/* -- a lane that cannot answer because what it stands on is down: the plan mends that first -- */

/* An object that the resource is made from, and that is no longer as it was. */
static const struct prior *changed_need(const struct run *run, const struct task *task)
{
    vec_each (&run->priors->list, i) {
        const struct prior *p = run->priors->list.v[i];
        if (!p->task || p->failed || !p->object || value_same(p->value, p->stored))
            continue;
        for (size_t k = 0; k < task->depends.n; k++)
            if (task->depends.v[k] == p->task->whole)
                return p;
    }
    return NULL;
}

static const struct prior *excuse_for(const struct run *run, struct call *call)
{
    for (size_t i = 0; i < call_size(call); i++) {
        const struct about *about = call_tag_of(call, i);
        const struct prior *prior = about->more;
        const struct prior *need = prior->type->anchor && prior->task ? changed_need(run, prior->task) : NULL;
        if (need)
            return need;
    }
    return NULL;
}

static void excuse(struct run *run, struct call *call, const struct prior *need)
{
    struct prior *first = ((struct about *)call_tag_of(call, 0))->more;
    for (size_t i = 0; i < call_size(call); i++) {
        struct prior *prior = ((struct about *)call_tag_of(call, i))->more;
        prior->failed = !prior->object; /* an unfinished creation has nothing to go by */
        prior->value = prior->object ? prior->stored : prior->value;
    }
    first->lane->down = true;
    const struct problem *list;
    struct str why = call_problems(call, &list) ? list[0].detail : str_c(_("no reason was given."));
    struct diag *d = diag_warning(
        run->diags, (struct span){0}, _("Taken as last seen"),
        _("%.*s could not be read: %.*s It stands on %.*s, which is not as it was and comes first in this plan, so the "
          "objects on it are taken as they were last seen. Plan once more after the apply."),
        STR_ARG(first->place.n ? first->place : first->addr->text), STR_ARG(why), STR_ARG(need->addr->text));
    d->object = arena_str(run->diags->arena, first->addr->text);
}

/* The way out where a machine was taken away by hand: nothing on it can be read, changed or destroyed any more. */
static void tell_way_out(struct run *run, struct call *call, size_t from)
{
    enum { NAMED = 4 };
    struct diags *diags = run->diags;
    STRBUF_AUTO names = STRBUF_INIT(4096);
    size_t n = call_size(call);
    for (size_t i = 0; i < n && i < NAMED; i++) {
        const struct prior *prior = ((struct about *)call_tag_of(call, i))->more;
        strbuf_printf(&names, " '%.*s'", STR_ARG(prior->from ? prior->from->text : prior->addr->text));
    }
    for (size_t i = from; i < diags->list.n; i++) {
        struct diag *d = &diags->list.v[i];
        if (d->severity != DIAG_ERROR)
            continue;
        d->detail = arena_printf(diags->arena,
                                 _("%.*s\n\nIf it is gone for good, with all that was on it, forget that: "
                                   "detour state rm%.*s%s"),
                                 STR_ARG(d->detail), STR_ARG(strbuf_str(&names)), n > NAMED ? " …" : "");
        return;
    }
}

static void judge_failed(struct reading *reading)
{
    vec_each (&reading->failed, i) {
        struct call *call = reading->failed.v[i];
        const struct prior *need = excuse_for(reading->run, call);
        size_t from = reading->run->diags->list.n;
        if (need)
            excuse(reading->run, call, need);
        else
            report_call(reading->run, call);
        if (!need)
            tell_way_out(reading->run, call, from);
        call_free(call);
    }
}

static void wait_all(struct reading *reading)
{
    struct run *run = reading->run;
    struct lane_event event;
    while (lanes_running(run->session->lanes)) {
        if (!lanes_wait(run->session->lanes, TICK_MS, &event))
            session_tick(run->session);
        else if (event.kind == LANE_FINISHED)
            finished(reading, event.call, event.lane->tag);
        else
            session_tell_look(run->session, &event);
    }
}

void priors_read(struct run *run, bool only_uncertain)
{
    ARENA_AUTO arena = arena_new();
    struct reading reading = {.run = run, .arena = arena};
    for (size_t i = 0; i < lanes_count(run->session->lanes); i++)
        lanes_at(run->session->lanes, i)->down = false;
    vec_each (&run->priors->list, i)
        if (wanted(run, run->priors->list.v[i], only_uncertain))
            assign(&reading, run->priors->list.v[i]);
    vec_each (&reading.batches, i)
        send(&reading, reading.batches.v[i]);
    wait_all(&reading);
    judge_failed(&reading);
    vec_each (&reading.batches, i)
        reading.batches.v[i]->lane->tag = NULL;
}
