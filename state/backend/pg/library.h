/* library: libpq, loaded when the first database is reached. Include this instead of <libpq-fe.h>. */
#ifndef DETOUR_STATE_BACKEND_PG_LIBRARY_H
#define DETOUR_STATE_BACKEND_PG_LIBRARY_H

#include <libpq-fe.h>
#include <stdbool.h>

/* clang-format off */
#define LIBPQ_FUNCTIONS(X) \
    X(PQclear) \
    X(PQcmdTuples) \
    X(PQconnectdbParams) \
    X(PQconninfoParse) \
    X(PQconninfoFree) \
    X(PQerrorMessage) \
    X(PQescapeIdentifier) \
    X(PQexecParams) \
    X(PQfinish) \
    X(PQfreemem) \
    X(PQgetisnull) \
    X(PQgetlength) \
    X(PQgetvalue) \
    X(PQntuples) \
    X(PQresultErrorField) \
    X(PQresultStatus) \
    X(PQsetNoticeProcessor) \
    X(PQstatus)
/* clang-format on */

struct pq_library {
#define LIBPQ_MEMBER(name) __typeof__(&name) name;
    LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
};

/* Filled by pq_library_load. */
extern struct pq_library pq_library;

/* Loads libpq, once. False where it cannot be loaded: *why says what the loader said. */
bool pq_library_load(const char **why);

#ifndef LIBPQ_DIRECT
#define PQclear pq_library.PQclear
#define PQcmdTuples pq_library.PQcmdTuples
#define PQconnectdbParams pq_library.PQconnectdbParams
#define PQconninfoParse pq_library.PQconninfoParse
#define PQconninfoFree pq_library.PQconninfoFree
#define PQerrorMessage pq_library.PQerrorMessage
#define PQescapeIdentifier pq_library.PQescapeIdentifier
#define PQexecParams pq_library.PQexecParams
#define PQfinish pq_library.PQfinish
#define PQfreemem pq_library.PQfreemem
#define PQgetisnull pq_library.PQgetisnull
#define PQgetlength pq_library.PQgetlength
#define PQgetvalue pq_library.PQgetvalue
#define PQntuples pq_library.PQntuples
#define PQresultErrorField pq_library.PQresultErrorField
#define PQresultStatus pq_library.PQresultStatus
#define PQsetNoticeProcessor pq_library.PQsetNoticeProcessor
#define PQstatus pq_library.PQstatus
#endif

#endif
