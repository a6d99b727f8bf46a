/*
 * How long the state takes. Each figure is one run of this program, so that memory is that of the one thing:
 *   bench_state make N PATH         a state with N objects
 *   bench_state load PATH           reads it
 *   bench_state checkpoint PATH     one change, and all of it written anew
 *   bench_state journal N THREADS PATH    N records by that many threads that wait for each; then one sync for each
 * record
 */
#include "base/clock.h"
#include "state/store.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct arena *arena;
static struct diags diags;
static struct store_options options;

static double seconds_since(uint64_t start)
{
    return (double)(clock_monotonic_ns() - start) / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void fail(void)
{
    if (diags.list.n)
        fprintf(stderr, "%s: %s\n", diags.list.v[0].summary.p, diags.list.v[0].detail.p);
    exit(1);
}

static struct store *begin(void)
{
    struct store *store = store_open(&options, &diags);
    if (!store || !store_begin(store, &diags))
        fail();
    return store;
}

/* -- objects like those of tests/bench/plan -- */

static struct state_object object_of(struct arena *at, size_t i)
{
    static const struct str names[] = {STR_INIT("id"), STR_INIT("input"), STR_INIT("output"),
                                       STR_INIT("triggers_replace")};
    struct value *items = ARENA_ARRAY(at, struct value, 4);
    items[0] = value_string(arena_printf(at, "0f8fad5b-d9cb-469f-a165-7086728%05zu", i));
    items[1] = value_string(arena_printf(at, "value %zu", i));
    items[2] = items[1];
    items[3] = value_null(type_dynamic);
    return (struct state_object){.provider = STR("detour"), .value = value_object(at, names, items, 4)};
}

static const struct addr *addr_of(size_t i)
{
    return addr_resource(options.addrs, addr_root(options.addrs), ADDR_MANAGED, STR("detour_data"), STR("many"),
                         (struct key){.kind = KEY_INT, .index = (int64_t)i});
}

static void make(size_t n)
{
    struct result *results = ARENA_ARRAY(arena, struct result, n);
    struct state_object *objects = ARENA_ARRAY(arena, struct state_object, n);
    for (size_t i = 0; i < n; i++) {
        objects[i] = object_of(arena, i);
        results[i] = (struct result){.addr = addr_of(i), .object = &objects[i]};
    }
    struct store *store = begin();
    if (!store_results(store, results, n, &diags) || !store_checkpoint(store, &diags))
        fail();
    store_close(store);
}

/* -- load, checkpoint -- */

static double file_mib(void)
{
    struct stat st = {0};
    stat(options.path, &st);
    return (double)st.st_size / (1 << 20);
}

static void tell(const char *what, uint64_t start, double cpu, double want)
{
    printf("  %-28s %7.3f s (%.3f s of processor; wanted: under %.1f s)\n", what, seconds_since(start),
           cpu_seconds() - cpu, want);
}

static void tell_memory(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    double memory = (double)u.ru_maxrss / 1024;
    printf("  %-28s %7.1f MiB for a file of %.1f MiB: %.1f times (wanted: under 5)\n", "memory at most", memory,
           file_mib(), memory / file_mib());
}

static void load(void)
{
    double cpu = cpu_seconds();
    uint64_t start = clock_monotonic_ns();
    struct snapshot *snapshot = store_read(&options, &diags);
    if (!snapshot)
        fail();
    tell("load", start, cpu, 0.5);
    tell_memory();
    snapshot_free(snapshot);
}

static void checkpoint(void)
{
    struct store *store = begin();
    struct state_object object = object_of(arena, 1000000);
    struct result result = {.addr = addr_of(0), .object = &object};
    if (!store_results(store, &result, 1, &diags))
        fail();
    double cpu = cpu_seconds();
    uint64_t start = clock_monotonic_ns();
    if (!store_checkpoint(store, &diags))
        fail();
    tell("checkpoint", start, cpu, 0.7);
    tell_memory();
    store_close(store);
}

/* -- journal: each record is waited for, as a lane waits for its results -- */

struct writer {
    pthread_t thread;
    struct store *store;
    size_t from, to;
};

static void *write_all(void *ctx)
{
    struct writer *w = ctx;
    ARENA_AUTO own = arena_new();
    struct diags quiet = DIAGS_INIT(own);
    for (size_t i = w->from; i < w->to; i++) {
        struct state_object object = object_of(own, i);
        struct result result = {.addr = addr_of(i), .object = &object};
        if (!store_results(w->store, &result, 1, &quiet))
            exit(1);
        arena_reset(own);
    }
    return NULL;
}

static double group_commit(size_t n, size_t threads)
{
    struct store *store = begin();
    struct writer *writers = ARENA_ARRAY(arena, struct writer, threads);
    pthread_attr_t small;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    uint64_t start = clock_monotonic_ns();
    for (size_t i = 0; i < threads; i++) {
        writers[i] = (struct writer){.store = store, .from = i * n / threads, .to = (i + 1) * n / threads};
        pthread_create(&writers[i].thread, &small, write_all, &writers[i]);
    }
    for (size_t i = 0; i < threads; i++)
        pthread_join(writers[i].thread, NULL);
    double rate = (double)n / seconds_since(start);
    if (!store_checkpoint(store, &diags))
        fail();
    store_close(store);
    return rate;
}

/* A lane hands over the results of a batch with one call. */
static double batches(size_t n, size_t size)
{
    struct store *store = begin();
    struct state_object *objects = ARENA_ARRAY(arena, struct state_object, size);
    struct result *results = ARENA_ARRAY(arena, struct result, size);
    uint64_t start = clock_monotonic_ns();
    for (size_t i = 0; i < n; i += size) {
        for (size_t k = 0; k < size; k++) {
            objects[k] = object_of(arena, i + k);
            results[k] = (struct result){.addr = addr_of(i + k), .object = &objects[k]};
        }
        if (!store_results(store, results, size, &diags))
            fail();
    }
    double rate = (double)n / seconds_since(start);
    store_checkpoint(store, &diags);
    store_close(store);
    return rate;
}

/* What it would be with a sync for each record: the same bytes, on the same disk. */
static double one_by_one(double seconds)
{
    char record[400];
    memset(record, 'x', sizeof record);
    const char *path = arena_printf(arena, "%s.plain", options.path).p;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    size_t n = 0;
    uint64_t start = clock_monotonic_ns();
    for (; seconds_since(start) < seconds; n++)
        if (write(fd, record, sizeof record) < 0 || fdatasync(fd) != 0)
            exit(1);
    double rate = (double)n / seconds_since(start);
    close(fd);
    unlink(path);
    return rate;
}

static void journal(size_t n, size_t threads)
{
    double plain = one_by_one(1), waiting = group_commit(n, threads), handed = batches(n, 500);
    printf("  %-34s %9.0f durable records a second\n", "one sync for each record", plain);
    printf("  %zu threads, each waits for each %12.0f (%.0f times as many; wanted: 20000)\n", threads, waiting,
           waiting / plain);
    printf("  %-34s %9.0f\n", "batches of 500, as lanes hand over", handed);
}

int main(int argc, char **argv)
{
    arena = arena_new();
    diags = DIAGS_INIT(arena);
    const char *mode = argc > 2 ? argv[1] : "";
    options = (struct store_options){
        .path = argv[argc - 1], .addrs = addrs_new(), .sources = sources_new(), .operation = "bench"};
    if (strcmp(mode, "make") == 0)
        make(strtoul(argv[2], NULL, 10));
    else if (strcmp(mode, "load") == 0)
        load();
    else if (strcmp(mode, "checkpoint") == 0)
        checkpoint();
    else if (strcmp(mode, "journal") == 0 && argc == 5)
        journal(strtoul(argv[2], NULL, 10), strtoul(argv[3], NULL, 10));
    else
        return 2;
    addrs_free(options.addrs);
    sources_free(options.sources);
    arena_free(arena);
    return 0;
}
