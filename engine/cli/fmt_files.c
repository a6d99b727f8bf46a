#include "cli/fmt_files.h"
#include "base/fs.h"
#include "base/rewrite.h"
#include "syntax/fmt.h"
#include "syntax/parse.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { CREW_MAX = 16, FILES_EACH = 50 }; /* a thread is not worth its start for fewer files */

struct work {
    const struct str *paths;
    size_t n;
    bool write;
    enum fmt_outcome *outcomes;
    atomic_size_t next;
};

/* Signals that end the run wait until the spare files are gone. */
static void hold_signals(sigset_t *before)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &ends, before);
}

static bool interrupted(void)
{
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1 ||
                                         sigismember(&pending, SIGHUP) == 1);
}

static enum fmt_outcome one_file(struct arena *arena, struct str path, struct rewriter *rewriter)
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
    return !rewriter || rewriter_put(rewriter, path.p, formatted) ? FMT_CHANGED : FMT_LEFT;
}

static void *work_on(void *ctx)
{
    struct work *work = ctx;
    ARENA_AUTO arena = arena_new();
    struct rewriter rewriter = {0};
    for (size_t i; !interrupted() && (i = atomic_fetch_add(&work->next, 1)) < work->n; arena_reset(arena))
        work->outcomes[i] = one_file(arena, work->paths[i], work->write ? &rewriter : NULL);
    rewriter_end(&rewriter);
    return NULL;
}

static size_t crew_size(size_t n)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t crew = processors > CREW_MAX ? CREW_MAX : processors > 1 ? (size_t)processors : 1;
    return crew < n / FILES_EACH ? crew : n / FILES_EACH;
}

void fmt_files(const struct str *paths, size_t n, bool write, enum fmt_outcome *outcomes)
{
    struct work work = {.paths = paths, .n = n, .write = write, .outcomes = outcomes};
    pthread_t crew[CREW_MAX];
    size_t others = 0;
    sigset_t before;
    hold_signals(&before);
    for (size_t i = 1; i < crew_size(n); i++)
        others += pthread_create(&crew[others], NULL, work_on, &work) == 0;
    work_on(&work); /* this thread works, too, and alone where no other can be had */
    for (size_t i = 0; i < others; i++)
        pthread_join(crew[i], NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
