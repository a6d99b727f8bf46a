#include "state/backend/s3/client.h"
#include "base/digest.h"
#include "base/gettext.h"
#include "base/strbuf.h"
#include "state/backend/s3/clock.h"
#include "state/backend/s3/credentials.h"

#include <stdio.h>
#include <time.h>

/* -- one request -- */

struct signing {
    struct s3_client *client;
    const struct s3_request *request;
    struct str path, payload_hash;
};

static struct str amz_date(struct arena *arena, long offset_s)
{
    time_t now = time(NULL) + offset_s;
    struct tm tm;
    char text[32];
    strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", gmtime_r(&now, &tm));
    return arena_str(arena, str_c(text));
}

static void add_header(struct arena *arena, struct client_request *r, const char *name, struct str value)
{
    r->headers[r->n_headers++] = arena_printf(arena, "%s: %.*s", name, STR_ARG(value));
}

static void sign(void *ctx, struct arena *arena, struct client_request *r)
{
    const struct signing *s = ctx;
    struct s3_client *c = s->client;
    struct str date = amz_date(arena, c->clock_offset_s);
    struct sigv4_pair headers[4] = {{STR("host"), c->host},
                                    {STR("x-amz-content-sha256"), s->payload_hash},
                                    {STR("x-amz-date"), date},
                                    {STR("x-amz-security-token"), c->token}};
    struct sigv4_request request = {
        .method = str_c(s->request->method),
        .path = s->path,
        .query = s->request->query,
        .n_query = s->request->n_query,
        .headers = headers,
        .n_headers = c->token.n ? 4 : 3,
        .payload_hash = s->payload_hash,
        .time = date,
    };
    for (size_t i = 0; i < request.n_headers; i++)
        add_header(arena, r, headers[i].name.p, headers[i].value);
    add_header(arena, r, "Authorization", sigv4_authorization(arena, &c->key, &request));
}

static struct str path_of(struct arena *arena, const struct s3_client *c, const struct s3_request *r)
{
    struct str path =
        arena_printf(arena, "%.*s%s%.*s", STR_ARG(c->prefix), r->key.n || !c->prefix.n ? "/" : "", STR_ARG(r->key));
    return path;
}

static bool send_once(struct s3_client *c, struct arena *arena, struct s3_request *r, struct client_response *out)
{
    struct signing signing = {c, r, path_of(arena, c, r), digest_hex(arena, digest_sha256(r->body))};
    struct str query = sigv4_query(arena, r->query, r->n_query);
    struct client_request request = {
        .method = r->method,
        .url = arena_printf(arena, "%.*s://%.*s%.*s%s%.*s", STR_ARG(c->scheme), STR_ARG(c->host),
                            STR_ARG(sigv4_encode(arena, signing.path, true)), query.n ? "?" : "", STR_ARG(query)),
        .body = r->body,
        .has_body = r->has_body,
        .prepare = sign,
        .ctx = &signing,
    };
    if (r->has_body)
        add_header(arena, &request, "Content-Type", STR("application/octet-stream"));
    if (r->condition)
        add_header(arena, &request, r->condition, r->condition_value);
    bool ok = client_send(&c->http, arena, &request, out);
    r->again = request.again;
    return ok;
}

static struct str error_code(struct arena *arena, const struct client_response *r)
{
    struct str code = STR("");
    size_t from = 0;
    s3_element(arena, r->body, "Code", &from, &code);
    return code;
}

bool s3_client_send(struct s3_client *c, struct arena *arena, struct s3_request *r, struct client_response *out)
{
    if (!send_once(c, arena, r, out))
        return false;
    if (out->status != 403 || !str_is(error_code(arena, out), "RequestTimeTooSkewed") ||
        !s3_clock_offset(out, &c->clock_offset_s))
        return true;
    return send_once(c, arena, r, out);
}

/* -- what went wrong -- */

static const char *advice(const struct s3_client *c, struct str code, long status)
{
    if (str_is(code, "NoSuchBucket"))
        return _(" Create the bucket, or mend its name.");
    bool token = c->token.n && status == 400; /* what Ceph says of one that it cannot read */
    if (token || str_is(code, "ExpiredToken") || str_is(code, "InvalidToken") || str_is(code, "TokenRefreshRequired"))
        return _(
            " The key expires, and AWS_SESSION_TOKEN goes with it: get all three anew, or unset a token of another "
            "key.");
    if (str_is(code, "SignatureDoesNotMatch") || str_is(code, "InvalidAccessKeyId"))
        return c->token.n ? _(" Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, which belong "
                              "together, and \"region\".")
                          : _(" Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and \"region\".");
    if (str_is(code, "AuthorizationHeaderMalformed") || str_is(code, "PermanentRedirect"))
        return _(" Set \"region\" and \"endpoint\" to those of the bucket.");
    if (status == 403)
        return _(" The key may not do this: it needs to get, put, delete and list under \"key\".");
    return "";
}

bool s3_client_refuse(struct s3_client *c, struct arena *arena, const char *what, const struct client_response *r)
{
    struct str message = client_excerpt(arena, r), code = error_code(arena, r);
    size_t from = 0;
    if (client_is_html(r) && !code.n)
        return backend_fail(
            c->http.backend,
            _("the answer to %s (%ld) is a web page, not of an S3 server: a proxy in between, or a wrong "
              "\"endpoint\"?"),
            what, r->status);
    s3_element(arena, r->body, "Message", &from, &message);
    return backend_fail(c->http.backend, _("the server answers %s with %ld%s%.*s%s%.*s.%s"), what, r->status,
                        code.n ? " " : "", STR_ARG(code), message.n ? ": " : "", STR_ARG(message),
                        str_is(code, "RequestTimeTooSkewed") ? s3_clock_advice(arena, r, c->clock_offset_s).p
                                                             : advice(c, code, r->status));
}

/* -- who and where -- */

static bool take_key(struct s3_client *c, struct arena *arena, const struct backend_config *config, struct diags *diags)
{
    struct s3_credentials who;
    if (!s3_credentials(arena, config, &who, diags))
        return false;
    c->token = who.token;
    c->key = (struct sigv4_key){
        .access = who.access,
        .secret = who.secret,
        .region = who.region,
        .service = STR("s3"),
    };
    return true;
}

/* 192.0.2.1:9000, [2001:db8::1] */
static bool is_number(struct str host)
{
    struct str name = str_sub(host, 0, str_find_byte(host, ':', 0));
    bool number = host.p[0] == '[' || name.n > 0;
    for (size_t i = 0; host.p[0] != '[' && i < name.n; i++)
        number &= name.p[i] == '.' || (name.p[i] >= '0' && name.p[i] <= '9');
    return number;
}

static bool no_endpoint(struct str endpoint, const char *why, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("Invalid endpoint of a bucket"), _("\"%.*s\" %s."), STR_ARG(endpoint), why);
    return false;
}

/* "https://HOST:PORT" → scheme and host. */
static bool split_endpoint(struct s3_client *c, struct arena *arena, struct str endpoint, struct diags *diags)
{
    size_t scheme = str_find(endpoint, STR("://"), 0);
    struct str host = scheme == SIZE_MAX ? endpoint : str_sub(endpoint, scheme + 3, endpoint.n);
    while (host.n && host.p[host.n - 1] == '/')
        host.n--;
    c->scheme = scheme == SIZE_MAX ? STR("https") : arena_str(arena, str_sub(endpoint, 0, scheme));
    c->host = arena_str(arena, host);
    return ((str_is(c->scheme, "http") || str_is(c->scheme, "https")) && host.n &&
            str_find_byte(host, '/', 0) == SIZE_MAX && str_find_byte(host, '@', 0) == SIZE_MAX) ||
           no_endpoint(endpoint, _("is no endpoint; write https://HOST or https://HOST:PORT"), diags);
}

/* No certificate holds for a name with a dot in front of the server's. */
static bool wants_path(const struct s3_client *c, const struct backend_config *config)
{
    return backend_value(config, "use_path_style").n
               ? backend_value_bool(config, "use_path_style")
               : backend_value(config, "endpoint").n || str_find_byte(c->bucket, '.', 0) != SIZE_MAX;
}

static bool take_endpoint(struct s3_client *c, struct arena *arena, const struct backend_config *config,
                          struct diags *diags)
{
    struct str endpoint = backend_value(config, "endpoint");
    if (!endpoint.n)
        endpoint = arena_printf(arena, "https://s3.%.*s.amazonaws.com", STR_ARG(c->key.region));
    if (!split_endpoint(c, arena, endpoint, diags))
        return false;
    c->prefix = wants_path(c, config) ? arena_printf(arena, "/%.*s", STR_ARG(c->bucket)) : STR("");
    if (c->prefix.n)
        return true;
    if (is_number(c->host))
        return no_endpoint(endpoint,
                           _("is an address, and no bucket's name can stand in front of one. Name the server, or leave "
                             "use_path_style = false out"),
                           diags);
    c->host = arena_printf(arena, "%.*s.%.*s", STR_ARG(c->bucket), STR_ARG(c->host));
    return true;
}

bool s3_client_open(struct s3_client *c, struct arena *arena, struct backend *backend,
                    const struct backend_config *config, struct diags *diags)
{
    *c = (struct s3_client){
        .http = {.backend = backend,
                 .retry = {backend_value_number(config, "retry_max", 5), 250, 5000},
                 .timeout_s = backend_value_number(config, "timeout", 30),
                 .ca_file = arena_str(arena, backend_value(config, "ca_file"))},
        .bucket = arena_str(arena, backend_value(config, "bucket")),
    };
    return take_key(c, arena, config, diags) && take_endpoint(c, arena, config, diags);
}

void s3_client_close(struct s3_client *c)
{
    client_close(&c->http);
}
