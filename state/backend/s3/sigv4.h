/* sigv4: AWS Signature Version 4, as every S3 server wants it. Pure: the time is an argument. */
#ifndef DETOUR_STATE_BACKEND_S3_SIGV4_H
#define DETOUR_STATE_BACKEND_S3_SIGV4_H

#include "base/arena.h"

struct sigv4_key {
    struct str access, secret, region, service;
};

/* A name and a value, not encoded. */
struct sigv4_pair {
    struct str name, value;
};

struct sigv4_request {
    struct str method;
    struct str path; /* not encoded, with the slash in front */
    const struct sigv4_pair *query;
    size_t n_query;
    const struct sigv4_pair *headers; /* those to be signed, names in lower case, in any order */
    size_t n_headers;
    struct str payload_hash; /* hexadecimal SHA-256 of the body */
    struct str time;         /* 20130524T000000Z */
};

/* Everything but letters, digits and -._~ as %XX; `slash`: the slash stays. */
struct str sigv4_encode(struct arena *arena, struct str text, bool slash);
/* `a=1&b=2`, encoded and sorted; the same text goes into the URL. */
struct str sigv4_query(struct arena *arena, const struct sigv4_pair *query, size_t n);
/* The value of the Authorization header. */
struct str sigv4_authorization(struct arena *arena, const struct sigv4_key *key, const struct sigv4_request *request);

#endif
