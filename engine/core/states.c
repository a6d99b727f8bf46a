/* The state as a whole: pulled, pushed, moved to another backend, its lock forced open. */
#include "core/place.h"
#include "core/run.h"

#include "base/gettext.h"
#include "state/backend/config.h"
#include "state/format.h"
#include "state/history.h"
#include "state/lock.h"
#include "state/moved.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

/* -- pull -- */

static struct store_options options_at(struct session *session, struct backend *backend)
{
    const struct session_options *o = &session->options;
    return (struct store_options){.backend = backend,
                                  .secrets = session_keys(session),
                                  .addrs = session->addrs,
                                  .sources = session->sources,
                                  .operation = arena_str(session->arena, o->operation).p,
                                  .lock_timeout_s = o->lock_timeout_s};
}

/* What is written must have a key for its secrets: those of a time without seals have none yet. */
static bool has_key(struct session *session, const struct snapshot *snapshot, struct diags *diags)
{
    return !snapshot_has_secret(snapshot) || secrets_ensure(session_keys(session), diags);
}

bool session_state_pull(struct session *session, struct strbuf *out, struct diags *diags)
{
    struct backend *backend = place_backend_any(session, diags);
    if (!backend)
        return false;
    struct store_options options = options_at(session, backend);
    struct snapshot *state = store_read(&options, diags);
    bool ok = state && has_key(session, state, diags) &&
              format_write(out, state, session_keys(session), (struct absorbed){0});
    snapshot_free(state);
    return ok;
}

/* -- push -- */

struct push {
    struct session *session;
    struct store *store;
    struct str path;
    struct snapshot *mine;
    struct absorbed absorbed; /* by the text that is pushed */
    bool force, absorbs;
    struct diags *diags;
};

static bool refuse_push(const struct push *p, const char *summary, struct str detail)
{
    diag_error(p->diags, (struct span){0}, summary,
               _("%.*s Nothing was changed. What is stored there: detour state pull. "
                 "To store %.*s over it all the same: -force."),
               STR_ARG(detail), STR_ARG(p->path));
    return false;
}

static bool may_replace(const struct push *p)
{
    struct arena *arena = p->session->arena;
    const struct snapshot *there = store_snapshot(p->store);
    uint64_t mine = snapshot_serial(p->mine), theirs = snapshot_serial(there);
    if (p->force || !store_exists(p->store))
        return true;
    if (!str_eq(snapshot_lineage(p->mine), snapshot_lineage(there)))
        return refuse_push(p, _("Another state"),
                           arena_printf(arena,
                                        _("%.*s has lineage %.*s, and the stored state %.*s: they are of two "
                                          "different projects, or one was begun anew."),
                                        STR_ARG(p->path), STR_ARG(snapshot_lineage(p->mine)),
                                        STR_ARG(snapshot_lineage(there))));
    if (mine <= theirs)
        return refuse_push(p, _("The stored state is newer"),
                           arena_printf(arena,
                                        _("%.*s has serial %" PRIu64 ", and the stored state has %" PRIu64
                                          ": what was done since would be forgotten."),
                                        STR_ARG(p->path), mine, theirs));
    if (store_unsettled(p->store) && !p->absorbs)
        return refuse_push(
            p, _("An interrupted run has records that the file lacks"),
            STR("The stored state has a journal that was not taken in yet; a plan and an apply, or \"detour "
                "refresh\", take it in."));
    if (snapshot_empty(p->mine) && !snapshot_empty(there))
        return refuse_push(p, _("An empty state"), STR("The stored state has objects, and the file has none."));
    return true;
}

/* The same state is stored already: a rescue that was pushed before the answer came. */
static bool is_stored(const struct push *p)
{
    const struct snapshot *there = store_snapshot(p->store);
    struct diags quiet = DIAGS_INIT(p->session->arena);
    struct place_memory memory = {0};
    place_memory(p->session, &memory, &quiet);
    if (str_eq(memory.lineage, snapshot_lineage(there)) && memory.serial > snapshot_serial(there))
        return false; /* it went back: that is for -force to accept */
    if (p->force || !store_exists(p->store) || store_unsettled(p->store) ||
        snapshot_serial(there) != snapshot_serial(p->mine) ||
        !str_eq(snapshot_lineage(there), snapshot_lineage(p->mine)))
        return false;
    struct secrets *secrets = session_keys(p->session);
    STRBUF_AUTO a = STRBUF_INIT(BACKEND_SIZE_MAX), b = STRBUF_INIT(BACKEND_SIZE_MAX);
    return format_write(&a, p->mine, secrets, (struct absorbed){0}) &&
           format_write(&b, store_snapshot(p->store), secrets, (struct absorbed){0}) &&
           str_eq(strbuf_str(&a), strbuf_str(&b));
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* By force it becomes the newest, also for those who remember a later serial. */
static void raise_serial(const struct push *p)
{
    struct diags quiet = DIAGS_INIT(p->session->arena);
    struct place_memory memory = {0};
    place_memory(p->session, &memory, &quiet);
    uint64_t past = larger(larger(snapshot_serial(store_snapshot(p->store)), memory.serial), snapshot_serial(p->mine));
    snapshot_identify(p->mine, snapshot_lineage(p->mine), past + 1);
}

static bool store_it(struct push *p)
{
    STRBUF_AUTO text = STRBUF_INIT(BACKEND_SIZE_MAX);
    if (p->force)
        raise_serial(p);
    if (!format_write(&text, p->mine, session_keys(p->session), p->absorbs ? p->absorbed : (struct absorbed){0})) {
        diag_error(p->diags, (struct span){0}, _("The state is too large"), _("It would have more than %d MiB."),
                   BACKEND_SIZE_MAX >> 20);
        return false;
    }
    bool ok = store_replace(p->store, strbuf_str(&text), p->absorbs, p->diags);
    explicit_bzero(text.p, text.n);
    return ok;
}

/* The rescue has done its work; what else has the name of the file is the user's. */
static void remove_rescue(struct session *session, struct str path)
{
    const char *rescue = place_rescue_file(session);
    if (rescue && str_eq(path, str_c(rescue)))
        unlink(rescue);
}

static bool push_into(struct push *p)
{
    p->absorbs = p->absorbed.set && store_unsettled(p->store) &&
                 p->absorbed.serial == snapshot_serial(store_snapshot(p->store)) &&
                 store_unsettled_seq(p->store) <= p->absorbed.seq;
    if (!is_stored(p) && (!may_replace(p) || !store_it(p)))
        return false;
    place_remember(p->session, p->mine);
    remove_rescue(p->session, p->path);
    return true;
}

bool session_state_push(struct session *session, struct str path, struct str text, bool force, struct diags *diags)
{
    struct push p = {.session = session, .path = path, .force = force, .diags = diags};
    struct backend *backend = place_backend_any(session, diags);
    p.mine = backend ? format_read(session->addrs, path, text, session_keys(session), &p.absorbed, diags) : NULL;
    if (!p.mine)
        return false;
    struct store_options options = options_at(session, backend);
    p.store = store_open(&options, diags);
    bool ok =
        p.store && has_key(session, p.mine, diags) && has_key(session, store_snapshot(p.store), diags) && push_into(&p);
    store_release(p.store, diags);
    store_close(p.store);
    snapshot_free(p.mine);
    return ok;
}

/* -- migrate -- */

/* The target is written and verified before the source says that it moved; each step looks at what is there, so that it
 * can be repeated after an interruption at any point. */

struct migration {
    struct session *session;
    struct backend_config *from, *to;
    struct backend *source, *target;
    struct store *store; /* of the source */
    struct arena *arena; /* wiped */
    struct str text;     /* the state, as it lies in the source */
    struct moved moved;
    bool target_locked;
    struct diags *diags;
};

static bool fail_migration(const struct migration *m, const char *summary, const struct backend *b)
{
    diag_error(m->diags, (struct span){0}, summary,
               _("%s: %s. The state still is in %s, whole; repeat \"detour state migrate\" when this is mended."),
               b->place.p, b->why, m->source->place.p);
    return false;
}

static bool same_source(struct migration *m)
{
    diag_error(
        m->diags, (struct span){0}, _("Nothing to move"),
        _("The state is in %s, and that is what the configuration says. Change the backend block first, then move."),
        backend_words(m->arena, m->to).p);
    return false;
}

static bool find_source(struct migration *m)
{
    struct place_memory memory;
    struct session *session = m->session;
    if (!place_memory(session, &memory, m->diags))
        return false;
    m->from = place_last(session, &memory, m->diags);
    if (!m->from)
        return false;
    return backend_same_place(m->from, m->to) ? same_source(m) : true;
}

/* Repeated after everything was done but the note in .detour/backend: the source says where it went. */
static bool moved_already(struct migration *m, bool *already)
{
    struct backend_texts texts;
    if (!m->source->ops->read(m->source, m->arena, &texts))
        return fail_migration(m, _("The state cannot be read"), m->source);
    *already = texts.exists && moved_parse(m->arena, texts.snapshot, &m->moved) &&
               str_eq(m->moved.to, backend_words(m->arena, m->to));
    if (texts.exists || *already)
        return true;
    diag_error(m->diags, (struct span){0}, _("Nothing to move"),
               _("%s holds no state. Nothing was changed; the next apply begins one in %s."), m->source->place.p,
               backend_words(m->arena, m->to).p);
    return false;
}

/* Locks the source and takes in what an interrupted run left there. */
static bool open_source(struct migration *m)
{
    struct store_options options = options_at(m->session, m->source);
    struct backend_texts texts;
    m->store = store_open(&options, m->diags);
    if (!m->store || !store_settle(m->store, m->diags))
        return false;
    if (!m->source->ops->read(m->source, m->arena, &texts))
        return fail_migration(m, _("The state cannot be read"), m->source);
    const struct snapshot *state = store_snapshot(m->store);
    m->text = texts.snapshot;
    m->moved = (struct moved){snapshot_lineage(state), backend_words(m->arena, m->to), snapshot_serial(state)};
    return true;
}

static bool is_taken(const struct migration *m, struct str lineage, uint64_t serial)
{
    diag_error(m->diags, (struct span){0}, _("The target holds a state"),
               _("%s holds lineage %.*s, serial %" PRIu64 "; what is to be moved is lineage %.*s, serial %" PRIu64
                 ". Nothing was changed. Choose another place, or remove that state if nobody needs it."),
               m->target->place.p, STR_ARG(lineage), serial, STR_ARG(m->moved.lineage), m->moved.serial);
    return false;
}

/* Empty, or left by this very state: a note that it moved away, or a copy of an interrupted migration. */
static bool target_is_free(struct migration *m, bool *write)
{
    struct backend_texts texts;
    struct moved old;
    struct absorbed absorbed;
    if (!m->target->ops->read(m->target, m->arena, &texts))
        return fail_migration(m, _("The target cannot be read"), m->target);
    *write = true;
    if (!texts.exists)
        return true;
    if (moved_parse(m->arena, texts.snapshot, &old))
        return (str_eq(old.lineage, m->moved.lineage) && old.serial <= m->moved.serial) ||
               is_taken(m, old.lineage, old.serial);
    if (str_eq(texts.snapshot, m->text)) {
        *write = false;
        return true;
    }
    struct snapshot *there =
        format_read(m->session->addrs, m->target->place, texts.snapshot, session_keys(m->session), &absorbed, m->diags);
    if (there)
        is_taken(m, snapshot_lineage(there), snapshot_serial(there));
    snapshot_free(there);
    return false;
}

static bool verify(struct migration *m)
{
    struct backend_texts back;
    if (!m->target->ops->read(m->target, m->arena, &back))
        return fail_migration(m, _("The target cannot be read"), m->target);
    if (back.exists && str_eq(back.snapshot, m->text))
        return true;
    backend_fail(m->target, _("what it answers is not what was written to it"));
    return fail_migration(m, _("The target does not keep the state"), m->target);
}

static bool write_target(struct migration *m)
{
    struct store_options options = options_at(m->session, m->target);
    bool write;
    m->target_locked = lock_take(m->target, &options, m->arena, m->diags);
    if (!m->target_locked || !target_is_free(m, &write))
        return false;
    if (write && !m->target->ops->write(m->target, m->text))
        return fail_migration(m, _("The target cannot be written"), m->target);
    return verify(m);
}

/* A help to people alone: the move does not fail for it. */
static void take_history(struct migration *m)
{
    if (!history_copy(m->source, m->target))
        diag_warning(m->diags, (struct span){0}, _("The history stays where it was"),
                     _("The state has moved, but its history could not be copied (%s%s). It is in %s still."),
                     m->source->why, m->target->why, m->source->place.p);
}

static bool mark_source(struct migration *m)
{
    return m->source->ops->write(m->source, moved_text(m->arena, &m->moved)) ||
           fail_migration(m, _("The source cannot be marked as moved"), m->source);
}

static bool carry(struct migration *m)
{
    bool already = false;
    m->source = m->from->type->open(m->from, m->diags);
    if (!m->source || !moved_already(m, &already))
        return false;
    if (already)
        return true;
    if (!open_source(m) || !write_target(m))
        return false;
    take_history(m);
    return mark_source(m);
}

static void remember_move(struct migration *m)
{
    struct snapshot *state = snapshot_new(m->session->addrs);
    snapshot_identify(state, m->moved.lineage, m->moved.serial);
    place_remember(m->session, state);
    snapshot_free(state);
}

static bool migrate(struct migration *m, struct str *from, struct str *to)
{
    m->target = place_backend_any(m->session, m->diags);
    m->to = m->target ? place_config(m->session, m->diags) : NULL;
    if (!m->to || !find_source(m))
        return false;
    bool ok = carry(m);
    if (ok) {
        env_carry(m->session, m->source, m->target, m->diags);
        remember_move(m);
    }
    *from = backend_words(m->session->arena, m->from);
    *to = backend_words(m->session->arena, m->to);
    return ok;
}

bool session_state_migrate(struct session *session, struct str *from, struct str *to, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct migration m = {.session = session, .arena = arena, .diags = diags};
    bool ok = migrate(&m, from, to);
    if (m.target_locked)
        lock_give(m.target, diags);
    store_release(m.store, diags);
    store_close(m.store);
    backend_close(m.source);
    return ok;
}

/* -- force-unlock -- */

bool session_force_unlock(struct session *session, struct str id, struct str *who, struct diags *diags)
{
    struct backend *b = place_backend_any(session, diags);
    struct lock_holder holder = {0};
    bool held;
    if (!b)
        return false;
    if (!b->ops->holder(b, session->arena, &holder, &held)) {
        diag_error(diags, (struct span){0}, _("The lock cannot be read"), "%s: %s.", b->lock.p, b->why);
        return false;
    }
    *who = arena_printf(session->arena, _("%.*s, \"%.*s\" since %.*s"), STR_ARG(holder.who), STR_ARG(holder.operation),
                        STR_ARG(holder.since));
    if (!held)
        diag_error(diags, (struct span){0}, _("The state is not locked"), _("%s: nobody holds it."), b->lock.p);
    else if (!str_eq(holder.id, id))
        diag_error(diags, (struct span){0}, _("Another lock"),
                   _("%s is held under the ID %.*s (%.*s), not %.*s. Nothing was changed."), b->lock.p,
                   STR_ARG(holder.id), STR_ARG(*who), STR_ARG(id));
    else if (b->ops->force_unlock(b, &holder))
        return true;
    else
        diag_error(diags, (struct span){0}, _("The lock cannot be taken away"), "%s: %s.", b->lock.p, b->why);
    return false;
}
