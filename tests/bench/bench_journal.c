/* How long the state takes for a run over n objects (default 10,000): intents, results, checkpoint, open. With a second
 * argument each object has a secret. */
#include "base/clock.h"
#include "state/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static uint64_t last, last_cpu;

static uint64_t cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* On a machine with other work the time of the processor says more. */
static void lap(const char *what)
{
    uint64_t now = clock_monotonic_ns(), cpu = cpu_ns();
    printf("  %-34s %8.1f ms   cpu %8.1f ms\n", what, (double)(now - last) / 1e6, (double)(cpu - last_cpu) / 1e6);
    last = clock_monotonic_ns();
    last_cpu = cpu_ns();
}

static bool secrets;

static struct value value_of(struct arena *arena, size_t i)
{
    static const struct str names[] = {STR_INIT("id"), STR_INIT("input"), STR_INIT("output"),
                                       STR_INIT("triggers_replace")};
    struct value *items = ARENA_ARRAY(arena, struct value, 4);
    items[0] = value_string(arena_printf(arena, "0f8fad5b-d9cb-469f-a165-7086728%05zu", i));
    items[1] = value_string(arena_printf(arena, "value %zu", i));
    items[2] = items[1];
    if (secrets)
        items[1] = value_mark(items[1], MARK_SENSITIVE);
    items[3] = value_null(type_dynamic);
    return value_object(arena, names, items, 4);
}

static void fail(const struct diags *diags)
{
    if (diags->list.n)
        fprintf(stderr, "%s: %s\n", diags->list.v[0].summary.p, diags->list.v[0].detail.p);
    exit(1);
}

static void run(struct arena *arena, const struct store_options *options, size_t n, struct diags *diags)
{
    struct intent *intents = ARENA_ARRAY(arena, struct intent, n);
    struct result *results = ARENA_ARRAY(arena, struct result, n);
    struct state_object *objects = ARENA_ARRAY(arena, struct state_object, n);
    const struct module_inst *root = addr_root(options->addrs);
    for (size_t i = 0; i < n; i++) {
        const struct addr *addr = addr_resource(options->addrs, root, ADDR_MANAGED, STR("detour_data"), STR("many"),
                                                (struct key){.kind = KEY_INT, .index = (int64_t)i});
        objects[i] = (struct state_object){.provider = STR("detour"), .value = value_of(arena, i)};
        intents[i] = (struct intent){.addr = addr, .planned = objects[i]};
        results[i] = (struct result){.addr = addr, .object = &objects[i]};
    }
    last = clock_monotonic_ns();
    last_cpu = cpu_ns();
    struct store *store = store_open(options, diags);
    if (!store || !store_begin(store, diags))
        fail(diags);
    lap("open, begin");
    if (!store_intents(store, intents, n, diags))
        fail(diags);
    lap("intents, one sync");
    if (!store_results(store, results, n, diags))
        fail(diags);
    lap("results, one sync");
    if (!store_checkpoint(store, diags))
        fail(diags);
    lap("checkpoint");
    store_close(store);
    lap("close");
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 10000;
    secrets = argc > 2;
    char dir[] = "/var/tmp/detour-bench-XXXXXX";
    if (!mkdtemp(dir))
        return 1;
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct store_options options = {.path = fs_join(arena, str_c(dir), STR("detour.state")).p,
                                    .addrs = addrs_new(),
                                    .sources = sources_new(),
                                    .operation = "bench"};
    printf("state, %zu objects%s\n", n, secrets ? ", each with a secret" : "");
    run(arena, &options, n, &diags);
    for (int i = 0; i < (getenv("READS") ? atoi(getenv("READS")) : 0); i++)
        snapshot_free(store_read(&options, &diags));
    lap("extra reads");
    struct snapshot *back = store_read(&options, &diags);
    if (!back || snapshot_count(back) != n)
        fail(&diags);
    lap("read again");
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("  %-34s %8.1f MiB\n", "memory at most", (double)usage.ru_maxrss / 1024);
    snapshot_free(back);
    if (system(arena_printf(arena, "rm -r '%s'", dir).p) != 0)
        return 1;
    addrs_free(options.addrs);
    sources_free(options.sources);
    return 0;
}
