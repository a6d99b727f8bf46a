/*
 * client: requests to a web server, with retries. What may be tried again is: connections that were refused, cut or
 * timed out, and answers that say "later" (408, 429, 500, 502, 503, 504). So every request must be safe to repeat: the
 * callers look at what a repeated one finds.
 */
#ifndef DETOUR_STATE_BACKEND_CURL_CLIENT_H
#define DETOUR_STATE_BACKEND_CURL_CLIENT_H

#include "state/backend/backend.h"
#include "state/backend/retry.h"

enum { CLIENT_HEADERS = 16 };

struct client {
    struct backend *backend; /* whose `why` tells of failures */
    void *curl;
    struct retry retry;
    unsigned timeout_s; /* without a byte on the way */
    struct str user, password, ca_file;
    bool insecure;
};

struct client_request {
    const char *method;
    struct str url;
    struct str headers[CLIENT_HEADERS]; /* "Name: value" */
    size_t n_headers;
    struct str body;
    bool has_body;
    bool again; /* set where this is not the first attempt */
    /* Called before each attempt, to add headers that depend on the time; may be NULL. */
    void (*prepare)(void *ctx, struct arena *arena, struct client_request *request);
    void *ctx;
};

struct client_response {
    long status;
    struct str body;    /* NUL-terminated, in the arena of the call */
    struct str headers; /* as they came, line by line */
};

/* False where libcurl cannot be loaded, with `why`. */
bool client_open(struct client *client);
void client_close(struct client *client);

/* False where no answer came. Any status is an answer. */
bool client_send(struct client *client, struct arena *arena, struct client_request *request,
                 struct client_response *response);

/* The value of a header, empty where it is not there. */
struct str client_header(const struct client_response *response, const char *name);

/* A short piece of the answer that can stand in a message. */
struct str client_excerpt(struct arena *arena, const struct client_response *response);

/* Whether the answer is a web page: of a proxy, a login, an error page. */
bool client_is_html(const struct client_response *response);

#endif
