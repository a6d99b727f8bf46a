#include "state/store.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "state/history.h"
#include "state/load.h"
#include "state/lock.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

struct store {
    struct arena *arena;
    struct backend *backend, *own;         /* `own`: the backend where the store made it */
    struct secrets *secrets, *own_secrets; /* the same */
    struct snapshot *snapshot;
    const char *rescue;
    bool locked, keep_lock;
    bool exists;    /* the snapshot in the backend */
    size_t size;    /* of its text: the next one will be about as large */
    bool left_over; /* the snapshot holds records of an interrupted run's journal */
    uint64_t seq;   /* of the last record of that journal */
    const char *operation;
    struct str digest;   /* of the plan at work; for the history */
    struct tally *tally; /* what changed since the last snapshot */
    struct str old;      /* that journal's name */

    pthread_mutex_t mutex; /* guards all below, and the snapshot while a run writes */
    pthread_cond_t synced;
    struct journal_writer *writer;  /* NULL: no journal is open */
    struct strbuf pending, writing; /* records not yet written; those that the leader writes right now */
    uint64_t asked, durable;        /* tickets: one for each call */
    bool leading;                   /* a thread writes and syncs for all */
    bool recorded;                  /* something since BEGIN */
    struct str error;               /* the first failure: final (invariant 6); empty: none */
};

/* -- opening -- */

static bool fail_at(struct store *s, struct str what, const char *summary, struct diags *diags)
{
    diag_error(diags, (struct span){0}, summary, _("%s: %s. Nothing was changed."), what.p, s->backend->why);
    return false;
}

static bool set_aside(struct store *s, const struct loaded *l, const struct loaded_journal *j, struct diags *diags)
{
    struct str name;
    if (!s->backend->ops->journal_set_aside(s->backend, &j->at, "foreign", false, &name))
        return fail_at(s, j->at.name, _("A journal of another state cannot be set aside"), diags);
    if (j->head.valid)
        diag_warning(diags, (struct span){0}, _("Journal of another state"),
                     _("%s continues lineage %.*s, serial %" PRIu64 "; the state %s is lineage %.*s, serial %" PRIu64
                       ". It was not applied, and is kept as %s. If the state was restored from a backup, restore the "
                       "journal's own state to get back what was done since."),
                     j->at.name.p, STR_ARG(j->head.lineage), j->head.serial,
                     l->exists ? s->backend->place.p : _("(a new one)"), STR_ARG(snapshot_lineage(l->snapshot)),
                     snapshot_serial(l->snapshot), name.p);
    else
        diag_warning(diags, (struct span){0}, _("Damaged journal"),
                     _("%s does not start with a right BEGIN record. It was not applied, and is kept as %s."),
                     j->at.name.p, name.p);
    return true;
}

static bool keep_tail(struct store *s, const struct loaded_journal *j, struct diags *diags)
{
    struct str name;
    if (!s->backend->ops->journal_set_aside(s->backend, &j->at, "damaged", true, &name))
        return fail_at(s, j->at.name, _("A damaged journal cannot be kept"), diags);
    diag_warning(diags, (struct span){0}, _("Damaged journal"),
                 _("%s is right up to record %" PRIu64
                   "; then %.*s, though more records follow. Those were not applied. "
                   "The whole journal is kept as %s. Run a plan: it reads what there is."),
                 j->at.name.p, j->replay.last_seq, STR_ARG(j->replay.why), name.p);
    return true;
}

/* Invariant 3. The bytes of a record that was cut short were never confirmed to anybody. */
static bool cut_tail(struct store *s, const struct loaded_journal *j, struct diags *diags)
{
    if (j->replay.damaged && !keep_tail(s, j, diags))
        return false;
    return !s->backend->ops->journal_cut || s->backend->ops->journal_cut(s->backend, &j->at, j->replay.good) ||
           fail_at(s, j->at.name, _("The journal's torn end cannot be cut off"), diags);
}

/* A failure to drop what is not needed any more may wait: it is seen again, and dropped before a new journal is opened.
 */
static bool tidy_journal(struct store *s, const struct loaded *l, const struct loaded_journal *j, struct diags *diags)
{
    switch (j->fate) {
    case JOURNAL_NONE:
        return true;
    case JOURNAL_ABSORBED:
        (void)s->backend->ops->journal_drop(s->backend, j->at.name);
        return true;
    case JOURNAL_FOREIGN:
        return set_aside(s, l, j, diags);
    case JOURNAL_APPLIED:
        s->left_over = true;
        s->seq = j->replay.last_seq;
        s->old = arena_str(s->arena, j->at.name);
        return !j->replay.torn || cut_tail(s, j, diags);
    }
    return false;
}

/* The secrets of a store that was given none. */
static struct secrets *secrets_for(struct arena *arena, const struct store_options *options)
{
    if (options->backend)
        return secrets_throwaway();
    struct str path = arena_printf(arena, "%s.key", options->path ? options->path : "detour.state");
    return secrets_new(&(struct secrets_settings){.vfs = options->vfs, .default_key = path});
}

static struct store *store_make(const struct store_options *options)
{
    struct arena *arena = arena_new();
    struct store *s = ARENA_NEW(arena, struct store);
    *s = (struct store){
        .arena = arena,
        .rescue = options->rescue,
        .own = options->backend ? NULL : backend_local(options->vfs, options->path),
        .own_secrets = options->secrets ? NULL : secrets_for(arena, options),
        .pending = STRBUF_SECRET(STRBUF_MAX),
        .writing = STRBUF_SECRET(STRBUF_MAX),
    };
    s->backend = options->backend ? options->backend : s->own;
    s->secrets = options->secrets ? options->secrets : s->own_secrets;
    s->operation = arena_str(arena, str_c(options->operation)).p;
    s->tally = tally_new(arena);
    pthread_mutex_init(&s->mutex, NULL);
    pthread_cond_init(&s->synced, NULL);
    return s;
}

/* Secrets that were read from a text of a time without seals. */
static bool has_plain_secrets(const struct store *s)
{
    return !secrets_is_stored(s->secrets) && snapshot_has_secret(s->snapshot);
}

static void warn_plain(const struct store *s, struct diags *diags)
{
    if (has_plain_secrets(s) && strcmp(s->operation, "secrets rekey") != 0)
        diag_warning(
            diags, (struct span){0}, _("Secrets in plain text"),
            _("%s was written by an older detour, which did not seal secrets. The next apply that changes something "
              "seals them; \"detour secrets rekey\" does it now. Older copies still have them as they are: "
              "backups, and the history of git."),
            s->backend->place.p);
}

static bool load(struct store *s, const struct store_options *options, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct loaded l;
    if (!state_load(s->backend, options->addrs, s->secrets, arena, &l, diags))
        return false;
    s->snapshot = l.snapshot;
    s->exists = l.exists;
    s->size = l.size;
    vec_each (&l.journals, i)
        if (!tidy_journal(s, &l, &l.journals.v[i], diags))
            return false;
    warn_plain(s, diags);
    return true;
}

struct store *store_open(const struct store_options *options, struct diags *diags)
{
    struct store *s = store_make(options);
    s->locked = lock_take(s->backend, options, s->arena, diags);
    if (s->locked && load(s, options, diags))
        return s;
    store_close(s);
    return NULL;
}

static struct snapshot *read_from(struct backend *b, const struct store_options *options, struct secrets *secrets,
                                  struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct loaded l;
    if (!state_load(b, options->addrs, secrets, arena, &l, diags))
        return NULL;
    vec_each (&l.journals, i)
        if (l.journals.v[i].fate == JOURNAL_FOREIGN)
            diag_warning(diags, (struct span){0}, _("Journal of another state"),
                         _("%s does not continue the state %s, so it was not applied. The next run that changes the "
                           "state sets it aside."),
                         l.journals.v[i].at.name.p, b->place.p);
    return l.snapshot;
}

struct snapshot *store_read(const struct store_options *options, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct backend *own = options->backend ? NULL : backend_local(options->vfs, options->path);
    struct secrets *own_secrets = options->secrets ? NULL : secrets_for(arena, options);
    struct snapshot *snapshot = read_from(options->backend ? options->backend : own, options,
                                          options->secrets ? options->secrets : own_secrets, diags);
    secrets_free(own_secrets);
    backend_close(own);
    return snapshot;
}

struct snapshot *store_snapshot(struct store *s)
{
    return s->snapshot;
}

struct str store_place(const struct store *s)
{
    return s->backend->place;
}

struct secrets *store_secrets(struct store *s)
{
    return s->secrets;
}

/* -- the history: kept as well as it can be; the state does not depend on it -- */

static void describe(struct store *s, struct arena *arena, struct past *out)
{
    out->serial = snapshot_serial(s->snapshot);
    out->lineage = snapshot_lineage(s->snapshot);
    out->when = clock_timestamp(arena);
    out->who = holder_here(arena, "").who;
    out->operation = str_c(s->operation);
    out->digest = s->digest;
}

/* A snapshot that came from elsewhere (restored, pushed) is kept before it is replaced; but not one of a time without
 * seals, whose secrets stand in plain text. */
static bool keep_old(struct store *s, struct history *h, struct arena *arena)
{
    struct past old = {.serial = snapshot_serial(s->snapshot), .lineage = snapshot_lineage(s->snapshot)};
    struct backend_texts texts;
    if (!s->exists || history_find(h, old.lineage, old.serial))
        return true;
    return s->backend->ops->read(s->backend, arena, &texts) &&
           (!texts.exists || format_is_plain(texts.snapshot) || history_add(s->backend, h, &old, texts.snapshot));
}

static void warn_history(const struct store *s, struct diags *diags)
{
    diag_warning(diags, (struct span){0}, _("The history cannot be kept"),
                 _("%s: %s. The state itself is not touched by that."), s->backend->place.p, s->backend->why);
}

static void keep_new(struct store *s, struct history *h, struct arena *arena, struct str text, struct diags *diags)
{
    struct past past = {0};
    describe(s, arena, &past);
    tally_take(s->tally, s->snapshot, &past);
    if (!history_add(s->backend, h, &past, text))
        warn_history(s, diags);
}

void store_set_digest(struct store *s, struct str digest)
{
    s->digest = arena_str(s->arena, digest);
}

/* -- the snapshot -- */

static bool snapshot_text(struct store *s, struct absorbed absorbed, struct strbuf *out)
{
    strbuf_reserve(out, s->size + s->size / 8);
    if (format_write(out, s->snapshot, s->secrets, absorbed)) {
        s->size = out->n;
        return true;
    }
    strbuf_clear(out);
    return backend_fail(s->backend, _("it would have more than %d MiB"), BACKEND_SIZE_MAX >> 20);
}

/* What a remote backend did not take is kept here, and its lock stays: the next run must not start from an older state.
 */
static bool rescue(struct store *s, struct str text, struct diags *diags)
{
    char why[sizeof s->backend->why];
    memcpy(why, s->backend->why, sizeof why);
    s->keep_lock = true;
    bool kept = s->rescue && fs_replace(&vfs_system, s->rescue, text, 0600);
    if (kept)
        diag_error(
            diags, (struct span){0}, _("The state cannot be written"),
            _("%s: %s. The state is kept in %s, and the lock stays, so that nobody starts from an older one. When "
              "the place can be reached again, store it: detour state push %s"),
            s->backend->place.p, why, s->rescue, s->rescue);
    memcpy(s->backend->why, why, sizeof why);
    return kept;
}

static bool not_written(struct store *s, struct str text, struct diags *diags)
{
    if (s->backend->remote && text.n && rescue(s, text, diags))
        return false;
    diag_error(diags, (struct span){0}, _("The state cannot be written"),
               _("%s: %s. What was done is in the journal %s; the next run takes it from there."), s->backend->place.p,
               s->backend->why, s->backend->journal.p);
    return false;
}

/* The serial is raised for a snapshot that replaces one. */
static bool write_next(struct store *s, uint64_t seq, struct strbuf *text)
{
    uint64_t serial = snapshot_serial(s->snapshot);
    struct absorbed absorbed = {.set = seq > 0, .serial = serial, .seq = seq};
    snapshot_identify(s->snapshot, snapshot_lineage(s->snapshot), s->exists ? serial + 1 : serial);
    bool ok = snapshot_text(s, absorbed, text) && s->backend->ops->write(s->backend, strbuf_str(text));
    if (ok)
        s->exists = true;
    else
        snapshot_identify(s->snapshot, snapshot_lineage(s->snapshot), serial);
    return ok;
}

/* False with the backend's why; `text` is then what could not be written, if anything. */
static bool write_and_keep(struct store *s, uint64_t seq, struct strbuf *text, struct diags *diags)
{
    bool secret = snapshot_has_secret(s->snapshot);
    if (secret && !secrets_ensure(s->secrets, diags))
        return backend_fail(s->backend, _("there is no key for the secrets"));
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct history history;
    bool keeps = history_read(s->backend, arena, &history) && keep_old(s, &history, arena);
    if (!keeps)
        warn_history(s, diags);
    bool ok = write_next(s, seq, text);
    if (ok && secret)
        secrets_stored(s->secrets);
    if (ok && keeps)
        keep_new(s, &history, arena, strbuf_str(text), diags);
    return ok;
}

static bool write_snapshot(struct store *s, uint64_t seq, struct diags *diags)
{
    STRBUF_AUTO text = STRBUF_SECRET(BACKEND_SIZE_MAX);
    bool ok = write_and_keep(s, seq, &text, diags);
    if (!ok)
        not_written(s, strbuf_str(&text), diags);
    return ok;
}

/* -- the journal -- */

static void journal_close(struct store *s)
{
    journal_writer_free(s->writer);
    s->writer = NULL;
    s->backend->ops->journal_close(s->backend);
}

static bool journal_drop(struct store *s)
{
    return s->backend->ops->journal_drop(s->backend, s->backend->journal);
}

static bool journal_create(struct store *s)
{
    STRBUF_AUTO begin = STRBUF_INIT(BACKEND_SIZE_MAX);
    journal_begin(s->writer, &begin, snapshot_lineage(s->snapshot), snapshot_serial(s->snapshot));
    return s->backend->ops->journal_open(s->backend, strbuf_str(&begin));
}

/* BEGIN must find its snapshot: a state that is not on disk yet, is there in part, or with secrets that are to be
 * sealed anew (or were never sealed), is written first. */
static bool settle_snapshot(struct store *s, bool resealed, struct diags *diags)
{
    if (s->exists && !s->left_over && !resealed)
        return true;
    if (!write_snapshot(s, s->left_over ? s->seq : 0, diags))
        return false;
    if (s->left_over && !s->backend->ops->journal_drop(s->backend, s->old))
        return fail_at(s, s->old, _("The journal cannot be dropped"), diags);
    s->left_over = false;
    return true;
}

bool store_settle(struct store *s, struct diags *diags)
{
    bool plain = has_plain_secrets(s);
    return (!s->left_over && !plain) || settle_snapshot(s, plain, diags);
}

bool store_exists(const struct store *s)
{
    return s->exists;
}

bool store_unsettled(const struct store *s)
{
    return s->left_over;
}

uint64_t store_unsettled_seq(const struct store *s)
{
    return s->seq;
}

void store_keep_lock(struct store *s)
{
    s->keep_lock = true;
}

/* The journal in the arena, to be put away. */
static bool put_away(struct store *s, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct backend_texts texts;
    struct str kept;
    if (!s->backend->ops->read(s->backend, arena, &texts))
        return fail_at(s, s->old, _("The journal cannot be read"), diags);
    vec_each (&texts.journals, i)
        if (str_eq(texts.journals.v[i].name, s->old) &&
            !s->backend->ops->journal_set_aside(s->backend, &texts.journals.v[i], "replaced", false, &kept))
            return fail_at(s, s->old, _("The journal cannot be put away"), diags);
    return true;
}

bool store_replace(struct store *s, struct str text, bool absorbs, struct diags *diags)
{
    if (s->left_over && !absorbs && !put_away(s, diags))
        return false;
    if (!s->backend->ops->write(s->backend, text))
        return fail_at(s, s->backend->place, _("The state cannot be written"), diags);
    if (s->left_over && absorbs)
        (void)s->backend->ops->journal_drop(s->backend, s->old); /* it is known as absorbed */
    s->left_over = false;
    s->exists = true;
    return true;
}

bool store_begin(struct store *s, struct diags *diags)
{
    bool renewed, plain = has_plain_secrets(s);
    if (!secrets_renew(s->secrets, &renewed, diags) || !settle_snapshot(s, renewed || plain, diags))
        return false;
    s->writer = journal_writer_new(s->secrets);
    if (journal_create(s))
        return true;
    bool failed = fail_at(s, s->backend->journal, _("The journal cannot be opened"), diags);
    journal_close(s);
    journal_drop(s);
    return failed;
}

/* -- group commit (invariant 7): the mutex is held, but not while the leader writes -- */

static void lead(struct store *s)
{
    uint64_t upto = s->asked;
    struct strbuf full = s->pending;
    s->pending = s->writing;
    s->writing = full;
    s->leading = true;
    pthread_mutex_unlock(&s->mutex);
    bool ok = full.over ? backend_fail(s->backend, _("the records are too many"))
                        : s->backend->ops->journal_append(s->backend, strbuf_str(&full));
    pthread_mutex_lock(&s->mutex);
    s->leading = false;
    if (ok) {
        s->durable = upto;
        strbuf_clear(&s->writing);
    } else {
        s->error = arena_str(s->arena, str_c(s->backend->why));
    }
    pthread_cond_broadcast(&s->synced);
}

/* Waits until all that is pending now is durable; false after a failure, which s->error tells. */
static bool commit(struct store *s)
{
    uint64_t ticket = ++s->asked;
    s->recorded = true;
    while (s->durable < ticket && !s->error.n) {
        if (s->leading)
            pthread_cond_wait(&s->synced, &s->mutex);
        else
            lead(s);
    }
    return s->durable >= ticket;
}

/* -- records -- */

static _Noreturn void bug(const char *what)
{
    fprintf(stderr, "detour: internal error: %s\n", what);
    abort();
}

/* Makes the key before the first secret is written. */
static bool key_for(struct store *s, bool secret, struct diags *diags)
{
    if (!secret || secrets_ensure(s->secrets, diags))
        return true;
    s->error = arena_str(s->arena, str_c(_("there is no key for the secrets")));
    return false;
}

static bool intents_have_secret(const struct intent *intents, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (value_exists(intents[i].planned.value) && value_has_secret(intents[i].planned.value))
            return true;
    return false;
}

static bool results_have_secret(const struct result *results, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct result *r = &results[i];
        struct value v = r->kind == RESULT_SET ? r->object->value : r->value;
        if (r->sensitive || (value_exists(v) && value_has_secret(v)))
            return true;
    }
    return false;
}

bool store_intents(struct store *s, const struct intent *intents, size_t n, struct diags *diags)
{
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        bug("store_intents before store_begin");
    bool ok = !s->error.n && key_for(s, intents_have_secret(intents, n), diags);
    if (ok && n) {
        for (size_t i = 0; i < n; i++) {
            journal_intent(s->writer, &s->pending, &intents[i]);
            snapshot_intend(s->snapshot, &intents[i]);
        }
        ok = commit(s);
    }
    pthread_mutex_unlock(&s->mutex);
    if (ok)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. What is not in the journal must not be done, so nothing more is started."),
               s->backend->journal.p, s->error.p);
    return false;
}

static void take(struct store *s, const struct result *result)
{
    tally_note(s->tally, s->snapshot, result);
    if (!snapshot_apply(s->snapshot, result))
        bug("a result does not fit the state");
}

bool store_results(struct store *s, const struct result *results, size_t n, struct diags *diags)
{
    bool ok = true;
    pthread_mutex_lock(&s->mutex);
    if (!s->writer)
        bug("store_results before store_begin");
    for (size_t i = 0; i < n; i++)
        take(s, &results[i]);
    ok = key_for(s, results_have_secret(results, n), diags);
    for (size_t i = 0; ok && i < n; i++)
        journal_result(s->writer, &s->pending, &results[i]);
    if (n && ok)
        ok = commit(s);
    s->recorded |= n > 0;
    pthread_mutex_unlock(&s->mutex);
    if (ok)
        return true;
    diag_error(diags, (struct span){0}, _("The journal cannot be written"),
               _("%s: %s. These results are in memory only until the state is written; nothing more is started."),
               s->backend->journal.p, s->error.p);
    return false;
}

bool store_reseal(struct store *s, struct diags *diags)
{
    if (s->writer)
        bug("store_reseal during a run");
    return settle_snapshot(s, true, diags);
}

bool store_rewrite(struct store *s, const struct result *results, size_t n, struct diags *diags)
{
    if (s->writer)
        bug("store_rewrite during a run");
    for (size_t i = 0; i < n; i++)
        take(s, &results[i]);
    STRBUF_AUTO text = STRBUF_SECRET(BACKEND_SIZE_MAX);
    bool ok = write_and_keep(s, s->left_over ? s->seq : 0, &text, diags);
    if (!ok)
        return fail_at(s, s->backend->place, _("The state cannot be written"), diags);
    if (s->left_over)
        (void)s->backend->ops->journal_drop(s->backend, s->old); /* it is known as absorbed */
    s->left_over = false;
    return true;
}

/* END is for those who read the journal; nothing depends on it, so nor does its failure matter. */
static uint64_t write_end(struct store *s)
{
    strbuf_clear(&s->writing);
    journal_end(s->writer, &s->writing);
    if (!s->error.n && !s->backend->remote)
        (void)s->backend->ops->journal_append(s->backend, strbuf_str(&s->writing));
    strbuf_clear(&s->writing);
    return journal_seq(s->writer);
}

bool store_checkpoint(struct store *s, struct diags *diags)
{
    if (!s->writer)
        return true;
    if (s->recorded) {
        STRBUF_AUTO unconfirmed = STRBUF_SECRET(STRBUF_MAX);
        store_rescue(s, &unconfirmed);
        uint64_t seq = write_end(s);
        if (!write_snapshot(s, seq, diags)) {
            s->error = s->error.n ? s->error : arena_str(s->arena, str_c(s->backend->why));
            strbuf_clear(&s->pending);
            strbuf_add(&s->pending, strbuf_str(&unconfirmed));
            return false;
        }
    }
    strbuf_clear(&s->pending);
    s->recorded = false;
    s->error = (struct str){0};
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

void store_close(struct store *s)
{
    if (!s)
        return;
    bool only_begin = s->writer && !s->recorded;
    journal_close(s);
    if (only_begin)
        journal_drop(s);
    if (s->locked && !s->keep_lock)
        s->backend->ops->unlock(s->backend);
    backend_close(s->own);
    secrets_free(s->own_secrets);
    snapshot_free(s->snapshot);
    strbuf_free(&s->pending);
    strbuf_free(&s->writing);
    pthread_cond_destroy(&s->synced);
    pthread_mutex_destroy(&s->mutex);
    arena_free(s->arena);
}
