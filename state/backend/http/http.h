/* http: the parts of the backend "http", for its own files alone; what it is: http.c. */
#ifndef DETOUR_STATE_BACKEND_HTTP_HTTP_H
#define DETOUR_STATE_BACKEND_HTTP_HTTP_H

#include "state/backend/config.h"
#include "state/backend/curl/client.h"
#include "value/value.h"

struct http {
    struct backend base;
    struct backend_ops ops; /* without further texts where there are to be none */
    struct client client;
    struct str address, lock_address, unlock_address, journal_address;
    struct str update_method, lock_method, unlock_method;
    struct str lock_id, lock_text; /* while it is held */
    struct str run;                /* names the open journal */
    struct strbuf records;         /* of the open journal */
    uint64_t serial;               /* of the journal's document: servers with versions want another one each time */
    long status;                   /* of the last answer */
    struct str refused;            /* why no further texts are kept here; empty: nothing is known against it */
};

static inline struct http *http_of(struct backend *b)
{
    return (struct http *)b;
}

/* -- request.c: false with `why` -- */

/* A request with a body and what goes with it. */
struct client_request http_with_body(struct arena *arena, const char *method, struct str url, struct str body);
/* False where no answer came. */
bool http_send(struct http *h, struct arena *arena, struct client_request *r, struct client_response *out);
/* Says why an answer is none that is wanted; false. */
bool http_refuse(struct http *h, struct arena *arena, const char *method, const struct client_response *r);
/* *exists false where there is no document. */
bool http_get(struct http *h, struct arena *arena, struct str url, struct str *text, bool *exists);
bool http_post(struct http *h, struct arena *arena, struct str url, struct str body);
/* `address`.NAME, in front of a query. */
struct str http_beside(struct arena *arena, struct str address, const char *name);
/* The member of that name; empty where it is no text. */
struct str http_member_text(struct value object, const char *name);
/* The same for a number; 0 where it is none. */
uint64_t http_member_number(struct value object, const char *name);

/* -- lock.c, journal.c and extra.c: see struct backend_ops -- */

enum lock_outcome http_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                            struct lock_holder *holder);
bool http_unlock(struct backend *b);
bool http_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held);
bool http_force_unlock(struct backend *b, const struct lock_holder *holder);

bool http_read(struct backend *b, struct arena *arena, struct backend_texts *out);
bool http_journal_open(struct backend *b, struct str begin);
bool http_journal_append(struct backend *b, struct str records);
void http_journal_close(struct backend *b);
bool http_journal_drop(struct backend *b, struct str name);
bool http_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                            struct str *kept);

bool http_extra_write(struct backend *b, const char *name, struct str text);
bool http_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists);
bool http_extra_drop(struct backend *b, const char *name);

#endif
