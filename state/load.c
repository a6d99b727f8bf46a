#include "state/load.h"
#include "base/gettext.h"
#include "state/moved.h"

#include <inttypes.h>

static bool may_read(const struct backend *b, struct str text, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct moved moved;
    struct str start = str_trim(str_sub(text, str_starts(text, STR("\xef\xbb\xbf")) ? 3 : 0, 64));
    if (start.n && start.p[0] == '<') {
        diag_error(
            diags, (struct span){0}, _("Not a state"),
            _("%s holds a web page instead of a state: a proxy, a login or an error page was stored or came in "
              "between. Nothing was changed. Look at it with a browser or an editor, and restore the state from a "
              "backup if it was overwritten."),
            b->place.p);
        return false;
    }
    if (!moved_parse(arena, text, &moved))
        return true;
    diag_error(
        diags, (struct span){0}, _("The state has moved"),
        _("%s was moved: the state is kept in %.*s now. Nothing was changed. Use the configuration's version that "
          "names that backend, or move the state here: detour state migrate."),
        b->place.p, STR_ARG(moved.to));
    return false;
}

static bool read_snapshot(struct backend *b, struct addrs *addrs, struct secrets *secrets,
                          const struct backend_texts *texts, struct loaded *out, struct absorbed *absorbed,
                          struct diags *diags)
{
    *absorbed = (struct absorbed){0};
    out->exists = texts->exists;
    out->size = texts->snapshot.n;
    if (texts->exists && !may_read(b, texts->snapshot, diags))
        return false;
    out->snapshot =
        texts->exists ? format_read(addrs, b->place, texts->snapshot, secrets, absorbed, diags) : snapshot_new(addrs);
    return out->snapshot != NULL;
}

/* A journal without a whole BEGIN was cut short before anything was done under it, unless more than that one line
 * follows. */
static bool says_nothing(const struct loaded_journal *j)
{
    return !j->head.valid && str_find_byte(j->at.text, '\n', 0) == SIZE_MAX;
}

static bool continues(const struct loaded *out, const struct loaded_journal *j)
{
    return out->exists && j->head.valid && str_eq(j->head.lineage, snapshot_lineage(out->snapshot)) &&
           j->head.serial == snapshot_serial(out->snapshot);
}

/* The snapshot took this journal in; the crash came before the journal was dropped. */
static bool is_absorbed(const struct loaded *out, const struct absorbed *absorbed, const struct loaded_journal *j)
{
    return absorbed->set && j->head.valid && j->head.serial == absorbed->serial &&
           str_eq(j->head.lineage, snapshot_lineage(out->snapshot)) && journal_last_seq(j->at.text) <= absorbed->seq;
}

static bool check_version(const struct loaded_journal *j, struct diags *diags)
{
    if (!j->head.valid || j->head.version <= JOURNAL_VERSION)
        return true;
    diag_error(diags, (struct span){0}, _("Journal of a newer format"),
               _("%s has format version %" PRIu64
                 "; this detour knows up to version %d. Nothing was changed. Use a detour "
                 "at least as new as the one that wrote it."),
               j->at.name.p, j->head.version, JOURNAL_VERSION);
    return false;
}

/* The journal that was applied, or NULL. */
static const struct loaded_journal *loaded_applied(const struct loaded *loaded)
{
    vec_each (&loaded->journals, i)
        if (loaded->journals.v[i].fate == JOURNAL_APPLIED)
            return &loaded->journals.v[i];
    return NULL;
}

/* Two journals that continue the same snapshot: two runs wrote at once, and neither knows what the other did. */
static bool refuse_two(const struct loaded *out, const struct loaded_journal *j, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("Two runs wrote this state at the same time"),
               _("%s and %s both continue serial %" PRIu64
                 ": a lock was forced open while its holder was still at work. Nothing was changed. Find out which "
                 "run was meant to go on, put the other journal away, and run a plan: it reads what there is."),
               loaded_applied(out)->at.name.p, j->at.name.p, snapshot_serial(out->snapshot));
    return false;
}

/* The right key may be elsewhere: a journal that nobody here can read is left as it is. */
static bool fail_closed(const struct loaded_journal *j, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("The secrets of the journal cannot be opened"),
               _("%s, after record %" PRIu64 ": %.*s. Nothing was changed."), j->at.name.p, j->replay.last_seq,
               STR_ARG(j->replay.why));
    return false;
}

static bool take_journal(struct loaded *out, struct secrets *secrets, struct loaded_journal *j,
                         const struct absorbed *absorbed, struct arena *arena, struct diags *diags)
{
    j->head = journal_head(arena, j->at.text);
    if (!check_version(j, diags))
        return false;
    if (says_nothing(j))
        j->fate = JOURNAL_NONE;
    else if (continues(out, j))
        j->fate = JOURNAL_APPLIED;
    else
        j->fate = is_absorbed(out, absorbed, j) ? JOURNAL_ABSORBED : JOURNAL_FOREIGN;
    if (j->fate != JOURNAL_APPLIED)
        return true;
    if (loaded_applied(out))
        return refuse_two(out, j, diags);
    j->replay = journal_replay(out->snapshot, secrets, j->at.text);
    return !j->replay.closed || fail_closed(j, diags);
}

static bool take_journals(const struct backend_texts *texts, struct secrets *secrets, const struct absorbed *absorbed,
                          struct arena *arena, struct loaded *out, struct diags *diags)
{
    vec_each (&texts->journals, i) {
        struct loaded_journal j = {.at = texts->journals.v[i]};
        if (!take_journal(out, secrets, &j, absorbed, arena, diags))
            return false;
        vec_push(arena, &out->journals, j);
    }
    return true;
}

bool state_load(struct backend *b, struct addrs *addrs, struct secrets *secrets, struct arena *arena,
                struct loaded *out, struct diags *diags)
{
    struct backend_texts texts;
    struct absorbed absorbed;
    *out = (struct loaded){0};
    if (!b->ops->read(b, arena, &texts)) {
        diag_error(diags, (struct span){0}, _("The state cannot be read"), _("%s: %s. Nothing was changed."),
                   b->place.p, b->why);
        return false;
    }
    if (secrets)
        secrets_forget_stored(secrets); /* what was read before may have been another state */
    if (!read_snapshot(b, addrs, secrets, &texts, out, &absorbed, diags))
        return false;
    if (take_journals(&texts, secrets, &absorbed, arena, out, diags))
        return true;
    snapshot_free(out->snapshot);
    return false;
}
