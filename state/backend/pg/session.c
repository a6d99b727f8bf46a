#include "state/backend/pg/session.h"
#include "base/gettext.h"

#include <stdlib.h>

static void quiet(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* libpq's messages end with a newline and may have several lines. */
static bool fail(struct pg_session *s, const char *message)
{
    struct str text = str_trim(str_c(message));
    return backend_fail(s->backend, "%.*s", STR_ARG(text));
}

/* A connection that goes dead is noticed within a quarter of a minute; what the connection string says wins. */
static bool connect_once(struct pg_session *s)
{
    const char *timeout = getenv("PGCONNECT_TIMEOUT");
    const char *names[] = {"connect_timeout",     "tcp_user_timeout",          "keepalives_idle",
                           "keepalives_interval", "keepalives_count",          "dbname",
                           "client_encoding",     "fallback_application_name", NULL};
    const char *values[] = {timeout && *timeout ? timeout : "10", "15000", "5",      "5", "2",
                            s->conn_str.n ? s->conn_str.p : NULL, "UTF8",  "detour", NULL};
    s->connection = PQconnectdbParams(names, values, 1);
    if (PQstatus(s->connection) == CONNECTION_OK) {
        PQsetNoticeProcessor(s->connection, quiet, NULL);
        return true;
    }
    fail(s, PQerrorMessage(s->connection));
    pg_session_close(s);
    return false;
}

static bool connect(struct pg_session *s)
{
    const char *why;
    if (!pq_library_load(&why))
        return backend_fail(s->backend, _("libpq cannot be loaded (Debian: apt install libpq5): %s"), why);
    return connect_once(s);
}

/* Errors of the statement, not of the connection. */
static bool is_final(struct pg_session *s, PGresult *result)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (PQstatus(s->connection) != CONNECTION_OK)
        return false;
    /* 40: serialization, deadlock; 57P: shutting down; 53: too many connections */
    return !state || (strncmp(state, "40", 2) != 0 && strncmp(state, "57P", 3) != 0 && strncmp(state, "53", 2) != 0);
}

static PGresult *run_once(struct pg_session *s, const char *sql, const char *const *values, int n, bool *final)
{
    PGresult *result = PQexecParams(s->connection, sql, n, NULL, values, NULL, NULL, 0);
    ExecStatusType status = PQresultStatus(result);
    *final = true;
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return result;
    *final = is_final(s, result);
    fail(s, PQerrorMessage(s->connection));
    PQclear(result);
    if (!*final)
        pg_session_close(s);
    return NULL;
}

PGresult *pg_run(struct pg_session *s, const char *sql, const char *const *values, int n, bool *again)
{
    for (unsigned tries = 0;; tries++) {
        bool final = false, fresh = !s->connection;
        if (again)
            *again = tries > 0;
        if (!fresh || connect(s)) {
            if (fresh && s->resume && !s->resume(s->backend))
                return NULL;
            PGresult *result = s->connection ? run_once(s, sql, values, n, &final) : NULL;
            if (result || final)
                return result;
        }
        if (tries == s->retry.max)
            return NULL;
        retry_pause(&s->retry, tries + 1);
    }
}

struct str pg_text(PGresult *result, int row, int column)
{
    if (row >= PQntuples(result) || PQgetisnull(result, row, column))
        return STR("");
    return str_from(PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column));
}

void pg_session_close(struct pg_session *s)
{
    if (s->connection)
        PQfinish(s->connection);
    s->connection = NULL;
}
