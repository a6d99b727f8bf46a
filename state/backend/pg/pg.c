/*
 * pg: the state in a PostgreSQL database: one row for each state, lock, group of records and journal that was put away,
 * in the tables of a schema (tables.c).
 */
#include "state/backend/pg/pg.h"
#include "base/gettext.h"

/* -- the snapshot; one statement sees one moment -- */

static bool pg_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct pg *p = pg_of(b);
    *out = (struct backend_texts){0};
    if (!pg_prepare(p))
        return false;
    PG_RESULT rows =
        PG_RUN(p, NULL,
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

static bool pg_write(struct backend *b, struct str text)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    PG_RESULT result = PG_RUN(p, NULL,
                              "INSERT INTO @.states (name, data) SELECT $1, $3" PG_IF_LOCKED
                              " ON CONFLICT (name) DO UPDATE SET data = excluded.data, written = now()",
                              p->name.p, p->lock_id.p, pg_value(arena, text));
    return pg_wrote(p, result);
}

/* -- further texts -- */

static bool pg_extra_write(struct backend *b, const char *name, struct str text)
{
    struct pg *p = pg_of(b);
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    PG_RESULT result = PG_RUN(p, NULL,
                              "INSERT INTO @.extras (name, key, data) SELECT $1, $3, $4" PG_IF_LOCKED
                              " ON CONFLICT (name, key) DO UPDATE SET data = excluded.data",
                              p->name.p, p->lock_id.p, name, pg_value(arena, text));
    return pg_wrote(p, result);
}

static bool pg_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    struct pg *p = pg_of(b);
    if (!pg_prepare(p))
        return false;
    PG_RESULT row = PG_RUN(p, NULL, "SELECT data FROM @.extras WHERE name = $1 AND key = $2", p->name.p, name);
    *exists = row && PQntuples(row) > 0;
    *text = *exists ? arena_str(arena, pg_text(row, 0, 0)) : (struct str){0};
    return row != NULL;
}

static bool pg_extra_drop(struct backend *b, const char *name)
{
    struct pg *p = pg_of(b);
    PG_RESULT result =
        PG_RUN(p, NULL,
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
    STRBUF_AUTO out = STRBUF_INIT(PG_SQL_MAX);
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
                    .resume = pg_resume},
        .name = arena_str(arena, name),
        .schema = quote(arena, schema),
        .raw_schema = arena_str(arena, schema),
        .lock_id = STR(""),
        .session_pid = STR(""),
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
     .kind = SETTING_BOOL,
     .environment = {"PG_SKIP_SCHEMA_CREATION"},
     .doc = N_("the schema is there already: true or false")},
    {.name = "retry_max",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_PG_RETRY_MAX"},
     .doc = N_("how often a statement is tried again: 5")},
    {.name = NULL},
};

const struct backend_type backend_type_pg = {"pg", N_("A PostgreSQL database"), fields, pg_open};
