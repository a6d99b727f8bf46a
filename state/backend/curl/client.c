#include "state/backend/curl/client.h"
#include "base/gettext.h"
#include "base/strbuf.h"
#include "state/backend/curl/library.h"

#include <strings.h>

enum { CONNECT_TIMEOUT_S = 10, EXCERPT = 200 };

bool client_open(struct client *c)
{
    const char *why;
    if (c->curl)
        return true;
    if (!client_library_load(&why))
        return backend_fail(c->backend, _("libcurl cannot be loaded (Debian: apt install libcurl4): %s"), why);
    c->curl = curl_easy_init();
    return c->curl || backend_fail(c->backend, "curl_easy_init");
}

void client_close(struct client *c)
{
    if (c->curl)
        curl_easy_cleanup(c->curl);
    c->curl = NULL;
}

static size_t on_bytes(char *p, size_t size, size_t n, void *ctx)
{
    struct strbuf *out = ctx;
    strbuf_add(out, str_from(p, size * n));
    return out->over ? 0 : size * n;
}

static void set_connection(struct client *c)
{
    curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT,
                     (long)(c->timeout_s && c->timeout_s < CONNECT_TIMEOUT_S ? c->timeout_s : CONNECT_TIMEOUT_S));
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(c->curl, CURLOPT_LOW_SPEED_TIME, (long)c->timeout_s);
    curl_easy_setopt(c->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)c->timeout_s);
    curl_easy_setopt(c->curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)BACKEND_SIZE_MAX);
    if (c->user.n) {
        curl_easy_setopt(c->curl, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(c->curl, CURLOPT_USERNAME, c->user.p);
        curl_easy_setopt(c->curl, CURLOPT_PASSWORD, c->password.n ? c->password.p : "");
    }
    if (c->ca_file.n)
        curl_easy_setopt(c->curl, CURLOPT_CAINFO, c->ca_file.p);
    if (c->insecure) {
        curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c->curl, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static void set_request(struct client *c, const struct client_request *r)
{
    curl_easy_setopt(c->curl, CURLOPT_URL, r->url.p);
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(c->curl, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, r->method);
    if (r->has_body) {
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body.n);
        curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, r->body.n ? r->body.p : "");
    }
}

static struct curl_slist *header_list(struct arena *arena, const struct client_request *r)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < r->n_headers; i++)
        list = curl_slist_append(list, arena_str(arena, r->headers[i]).p);
    return list;
}

static bool tell(struct client *c, CURLcode code, const char *error)
{
    if (code == CURLE_FILESIZE_EXCEEDED || code == CURLE_WRITE_ERROR)
        return backend_fail(c->backend, _("the answer has more than %d MiB, so it is no state that detour wrote"),
                            BACKEND_SIZE_MAX >> 20);
    return backend_fail(c->backend, "%s", error[0] ? error : curl_easy_strerror(code));
}

static CURLcode attempt(struct client *c, struct arena *arena, const struct client_request *r,
                        struct client_response *out)
{
    STRBUF_AUTO body = STRBUF_INIT(BACKEND_SIZE_MAX);
    STRBUF_AUTO headers = STRBUF_INIT(1 << 20);
    char error[CURL_ERROR_SIZE] = "";
    curl_easy_reset(c->curl);
    set_connection(c);
    set_request(c, r);
    struct curl_slist *list = header_list(arena, r);
    curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_bytes);
    curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, on_bytes);
    curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, &headers);
    curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, error);
    CURLcode code = curl_easy_perform(c->curl);
    curl_slist_free_all(list);
    if (code != CURLE_OK)
        tell(c, code, error);
    curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &out->status);
    out->body = arena_str(arena, strbuf_str(&body));
    out->headers = arena_str(arena, strbuf_str(&headers));
    return code;
}

static bool later(long status)
{
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

/* What will not be different the next time. */
static bool is_final(CURLcode code)
{
    return code == CURLE_FILESIZE_EXCEEDED || code == CURLE_WRITE_ERROR || code == CURLE_URL_MALFORMAT ||
           code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_PEER_FAILED_VERIFICATION ||
           code == CURLE_SSL_CACERT_BADFILE;
}

bool client_send(struct client *c, struct arena *arena, struct client_request *r, struct client_response *out)
{
    size_t n_headers = r->n_headers;
    if (!client_open(c))
        return false;
    for (unsigned n = 0;; n++) {
        r->n_headers = n_headers;
        r->again = n > 0;
        if (r->prepare)
            r->prepare(r->ctx, arena, r);
        CURLcode code = attempt(c, arena, r, out);
        if (code == CURLE_OK && (!later(out->status) || n == c->retry.max))
            return true;
        if (is_final(code) || n == c->retry.max)
            return false;
        retry_pause(&c->retry, n + 1);
    }
}

struct str client_header(const struct client_response *r, const char *name)
{
    struct str rest = r->headers, line, found = {0};
    while (str_next_line(&rest, &line)) {
        size_t colon = str_find_byte(line, ':', 0);
        if (colon == strlen(name) && strncasecmp(line.p, name, colon) == 0)
            found = str_trim(str_sub(line, colon + 1, line.n));
    }
    return found;
}

struct str client_excerpt(struct arena *arena, const struct client_response *r)
{
    struct str text = str_trim(r->body);
    char *out = arena_alloc(arena, EXCERPT + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n && n < EXCERPT; i++) {
        unsigned char c = (unsigned char)text.p[i];
        out[n++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    }
    while (n && ((unsigned char)out[n - 1] & 0x80))
        n--; /* no half characters */
    return str_from(out, n);
}

bool client_is_html(const struct client_response *r)
{
    struct str text = str_trim(r->body);
    return str_find(client_header(r, "content-type"), STR("text/html"), 0) == 0 ||
           (text.n > 5 && (strncasecmp(text.p, "<!doc", 5) == 0 || strncasecmp(text.p, "<html", 5) == 0));
}
