/* Edits of the state by hand: taken under the lock, worked out whole, written in one step. */
#include "core/place.h"
#include "core/run.h"

#include "base/gettext.h"
#include "state/edit.h"
#include "state/format.h"
#include "state/history.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* -- a move to another state that was cut short -- */

bool moving_refused(struct session *session, struct diags *diags)
{
    const struct state_moving *m = snapshot_moving(session_snapshot(session));
    if (!m)
        return false;
    diag_error(
        diags, (struct span){0}, _("A move between two states was cut short"),
        _("%s and %zu more objects were on their way to %.*s when \"state mv\" was interrupted, and may be in both "
          "states: a plan could destroy what the other one manages. Nothing was changed. Finish it with the same "
          "command again; or, where the other state has them, let go of them here with \"detour state rm\"."),
        m->addrs[0]->text.p, m->n - 1, STR_ARG(m->to));
    return true;
}

void moving_warned(struct session *session, struct diags *diags)
{
    struct snapshot *s = session_snapshot(session);
    const struct state_moving *m = s ? snapshot_moving(s) : NULL;
    if (m)
        diag_warning(diags, (struct span){0}, _("A move between two states was cut short"),
                     _("%zu objects may be both here and in %.*s. The same \"state mv\" again finishes it."), m->n,
                     STR_ARG(m->to));
}

/* -- the other state -- */

/* Noticed before the second lock, which this very run would be waiting for. */
static bool refuse_same_place(const struct backend *a, const struct backend *b, struct diags *diags)
{
    char real_a[PATH_MAX], real_b[PATH_MAX];
    bool same = a->remote == b->remote && str_eq(a->place, b->place);
    if (!a->remote && !b->remote && realpath(a->place.p, real_a) && realpath(b->place.p, real_b))
        same = strcmp(real_a, real_b) == 0;
    if (same)
        diag_error(diags, (struct span){0}, _("The same state"),
                   _("-state-out names the state that the objects are in already, %s. Nothing was changed."),
                   a->place.p);
    return same;
}

static bool open_other(struct session *session, struct session *other, struct store **store, struct diags *diags)
{
    struct store_options options;
    if (!session_store_options(other, &options, diags))
        return false;
    options.addrs = session->addrs;
    options.sources = session->sources;
    *store = store_open(&options, diags);
    return *store != NULL;
}

static bool refuse_same(struct session *session, struct store *theirs, struct diags *diags)
{
    struct snapshot *a = session_snapshot(session), *b = store_snapshot(theirs);
    if (!str_eq(snapshot_lineage(a), snapshot_lineage(b)))
        return false;
    diag_error(diags, (struct span){0}, _("The same state"),
               _("Both states have lineage %.*s: they are one state, or copies of it. Nothing was changed."),
               STR_ARG(snapshot_lineage(a)));
    return true;
}

/* -- writing -- */

static bool keep_backup(struct session *session, const char *path, struct diags *diags)
{
    STRBUF_AUTO text = STRBUF_INIT(BACKEND_SIZE_MAX);
    struct snapshot *s = session_snapshot(session);
    if (!path)
        return true;
    if (snapshot_has_secret(s) && !secrets_ensure(store_secrets(session->store), diags))
        return false;
    if (format_write(&text, s, store_secrets(session->store), (struct absorbed){0}) &&
        fs_replace(&vfs_system, path, strbuf_str(&text), 0600))
        return true;
    diag_error(diags, (struct span){0}, _("The backup cannot be written"), _("%s: %s. Nothing was changed."), path,
               strerror(errno));
    return false;
}

/* First this state says what is on its way, then the other one has it, then this one lets go: never is an object in
 * neither. */
static bool write_both(struct session *session, struct store *theirs, const struct edit *e, struct diags *diags)
{
    struct snapshot *here = session_snapshot(session);
    const struct addr **addrs = ARENA_ARRAY(session->arena, const struct addr *, e->moves.n + 1);
    vec_each (&e->moves, i)
        addrs[i] = e->moves.v[i].from;
    struct state_moving moving = {store_place(theirs), snapshot_lineage(store_snapshot(theirs)), addrs, e->moves.n};
    snapshot_set_moving(here, &moving);
    if (!store_rewrite(session->store, NULL, 0, diags))
        return false;
    if (e->arrivals.n && !store_rewrite(theirs, e->arrivals.v, e->arrivals.n, diags)) {
        diag_error(diags, (struct span){0}, _("The objects did not move"),
                   _("They are where they were. The same command again moves them; until then this state takes no "
                     "plan."));
        return false;
    }
    snapshot_set_moving(here, NULL);
    return store_rewrite(session->store, e->results.v, e->results.n, diags);
}

static bool write_edit(struct session *session, struct store *theirs, const struct session_edit *what,
                       const struct edit *e, struct diags *diags)
{
    if (what->dry_run || (!e->results.n && !theirs))
        return true;
    return keep_backup(session, what->backup, diags) &&
           (theirs ? write_both(session, theirs, e, diags)
                   : store_rewrite(session->store, e->results.v, e->results.n, diags));
}

/* -- what is to be done -- */

static bool parse_places(struct session *session, const struct session_edit *what, struct edit_place *places,
                         struct diags *diags)
{
    bool ok = true;
    for (size_t i = 0; i < what->n; i++)
        ok &= edit_place_parse(session->addrs, session->sources, what->places[i], &places[i], diags);
    return ok;
}

static bool work_out(struct session *session, struct store *theirs, const struct session_edit *what,
                     const struct edit_place *places, struct edit *out, struct diags *diags)
{
    struct snapshot *here = session_snapshot(session);
    switch (what->kind) {
    case SESSION_MOVE:
        return edit_move(session->arena, here, theirs ? store_snapshot(theirs) : here, &places[0],
                         &places[what->n > 1 ? 1 : 0], out, diags);
    case SESSION_FORGET:
        return edit_forget(session->arena, here, places, what->n, out, diags);
    case SESSION_TAINT:
    case SESSION_UNTAINT:
        break;
    }
    const struct addr *addr = addr_parse(session->addrs, session->sources, what->places[0], diags);
    return addr && edit_mark(session->arena, here, addr, what->kind == SESSION_TAINT ? OBJECT_TAINTED : OBJECT_READY,
                             what->missing_fine, out, diags);
}

static bool may_open(struct session *session, struct session *other, struct diags *diags)
{
    struct backend *mine = other ? place_backend(session, diags) : NULL;
    struct backend *theirs = mine ? place_backend(other, diags) : NULL;
    return !other || (mine && theirs && !refuse_same_place(mine, theirs, diags));
}

bool session_edit(struct session *session, const struct session_edit *what, struct edit *out, struct diags *diags)
{
    struct store *theirs = NULL;
    struct edit_place *places = ARENA_ARRAY(session->arena, struct edit_place, what->n + 1);
    *out = (struct edit){0};
    bool ok =
        parse_places(session, what, places, diags) && may_open(session, what->other, diags) &&
        session_need_store(session, diags) &&
        (!what->other || (open_other(session, what->other, &theirs, diags) && !refuse_same(session, theirs, diags))) &&
        work_out(session, theirs, what, places, out, diags) && write_edit(session, theirs, what, out, diags);
    if (ok && !what->dry_run) {
        place_remember(session, session_snapshot(session));
        if (theirs)
            place_remember(what->other, store_snapshot(theirs));
    }
    store_release(theirs, diags);
    store_close(theirs);
    return ok;
}

/* -- what was -- */

bool session_history(struct session *session, struct arena *arena, struct history *out, struct diags *diags)
{
    struct backend *backend = place_backend(session, diags);
    if (!backend)
        return false;
    if (history_read(backend, arena, out))
        return true;
    diag_error(diags, (struct span){0}, _("The history cannot be read"), "%s: %s.", backend->place.p, backend->why);
    return false;
}

/* Nothing is written afterwards: the key that it was sealed with takes the place of the present one. */
struct snapshot *session_past(struct session *session, const struct past *past, struct diags *diags)
{
    struct backend *backend = place_backend(session, diags);
    return backend ? history_snapshot(backend, session->addrs, session_keys(session), past, diags) : NULL;
}
