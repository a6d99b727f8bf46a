#include "state/store_private.h"
#include "base/gettext.h"
#include "state/history.h"
#include "state/load.h"
#include "state/lock.h"

#include <inttypes.h>

/* -- opening -- */

bool store_fail_at(struct store *s, struct str what, const char *summary, struct diags *diags)
{
    diag_error(diags, (struct span){0}, summary, _("%s: %s. Nothing was changed."), what.p, s->backend->why);
    return false;
}

static bool set_aside(struct store *s, const struct loaded *l, const struct loaded_journal *j, struct diags *diags)
{
    struct str name;
    if (!s->backend->ops->journal_set_aside(s->backend, &j->at, "foreign", false, &name))
        return store_fail_at(s, j->at.name, _("A journal of another state cannot be set aside"), diags);
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

/* A journal without its state, or with one from before it: set aside, what it records would be made a second time. */
static bool is_ahead(const struct loaded *l, const struct loaded_journal *j)
{
    return j->fate == JOURNAL_FOREIGN && j->head.valid &&
           (!l->exists ||
            (str_eq(j->head.lineage, snapshot_lineage(l->snapshot)) && j->head.serial > snapshot_serial(l->snapshot)));
}

static bool refuse_ahead(const struct store *s, const struct loaded *l, const struct loaded_journal *j,
                         struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct str there = l->exists ? arena_printf(arena, _("has serial %" PRIu64), snapshot_serial(l->snapshot))
                                 : str_c(_("is not there"));
    diag_error(
        diags, (struct span){0}, _("The state is older than its journal"),
        _("%s records what an interrupted run did to serial %" PRIu64 " of lineage %.*s; %s %.*s. Nothing was changed: "
          "without those records objects would be made a second time. Put back the state of that serial; or, if what "
          "the run made is gone as well, put the journal away."),
        j->at.name.p, j->head.serial, STR_ARG(j->head.lineage), s->backend->place.p, STR_ARG(there));
    return false;
}

static bool keep_tail(struct store *s, const struct loaded_journal *j, struct diags *diags)
{
    struct str name;
    if (!s->backend->ops->journal_set_aside(s->backend, &j->at, "damaged", true, &name))
        return store_fail_at(s, j->at.name, _("A damaged journal cannot be kept"), diags);
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
           store_fail_at(s, j->at.name, _("The journal's torn end cannot be cut off"), diags);
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
        .rescue_command = options->rescue_command,
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
bool store_has_plain_secrets(const struct store *s)
{
    return !secrets_is_stored(s->secrets) && snapshot_has_secret(s->snapshot);
}

static void warn_plain(const struct store *s, struct diags *diags)
{
    if (store_has_plain_secrets(s) && strcmp(s->operation, "secrets rekey") != 0)
        diag_warning(
            diags, (struct span){0}, _("Secrets in plain text"),
            _("%s was written by an older detour, which did not seal secrets. The next apply that changes something "
              "seals them; \"detour secrets rekey\" does it now. Older copies still have them as they are: "
              "backups, and the history of git."),
            s->backend->place.p);
}

static void warn_loose_key(const struct store *s, struct diags *diags)
{
    struct str file = secrets_loose_key(s->secrets);
    if (file.n)
        diag_warning(diags, (struct span){0}, _("Others may read a key of the secrets"),
                     _("%s can be read by other users of this machine, and opens the secrets of the state. Take that "
                       "from them: chmod 600 %s"),
                     file.p, file.p);
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
    if (options->accept && !options->accept(options->ctx, l.snapshot, diags))
        return false;
    vec_each (&l.journals, i)
        if (is_ahead(&l, &l.journals.v[i]))
            return refuse_ahead(s, &l, &l.journals.v[i], diags);
    vec_each (&l.journals, i)
        if (!tidy_journal(s, &l, &l.journals.v[i], diags))
            return false;
    warn_plain(s, diags);
    warn_loose_key(s, diags);
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

/* -- reading without the lock -- */

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

/* -- what it is -- */

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

void store_set_digest(struct store *s, struct str digest)
{
    s->digest = arena_str(s->arena, digest);
}

/* -- closing -- */

void store_release(struct store *s, struct diags *diags)
{
    if (!s)
        return;
    bool only_begin = s->writer && !s->recorded;
    store_journal_close(s);
    if (only_begin)
        store_journal_drop(s);
    if (s->locked && !s->keep_lock)
        lock_give(s->backend, diags);
    s->locked = false;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    struct diags quiet = DIAGS_INIT(s->arena);
    store_release(s, &quiet);
    backend_close(s->own);
    secrets_free(s->own_secrets);
    snapshot_free(s->snapshot);
    strbuf_free(&s->pending);
    strbuf_free(&s->writing);
    pthread_cond_destroy(&s->synced);
    pthread_mutex_destroy(&s->mutex);
    arena_free(s->arena);
}
