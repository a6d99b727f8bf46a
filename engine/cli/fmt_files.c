#include "cli/fmt_files.h"
#include "base/cleanup.h"
#include "base/fs.h"
#include "syntax/fmt.h"
#include "syntax/parse.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    CREW_MAX = 16,
    FILES_EACH = 50,  /* a thread is not worth its start for fewer files */
    FLUSH_FROM = 500, /* waiting for the disk once is not worth it for fewer changes */
    BATCH = 50,       /* taken at a time: neighbours, so that threads seldom wait for each other's lock on a folder */
};

struct work {
    const struct str *paths;
    size_t n;
    bool write;
    enum fmt_outcome *outcomes;
    struct fs_rewrite *rewrites;
    void (*step)(struct work *work, struct arena *arena, size_t i);
    atomic_size_t next;
};

static enum fmt_outcome one_file(struct arena *arena, struct str path, struct fs_rewrite *rewrite)
{
    struct str text;
    if (!fs_read(&vfs_system, arena, path.p, PARSE_SIZE, &text))
        return FMT_LEFT;
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    struct str formatted = fmt_source(arena, &diags, sources, sources_add_borrowed(sources, path, text));
    sources_free(sources);
    if (diags_failed(&diags))
        return FMT_LEFT;
    if (str_eq(text, formatted))
        return FMT_SAME;
    return !rewrite || fs_rewrite_begin(rewrite, path.p, formatted) ? FMT_CHANGED : FMT_LEFT;
}

/* The first step: formats a file, and writes the new text beside it. */
static void prepare(struct work *work, struct arena *arena, size_t i)
{
    work->outcomes[i] = one_file(arena, work->paths[i], work->write ? &work->rewrites[i] : NULL);
}

/* The second: puts the new text in place. */
static void replace(struct work *work, struct arena *arena, size_t i)
{
    (void)arena;
    if (work->rewrites[i].temp && !fs_rewrite_end(&work->rewrites[i]))
        work->outcomes[i] = FMT_LEFT;
}

/* The second where the user wants to stop, or the disk fails. */
static void give_up(struct work *work, struct arena *arena, size_t i)
{
    (void)arena;
    if (work->rewrites[i].temp)
        work->outcomes[i] = FMT_LEFT;
    fs_rewrite_drop(&work->rewrites[i]);
}

/* -- signals: they wait, so that no new texts are left lying about
 * --------------------------------------------------------------------------------------------------------
 */

static sigset_t stop_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return set;
}

static bool stop_wanted(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGHUP) || sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM));
}

/* -- threads
 * --------------------------------------------------------------------------------------------------------------
 */

static void *work_on(void *ctx)
{
    struct work *work = ctx;
    ARENA_AUTO arena = arena_new();
    bool can_stop = work->step == prepare;
    for (size_t from; (from = atomic_fetch_add(&work->next, BATCH)) < work->n && !(can_stop && stop_wanted());)
        for (size_t i = from; i < from + BATCH && i < work->n; i++, arena_reset(arena))
            work->step(work, arena, i);
    return NULL;
}

static size_t crew_size(size_t n)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t crew = processors > CREW_MAX ? CREW_MAX : processors > 1 ? (size_t)processors : 1;
    return crew < n / FILES_EACH ? crew : n / FILES_EACH;
}

/* Takes all files one step further. */
static void all_files(struct work *work, void (*step)(struct work *work, struct arena *arena, size_t i))
{
    pthread_t crew[CREW_MAX];
    size_t others = 0;
    work->step = step;
    work->next = 0;
    for (size_t i = 1; i < crew_size(work->n); i++)
        others += pthread_create(&crew[others], NULL, work_on, work) == 0;
    work_on(work); /* this thread works, too, and alone where no other can be had */
    for (size_t i = 0; i < others; i++)
        pthread_join(crew[i], NULL);
}

/* Has the disk take all new texts in one go. Otherwise ext4 writes each out as it replaces the old one, which is a
 * request to the disk for every file. False where the disk fails. */
static bool flush(const struct work *work)
{
    size_t changed = 0, last = 0;
    for (size_t i = 0; i < work->n; i++) {
        changed += work->rewrites[i].temp != NULL;
        last = work->rewrites[i].temp ? i : last;
    }
    if (changed < FLUSH_FROM)
        return true;
    FD_AUTO fd = open(work->rewrites[last].temp, O_RDONLY | O_CLOEXEC);
    return fd < 0 || syncfs(fd) == 0; /* what cannot be opened is merely slower */
}

/* Every new text is written before the first is put in place; fs_rewrite_begin() says why. */
static void rewrite_files(struct work *work)
{
    sigset_t stop = stop_signals(), before;
    pthread_sigmask(SIG_BLOCK, &stop, &before);
    all_files(work, prepare);
    bool ok = flush(work);
    all_files(work, !ok || stop_wanted() ? give_up : replace);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void fmt_files(const struct str *paths, size_t n, bool write, enum fmt_outcome *outcomes)
{
    CLEANUP(cleanup_ptr) struct fs_rewrite *rewrites = write ? calloc(n, sizeof *rewrites) : NULL;
    struct work work = {.paths = paths, .n = n, .write = write, .outcomes = outcomes, .rewrites = rewrites};
    if (!write)
        all_files(&work, prepare);
    else if (rewrites) /* without memory all files are left */
        rewrite_files(&work);
}
