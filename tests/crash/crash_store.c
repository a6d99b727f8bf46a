/*
 * Cuts the power after every call that changes the disk, in every way the unsynced operations may have reached it;
 * fills the disk at every write; fails every sync. The state must be as before or after the step at hand, and never
 * forget what a call confirmed.
 */
#include "memfs.h"
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALL_FATES = 81, SAMPLES = 30, MAX_OPS = 64 };

static unsigned long n_disks;
static bool failed;

static void fail_if(bool wrong, const char *what, unsigned at)
{
    if (!wrong)
        return;
    fprintf(stderr, "FAILED: %s %u\n", what, at);
    failed = true;
}

/* -- the ways in which a disk may come back -- */

static void try_fates(const struct script *s, const struct memfs *fs, const enum memfs_fate *fates, size_t from,
                      size_t to, const char *what)
{
    struct memfs *disk = memfs_after_crash(fs, fates);
    n_disks++;
    fail_if(!script_recovers(s, memfs_vfs(disk), from, to, what), what, (unsigned)n_disks);
    memfs_free(disk);
}

static unsigned long n_ways(const struct memfs *fs)
{
    unsigned long n = 1;
    for (size_t i = 0; i < memfs_unsynced(fs) && n <= ALL_FATES; i++)
        n *= memfs_can_tear(fs, i) ? 3 : 2;
    return n;
}

static void nth_fates(const struct memfs *fs, unsigned long n, enum memfs_fate *fates)
{
    for (size_t i = 0; i < memfs_unsynced(fs); i++) {
        unsigned ways = memfs_can_tear(fs, i) ? 3 : 2;
        fates[i] = (enum memfs_fate)(n % ways);
        n /= ways;
    }
}

static unsigned long next_random(unsigned long *seed)
{
    *seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
    return *seed >> 20;
}

static void all_crashes(const struct script *s, const struct memfs *fs, size_t from, size_t to, const char *what)
{
    enum memfs_fate fates[MAX_OPS];
    unsigned long n = n_ways(fs), seed = n_disks + 7;
    if (memfs_unsynced(fs) > MAX_OPS)
        abort();
    bool all = n <= ALL_FATES;
    for (unsigned long i = 0; i < (all ? n : SAMPLES) && !failed; i++) {
        nth_fates(fs, all ? i : next_random(&seed), fates);
        try_fates(s, fs, fates, from, to, what);
    }
}

/* -- the three kinds of misfortune -- */

static void power_cuts(const struct script *s, unsigned n_changes)
{
    for (unsigned at = 0; at <= n_changes && !failed; at++) {
        struct memfs *fs = memfs_new();
        memfs_set_faults(fs, (struct memfs_faults){.power_off_after = at ? at : 1});
        struct run run = script_run(s, memfs_vfs(fs), false);
        all_crashes(s, fs, run.done, run.done + 1, "power cut");
        store_close(run.store);
        memfs_free(fs);
    }
}

/* The engine goes on with results and a checkpoint; the disk has space again where `again` is set. */
static void fault(const struct script *s, struct memfs_faults faults, bool on, const char *what, unsigned at)
{
    struct memfs *fs = memfs_new();
    memfs_set_faults(fs, faults);
    struct run run = script_run(s, memfs_vfs(fs), on);
    memfs_set_faults(fs, (struct memfs_faults){0});
    size_t to = on ? s->n : run.done + 1;
    all_crashes(s, fs, run.done, to, what);
    store_close(run.store);
    fail_if(!script_recovers(s, memfs_vfs(fs), run.done, to, what), what, at);
    memfs_free(fs);
}

/* Any one call fails, and the next works again. The state is read at once, and after a few of the possible power cuts.
 */
static void failed_call(const struct script *s, unsigned at, int error, bool on)
{
    enum { CUTS = 3 };
    enum memfs_fate fates[MAX_OPS];
    struct memfs *fs = memfs_new();
    unsigned long seed = at;
    memfs_set_faults(fs, (struct memfs_faults){.call_fails_at = at, .error = error});
    struct run run = script_run(s, memfs_vfs(fs), on);
    memfs_set_faults(fs, (struct memfs_faults){0});
    size_t to = on ? s->n : run.done + 1;
    for (int i = 0; i < CUTS && !failed; i++) {
        nth_fates(fs, next_random(&seed), fates);
        try_fates(s, fs, fates, run.done, to, "failed call");
    }
    store_close(run.store);
    fail_if(!script_recovers(s, memfs_vfs(fs), run.done, to, "failed call"), "failed call", at);
    n_disks++;
    memfs_free(fs);
}

static void failed_calls(const struct script *s, unsigned n_calls)
{
    static const int errors[] = {EIO, ENOSPC};
    for (unsigned at = 1; at <= n_calls; at++)
        for (size_t e = 0; e < sizeof errors / sizeof *errors; e++)
            for (int on = 0; on < 2 && !failed; on++)
                failed_call(s, at, errors[e], on);
}

static struct memfs_counts count_calls(const struct script *s)
{
    struct memfs *fs = memfs_new();
    struct run run = script_run(s, memfs_vfs(fs), false);
    fail_if(run.done != s->n, "the run without misfortune stopped at step", (unsigned)run.done);
    fail_if(memfs_mode(fs, "dir/detour.state") != 0600, "mode of the state", memfs_mode(fs, "dir/detour.state"));
    struct memfs_counts counts = memfs_counted(fs);
    memfs_free(fs);
    return counts;
}

/* After a failure a checkpoint that works must hold everything, also what the journal could not take. */
static void checkpoint_after_full_disk(const struct script *s, unsigned n_writes)
{
    for (unsigned at = 1; at <= n_writes && !failed; at++) {
        struct memfs *fs = memfs_new();
        memfs_set_faults(fs, (struct memfs_faults){.no_space_at = at});
        struct run run = script_run(s, memfs_vfs(fs), false);
        ARENA_AUTO arena = arena_new();
        struct diags diags = DIAGS_INIT(arena);
        memfs_set_faults(fs, (struct memfs_faults){0});
        bool results = run.store && s->steps[run.done].kind == ACT_RESULTS;
        STRBUF_AUTO rescue = STRBUF_INIT(STRBUF_MAX);
        if (run.store)
            store_rescue(run.store, &rescue);
        fail_if(results && !rescue.n, "nothing was kept of write", at);
        if (results && store_checkpoint(run.store, &diags))
            all_crashes(s, fs, run.done + 1, run.done + 1, "checkpoint after a full disk");
        store_close(run.store);
        memfs_free(fs);
    }
}

/* Invariant 6: no intent is confirmed after a failed sync. */
static void intents_refused(const struct script *s, unsigned n_syncs)
{
    for (unsigned at = 1; at <= n_syncs && !failed; at++) {
        struct memfs *fs = memfs_new();
        memfs_set_faults(fs, (struct memfs_faults){.sync_fails_at = at});
        struct run run = script_run(s, memfs_vfs(fs), false);
        bool wrote = run.store && (s->steps[run.done].kind == ACT_RESULTS || s->steps[run.done].kind == ACT_INTENTS);
        ARENA_AUTO arena = arena_new();
        struct diags diags = DIAGS_INIT(arena);
        for (size_t i = 0; wrote && i < s->n; i++)
            if (s->steps[i].kind == ACT_INTENTS)
                fail_if(store_intents(run.store, s->steps[i].intents, 1, &diags), "an intent was taken after sync", at);
        store_close(run.store);
        memfs_free(fs);
    }
}

int main(void)
{
    struct script *s = script_new();
    struct memfs_counts counts = count_calls(s);
    power_cuts(s, counts.changes);
    for (unsigned at = 1; at <= counts.writes && !failed; at++)
        for (int on = 0; on < 2; on++)
            fault(s, (struct memfs_faults){.no_space_at = at}, on, "full disk at write", at);
    for (unsigned at = 1; at <= counts.syncs && !failed; at++)
        for (int on = 0; on < 2; on++)
            fault(s, (struct memfs_faults){.sync_fails_at = at}, on, "failed sync", at);
    failed_calls(s, counts.calls);
    checkpoint_after_full_disk(s, counts.writes);
    intents_refused(s, counts.syncs);
    script_free(s);
    printf("%u calls, %u changes of the disk, %u writes, %u syncs; %lu disks after a crash\n", counts.calls,
           counts.changes, counts.writes, counts.syncs, n_disks);
    return failed;
}
