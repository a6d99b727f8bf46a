/*
 * lock: the row: whoever inserts it holds it, and every write names it, so a run whose lock was forced open can write
 * nothing. Beside it stands an advisory lock of the session, which tells whether the holder still is connected, and
 * whether the session is one: behind a pooler that hands out another one for each transaction it is not.
 */
#include "base/gettext.h"
#include "state/backend/pg/pg.h"
#include "state/backend/retry.h"

#define SESSION_KEY "hashtextextended($1::text || ' ' || $2::text, 0)"

/* The server notices after a moment only that the session of a run that was killed is over. */
enum { SESSION_TRIES = 50 };
static const struct retry session_pause = {.min_ms = 100, .max_ms = 100};

/* Tries for a while. False where a statement failed; *taken tells the rest. */
static bool try_session(struct pg *p, bool *taken)
{
    *taken = false;
    for (int i = 0; i < SESSION_TRIES && !*taken; i++) {
        if (i)
            retry_pause(&session_pause, 1);
        PG_RESULT result = PG_RUN(p, NULL, "SELECT pg_try_advisory_lock(" SESSION_KEY ")", p->raw_schema.p, p->name.p);
        if (!result)
            return false;
        *taken = str_is(pg_text(result, 0, 0), "t");
    }
    return true;
}

/* This session's advisory lock; false where another session has it, or where the session is none. */
static bool take_session(struct pg *p)
{
    bool taken;
    if (!try_session(p, &taken))
        return false;
    if (!taken)
        return backend_fail(&p->base,
                            _("the run whose lock was forced open is connected still. End it, or its session (SELECT "
                              "pg_terminate_backend), and try again"));
    PG_RESULT mine =
        PG_RUN(p, NULL,
               "SELECT count(*), pg_backend_pid() FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = "
               "pg_backend_pid() AND (classid::bigint << 32 | objid::bigint) = " SESSION_KEY,
               p->raw_schema.p, p->name.p);
    if (!mine)
        return false;
    p->session_pid = arena_str(p->base.arena, pg_text(mine, 0, 1));
    return !str_is(pg_text(mine, 0, 0), "0") ||
           backend_fail(
               &p->base,
               _("the sessions of this connection change from one statement to the next: it leads through a pooler "
                 "in transaction mode. Connect to the database itself, or to a pool in session mode"));
}

/* Ends the sessions that hold this lock: that of the server's process `pid`, or all of them (NULL). Where packets were
 * lost nobody has told the server that the other end is gone, and it keeps a session for hours. */
static void end_sessions(struct pg *p, const char *pid)
{
    PG_RESULT ended =
        PG_RUN(p, NULL,
               "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND "
               "pid = coalesce($3::int, pid) AND (classid::bigint << 32 | objid::bigint) = " SESSION_KEY,
               p->raw_schema.p, p->name.p, pid);
}

bool pg_resume(struct backend *b)
{
    struct pg *p = pg_of(b);
    if (!p->lock_id.n)
        return true;
    if (p->session_pid.n)
        end_sessions(p, p->session_pid.p);
    return take_session(p);
}

static bool delete_lock(struct pg *p, struct str id, bool *gone)
{
    bool again;
    PG_RESULT result = PG_RUN(p, &again, "DELETE FROM @.locks WHERE name = $1 AND id = $2", p->name.p, id.p);
    *gone = result && (again || strcmp(PQcmdTuples(result), "1") == 0);
    return result != NULL;
}

/* One row of holder and id; *held false where there is none. */
static bool read_lock(struct pg *p, struct arena *arena, struct lock_holder *holder, bool *held)
{
    PG_RESULT result = PG_RUN(p, NULL, "SELECT holder FROM @.locks WHERE name = $1", p->name.p);
    *held = result && PQntuples(result) > 0;
    if (*held)
        holder_parse(arena, arena_str(arena, pg_text(result, 0, 0)), holder);
    return result != NULL;
}

static bool take_over(struct pg *p, const struct lock_holder *from, const struct lock_holder *mine, struct str text,
                      bool *taken)
{
    PG_RESULT result =
        PG_RUN(p, NULL, "UPDATE @.locks SET id = $3, holder = $4, taken = now() WHERE name = $1 AND id = $2", p->name.p,
               from->id.p, mine->id.p, text.p);
    *taken = result && strcmp(PQcmdTuples(result), "1") == 0;
    return result != NULL;
}

static enum lock_outcome take_row(struct pg *p, struct arena *arena, const struct lock_holder *mine,
                                  struct lock_holder *holder)
{
    struct str text = holder_remote_text(arena, mine, p->base.place);
    bool held, taken;
    PG_RESULT result =
        PG_RUN(p, NULL, "INSERT INTO @.locks (name, id, holder) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", p->name.p,
               mine->id.p, text.p);
    if (!result)
        return LOCK_FAILED;
    if (strcmp(PQcmdTuples(result), "1") == 0)
        return LOCK_TAKEN;
    if (!read_lock(p, arena, holder, &held))
        return LOCK_FAILED;
    if (held && str_eq(holder->id, mine->id))
        return LOCK_TAKEN; /* by an attempt whose answer was lost */
    if (!held || !holder_is_gone(holder))
        return LOCK_HELD;
    if (!take_over(p, holder, mine, text, &taken))
        return LOCK_FAILED;
    return taken ? LOCK_TAKEN_OVER : LOCK_HELD;
}

enum lock_outcome pg_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                          struct lock_holder *holder)
{
    struct pg *p = pg_of(b);
    bool gone;
    if (!pg_prepare(p))
        return LOCK_FAILED;
    enum lock_outcome outcome = take_row(p, arena, mine, holder);
    if (outcome != LOCK_TAKEN && outcome != LOCK_TAKEN_OVER)
        return outcome;
    if (outcome == LOCK_TAKEN_OVER)
        end_sessions(p, NULL);
    char why[sizeof b->why];
    if (take_session(p)) {
        p->lock_id = arena_str(b->arena, mine->id);
        return outcome;
    }
    memcpy(why, b->why, sizeof why);
    delete_lock(p, mine->id, &gone);
    memcpy(b->why, why, sizeof why);
    return LOCK_FAILED;
}

/* The session's lock goes before the row: who gets the row next must find it free. Where that fails, the end of the
 * session frees it, and the next run waits for it in try_session(). */
bool pg_unlock(struct backend *b)
{
    struct pg *p = pg_of(b);
    bool gone;
    PG_RESULT freed = PG_RUN(p, NULL, "SELECT pg_advisory_unlock(" SESSION_KEY ")", p->raw_schema.p, p->name.p);
    bool ok = delete_lock(p, p->lock_id, &gone);
    p->lock_id = STR("");
    pg_session_close(&p->session);
    return ok;
}

bool pg_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    return pg_prepare(pg_of(b)) && read_lock(pg_of(b), arena, holder, held);
}

/* The holder's session ends with its lock, so that it cannot go on. */
bool pg_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    struct pg *p = pg_of(b);
    bool gone;
    if (!delete_lock(p, holder->id, &gone))
        return false;
    if (!gone)
        return backend_fail(b, _("somebody else holds the lock now"));
    end_sessions(p, NULL);
    return true; /* where this is not allowed, the next run says so */
}
