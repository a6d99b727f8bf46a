/*
 * pg: the state in a PostgreSQL database: tables states, locks, journal, aside and extras in a schema of their own, one
 * row for each state, lock, group of records and journal that was put away.
 *
 * The lock is the row: whoever inserts it holds it, and every write names it, so a run whose lock was forced open can
 * write nothing. Beside it stands an advisory lock of the session, which tells whether the holder still is connected,
 * and whether the session is one: behind a pooler that hands out another one for each transaction it is not.
 */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/config.h"
#include "state/backend/pg/session.h"
#include "state/backend/retry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { SQL_MAX = 8192 };

struct pg {
    struct backend base;
    struct pg_session session;
    struct str name, schema;   /* `schema` as an identifier, quoted */
    struct str raw_schema;     /* as it is */
    struct str lock_id;        /* while it is held; empty: not */
    struct str run;            /* names the open journal */
    unsigned groups;           /* of the open journal */
    bool create_schema, ready; /* ready: the tables are there */
};

static struct pg *pg_of(struct backend *b)
{
    return (struct pg *)b;
}

/* A statement with the schema's name for each "@". */
static PGresult *run(struct pg *p, bool *again, const char *sql, const char *const *values, int n)
{
    STRBUF_AUTO text = STRBUF_INIT(SQL_MAX);
    for (const char *c = sql; *c; c++) {
        if (*c == '@')
            strbuf_add(&text, p->schema);
        else
            strbuf_addc(&text, *c);
    }
    strbuf_addc(&text, '\0');
    return pg_run(&p->session, text.p, values, n, again);
}

#define RUN(p, again, sql, ...)                                                                                        \
    run((p), (again), (sql), (const char *const[]){__VA_ARGS__},                                                       \
        (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)))

/* -- the tables -- */

static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS @.states (id bigserial PRIMARY KEY, name text UNIQUE NOT NULL, data text NOT NULL, "
    "written timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.locks (name text PRIMARY KEY, id text NOT NULL, holder text NOT NULL, taken "
    "timestamptz "
    "NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.journal (name text NOT NULL, run text NOT NULL, number int NOT NULL, records text "
    "NOT "
    "NULL, written timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, run, number))",
    "CREATE TABLE IF NOT EXISTS @.aside (id bigserial PRIMARY KEY, name text NOT NULL, run text NOT NULL, kind text "
    "NOT "
    "NULL, records text NOT NULL, put timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.extras (name text NOT NULL, key text NOT NULL, data text NOT NULL, PRIMARY KEY "
    "(name, "
    "key))",
};

/* One at a time: "IF NOT EXISTS" alone fails where two do it at once. */
static bool create(struct pg *p)
{
    PG_RESULT begin =
        RUN(p, NULL, "SELECT pg_advisory_lock(hashtextextended('detour ' || $1::text, 1))", p->raw_schema.p);
    bool ok = begin != NULL;
    if (ok && p->create_schema) {
        PG_RESULT schema = run(p, NULL, "CREATE SCHEMA IF NOT EXISTS @", NULL, 0);
        ok = schema != NULL;
    }
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
        PG_RESULT table = run(p, NULL, tables[i], NULL, 0);
        ok = table != NULL;
    }
    char why[sizeof p->base.why];
    memcpy(why, p->base.why, sizeof why);
    PG_RESULT end =
        RUN(p, NULL, "SELECT pg_advisory_unlock(hashtextextended('detour ' || $1::text, 1))", p->raw_schema.p);
    if (!ok)
        memcpy(p->base.why, why, sizeof why);
    return ok && end;
}

static bool prepare(struct pg *p)
{
    if (p->ready)
        return true;
    PG_RESULT there = RUN(p, NULL,
                          "SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename IN ('states', 'locks', "
                          "'journal', 'aside', 'extras')",
                          p->raw_schema.p);
    if (!there)
        return false;
    p->ready = str_is(pg_text(there, 0, 0), "5") || create(p);
    return p->ready;
}

/* -- the lock -- */

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
        PG_RESULT result = RUN(p, NULL, "SELECT pg_try_advisory_lock(" SESSION_KEY ")", p->raw_schema.p, p->name.p);
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
    PG_RESULT mine = RUN(p, NULL,
                         "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = "
                         "pg_backend_pid() AND (classid::bigint << 32 | objid::bigint) = " SESSION_KEY,
                         p->raw_schema.p, p->name.p);
    if (!mine)
        return false;
    return !str_is(pg_text(mine, 0, 0), "0") ||
           backend_fail(
               &p->base,
               _("the sessions of this connection change from one statement to the next: it leads through a pooler "
                 "in transaction mode. Connect to the database itself, or to a pool in session mode"));
}

/* On a new connection: the lock must be ours still, and the session's lock free. */
static bool resume(struct backend *b)
{
    struct pg *p = pg_of(b);
    return !p->lock_id.n || take_session(p);
}

static bool delete_lock(struct pg *p, struct str id, bool *gone)
{
    bool again;
    PG_RESULT result = RUN(p, &again, "DELETE FROM @.locks WHERE name = $1 AND id = $2", p->name.p, id.p);
    *gone = result && (again || strcmp(PQcmdTuples(result), "1") == 0);
    return result != NULL;
}

/* One row of holder and id; *held false where there is none. */
static bool read_lock(struct pg *p, struct arena *arena, struct lock_holder *holder, bool *held)
{
    PG_RESULT result = RUN(p, NULL, "SELECT holder FROM @.locks WHERE name = $1", p->name.p);
    *held = result && PQntuples(result) > 0;
    if (*held)
        holder_parse(arena, arena_str(arena, pg_text(result, 0, 0)), holder);
    return result != NULL;
}

static bool take_over(struct pg *p, const struct lock_holder *from, const struct lock_holder *mine, struct str text,
                      bool *taken)
{
    PG_RESULT result =
        RUN(p, NULL, "UPDATE @.locks SET id = $3, holder = $4, taken = now() WHERE name = $1 AND id = $2", p->name.p,
            from->id.p, mine->id.p, text.p);
    *taken = result && strcmp(PQcmdTuples(result), "1") == 0;
    return result != NULL;
}

static enum lock_outcome take_row(struct pg *p, struct arena *arena, const struct lock_holder *mine,
                                  struct lock_holder *holder)
{
    struct str text = holder_remote_text(arena, mine, p->base.place);
    bool held, taken;
    PG_RESULT result = RUN(p, NULL, "INSERT INTO @.locks (name, id, holder) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                           p->name.p, mine->id.p, text.p);
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

static enum lock_outcome pg_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                                 struct lock_holder *holder)
{
    struct pg *p = pg_of(b);
    bool gone;
    if (!prepare(p))
        return LOCK_FAILED;
    enum lock_outcome outcome = take_row(p, arena, mine, holder);
    if (outcome != LOCK_TAKEN && outcome != LOCK_TAKEN_OVER)
        return outcome;
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
static bool pg_unlock(struct backend *b)
{
    struct pg *p = pg_of(b);
    bool gone;
    PG_RESULT freed = RUN(p, NULL, "SELECT pg_advisory_unlock(" SESSION_KEY ")", p->raw_schema.p, p->name.p);
    bool ok = delete_lock(p, p->lock_id, &gone);
    p->lock_id = STR("");
    pg_session_close(&p->session);
    return ok;
}

static bool pg_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    return prepare(pg_of(b)) && read_lock(pg_of(b), arena, holder, held);
}

/* The holder's session ends with its lock, so that it cannot go on. */
static bool pg_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    struct pg *p = pg_of(b);
    bool gone;
    if (!delete_lock(p, holder->id, &gone))
        return false;
    if (!gone)
        return backend_fail(b, _("somebody else holds the lock now"));
    PG_RESULT ended = RUN(p, NULL,
                          "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND "
                          "(classid::bigint << 32 | objid::bigint) = " SESSION_KEY,
                          p->raw_schema.p, p->name.p);
    return true; /* where this is not allowed, the next run says so */
}

/* -- reading: one statement sees one moment -- */

static bool pg_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct pg *p = pg_of(b);
    *out = (struct backend_texts){0};
    if (!prepare(p))
        return false;
    PG_RESULT rows =
        RUN(p, NULL,
            "SELECT '' AS run, 0 AS number, data FROM @.states WHERE name = $1 UNION ALL SELECT run, number, "
            "records FROM @.journal WHERE name = $1 ORDER BY 1, 2",
            p->name.p);
    if (!rows)
        return false;
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    for (int i = 0; i < PQntuples(rows); i++) {
        struct str name = pg_text(rows, i, 0), data = pg_text(rows, i, 2);
        if (data.n > BACKEND_SIZE_MAX)
            return backend_fail(b, _("it has more than %d MiB, so it is no state that detour wrote"),
                                BACKEND_SIZE_MAX >> 20);
        if (!name.n) {
            out->exists = true;
            out->snapshot = arena_str(arena, data);
            continue;
        }
        strbuf_add(&text, data);
        if (i + 1 < PQntuples(rows) && str_eq(pg_text(rows, i + 1, 0), name))
            continue;
        struct backend_journal j = {arena_printf(arena, "%s, run %.*s", b->journal.p, STR_ARG(name)),
                                    arena_str(arena, strbuf_str(&text))};
        vec_push(arena, &out->journals, j);
        strbuf_clear(&text);
    }
    return true;
}

/* -- writing: each statement takes effect only while the lock's row is ours -- */

#define IF_LOCKED " WHERE EXISTS (SELECT 1 FROM @.locks WHERE name = $1 AND id = $2 FOR SHARE)"

static bool lost_lock(struct pg *p)
{
    return backend_fail(
        &p->base, _("the lock is not this run's any more: it was forced open, and this run must not go on. Nothing "
                    "was written"));
}

static bool wrote(struct pg *p, PGresult *result)
{
    return result && (strcmp(PQcmdTuples(result), "1") == 0 || lost_lock(p));
}

static const char *text_of(struct arena *arena, struct str text)
{
    return arena_str(arena, text).p;
}

static bool pg_write(struct backend *b, struct str text)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    PG_RESULT result = RUN(p, NULL,
                           "INSERT INTO @.states (name, data) SELECT $1, $3" IF_LOCKED
                           " ON CONFLICT (name) DO UPDATE SET data = excluded.data, written = now()",
                           p->name.p, p->lock_id.p, text_of(arena, text));
    return wrote(p, result);
}

/* -- the journal -- */

static bool put_group(struct pg *p, struct str records)
{
    ARENA_AUTO arena = arena_new();
    char number[16];
    snprintf(number, sizeof number, "%u", p->groups + 1);
    PG_RESULT result = RUN(p, NULL,
                           "INSERT INTO @.journal (name, run, number, records) SELECT $1, $3, $4::int, $5" IF_LOCKED
                           " ON CONFLICT (name, run, number) DO UPDATE SET records = excluded.records",
                           p->name.p, p->lock_id.p, p->run.p, number, text_of(arena, records));
    if (!wrote(p, result))
        return false;
    p->groups++;
    return true;
}

static bool pg_journal_open(struct backend *b, struct str begin)
{
    struct pg *p = pg_of(b);
    p->run = rng_uuid(b->arena);
    p->groups = 0;
    return put_group(p, begin);
}

static bool pg_journal_append(struct backend *b, struct str records)
{
    return put_group(pg_of(b), records);
}

static void pg_journal_close(struct backend *b)
{
    (void)b;
}

static const char *run_of(struct pg *p, struct arena *arena, struct str name)
{
    if (str_eq(name, p->base.journal))
        return p->run.n ? p->run.p : "";
    return arena_str(arena, str_sub(name, p->base.journal.n + strlen(", run "), name.n)).p;
}

static bool pg_journal_drop(struct backend *b, struct str name)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    PG_RESULT result = RUN(p, NULL,
                           "DELETE FROM @.journal WHERE name = $1 AND run = $3 AND EXISTS (SELECT 1 FROM @.locks WHERE "
                           "name = $1 AND id = $2)",
                           p->name.p, p->lock_id.p, run_of(p, arena, name));
    return result != NULL;
}

static bool pg_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                                 struct str *kept)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    PG_RESULT result =
        RUN(p, NULL, "INSERT INTO @.aside (name, run, kind, records) SELECT $1, $3, $4, $5" IF_LOCKED " RETURNING id",
            p->name.p, p->lock_id.p, run_of(p, arena, journal->name), kind, text_of(arena, journal->text));
    if (!wrote(p, result))
        return false;
    *kept = arena_printf(b->arena, _("row %.*s of table aside"), STR_ARG(pg_text(result, 0, 0)));
    return copy || pg_journal_drop(b, journal->name);
}

/* -- further texts -- */

static bool pg_extra_write(struct backend *b, const char *name, struct str text)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    PG_RESULT result = RUN(p, NULL,
                           "INSERT INTO @.extras (name, key, data) SELECT $1, $3, $4" IF_LOCKED
                           " ON CONFLICT (name, key) DO UPDATE SET data = excluded.data",
                           p->name.p, p->lock_id.p, name, text_of(arena, text));
    return wrote(p, result);
}

static bool pg_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    struct pg *p = pg_of(b);
    if (!prepare(p))
        return false;
    PG_RESULT row = RUN(p, NULL, "SELECT data FROM @.extras WHERE name = $1 AND key = $2", p->name.p, name);
    *exists = row && PQntuples(row) > 0;
    *text = *exists ? arena_str(arena, pg_text(row, 0, 0)) : (struct str){0};
    return row != NULL;
}

static bool pg_extra_drop(struct backend *b, const char *name)
{
    struct pg *p = pg_of(b);
    PG_RESULT result = RUN(p, NULL,
                           "DELETE FROM @.extras WHERE name = $1 AND key = $3 AND EXISTS (SELECT 1 FROM @.locks WHERE "
                           "name = $1 AND id = $2)",
                           p->name.p, p->lock_id.p, name);
    return result != NULL;
}

/* -- life -- */

static void pg_close(struct backend *b)
{
    pg_session_close(&pg_of(b)->session);
    arena_free(b->arena);
}

static const struct backend_ops pg_ops = {
    .lock = pg_lock,
    .unlock = pg_unlock,
    .holder = pg_holder,
    .force_unlock = pg_force_unlock,
    .read = pg_read,
    .write = pg_write,
    .journal_open = pg_journal_open,
    .journal_append = pg_journal_append,
    .journal_close = pg_journal_close,
    .journal_drop = pg_journal_drop,
    .journal_set_aside = pg_journal_set_aside,
    .extra_write = pg_extra_write,
    .extra_read = pg_extra_read,
    .extra_drop = pg_extra_drop,
    .close = pg_close,
};

/* Names of schemas may hold anything; doubled quotes are all that an identifier needs. */
static struct str quote(struct arena *arena, struct str name)
{
    STRBUF_AUTO out = STRBUF_INIT(SQL_MAX);
    strbuf_addc(&out, '"');
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '"')
            strbuf_addc(&out, '"');
        strbuf_addc(&out, name.p[i]);
    }
    strbuf_addc(&out, '"');
    return arena_str(arena, strbuf_str(&out));
}

static struct backend *pg_open(const struct backend_config *c, struct diags *diags)
{
    (void)diags;
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct pg *p = ARENA_NEW(arena, struct pg);
    struct str schema = backend_value(c, "schema_name"), name = backend_value(c, "name");
    *p = (struct pg){
        .base = {.ops = &pg_ops, .arena = arena, .remote = true},
        .session = {.backend = &p->base,
                    .retry = {backend_value_number(c, "retry_max", 5), 250, 5000},
                    .conn_str = arena_str(arena, backend_value(c, "conn_str")),
                    .resume = resume},
        .name = arena_str(arena, name),
        .schema = quote(arena, schema),
        .raw_schema = arena_str(arena, schema),
        .lock_id = STR(""),
        .run = STR(""),
        .create_schema = !backend_value_bool(c, "skip_schema_creation"),
    };
    p->base.place =
        arena_printf(arena, _("state \"%.*s\" in schema %.*s of the database"), STR_ARG(name), STR_ARG(schema));
    p->base.journal =
        arena_printf(arena, _("journal of \"%.*s\" in schema %.*s of the database"), STR_ARG(name), STR_ARG(schema));
    p->base.lock =
        arena_printf(arena, _("lock of \"%.*s\" in schema %.*s of the database"), STR_ARG(name), STR_ARG(schema));
    return &p->base;
}

static const struct backend_field fields[] = {
    {.name = "conn_str",
     .environment = {"DETOUR_PG_CONN_STR", "PG_CONN_STR"},
     .secret = true,
     .doc = N_("postgres://USER:PASSWORD@HOST/DATABASE; without it, PGHOST, PGUSER and so on")},
    {.name = "schema_name",
     .environment = {"DETOUR_PG_SCHEMA_NAME", "PG_SCHEMA_NAME"},
     .otherwise = "detour",
     .identity = true,
     .doc = N_("the schema of the tables: detour")},
    {.name = "name",
     .environment = {"DETOUR_PG_NAME"},
     .otherwise = "default",
     .identity = true,
     .doc = N_("the state's name, where a schema holds several: default")},
    {.name = "skip_schema_creation",
     .environment = {"PG_SKIP_SCHEMA_CREATION"},
     .doc = N_("the schema is there already: true or false")},
    {.name = "retry_max", .environment = {"DETOUR_PG_RETRY_MAX"}, .doc = N_("how often a statement is tried again: 5")},
    {.name = NULL},
};

const struct backend_type backend_type_pg = {"pg", N_("A PostgreSQL database"), fields, pg_open};
