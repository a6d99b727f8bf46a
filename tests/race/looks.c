/*
 * Looking in many lanes at once under ThreadSanitizer: imports, refreshes, data sources, and checks, each lane's reads
 * by its own thread. First with a provider that keeps state per lane without any lock, tells progress, warns, and fails
 * in one lane; then with the debian provider, whose machines, sessions and scripts are real: all of them this computer,
 * which is looked at and not changed.
 */
#include "world.h"
#include "debian/provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LANES = 6, ROUNDS = 3 };

static const struct detour_host *host;
static bool broken; /* the machine of lane 3; set while no lane runs */

/* Belongs to the lane's thread: unsynchronised on purpose. */
static struct {
    unsigned calls, objects, inside;
} lanes[LANES];

static void *provider_open(const struct detour_host *given, detour_call *call, const detour_value *config)
{
    (void)call, (void)config;
    host = given;
    return &lanes;
}

static unsigned lane_of(const detour_value *object)
{
    return (unsigned)strtoul(host->string(host->attr(object, "lane")).p, NULL, 10) % LANES;
}

static struct detour_str provider_lane(void *self, detour_call *call, const struct detour_type *type,
                                       const detour_value *object)
{
    (void)self, (void)type;
    char *text = host->alloc(call, 12);
    int n = snprintf(text, 12, "%u", lane_of(object));
    return (struct detour_str){text, (size_t)n};
}

/* "LANE" is all that an id says. */
static void provider_import(void *self, detour_call *call, struct detour_import *reqs, size_t n)
{
    (void)self;
    static const struct detour_str names[] = {{"lane", 4}, {"id", 2}};
    for (size_t i = 0; i < n; i++) {
        const detour_value *items[] = {host->make_string(call, reqs[i].id), host->make_string(call, reqs[i].id)};
        reqs[i].state = host->make_map(call, names, items, 2);
    }
}

static void read_one(detour_call *call, struct detour_read *req, size_t i)
{
    static const char *const names[] = {"seen"};
    const detour_value *items[] = {host->make_string(call, (struct detour_str){"as ever", 7})};
    if (i % 7 == 3)
        host->warn(call, i, "lane", "Odd", "object %zu looks odd", i);
    req->state = host->with(call, req->prior ? req->prior : req->config, names, items, 1);
}

static void provider_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    unsigned lane = lane_of(reqs[0].prior ? reqs[0].prior : reqs[0].config);
    if (lanes[lane].inside++)
        abort();
    lanes[lane].calls++;
    lanes[lane].objects += (unsigned)n;
    usleep(500);
    for (size_t i = 0; i < n; i++) {
        host->progress(call, i, "looking at %zu of %zu", i, n);
        if (broken && lane == 3)
            host->fail(call, i, NULL, "Gone", "lane %u does not answer", lane);
        else
            read_one(call, &reqs[i], i);
    }
    lanes[lane].inside--;
}

static const struct detour_attribute attributes[] = {
    {"lane", "string", DETOUR_REQUIRED, NULL},
    {"seen", "string", DETOUR_COMPUTED, NULL},
    {"id", "string", DETOUR_COMPUTED, NULL},
    {0},
};

static void provider_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    (void)self, (void)call, (void)reqs, (void)n;
    abort(); /* nothing here is to be changed */
}

static const struct detour_type types[] = {
    {.name = "look_thing", .attributes = attributes, .import_id = "1"},
    {.name = "look_data", .flags = DETOUR_DATA, .attributes = attributes},
    {0},
};

static const struct detour_provider provider = {
    .size = sizeof provider,
    .abi = DETOUR_ABI_VERSION,
    .name = "look",
    .types = types,
    .open = provider_open,
    .lane = provider_lane,
    .read = provider_read,
    .import = provider_import,
    .apply = provider_apply,
};

static void need(struct world *w, bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n%s%s\n", what, world_problems(w), w->plan ? world_changes(w) : "");
    exit(1);
}

/* What is imported is read, stays as it is through plans and refreshes, and data sources are read beside it. */
static void look(struct world *w, const char *text)
{
    world_config(w, text);
    need(w, world_plan(w) && !w->plan->errored && !strpbrk(world_changes(w), "+~"), "imports are no changes");
    need(w, world_apply(w), "imported");
    for (int round = 0; round < ROUNDS; round++) {
        need(w, world_plan(w) && plan_is_empty(w->plan), "nothing is left to do");
        need(w, world_apply_with(w, (struct plan_options){.mode = PLAN_REFRESH_ONLY}), "refreshed");
    }
}

#define SOME "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23"
static const char things[] = "locals {\n  lanes = { for i in [" SOME "] : \"${i}\" => i }\n}\n"
                             "resource \"look_thing\" \"a\" {\n  for_each = local.lanes\n  lane = each.key\n}\n"
                             "import {\n  for_each = local.lanes\n  to = look_thing.a[each.key]\n  id = each.key\n}\n"
                             "data \"look_data\" \"d\" {\n  for_each = local.lanes\n  lane = each.key\n}\n"
                             "check \"c\" {\n  data \"look_data\" \"e\" {\n    lane = \"2\"\n  }\n"
                             "  assert {\n    condition = data.look_data.e.seen == \"as ever\"\n"
                             "    error_message = \"no\"\n  }\n}\n"
                             "output \"o\" { value = [for d in data.look_data.d : d.seen] }\n";

static const char machines[] =
    "locals { m = { for m in [\"a\", \"b\", \"c\", \"d\", \"e\"] : m => m } }\n"
    "resource \"debian_host\" \"h\" {\n  for_each = local.m\n  name = each.key\n  local = true\n}\n"
    "resource \"debian_user\" \"u\" {\n  for_each = local.m\n  host = debian_host.h[each.key].id\n  name = "
    "\"root\"\n}\n"
    "resource \"debian_group\" \"g\" {\n  for_each = local.m\n  host = debian_host.h[each.key].id\n  name = "
    "\"root\"\n}\n"
    "import {\n  for_each = local.m\n  to = debian_host.h[each.key]\n  id = each.key\n}\n"
    "import {\n  for_each = local.m\n  to = debian_user.u[each.key]\n  id = \"${each.key}:root\"\n}\n"
    "import {\n  for_each = local.m\n  to = debian_group.g[each.key]\n  id = \"${each.key}:root\"\n}\n"
    "data \"debian_file\" \"f\" {\n  for_each = local.m\n  host = debian_host.h[each.key].id\n"
    "  path = \"/etc/debian_version\"\n}\n"
    "output \"o\" { value = [for f in data.debian_file.f : f.content] }\n";

static void run_things(unsigned parallelism)
{
    struct world *w = world_new();
    registry_add(w->registry, &provider);
    w->parallelism = parallelism;
    look(w, things);
    broken = true;
    world_plan(w);
    need(w, strstr(world_problems(w), "lane 3 does not answer") != NULL, "a lane that is down is told");
    broken = false;
    need(w, world_plan(w) && plan_is_empty(w->plan), "nothing came of that");
    world_free(w);
}

static void run_machines(void)
{
    struct world *w = world_new();
    registry_add(w->registry, debian_provider());
    w->parallelism = 10;
    look(w, machines);
    world_free(w);
}

int main(void)
{
    for (unsigned parallelism = 1; parallelism <= LANES + 1; parallelism += 3)
        run_things(parallelism);
    run_machines();
    for (int i = 0; i < LANES; i++)
        printf("lane %d: %u reads of %u objects\n", i, lanes[i].calls, lanes[i].objects);
    return 0;
}
