#include "fixture.h"

#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
    struct fixture f;
    char dir[32], path[64];
};

static struct place place_new(void)
{
    struct place p = {.f = fixture_new(), .dir = "/tmp/detour-store-XXXXXX"};
    cr_assert_not_null(mkdtemp(p.dir));
    snprintf(p.path, sizeof p.path, "%s/detour.state", p.dir);
    return p;
}

static size_t empty(const char *pattern)
{
    glob_t found = {0};
    glob(pattern, GLOB_PERIOD, NULL, &found);
    size_t n = 0;
    for (size_t i = 0; i < found.gl_pathc; i++)
        n += unlink(found.gl_pathv[i]) == 0;
    globfree(&found);
    return n;
}

/* Removes the folder; how many files were left in it, but for the history. */
static size_t place_free(struct place *p)
{
    char pattern[64];
    snprintf(pattern, sizeof pattern, "%s/detour.state.d/*", p->dir);
    empty(pattern);
    snprintf(pattern, sizeof pattern, "%s/detour.state.d", p->dir);
    rmdir(pattern);
    snprintf(pattern, sizeof pattern, "%s/*", p->dir);
    size_t n = empty(pattern);
    rmdir(p->dir);
    fixture_free(&p->f);
    return n;
}

static struct store_options options(struct place *p)
{
    return (struct store_options){.path = p->path, .addrs = p->f.addrs, .sources = p->f.sources, .operation = "test"};
}

static struct store *open_store(struct place *p)
{
    struct store_options o = options(p);
    struct store *s = store_open(&o, &p->f.diags);
    cr_assert_not_null(s, "%s: %s", first_summary(&p->f), first_detail(&p->f));
    return s;
}

static struct str content(struct place *p, const char *suffix)
{
    struct str text = {0};
    fs_read(&vfs_system, p->f.arena, arena_printf(p->f.arena, "%s%s", p->path, suffix).p, 1 << 20, &text);
    return text;
}

static void put(struct place *p, const char *suffix, struct str text)
{
    cr_assert(fs_replace(&vfs_system, arena_printf(p->f.arena, "%s%s", p->path, suffix).p, text, 0600));
}

/* One run that records `text` at `addr`; with a checkpoint, or as if killed. */
static void run(struct place *p, const char *addr, const char *text, bool checkpoint)
{
    struct store *s = open_store(p);
    struct intent i = intend(&p->f, addr, INTENT_CREATE);
    struct result r = set(&p->f, addr, text);
    cr_assert(store_begin(s, &p->f.diags));
    cr_assert(store_intents(s, &i, 1, &p->f.diags));
    cr_assert(store_results(s, &r, 1, &p->f.diags));
    if (checkpoint)
        cr_assert(store_checkpoint(s, &p->f.diags));
    store_close(s);
}

static bool reads(struct place *p, const char *addr, const char *text)
{
    struct store_options o = options(p);
    struct snapshot *s = store_read(&o, &p->f.diags);
    bool ok = s && holds(s, at(&p->f, addr), "", text);
    snapshot_free(s);
    return ok;
}

Test(store, opening_alone_leaves_nothing)
{
    struct place p = place_new();
    store_close(open_store(&p));
    cr_assert_eq(place_free(&p), 0);
}

Test(store, begin_alone_records_nothing)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", true);
    struct str before = content(&p, "");
    struct store *s = open_store(&p);
    cr_assert(store_begin(s, &p.f.diags));
    cr_assert(store_checkpoint(s, &p.f.diags));
    store_close(s);
    cr_assert(str_eq(content(&p, ""), before));
    cr_assert_eq(place_free(&p), 1);
}

Test(store, results_live_in_the_journal_until_the_checkpoint)
{
    struct place p = place_new();
    struct stat st;
    run(&p, "detour_data.a", "1", false);
    cr_assert(reads(&p, "detour_data.a", "1"), "a reader sees snapshot and journal");
    run(&p, "detour_data.b", "2", true);
    cr_assert(reads(&p, "detour_data.a", "1") && reads(&p, "detour_data.b", "2"));
    cr_assert_eq(stat(p.path, &st), 0);
    cr_assert_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(p.f.diags.list.n, 0);
    cr_assert_eq(place_free(&p), 1, "only the snapshot is left");
}

Test(store, an_intent_without_result_stays_uncertain_over_runs)
{
    struct place p = place_new();
    struct store *s = open_store(&p);
    struct intent i = intend(&p.f, "detour_data.a", INTENT_CREATE);
    cr_assert(store_begin(s, &p.f.diags));
    cr_assert(store_intents(s, &i, 1, &p.f.diags));
    store_close(s);
    run(&p, "detour_data.b", "2", true);
    s = open_store(&p);
    const struct state_instance *in = snapshot_get(store_snapshot(s), i.addr);
    cr_assert(in && in->uncertain && in->uncertain->action == INTENT_CREATE && !in->object);
    cr_assert(holds(store_snapshot(s), at(&p.f, "detour_data.b"), "", "2"));
    store_close(s);
    place_free(&p);
}

Test(store, cuts_a_torn_end_off)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", false);
    struct str journal = content(&p, ".journal");
    put(&p, ".journal", arena_printf(p.f.arena, "%.*s7 12345678 {\"rec", STR_ARG(journal)));
    cr_assert(reads(&p, "detour_data.a", "1"));
    store_close(open_store(&p));
    cr_assert(str_eq(content(&p, ".journal"), journal));
    cr_assert_eq(p.f.diags.list.n, 0, "a write cut short is no news");
    place_free(&p);
}

Test(store, keeps_a_damaged_journal)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", false);
    struct str journal = content(&p, ".journal");
    size_t second = str_find_byte(journal, '\n', 0) + 1;
    ((char *)journal.p)[second + 14] ^= 1;
    put(&p, ".journal", journal);
    store_close(open_store(&p));
    cr_assert_str_eq(first_summary(&p.f), "Damaged journal");
    cr_assert(str_eq(content(&p, ".journal.damaged.1"), journal));
    place_free(&p);
}

Test(store, sets_a_foreign_journal_aside)
{
    struct place p = place_new(), q = place_new();
    run(&p, "detour_data.a", "1", true);
    run(&q, "detour_data.x", "2", false);
    struct str journal = content(&q, ".journal");
    put(&p, ".journal", journal);
    cr_assert(reads(&p, "detour_data.x", NULL), "never replayed");
    p.f.diags = DIAGS_INIT(p.f.arena);
    store_close(open_store(&p));
    cr_assert_str_eq(first_summary(&p.f), "Journal of another state");
    cr_assert(str_eq(content(&p, ".journal.foreign.1"), journal));
    cr_assert_eq(content(&p, ".journal").n, 0);
    put(&p, ".journal", journal);
    store_close(open_store(&p));
    cr_assert(str_eq(content(&p, ".journal.foreign.2"), journal), "the first one is not overwritten");
    place_free(&p);
    place_free(&q);
}

Test(store, drops_a_journal_that_the_snapshot_took_in)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", false);
    struct str journal = content(&p, ".journal");
    run(&p, "detour_data.b", "2", true);
    struct str before = content(&p, "");
    put(&p, ".journal", journal);
    store_close(open_store(&p));
    cr_assert(str_eq(content(&p, ""), before));
    cr_assert_eq(content(&p, ".journal").n, 0);
    place_free(&p);
}

Test(store, a_journal_of_an_older_serial_is_foreign)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", false);
    struct str journal = content(&p, ".journal");
    run(&p, "detour_data.b", "2", true);
    run(&p, "detour_data.c", "3", true);
    put(&p, ".journal", journal);
    store_close(open_store(&p));
    cr_assert_str_eq(first_summary(&p.f), "Journal of another state");
    place_free(&p);
}

Test(store, a_journal_that_is_ahead_of_its_state_is_an_error)
{
    struct place p = place_new();
    run(&p, "detour_data.a", "1", true);
    struct str before = content(&p, "");
    run(&p, "detour_data.b", "2", true);
    run(&p, "detour_data.c", "3", false);
    struct str journal = content(&p, ".journal"), ours = content(&p, "");
    struct store_options o = options(&p);
    put(&p, "", before);
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_str_eq(first_summary(&p.f), "The state is older than its journal");
    cr_assert(str_eq(content(&p, ".journal"), journal) && str_eq(content(&p, ""), before));
    p.f.diags = DIAGS_INIT(p.f.arena);
    unlink(p.path);
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_str_eq(first_summary(&p.f), "The state is older than its journal");
    cr_assert(str_eq(content(&p, ".journal"), journal));
    put(&p, "", ours);
    cr_assert(reads(&p, "detour_data.c", "3"), "with its state it is taken in");
    store_close(open_store(&p));
    place_free(&p);
}

static bool refuses(void *ctx, const struct snapshot *snapshot, struct diags *diags)
{
    (void)ctx;
    (void)snapshot;
    diag_error(diags, (struct span){0}, "Another state", "no");
    return false;
}

Test(store, sets_nothing_aside_for_a_state_that_is_refused)
{
    struct place p = place_new(), q = place_new();
    run(&p, "detour_data.a", "1", true);
    run(&q, "detour_data.x", "2", false);
    struct str journal = content(&q, ".journal");
    put(&p, ".journal", journal);
    struct store_options o = options(&p);
    o.accept = refuses;
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_str_eq(first_summary(&p.f), "Another state");
    cr_assert(str_eq(content(&p, ".journal"), journal));
    place_free(&p);
    place_free(&q);
}

Test(store, refuses_damage_and_leaves_it)
{
    struct place p = place_new();
    put(&p, "", STR("{\"format\":\"detour.state\",\"version\":1"));
    struct store_options o = options(&p);
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_str_eq(first_summary(&p.f), "Damaged state");
    cr_assert(str_is(content(&p, ""), "{\"format\":\"detour.state\",\"version\":1"));
    cr_assert_eq(place_free(&p), 1, "no lock is left");
}

/* -- the lock -- */

Test(lock, tells_who_holds_it)
{
    struct place p = place_new();
    struct store *s = open_store(&p);
    struct store_options o = options(&p);
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_str_eq(first_summary(&p.f), "The state is locked");
    cr_assert_eq(p.f.diags.list.v[0].code, DIAG_LOCKED);
    cr_assert_not_null(strstr(first_detail(&p.f), "for \"test\" since 20"), "%s", first_detail(&p.f));
    cr_assert(reads(&p, "detour_data.a", NULL), "readers take no lock");
    store_close(s);
    store_close(open_store(&p));
    place_free(&p);
}

Test(lock, is_taken_over_from_a_process_that_is_gone)
{
    struct place p = place_new();
    pid_t child = fork();
    if (child == 0) {
        open_store(&p);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    cr_assert_gt(content(&p, ".lock").n, 0);
    store_close(open_store(&p));
    cr_assert_str_eq(first_summary(&p.f), "Lock of a process that is gone");
    cr_assert_eq(place_free(&p), 0);
}

/* As between the birth of a child and its exec. */
Test(lock, is_waited_for_while_a_child_of_a_process_that_is_gone_has_it)
{
    struct place p = place_new();
    pid_t child = fork();
    if (child == 0) {
        open_store(&p);
        if (fork() == 0)
            nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
        _exit(0);
    }
    waitpid(child, NULL, 0);
    store_close(open_store(&p));
    cr_assert_str_eq(first_summary(&p.f), "Lock of a process that is gone");
    cr_assert_eq(place_free(&p), 0);
}

Test(lock, of_another_machine_is_respected)
{
    struct place p = place_new();
    put(&p, ".lock",
        STR("{\"who\":\"ada@far\",\"host\":\"far\",\"operation\":\"apply\",\"since\":\"then\",\"pid\":1}\n"));
    struct store_options o = options(&p);
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_not_null(strstr(first_detail(&p.f), "ada@far holds it for \"apply\" since then"), "%s",
                       first_detail(&p.f));
    cr_assert_not_null(strstr(first_detail(&p.f), "delete "), "%s", first_detail(&p.f));
    place_free(&p);
}

static bool count_waits(void *ctx, const struct lock_holder *holder, unsigned waited_s)
{
    unsigned *n = ctx;
    cr_assert(str_is(holder->operation, "test") && waited_s <= 4);
    return ++*n < 3;
}

Test(lock, waits_until_told_to_stop)
{
    struct place p = place_new();
    struct store *s = open_store(&p);
    unsigned n = 0;
    struct store_options o = options(&p);
    o.lock_timeout_s = 60;
    o.waiting = count_waits;
    o.ctx = &n;
    cr_assert_null(store_open(&o, &p.f.diags));
    cr_assert_eq(n, 3);
    store_close(s);
    place_free(&p);
}

/* -- group commit -- */

static _Atomic unsigned n_syncs;

static int slow_sync(void *ctx, int fd)
{
    (void)ctx;
    n_syncs++;
    usleep(2000);
    return fdatasync(fd);
}

struct lane {
    struct place *p;
    struct store *s;
    struct result results[20];
    bool ok;
};

static void *lane_main(void *arg)
{
    struct lane *lane = arg;
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    lane->ok = true;
    for (size_t i = 0; i < 20; i++)
        lane->ok &= store_results(lane->s, &lane->results[i], 1, &diags);
    return NULL;
}

Test(store, threads_share_syncs)
{
    enum { LANES = 8 };
    struct place p = place_new();
    struct vfs vfs = vfs_system;
    vfs.fdatasync = slow_sync;
    struct store_options o = options(&p);
    o.vfs = &vfs;
    struct store *s = store_open(&o, &p.f.diags);
    cr_assert(store_begin(s, &p.f.diags));
    struct lane lanes[LANES];
    pthread_t threads[LANES];
    n_syncs = 0;
    for (int l = 0; l < LANES; l++) {
        lanes[l] = (struct lane){.p = &p, .s = s};
        for (int i = 0; i < 20; i++)
            lanes[l].results[i] = set(&p.f, arena_printf(p.f.arena, "detour_data.l%d[%d]", l, i).p, "x");
    }
    for (int l = 0; l < LANES; l++)
        pthread_create(&threads[l], NULL, lane_main, &lanes[l]);
    for (int l = 0; l < LANES; l++) {
        pthread_join(threads[l], NULL);
        cr_assert(lanes[l].ok);
    }
    cr_assert_lt(n_syncs, LANES * 20 / 2, "%u syncs for %d results", n_syncs, LANES * 20);
    store_close(s);
    struct snapshot *back = store_read(&o, &p.f.diags);
    cr_assert_eq(snapshot_count(back), LANES * 20);
    snapshot_free(back);
    place_free(&p);
}
