/*
 * Lanes under ThreadSanitizer: a provider that keeps state per lane without any lock, tells progress and answers early,
 * in whole runs with many lanes and every degree of parallelism. Two calls of one lane at a time, a value shared with a
 * lane that still runs, or an answer taken without order shows as a race.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LANES = 6, ROUNDS = 3 };

static const struct detour_host *host;

/* Belongs to the lane's thread: unsynchronised on purpose. */
static struct {
    unsigned calls, inside;
} lanes[LANES];

static void *provider_open(const struct detour_host *given, detour_call *call, const detour_value *config)
{
    (void)call;
    (void)config;
    host = given;
    return &lanes;
}

static unsigned lane_of(const detour_value *object)
{
    const detour_value *lane = host->attr(object, "lane");
    return (unsigned)strtoul(host->string(lane).p, NULL, 10) % LANES;
}

static struct detour_str provider_lane(void *self, detour_call *call, const struct detour_type *type,
                                       const detour_value *object)
{
    (void)self;
    (void)type;
    char *text = host->alloc(call, 12);
    int n = snprintf(text, 12, "%u", lane_of(object));
    return (struct detour_str){text, (size_t)n};
}

static void enter(unsigned lane)
{
    if (lanes[lane].inside++) {
        fprintf(stderr, "two calls at once in lane %u\n", lane);
        abort();
    }
    lanes[lane].calls++;
    usleep(200);
}

static void provider_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    unsigned lane = lane_of(reqs[0].prior);
    enter(lane);
    for (size_t i = 0; i < n; i++) {
        static const char *const names[] = {"value"};
        const detour_value *items[] = {host->attr(reqs[i].prior, "value")};
        reqs[i].state = host->with(call, reqs[i].prior, names, items, 1);
    }
    lanes[lane].inside--;
}

static void provider_review(void *self, detour_call *call, struct detour_review *reqs, size_t n)
{
    (void)self;
    unsigned lane = lane_of(reqs[0].planned ? reqs[0].planned : reqs[0].prior);
    enter(lane);
    for (size_t i = 0; i < n; i++)
        host->consequence(call, i, DETOUR_NOTE, "change %zu of %zu", i, n);
    lanes[lane].inside--;
}

static void provider_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    (void)self;
    unsigned lane = lane_of(reqs[0].planned ? reqs[0].planned : reqs[0].prior);
    enter(lane);
    for (size_t i = 0; i < n; i++) {
        static const char *const names[] = {"id"};
        const detour_value *items[] = {host->make_string(call, (struct detour_str){"made", 4})};
        host->progress(call, i, "working on %zu of %zu", i, n);
        if (reqs[i].action == DETOUR_DELETE)
            reqs[i].state = NULL;
        else
            reqs[i].state = host->with(call, reqs[i].planned, names, items, 1);
        if (i % 2)
            host->done(call, i);
        if (host->cancelled(call))
            break;
    }
    lanes[lane].inside--;
}

static const struct detour_attribute attributes[] = {
    {"lane", "string", DETOUR_REQUIRED | DETOUR_REPLACE, NULL},
    {"value", "string", DETOUR_OPTIONAL, NULL},
    {"id", "string", DETOUR_COMPUTED, NULL},
    {0},
};

static const struct detour_type types[] = {{.name = "race_thing", .attributes = attributes}, {0}};

static const struct detour_provider provider = {
    .size = sizeof provider,
    .abi = DETOUR_ABI_VERSION,
    .name = "race",
    .types = types,
    .open = provider_open,
    .lane = provider_lane,
    .read = provider_read,
    .review = provider_review,
    .apply = provider_apply,
};

static void need(struct world *w, bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n%s", what, world_problems(w));
    exit(1);
}

static void run(unsigned parallelism)
{
    struct world *w = world_new();
    registry_add(w->registry, &provider);
    w->parallelism = parallelism;
    for (int round = 0; round < ROUNDS; round++) {
        char text[1024];
        snprintf(text, sizeof text,
                 "resource \"race_thing\" \"a\" {\n  count = 60\n  lane = count.index\n  value = \"%d\"\n}\n"
                 "resource \"race_thing\" \"b\" {\n  count = %d\n  lane = count.index\n"
                 "  value = race_thing.a[count.index].id\n}\n"
                 "resource \"race_thing\" \"c\" {\n  count = 30\n  lane = count.index\n"
                 "  value = \"${race_thing.b[0].id}%d\"\n}\n",
                 round, 60 - 20 * round, round);
        world_config(w, text);
        need(w, world_apply(w), "apply");
        need(w, world_plan(w) && plan_is_empty(w->plan), "nothing is left to do");
    }
    need(w, world_apply_with(w, (struct plan_options){.mode = PLAN_DESTROY}), "destroy");
    need(w, world_objects(w) == 0, "nothing is left");
    world_free(w);
}

int main(void)
{
    for (unsigned parallelism = 1; parallelism <= LANES + 1; parallelism += 2)
        run(parallelism);
    for (int i = 0; i < LANES; i++)
        printf("lane %d: %u calls\n", i, lanes[i].calls);
    return 0;
}
