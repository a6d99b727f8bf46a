/* request: what is asked of the web server, and what its answers mean. */
#include "base/gettext.h"
#include "state/backend/http/http.h"

#include <openssl/evp.h>

bool http_send(struct http *h, struct arena *arena, struct client_request *r, struct client_response *out)
{
    bool ok = client_send(&h->client, arena, r, out);
    h->status = ok ? out->status : 0;
    return ok;
}

static struct str content_md5(struct arena *arena, struct str body)
{
    unsigned char digest[EVP_MAX_MD_SIZE], text[64];
    unsigned n = 0;
    if (EVP_Digest(body.p, body.n, digest, &n, EVP_md5(), NULL) != 1)
        return (struct str){0}; /* where MD5 is forbidden (FIPS); it is no defence but against bad lines */
    int length = EVP_EncodeBlock(text, digest, (int)n);
    return arena_printf(arena, "Content-MD5: %.*s", length, text);
}

struct client_request http_with_body(struct arena *arena, const char *method, struct str url, struct str body)
{
    struct client_request r = {.method = method, .url = url, .body = body, .has_body = true};
    r.headers[r.n_headers++] = STR("Content-Type: application/json");
    struct str md5 = content_md5(arena, body);
    if (md5.n)
        r.headers[r.n_headers++] = md5;
    return r;
}

/* Why an answer is none that is wanted. */
bool http_refuse(struct http *h, struct arena *arena, const char *method, const struct client_response *r)
{
    if (r->status >= 300 && r->status < 400)
        return backend_fail(&h->base, _("the server sends %s elsewhere, to %.*s (%ld): write that into \"address\""),
                            method, STR_ARG(client_header(r, "location")), r->status);
    if (client_is_html(r))
        return backend_fail(&h->base,
                            _("the answer to %s (%ld) is a web page, not of a server of states: a proxy or a login in "
                              "between? Look at the address in a browser"),
                            method, r->status);
    if (r->status == 401 || r->status == 403)
        return backend_fail(&h->base,
                            _("the server refuses %s (%ld). Check DETOUR_HTTP_USERNAME and DETOUR_HTTP_PASSWORD"),
                            method, r->status);
    struct str excerpt = client_excerpt(arena, r);
    return backend_fail(&h->base, _("the server answers %s with %ld%s%.*s"), method, r->status, excerpt.n ? ": " : "",
                        STR_ARG(excerpt));
}

bool http_get(struct http *h, struct arena *arena, struct str url, struct str *text, bool *exists)
{
    struct client_request r = {.method = "GET", .url = url};
    struct client_response out;
    *text = (struct str){0};
    *exists = false;
    if (!http_send(h, arena, &r, &out))
        return false;
    if (out.status == 404 || out.status == 204 || (out.status == 200 && !out.body.n))
        return true;
    if (out.status != 200 || client_is_html(&out))
        return http_refuse(h, arena, "GET", &out);
    *exists = true;
    *text = out.body;
    return true;
}

bool http_post(struct http *h, struct arena *arena, struct str url, struct str body)
{
    struct client_request r = http_with_body(arena, h->update_method.p, url, body);
    struct client_response out;
    if (!http_send(h, arena, &r, &out))
        return false;
    if (out.status >= 200 && out.status < 300 && !client_is_html(&out))
        return true;
    if (out.status == 409 || out.status == 423)
        return backend_fail(
            &h->base,
            _("the lock is not this run's any more (%ld): it was forced open, and somebody else may be at "
              "work. Nothing was written"),
            out.status);
    return http_refuse(h, arena, h->update_method.p, &out);
}

struct str http_beside(struct arena *arena, struct str address, const char *name)
{
    size_t query = str_find_byte(address, '?', 0);
    return arena_printf(arena, "%.*s.%s%.*s", STR_ARG(str_sub(address, 0, query)), name,
                        STR_ARG(query == SIZE_MAX ? STR("") : str_sub(address, query, address.n)));
}

/* -- members of a document -- */

struct str http_member_text(struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? v.u.string : (struct str){0};
}

uint64_t http_member_number(struct value object, const char *name)
{
    struct value n = value_attr(object, str_c(name));
    int64_t number = 0;
    if (value_exists(n) && value_is_set(n) && n.type == type_number)
        number_to_int64(value_as_number(n), &number);
    return number > 0 ? (uint64_t)number : 0;
}
