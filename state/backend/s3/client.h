/* client: signed requests to an S3 server. One try again where the server says that the clock here is wrong. */
#ifndef DETOUR_STATE_BACKEND_S3_CLIENT_H
#define DETOUR_STATE_BACKEND_S3_CLIENT_H

#include "state/backend/config.h"
#include "state/backend/curl/client.h"
#include "state/backend/s3/sigv4.h"
#include "state/backend/s3/xml.h"

struct s3_client {
    struct client http;
    struct str bucket, token;
    struct str scheme, host; /* "https", "s3.gra.io.cloud.ovh.net:443" */
    struct str prefix;       /* of the path: "/bucket" in path style, or empty */
    struct sigv4_key key;
    long clock_offset_s; /* the server's clock minus ours */
};

struct s3_request {
    const char *method;
    struct str key; /* of the object; empty for the bucket */
    const struct sigv4_pair *query;
    size_t n_query;
    struct str body;
    bool has_body;
    const char *condition; /* "If-None-Match", "If-Match", or NULL */
    struct str condition_value;
    bool again; /* set after the call: it was tried more than once, so a refusal may be of our own making */
};

/* Fills in who, where and how; false after a diagnostic. */
bool s3_client_open(struct s3_client *client, struct arena *arena, struct backend *backend,
                    const struct backend_config *config, struct diags *diags);
void s3_client_close(struct s3_client *client);

/* False where no answer came. */
bool s3_client_send(struct s3_client *client, struct arena *arena, struct s3_request *request,
                    struct client_response *response);

/* Why an answer is none that is wanted: the server's code and what to do. Returns false. */
bool s3_client_refuse(struct s3_client *client, struct arena *arena, const char *what,
                      const struct client_response *response);

#endif
