/*
 * The store under ThreadSanitizer: many threads record intents and results at once, as lanes do. They share syncs; what
 * a call confirmed is in the journal; the run ends in a snapshot that holds everything.
 */
#include "state/store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS = 8, EACH = 40 };

struct lane {
    struct store *store;
    const struct addr *addrs[EACH];
    bool ok;
};

static struct value value_of(struct arena *arena, const char *text)
{
    static const struct str names[] = {STR_INIT("id")};
    struct value *items = ARENA_ARRAY(arena, struct value, 1);
    items[0] = value_string_copy(arena, str_c(text));
    return value_object(arena, names, items, 1);
}

static bool record(struct lane *lane, struct arena *arena, size_t i)
{
    struct diags diags = DIAGS_INIT(arena);
    struct state_object object = {.provider = STR("detour"), .value = value_of(arena, "x")};
    struct intent intent = {.addr = lane->addrs[i], .planned = object};
    struct result result = {.addr = lane->addrs[i], .object = &object};
    return store_intents(lane->store, &intent, 1, &diags) && store_results(lane->store, &result, 1, &diags);
}

static void *lane_main(void *arg)
{
    struct lane *lane = arg;
    ARENA_AUTO arena = arena_new();
    lane->ok = true;
    for (size_t i = 0; i < EACH; i++)
        lane->ok &= record(lane, arena, i);
    return NULL;
}

static bool run(struct store *store, struct addrs *addrs)
{
    static struct lane lanes[THREADS];
    pthread_t threads[THREADS];
    bool ok = true;
    for (size_t t = 0; t < THREADS; t++) {
        lanes[t].store = store;
        for (size_t i = 0; i < EACH; i++)
            lanes[t].addrs[i] = addr_resource(addrs, addr_root(addrs), ADDR_MANAGED, STR("detour_data"), STR("many"),
                                              (struct key){.kind = KEY_INT, .index = (int64_t)(t * EACH + i)});
    }
    for (size_t t = 0; t < THREADS; t++)
        pthread_create(&threads[t], NULL, lane_main, &lanes[t]);
    for (size_t t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
        ok &= lanes[t].ok;
    }
    return ok;
}

static bool check(const struct store_options *options, struct diags *diags, size_t uncertain)
{
    struct snapshot *snapshot = store_read(options, diags);
    bool ok =
        snapshot && snapshot_count(snapshot) == (size_t)THREADS * EACH && snapshot_uncertain(snapshot) == uncertain;
    snapshot_free(snapshot);
    return ok;
}

int main(void)
{
    char dir[] = "/tmp/detour-race-XXXXXX";
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    if (!mkdtemp(dir))
        return 1;
    struct store_options options = {.path = fs_join(arena, str_c(dir), STR("detour.state")).p,
                                    .addrs = addrs_new(),
                                    .sources = sources_new(),
                                    .operation = "race"};
    struct store *store = store_open(&options, &diags);
    bool ok = store && store_begin(store, &diags) && run(store, options.addrs);
    ok = ok && check(&options, &diags, 0) && store_checkpoint(store, &diags) && check(&options, &diags, 0);
    store_close(store);
    unlink(options.path);
    rmdir(dir);
    addrs_free(options.addrs);
    sources_free(options.sources);
    puts(ok ? "ok" : "FAILED");
    return !ok;
}
