#include "state/backend/s3/sigv4.h"
#include "base/digest.h"
#include "base/strbuf.h"

#include <stdlib.h>

enum { TEXT_MAX = 1 << 20, DATE_LEN = 8 };

static bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

struct str sigv4_encode(struct arena *arena, struct str text, bool slash)
{
    char *out = arena_alloc(arena, text.n * 3 + 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (is_plain((char)c) || (slash && c == '/')) {
            out[n++] = (char)c;
        } else {
            out[n++] = '%';
            out[n++] = "0123456789ABCDEF"[c >> 4];
            out[n++] = "0123456789ABCDEF"[c & 15];
        }
    }
    return str_from(out, n);
}

static int by_name(const void *a, const void *b)
{
    const struct sigv4_pair *x = a, *y = b;
    int order = str_cmp(x->name, y->name);
    return order ? order : str_cmp(x->value, y->value);
}

static struct sigv4_pair *sorted(struct arena *arena, const struct sigv4_pair *pairs, size_t n)
{
    struct sigv4_pair *copy = ARENA_ARRAY(arena, struct sigv4_pair, n + 1);
    for (size_t i = 0; i < n; i++)
        copy[i] = pairs[i];
    qsort(copy, n, sizeof *copy, by_name);
    return copy;
}

struct str sigv4_query(struct arena *arena, const struct sigv4_pair *query, size_t n)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    struct sigv4_pair *encoded = ARENA_ARRAY(arena, struct sigv4_pair, n + 1);
    for (size_t i = 0; i < n; i++)
        encoded[i] =
            (struct sigv4_pair){sigv4_encode(arena, query[i].name, false), sigv4_encode(arena, query[i].value, false)};
    encoded = sorted(arena, encoded, n);
    for (size_t i = 0; i < n; i++)
        strbuf_printf(&out, "%s%.*s=%.*s", i ? "&" : "", STR_ARG(encoded[i].name), STR_ARG(encoded[i].value));
    return arena_str(arena, strbuf_str(&out));
}

/* "host;x-amz-date" */
static struct str signed_names(struct arena *arena, const struct sigv4_pair *headers, size_t n)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    for (size_t i = 0; i < n; i++)
        strbuf_printf(&out, "%s%.*s", i ? ";" : "", STR_ARG(headers[i].name));
    return arena_str(arena, strbuf_str(&out));
}

static struct digest canonical_digest(struct arena *arena, const struct sigv4_request *r,
                                      const struct sigv4_pair *headers, struct str names)
{
    STRBUF_AUTO out = STRBUF_INIT(TEXT_MAX);
    strbuf_printf(&out, "%.*s\n%.*s\n%.*s\n", STR_ARG(r->method), STR_ARG(sigv4_encode(arena, r->path, true)),
                  STR_ARG(sigv4_query(arena, r->query, r->n_query)));
    for (size_t i = 0; i < r->n_headers; i++)
        strbuf_printf(&out, "%.*s:%.*s\n", STR_ARG(headers[i].name), STR_ARG(str_trim(headers[i].value)));
    strbuf_printf(&out, "\n%.*s\n%.*s", STR_ARG(names), STR_ARG(r->payload_hash));
    return digest_sha256(strbuf_str(&out));
}

static struct str bytes_of(const struct digest *d)
{
    return str_from((const char *)d->bytes, sizeof d->bytes);
}

static struct digest signing_key(struct arena *arena, const struct sigv4_key *key, struct str date)
{
    struct digest d = digest_hmac(arena_printf(arena, "AWS4%.*s", STR_ARG(key->secret)), date);
    d = digest_hmac(bytes_of(&d), key->region);
    d = digest_hmac(bytes_of(&d), key->service);
    return digest_hmac(bytes_of(&d), STR("aws4_request"));
}

struct str sigv4_authorization(struct arena *arena, const struct sigv4_key *key, const struct sigv4_request *r)
{
    const struct sigv4_pair *headers = sorted(arena, r->headers, r->n_headers);
    struct str names = signed_names(arena, headers, r->n_headers), date = str_sub(r->time, 0, DATE_LEN);
    struct str scope =
        arena_printf(arena, "%.*s/%.*s/%.*s/aws4_request", STR_ARG(date), STR_ARG(key->region), STR_ARG(key->service));
    struct str canonical = digest_hex(arena, canonical_digest(arena, r, headers, names));
    struct str text =
        arena_printf(arena, "AWS4-HMAC-SHA256\n%.*s\n%.*s\n%.*s", STR_ARG(r->time), STR_ARG(scope), STR_ARG(canonical));
    struct digest signing = signing_key(arena, key, date);
    struct digest signature = digest_hmac(bytes_of(&signing), text);
    explicit_bzero(&signing, sizeof signing);
    return arena_printf(arena, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s,SignedHeaders=%.*s,Signature=%.*s",
                        STR_ARG(key->access), STR_ARG(scope), STR_ARG(names), STR_ARG(digest_hex(arena, signature)));
}
