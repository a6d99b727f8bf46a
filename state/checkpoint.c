#include "state/store_private.h"
#include "base/clock.h"
#include "base/gettext.h"
#include "state/format.h"
#include "state/history.h"

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

static void warn_history(struct store *s, struct diags *diags)
{
    if (s->history_warned)
        return;
    s->history_warned = true;
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
    s->rescued = s->rescue && fs_replace(&vfs_system, s->rescue, text, 0600);
    if (s->rescued)
        diag_error(
            diags, (struct span){0}, _("The state cannot be written"),
            _("%s: %s. The state is kept in %s, and the lock stays, so that nobody starts from an older one. When "
              "the place can be reached again, store it: %s%s"),
            s->backend->place.p, why, s->rescue, s->rescue_command ? s->rescue_command : "detour state push ",
            s->rescue_command ? "" : s->rescue);
    memcpy(s->backend->why, why, sizeof why);
    return s->rescued;
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
    bool cut = s->error.n > 0; /* the line, most likely: then what counts is the state */
    bool keeps = !cut && history_read(s->backend, arena, &history) && keep_old(s, &history, arena);
    if (!keeps && !cut)
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

/* -- outside of a run -- */

/* BEGIN must find its snapshot: a state that is not on disk yet, is there in part, or with secrets that are to be
 * sealed anew (or were never sealed), is written first. */
bool store_settle_snapshot(struct store *s, bool resealed, struct diags *diags)
{
    if (s->exists && !s->left_over && !resealed)
        return true;
    if (!write_snapshot(s, s->left_over ? s->seq : 0, diags))
        return false;
    if (s->left_over && !s->backend->ops->journal_drop(s->backend, s->old))
        return store_fail_at(s, s->old, _("The journal cannot be dropped"), diags);
    s->left_over = false;
    return true;
}

bool store_settle(struct store *s, struct diags *diags)
{
    bool plain = store_has_plain_secrets(s);
    return (!s->left_over && !plain) || store_settle_snapshot(s, plain, diags);
}

bool store_reseal(struct store *s, struct diags *diags)
{
    if (s->writer)
        store_bug("store_reseal during a run");
    return store_settle_snapshot(s, true, diags);
}

/* An answer that is lost leaves open what a server did. */
static bool not_replaced(struct store *s, struct diags *diags)
{
    if (!s->backend->remote)
        return store_fail_at(s, s->backend->place, _("The state cannot be written"), diags);
    diag_error(diags, (struct span){0}, _("The state cannot be written"),
               _("%s: %s. Where no answer came the server may have taken it all the same: look (detour state list) "
                 "before this is tried again."),
               s->backend->place.p, s->backend->why);
    return false;
}

bool store_rewrite(struct store *s, const struct result *results, size_t n, struct diags *diags)
{
    if (s->writer)
        store_bug("store_rewrite during a run");
    for (size_t i = 0; i < n; i++)
        store_take(s, &results[i]);
    STRBUF_AUTO text = STRBUF_SECRET(BACKEND_SIZE_MAX);
    bool ok = write_and_keep(s, s->left_over ? s->seq : 0, &text, diags);
    if (!ok)
        return not_replaced(s, diags);
    if (s->left_over)
        (void)s->backend->ops->journal_drop(s->backend, s->old); /* it is known as absorbed */
    s->left_over = false;
    return true;
}

/* The journal in the arena, to be put away. */
static bool put_away(struct store *s, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct backend_texts texts;
    struct str kept;
    if (!s->backend->ops->read(s->backend, arena, &texts))
        return store_fail_at(s, s->old, _("The journal cannot be read"), diags);
    vec_each (&texts.journals, i)
        if (str_eq(texts.journals.v[i].name, s->old) &&
            !s->backend->ops->journal_set_aside(s->backend, &texts.journals.v[i], "replaced", false, &kept))
            return store_fail_at(s, s->old, _("The journal cannot be put away"), diags);
    return true;
}

bool store_replace(struct store *s, struct str text, bool absorbs, struct diags *diags)
{
    if (s->left_over && !absorbs && !put_away(s, diags))
        return false;
    if (!s->backend->ops->write(s->backend, text))
        return not_replaced(s, diags);
    if (s->left_over && absorbs)
        (void)s->backend->ops->journal_drop(s->backend, s->old); /* it is known as absorbed */
    s->left_over = false;
    s->exists = true;
    return true;
}

/* -- at the end of a run -- */

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
            if (!s->rescued) /* which has them all */
                strbuf_add(&s->pending, strbuf_str(&unconfirmed));
            return false;
        }
    }
    strbuf_clear(&s->pending);
    s->recorded = false;
    s->error = (struct str){0};
    s->durable = s->asked;
    store_journal_close(s);
    store_journal_drop(s);
    return true;
}
