/* pg: the parts of the backend "pg", for its own files alone; what it is: pg.c. */
#ifndef DETOUR_STATE_BACKEND_PG_PG_H
#define DETOUR_STATE_BACKEND_PG_PG_H

#include "state/backend/config.h"
#include "state/backend/pg/session.h"

enum { PG_SQL_MAX = 8192 };

struct pg {
    struct backend base;
    struct pg_session session;
    struct str name, schema;   /* `schema` as an identifier, quoted */
    struct str raw_schema;     /* as it is */
    struct str lock_id;        /* while it is held; empty: not */
    struct str session_pid;    /* of the server's process that holds the session's lock; empty: none yet */
    struct str run;            /* names the open journal */
    unsigned groups;           /* of the open journal */
    bool create_schema, ready; /* ready: the tables are there */
};

static inline struct pg *pg_of(struct backend *b)
{
    return (struct pg *)b;
}

/* -- tables.c -- */

/* A statement with the schema's name for each "@"; see pg_run. */
PGresult *pg_statement(struct pg *p, bool *again, const char *sql, const char *const *values, int n);
#define PG_RUN(p, again, sql, ...)                                                                                     \
    pg_statement((p), (again), (sql), (const char *const[]){__VA_ARGS__},                                              \
                 (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)))

/* Makes the tables where they are not there yet. */
bool pg_prepare(struct pg *p);

/* Each statement that writes takes effect only while the lock's row ($1, $2) is ours. */
#define PG_IF_LOCKED " WHERE EXISTS (SELECT 1 FROM @.locks WHERE name = $1 AND id = $2 FOR SHARE)"
/* Whether such a statement wrote its row; `why` where it did not. */
bool pg_wrote(struct pg *p, PGresult *result);
/* The text as a parameter. */
const char *pg_value(struct arena *arena, struct str text);

/* -- lock.c and journal.c: see struct backend_ops -- */

enum lock_outcome pg_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                          struct lock_holder *holder);
bool pg_unlock(struct backend *b);
bool pg_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held);
bool pg_force_unlock(struct backend *b, const struct lock_holder *holder);
/* On a new connection: the lock must be ours still, and the session's lock free. */
bool pg_resume(struct backend *b);

bool pg_journal_open(struct backend *b, struct str begin);
bool pg_journal_append(struct backend *b, struct str records);
void pg_journal_close(struct backend *b);
bool pg_journal_drop(struct backend *b, struct str name);
bool pg_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                          struct str *kept);

#endif
