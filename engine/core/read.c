/* How the objects of the state are now: one read per lane with all that it holds, lanes side by side. */
#include "core/run.h"

#include "base/clock.h"
#include "base/gettext.h"

#include <assert.h>

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
};

static bool wanted(const struct run *run, const struct prior *prior, bool only_uncertain)
{
    if (only_uncertain && !prior->uncertain)
        return false;
    return run_targeted(run, prior->task, prior->addr);
}

static struct call *lane_call_for(struct session *session, const struct provider_slot *slot)
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
        tell(run->session, (struct session_event){.kind = kind,
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
    tell(run->session,
         (struct session_event){.kind = EVENT_READ_START, .place = batch->lane->place, .count = batch->priors.n});
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

static void finished(struct run *run, struct call *call, struct batch *batch)
{
    for (size_t i = 0; i < call_size(call); i++)
        take(run, call, i);
    report_call(run, call);
    tell_objects(run, batch, EVENT_REFRESH_COMPLETE);
    tell(run->session, (struct session_event){.kind = EVENT_READ_COMPLETE,
                                              .place = batch->lane->place,
                                              .count = batch->priors.n,
                                              .elapsed_ns = clock_monotonic_ns() - batch->started});
    call_free(call);
}

static void wait_all(struct reading *reading)
{
    struct run *run = reading->run;
    struct lane_event event;
    while (lanes_running(run->session->lanes)) {
        if (!lanes_wait(run->session->lanes, TICK_MS, &event))
            session_tick(run->session);
        else if (event.kind == LANE_FINISHED)
            finished(run, event.call, event.lane->tag);
    }
}

void priors_read(struct run *run, bool only_uncertain)
{
    ARENA_AUTO arena = arena_new();
    struct reading reading = {.run = run, .arena = arena};
    vec_each (&run->priors->list, i)
        if (wanted(run, run->priors->list.v[i], only_uncertain))
            assign(&reading, run->priors->list.v[i]);
    vec_each (&reading.batches, i)
        send(&reading, reading.batches.v[i]);
    wait_all(&reading);
    vec_each (&reading.batches, i)
        reading.batches.v[i]->lane->tag = NULL;
}
