/* REVIEW: all changes of a lane at once, so that the provider can tell what their attributes do not show. */
#include "core/run.h"

#include "base/gettext.h"

enum { TICK_MS = 1000 };

/* One half of a replacement, or a whole change. */
struct item {
    uint32_t change; /* its place in plan->changes */
    enum detour_action action;
};

struct review {
    struct lane *lane;
    struct provider_slot *slot;
    VEC(struct item) items;
};

struct reviewing {
    struct run *run;
    struct arena *arena;
    VEC(struct review *) list;
};

/* What a request is about, with its change. */
struct subject {
    struct about about;
    uint32_t change;
    bool removal;
};

static bool reviewable(const struct change *change)
{
    return change->action != ACTION_NOOP && change->action != ACTION_READ && change->action != ACTION_FORGET;
}

static struct review *review_for(struct reviewing *r, struct provider_slot *slot, struct str name)
{
    struct lane *lane = lanes_get(r->run->session->lanes, &slot->instance, name);
    if (!lane->tag) {
        struct review *review = ARENA_NEW(r->arena, struct review);
        *review = (struct review){.lane = lane, .slot = slot};
        lane->tag = review;
        vec_push(r->arena, &r->list, review);
    }
    return lane->tag;
}

static const struct provider_type *type_of(const struct run *run, const struct change *change)
{
    return registry_type(run->session->options.registry, change->addr->mode, change->addr->type);
}

static void add_request(struct reviewing *r, struct call *call, uint32_t index, enum detour_action action)
{
    const struct change *change = &r->run->plan->changes.v[index];
    const struct prior *prior = prior_find(r->run->priors, change->addr);
    bool removal = action == DETOUR_DELETE;
    struct subject *subject = ARENA_NEW(r->arena, struct subject);
    *subject =
        (struct subject){.about = {.addr = change->addr, .place = change->place}, .change = index, .removal = removal};
    subject->about.task = prior ? prior->task : task_of_addr(r->run, change->addr);
    struct value before = action == DETOUR_CREATE ? (struct value){0} : change->before;
    struct value after = removal ? (struct value){0} : change->after;
    call_tag(call,
             call_review_add(call, type_of(r->run, change), action, before, after,
                             removal ? change->private_before : change->private_planned),
             subject);
}

static void send(struct reviewing *r, struct review *review)
{
    struct call *call = call_new(CALL_REVIEW, review->lane->instance, review->items.n);
    vec_each (&review->items, i)
        add_request(r, call, review->items.v[i].change, review->items.v[i].action);
    lane_submit(review->lane, call);
}

static void take(struct reviewing *r, struct call *call)
{
    struct plan *plan = r->run->plan;
    for (size_t i = 0; i < call_size(call); i++) {
        const struct subject *subject = call_tag_of(call, i);
        struct change *change = &plan->changes.v[subject->change];
        struct blob private;
        if (!call_review_take(call, i, plan->arena, &private))
            plan->errored = true;
        else if (subject->removal)
            change->private_before = private;
        else
            change->private_planned = private;
    }
    const struct consequence *list;
    size_t n = call_consequences(call, &list);
    for (size_t i = 0; i < n; i++) {
        const struct subject *subject = call_tag_of(call, list[i].request);
        struct risk risk = {list[i].risk.level, arena_str(plan->arena, list[i].risk.text)};
        vec_push(plan->arena, &plan->changes.v[subject->change].risks, risk);
    }
    report_call(r->run, call);
    call_free(call);
}

static void add_item(struct reviewing *r, struct provider_slot *slot, struct str lane, size_t change,
                     enum detour_action action)
{
    if (lanes_get(r->run->session->lanes, &slot->instance, lane)->down) {
        change_note(r->run, &r->run->plan->changes.v[change], RISK_NOTE,
                    _("not reviewed: the machine does not answer before this plan is carried out"));
        return;
    }
    struct review *review = review_for(r, slot, lane);
    struct item item = {(uint32_t)change, action};
    vec_push(r->arena, &review->items, item);
}

/* What takes an object's place may stand on another machine. */
static void add_change(struct reviewing *r, struct provider_slot *slot, size_t index)
{
    const struct change *change = &r->run->plan->changes.v[index];
    struct str lane = change->lane, place;
    if (change->action == ACTION_CREATE || change->action == ACTION_UPDATE) {
        add_item(r, slot, lane, index, change->action == ACTION_UPDATE ? DETOUR_UPDATE : DETOUR_CREATE);
        return;
    }
    add_item(r, slot, lane, index, DETOUR_DELETE);
    if (change->action == ACTION_DELETE)
        return;
    lane = lane_for(r->run, slot, type_of(r->run, change), change->after, &place)->name;
    add_item(r, slot, lane, index, DETOUR_CREATE);
}

static void gather(struct reviewing *r)
{
    struct run *run = r->run;
    vec_each (&run->plan->changes, i) {
        const struct change *change = &run->plan->changes.v[i];
        struct provider_slot *slot = map_get(&run->tree->slots, change->provider);
        if (reviewable(change) && slot->opened && slot->instance.provider->review)
            add_change(r, slot, i);
    }
}

void plan_review(struct run *run)
{
    ARENA_AUTO arena = arena_new();
    struct reviewing r = {.run = run, .arena = arena};
    struct lane_event event;
    gather(&r);
    vec_each (&r.list, i)
        send(&r, r.list.v[i]);
    while (lanes_running(run->session->lanes)) {
        if (!lanes_wait(run->session->lanes, TICK_MS, &event))
            session_tick(run->session);
        else if (event.kind == LANE_FINISHED)
            take(&r, event.call);
        else
            session_tell_look(run->session, &event);
    }
    vec_each (&r.list, i)
        r.list.v[i]->lane->tag = NULL;
}
