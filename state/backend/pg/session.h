/* session: one connection to the database, made again after it was cut, and statements on it. */
#ifndef DETOUR_STATE_BACKEND_PG_SESSION_H
#define DETOUR_STATE_BACKEND_PG_SESSION_H

#include "state/backend/backend.h"
#include "state/backend/pg/library.h"
#include "state/backend/retry.h"

struct pg_session {
    struct backend *backend; /* whose `why` tells of failures */
    PGconn *connection;      /* NULL: none */
    struct retry retry;
    struct str conn_str;
    /* Called on a connection that was made again, before it is used; false ends the attempt for good, with `why`. */
    bool (*resume)(struct backend *backend);
};

/* A result, released with pg_result_free or declared with PG_RESULT. NULL after a failure. */
static inline void pg_result_free(PGresult **result)
{
    if (*result)
        PQclear(*result);
}
#define PG_RESULT __attribute__((cleanup(pg_result_free))) PGresult *

/*
 * Runs a statement with text parameters (NUL-terminated). What was cut is tried again on a new connection, so a
 * statement must be safe to repeat; *again (may be NULL) tells that it was. NULL after a failure, with `why`.
 */
PGresult *pg_run(struct pg_session *session, const char *sql, const char *const *values, int n, bool *again);

/* The first column of the first row, empty where there is none; borrowed from the result. */
struct str pg_text(PGresult *result, int row, int column);

void pg_session_close(struct pg_session *session);

#endif
