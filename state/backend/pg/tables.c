/* tables: states, locks, journal, aside and extras in a schema of their own, and statements on them. */
#include "base/gettext.h"
#include "state/backend/pg/pg.h"

PGresult *pg_statement(struct pg *p, bool *again, const char *sql, const char *const *values, int n)
{
    STRBUF_AUTO text = STRBUF_INIT(PG_SQL_MAX);
    for (const char *c = sql; *c; c++) {
        if (*c == '@')
            strbuf_add(&text, p->schema);
        else
            strbuf_addc(&text, *c);
    }
    strbuf_addc(&text, '\0');
    return pg_run(&p->session, text.p, values, n, again);
}

/* -- made where they are not there yet -- */

static const char *const tables[] = {
    "CREATE TABLE IF NOT EXISTS @.states (id bigserial PRIMARY KEY, name text UNIQUE NOT NULL, data text NOT NULL, "
    "written timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.locks (name text PRIMARY KEY, id text NOT NULL, holder text NOT NULL, "
    "taken timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.journal (name text NOT NULL, run text NOT NULL, number int NOT NULL, "
    "records text NOT NULL, written timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (name, run, number))",
    "CREATE TABLE IF NOT EXISTS @.aside (id bigserial PRIMARY KEY, name text NOT NULL, run text NOT NULL, "
    "kind text NOT NULL, records text NOT NULL, put timestamptz NOT NULL DEFAULT now())",
    "CREATE TABLE IF NOT EXISTS @.extras (name text NOT NULL, key text NOT NULL, data text NOT NULL, "
    "PRIMARY KEY (name, key))",
};

/* One at a time: "IF NOT EXISTS" alone fails where two do it at once. */
static bool create(struct pg *p)
{
    PG_RESULT begin =
        PG_RUN(p, NULL, "SELECT pg_advisory_lock(hashtextextended('detour ' || $1::text, 1))", p->raw_schema.p);
    bool ok = begin != NULL;
    if (ok && p->create_schema) {
        PG_RESULT schema = pg_statement(p, NULL, "CREATE SCHEMA IF NOT EXISTS @", NULL, 0);
        ok = schema != NULL;
    }
    for (size_t i = 0; ok && i < sizeof tables / sizeof *tables; i++) {
        PG_RESULT table = pg_statement(p, NULL, tables[i], NULL, 0);
        ok = table != NULL;
    }
    char why[sizeof p->base.why];
    memcpy(why, p->base.why, sizeof why);
    PG_RESULT end =
        PG_RUN(p, NULL, "SELECT pg_advisory_unlock(hashtextextended('detour ' || $1::text, 1))", p->raw_schema.p);
    if (!ok)
        memcpy(p->base.why, why, sizeof why);
    return ok && end;
}

bool pg_prepare(struct pg *p)
{
    if (p->ready)
        return true;
    PG_RESULT there =
        PG_RUN(p, NULL,
               "SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename IN ('states', 'locks', "
               "'journal', 'aside', 'extras')",
               p->raw_schema.p);
    if (!there)
        return false;
    p->ready = str_is(pg_text(there, 0, 0), "5") || create(p);
    return p->ready;
}

/* -- what a statement that writes comes to -- */

static bool lost_lock(struct pg *p)
{
    return backend_fail(
        &p->base, _("the lock is not this run's any more: it was forced open, and this run must not go on. Nothing "
                    "was written"));
}

bool pg_wrote(struct pg *p, PGresult *result)
{
    return result && (strcmp(PQcmdTuples(result), "1") == 0 || lost_lock(p));
}

const char *pg_value(struct arena *arena, struct str text)
{
    return arena_str(arena, text).p;
}
