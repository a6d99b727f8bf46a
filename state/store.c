#include "state/store.h"
#include "base/gettext.h"
#include "state/load.h"
#include "state/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct store {
    struct arena *arena;
    const struct vfs *vfs;
    struct state_paths paths;
    struct lock lock;
    struct snapshot *snapshot;
    bool exists;    /* the snapshot file */
    bool left_over; /* the snapshot holds records of an interrupted run's journal */
    uint64_t seq;   /* of the last record of that journal */

    pthread_mutex_t mutex; /* guards all below, and the snapshot while a run writes */
    pthread_cond_t synced;
    struct journal_writer *writer; /* NULL: no journal is open */
    int journal;
    struct strbuf pending, writing; /* records not yet written; those that the leader writes right now */
    uint64_t asked, durable;        /* tickets: one for each call */
    bool leading;                   /* a thread writes and syncs for all */
    bool recorded;                  /* something since BEGIN */
    int error;                      /* errno of the first failure: final (invariant 6) */
};

/* -- opening */

/* A name beside the journal that is not taken: what is there is never overwritten. */
static struct str free_name(struct store *s, const char *kind)
{
    for (unsigned i = 1;; i++) {
        struct str name = arena_printf(s->arena, "%s.%s.%u", s->paths.journal.p, kind, i);
        int fd = s->vfs->open(s->vfs->ctx, name.p, O_WRONLY | O_CREAT | O_EXCL, 0600);
        if (fd >= 0)
            s->vfs->close(s->vfs->ctx, fd);
        if (fd >= 0 || errno != EEXIST)
            return name;
    }
}

static bool fail_file(struct store *s, struct str path, const char *summary, struct diags *diags)
{
    (void)s;
    diag_error(diags, (struct span){0}, summary, _("%s: %s. Nothing was changed."), path.p, strerror(errno));
    return false;
}

static bool set_aside(struct store *s, const struct loaded *l, struct diags *diags)
{
    struct str name = free_name(s, "foreign");
    if (s->vfs->rename(s->vfs->ctx, s->paths.journal.p, name.p) != 0 ||
        s->vfs->fsync_dir(s->vfs->ctx, s->paths.dir.p) != 0)
        return fail_file(s, s->paths.journal, _("A journal of another state cannot be set aside"), diags);
    if (l->head.valid)
        diag_warning(diags, (struct span){0}, _("Journal of another state"),
                     _("%s continues lineage %.*s, serial %" PRIu64 "; the state %s is lineage %.*s, serial %" PRIu64
                       ". It was not applied, and is kept as %s. If the state was restored from a backup, restore the "
                       "journal's own state to get back what was done since."),
                     s->paths.journal.p, STR_ARG(l->head.lineage), l->head.serial,
                     l->exists ? s->paths.snapshot.p : _("(a new one)"), STR_ARG(snapshot_lineage(l->snapshot)),
                     snapshot_serial(l->snapshot), name.p);
    else
        diag_warning(diags, (struct span){0}, _("Damaged journal"),
                     _("%s does not start with a right BEGIN record. It was not applied, and is kept as %s."),
                     s->paths.journal.p, name.p);
    return true;
}

static bool keep_tail(struct store *s, const struct loaded *l, struct diags *diags)
{
    struct str name = free_name(s, "damaged");
    if (!fs_replace(s->vfs, name.p, l->journal_text, 0600))
        return fail_file(s, name, _("A damaged journal cannot be kept"), diags);
    diag_warning(diags, (struct span){0}, _("Damaged journal"),
                 _("%s is right up to record %" PRIu64
                   "; then %.*s, though more records follow. Those were not applied. "
                   "The whole journal is kept as %s. Run a plan: it reads what there is."),
                 s->paths.journal.p, l->replay.last_seq, STR_ARG(l->replay.why), name.p);
    return true;
}

/* Invariant 3. The bytes of a record that was cut short were never confirmed to anybody. */
static bool cut_tail(struct store *s, const struct loaded *l, struct diags *diags)
{
    if (l->replay.damaged && !keep_tail(s, l, diags))
        return false;
    int fd = s->vfs->open(s->vfs->ctx, s->paths.journal.p, O_WRONLY, 0);
    bool ok = fd >= 0 && s->vfs->ftruncate(s->vfs->ctx, fd, (off_t)l->replay.good) == 0 &&
              s->vfs->fdatasync(s->vfs->ctx, fd) == 0;
    int saved = errno;
    if (fd >= 0)
        s->vfs->close(s->vfs->ctx, fd);
    errno = saved;
    return ok || fail_file(s, s->paths.journal, _("The journal's torn end cannot be cut off"), diags);
}

static bool tidy(struct store *s, const struct loaded *l, struct diags *diags)
{
    switch (l->fate) {
    case JOURNAL_NONE:
        return true;
    case JOURNAL_ABSORBED:
        s->vfs->unlink(s->vfs->ctx, s->paths.journal.p);
        return true;
    case JOURNAL_FOREIGN:
        return set_aside(s, l, diags);
    case JOURNAL_APPLIED:
        s->left_over = true;
        s->seq = l->replay.last_seq;
        return !l->replay.torn || cut_tail(s, l, diags);
    }
    return false;
}

static struct store *store_make(const struct store_options *options)
{
    struct arena *arena = arena_new();
    struct store *s = ARENA_NEW(arena, struct store);
    *s = (struct store){
        .arena = arena,
        .vfs = options->vfs ? options->vfs : &vfs_system,
        .paths = state_paths_of(arena, options->path),
        .journal = -1,
        .pending = STRBUF_INIT(STRBUF_MAX),
        .writing = STRBUF_INIT(STRBUF_MAX),
    };
    s->lock = (struct lock){.vfs = s->vfs, .path = s->paths.lock, .fd = -1};
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->synced, NULL);
    return s;
}

static bool load(struct store *s, const struct store_options *options, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct loaded l;
    if (!state_load(s->vfs, &s->paths, options->addrs, arena, &l, diags))
        return false;
    s->snapshot = l.snapshot;
    s->exists = l.exists;
    s->vfs->unlink(s->vfs->ctx, s->paths.temp.p);
    return tidy(s, &l, diags);
}

struct store *store_open(const struct store_options *options, struct diags *diags)
{
    struct store *s = store_make(options);
    if (lock_take(&s->lock, options, s->arena, diags) && load(s, options, diags))
        return s;
    store_close(s);
    return NULL;
}

struct snapshot *store_read(const struct store_options *options, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct state_paths paths = state_paths_of(arena, options->path);
    struct loaded l;
    if (!state_load(options->vfs ? options->vfs : &vfs_system, &paths, options->addrs, arena, &l, diags))
        return NULL;
    if (l.fate == JOURNAL_FOREIGN)
        diag_warning(diags, (struct span){0}, _("Journal of another state"),
                     _("%s does not continue the state %s, so it was not applied. The next run that changes the state "
                       "sets it aside."),
                     paths.journal.p, paths.snapshot.p);
    return l.snapshot;
}

struct snapshot *store_snapshot(struct store *s)
{
    return s->snapshot;
}

/* -- the snapshot file */

static bool write_temp(struct store *s, struct str text)
{
    int fd = s->vfs->open(s->vfs->ctx, s->paths.temp.p, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0)
        return false;
    bool ok = fs_write_all(s->vfs, fd, text) && s->vfs->fsync(s->vfs->ctx, fd) == 0;
    int saved = errno;
    if (s->vfs->close(s->vfs->ctx, fd) != 0 && ok)
        return false;
    errno = saved;
    return ok;
}

/* Invariant 4. The name of the temporary file is fixed: the lock keeps it ours, and no run leaves a second one. */
static bool replace_snapshot(struct store *s, struct absorbed absorbed)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    if (!format_write(&text, s->snapshot, absorbed)) {
        errno = EFBIG;
        return false;
    }
    bool ok =
        write_temp(s, strbuf_str(&text)) && s->vfs->rename(s->vfs->ctx, s->paths.temp.p, s->paths.snapshot.p) == 0;
    int saved = errno;
    if (!ok)
        s->vfs->unlink(s->vfs->ctx, s->paths.temp.p);
    errno = saved;
    explicit_bzero(text.p, text.n);
    return ok && s->vfs->fsync_dir(s->vfs->ctx, s->paths.dir.p) == 0;
}

static bool write_snapshot(struct store *s, uint64_t seq, struct diags *diags)
{
    uint64_t serial = snapshot_serial(s->snapshot);
    struct absorbed absorbed = {.set = seq > 0, .serial = serial, .seq = seq};
    snapshot_identify(s->snapshot, snapshot_lineage(s->snapshot), s->exists ? serial + 1 : serial);
    if (replace_snapshot(s, absorbed)) {
        s->exists = true;
        return true;
    }
    int saved = errno;
    snapshot_identify(s->snapshot, snapshot_lineage(s->snapshot), serial);
    diag_error(diags, (struct span){0}, _("The state cannot be written"),
               _("%s: %s. What was done is in the journal %s; the next run takes it from there."), s->paths.snapshot.p,
               strerror(saved), s->paths.journal.p);
    return false;
}

/* -- the journal file */

static void journal_close(struct store *s)
{
    journal_writer_free(s->writer);
    s->writer = NULL;
    if (s->journal >= 0)
        s->vfs->close(s->vfs->ctx, s->journal);
    s->journal = -1;
}

static bool journal_drop(struct store *s)
{
    return s->vfs->unlink(s->vfs->ctx, s->paths.journal.p) == 0 || errno == ENOENT;
}

/* Never over an old file: were the truncation lost, old records would follow the new BEGIN. */
static bool journal_create(struct store *s)
{
    s->journal =
        journal_drop(s) ? s->vfs->open(s->vfs->ctx, s->paths.journal.p, O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
    if (s->journal < 0)
        return false;
    STRBUF_AUTO begin = STRBUF_INIT(4096);
    journal_begin(s->writer, &begin, snapshot_lineage(s->snapshot), snapshot_serial(s->snapshot));
    return fs_write_all(s->vfs, s->journal, strbuf_str(&begin)) && s->vfs->fdatasync(s->vfs->ctx, s->journal) == 0 &&
           s->vfs->fsync_dir(s->vfs->ctx, s->paths.dir.p) == 0;
}

/* BEGIN must find its snapshot: a state that is not on disk yet, or is there in part, is written first. */
static bool settle_snapshot(struct store *s, struct diags *diags)
{
    if (s->exists && !s->left_over)
        return true;
    if (!write_snapshot(s, s->left_over ? s->seq : 0, diags))
        return false;
    s->left_over = false;
    return true;
}

bool store_begin(struct store *s, struct diags *diags)
{
    if (!settle_snapshot(s, diags))
        return false;
    s->writer = journal_writer_new();
    if (journal_create(s))
        return true;
    int saved = errno;
    journal_close(s);
    journal_drop(s);
    errno = saved;
    return fail_file(s, s->paths.journal, _("The journal cannot be opened"), diags);
}

/* -- group commit (invariant 7): the mutex is held, but not while the leader writes */

static int write_and_sync(struct store *s, struct str records)
{
    if (!fs_write_all(s->vfs, s->journal, records))
        return errno;
    return s->vfs->fdatasync(s->vfs->ctx, s->journal) == 0 ? 0 : errno;
}

static void lead(struct store *s)
{
    uint64_t upto = s->asked;
    struct strbuf full = s->pending;
    s->pending = s->writing;
    s->writing = full;
    s->leading = true;
    pthread_mutex_unlock(&s->mutex);
    int error = full.over ? EFBIG : write_and_sync(s, strbuf_str(&full));
    pthread_mutex_lock(&s->mutex);
    s->leading = false;
    s->error = error;
    if (!error) {
        s->durable = upto;
        strbuf_clear(&s->writing);
    }
    pthread_cond_broadcast(&s->synced);
}

/* Waits until all that is pending now is durable; 0 or the errno of the failure. */
static int commit(struct store *s)
{
    uint64_t ticket = ++s->asked;
    s->recorded = true;
    while (s->durable < ticket && !s->error) {
        if (s->leading)
            pthread_cond_wait(&s->synced, &s->mutex);
        else
            lead(s);
    }
    return s->durable >= ticket ? 0 : s->error;
}

/* -- records */

static _Noreturn void bug(const char *what)
{
    fprintf(stderr, "detour: internal error: %s\n", what);
    abort();
}

bool store_intents(struct store *s, const struct intent *intents, size_t n, struct diags *diags)
{
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        bug("store_intents before store_begin");
    int error = s->error;
    if (!error && n) {
        for (size_t i = 0; i < n; i++) {
            journal_intent(s->writer, &s->pending, &intents[i]);
            snapshot_intend(s->snapshot, &intents[i]);
        }
        error = commit(s);
    }
    pthread_mutex_unlock(&s->mutex);
    if (!error)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. What is not in the journal must not be done, so nothing more is started."),
               s->paths.journal.p, strerror(error));
    return false;
}

bool store_results(struct store *s, const struct result *results, size_t n, struct diags *diags)
{
    int error = 0;
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        bug("store_results before store_begin");
    for (size_t i = 0; i < n; i++) {
        if (!snapshot_apply(s->snapshot, &results[i]))
            bug("a result does not fit the state");
        journal_result(s->writer, &s->pending, &results[i]);
    }
    if (n)
        error = commit(s);
    pthread_mutex_unlock(&s->mutex);
    if (!error)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. These results are in memory only until the state is written; nothing more is started."),
               s->paths.journal.p, strerror(error));
    return false;
}

/* END is for those who read the journal; nothing depends on it, so nor does its failure matter. */
static uint64_t write_end(struct store *s)
{
    strbuf_clear(&s->writing);
    journal_end(s->writer, &s->writing);
    if (!s->error)
        (void)fs_write_all(s->vfs, s->journal, strbuf_str(&s->writing));
    strbuf_clear(&s->writing);
    return journal_seq(s->writer);
}

bool store_checkpoint(struct store *s, struct diags *diags)
{
    if (!s->writer)
        return true;
    if (s->recorded) {
        STRBUF_AUTO unconfirmed = STRBUF_INIT(STRBUF_MAX);
        store_rescue(s, &unconfirmed);
        uint64_t seq = write_end(s);
        if (!write_snapshot(s, seq, diags)) {
            s->error = s->error ? s->error : EIO;
            strbuf_clear(&s->pending);
            strbuf_add(&s->pending, strbuf_str(&unconfirmed));
            return false;
        }
    }
    strbuf_clear(&s->pending);
    s->recorded = false;
    s->error = 0;
    s->durable = s->asked;
    journal_close(s);
    journal_drop(s);
    return true;
}

void store_rescue(struct store *s, struct strbuf *out)
{
    pthread_mutex_lock(&s->mutex);
    strbuf_add(out, strbuf_str(&s->writing));
    strbuf_add(out, strbuf_str(&s->pending));
    pthread_mutex_unlock(&s->mutex);
}

static void buffer_free(struct strbuf *sb)
{
    if (sb->p)
        explicit_bzero(sb->p, sb->cap);
    strbuf_free(sb);
}

void store_close(struct store *s)
{
    if (!s)
        return;
    bool only_begin = s->writer && !s->recorded;
    journal_close(s);
    if (only_begin)
        journal_drop(s);
    lock_release(&s->lock);
    snapshot_free(s->snapshot);
    buffer_free(&s->pending);
    buffer_free(&s->writing);
    pthread_cond_destroy(&s->synced);
    pthread_mutex_destroy(&s->mutex);
    arena_free(s->arena);
}
