/* journal: a row for each group of records. */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/pg/pg.h"

#include <stdio.h>

static bool put_group(struct pg *p, struct str records)
{
    ARENA_AUTO arena = arena_new();
    char number[16];
    snprintf(number, sizeof number, "%u", p->groups + 1);
    PG_RESULT result =
        PG_RUN(p, NULL,
               "INSERT INTO @.journal (name, run, number, records) SELECT $1, $3, $4::int, $5" PG_IF_LOCKED
               " ON CONFLICT (name, run, number) DO UPDATE SET records = excluded.records",
               p->name.p, p->lock_id.p, p->run.p, number, pg_value(arena, records));
    if (!pg_wrote(p, result))
        return false;
    p->groups++;
    return true;
}

bool pg_journal_open(struct backend *b, struct str begin)
{
    struct pg *p = pg_of(b);
    p->run = rng_uuid(b->arena);
    p->groups = 0;
    return put_group(p, begin);
}

bool pg_journal_append(struct backend *b, struct str records)
{
    return put_group(pg_of(b), records);
}

void pg_journal_close(struct backend *b)
{
    (void)b;
}

static const char *run_of(struct pg *p, struct arena *arena, struct str name)
{
    if (str_eq(name, p->base.journal))
        return p->run.n ? p->run.p : "";
    return arena_str(arena, str_sub(name, p->base.journal.n + strlen(", run "), name.n)).p;
}

bool pg_journal_drop(struct backend *b, struct str name)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    PG_RESULT result =
        PG_RUN(p, NULL,
               "DELETE FROM @.journal WHERE name = $1 AND run = $3 AND EXISTS (SELECT 1 FROM @.locks WHERE "
               "name = $1 AND id = $2)",
               p->name.p, p->lock_id.p, run_of(p, arena, name));
    return result != NULL;
}

bool pg_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                          struct str *kept)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    PG_RESULT result = PG_RUN(
        p, NULL, "INSERT INTO @.aside (name, run, kind, records) SELECT $1, $3, $4, $5" PG_IF_LOCKED " RETURNING id",
        p->name.p, p->lock_id.p, run_of(p, arena, journal->name), kind, pg_value(arena, journal->text));
    if (!pg_wrote(p, result))
        return false;
    *kept = arena_printf(b->arena, _("row %.*s of table aside"), STR_ARG(pg_text(result, 0, 0)));
    return copy || pg_journal_drop(b, journal->name);
}
