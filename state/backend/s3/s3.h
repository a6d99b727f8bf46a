/* s3: the parts of the backend "s3", for its own files alone; what it is: s3.c. */
#ifndef DETOUR_STATE_BACKEND_S3_S3_H
#define DETOUR_STATE_BACKEND_S3_S3_H

#include "state/backend/s3/client.h"

#include <time.h>

struct s3 {
    struct backend base;
    struct s3_client client;
    struct str key, lock_key, journal_prefix;
    struct str lock_id; /* while it is held */
    time_t lock_seen;   /* when it was last seen to be ours */
    struct str etag;    /* of the snapshot as last read or written; empty: there is none */
    struct str run;     /* names the open journal */
    unsigned segments;  /* of the open journal */
};

static inline struct s3 *s3_of(struct backend *b)
{
    return (struct s3 *)b;
}

/* -- object.c: false with `why` -- */

static inline bool s3_is_ok(const struct client_response *r)
{
    return r->status >= 200 && r->status < 300;
}

/* False where no answer came. */
bool s3_send(struct s3 *s, struct arena *arena, struct s3_request *r, struct client_response *out);
/* GET or HEAD; *exists false where there is no such object. */
bool s3_get(struct s3 *s, struct arena *arena, const char *method, struct str key, struct client_response *out,
            bool *exists);
struct s3_request s3_put_of(struct str key, struct str body);
/* A PUT that must create the object; *taken false where it is there already. */
bool s3_put_new(struct s3 *s, struct arena *arena, struct str key, struct str body, bool *taken,
                struct client_response *out);
/* A PUT over a known version; the status of *out is 412 where it is another one by now. */
bool s3_put_over(struct s3 *s, struct arena *arena, struct str key, struct str body, struct str etag,
                 struct client_response *out);
/* What is not there is fine. */
bool s3_delete(struct s3 *s, struct arena *arena, struct str key);

struct s3_keys {
    struct str *v;
    size_t n, cap;
};
/* All keys under the prefix, sorted. */
bool s3_list(struct s3 *s, struct arena *arena, struct str prefix, struct s3_keys *out);

/* -- lock.c and journal.c: see struct backend_ops -- */

enum lock_outcome s3_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                          struct lock_holder *holder);
bool s3_unlock(struct backend *b);
bool s3_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held);
bool s3_force_unlock(struct backend *b, const struct lock_holder *holder);
/* Whether the lock still is ours; `why` where it is not. */
bool s3_check_lock(struct s3 *s, struct arena *arena);

/* All journals, into out->journals. */
bool s3_read_journals(struct s3 *s, struct arena *arena, struct backend_texts *out);
bool s3_journal_open(struct backend *b, struct str begin);
bool s3_journal_append(struct backend *b, struct str records);
void s3_journal_close(struct backend *b);
bool s3_journal_drop(struct backend *b, struct str name);
bool s3_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                          struct str *kept);

#endif
