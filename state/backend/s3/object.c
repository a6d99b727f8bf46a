/* object: objects of the bucket, with the conditions that keep two runs apart. */
#include "state/backend/s3/s3.h"

bool s3_send(struct s3 *s, struct arena *arena, struct s3_request *r, struct client_response *out)
{
    return s3_client_send(&s->client, arena, r, out);
}

bool s3_get(struct s3 *s, struct arena *arena, const char *method, struct str key, struct client_response *out,
            bool *exists)
{
    struct s3_request r = {.method = method, .key = key};
    if (!s3_send(s, arena, &r, out))
        return false;
    *exists = s3_is_ok(out);
    size_t from = 0;
    struct str code = STR("");
    s3_element(arena, out->body, "Code", &from, &code);
    if (*exists || (out->status == 404 && !str_is(code, "NoSuchBucket")))
        return true;
    return s3_client_refuse(&s->client, arena, method, out);
}

struct s3_request s3_put_of(struct str key, struct str body)
{
    return (struct s3_request){.method = "PUT", .key = key, .body = body, .has_body = true};
}

bool s3_delete(struct s3 *s, struct arena *arena, struct str key)
{
    struct s3_request r = {.method = "DELETE", .key = key};
    struct client_response out;
    if (!s3_send(s, arena, &r, &out))
        return false;
    return s3_is_ok(&out) || out.status == 404 || s3_client_refuse(&s->client, arena, "DELETE", &out);
}

/* Whether the object has exactly these bytes: whether a PUT whose answer was lost came through. */
static bool has_content(struct s3 *s, struct arena *arena, struct str key, struct str body)
{
    struct client_response out;
    bool exists;
    return s3_get(s, arena, "GET", key, &out, &exists) && exists && str_eq(out.body, body);
}

bool s3_put_new(struct s3 *s, struct arena *arena, struct str key, struct str body, bool *taken,
                struct client_response *out)
{
    struct s3_request r = s3_put_of(key, body);
    r.condition = "If-None-Match";
    r.condition_value = STR("*");
    if (!s3_send(s, arena, &r, out))
        return false;
    *taken = s3_is_ok(out) || (out->status == 412 && r.again && has_content(s, arena, key, body));
    return *taken || out->status == 412 || out->status == 409 || s3_client_refuse(&s->client, arena, "PUT", out);
}

/* Ceph wants the tag without its quotes. */
bool s3_put_over(struct s3 *s, struct arena *arena, struct str key, struct str body, struct str etag,
                 struct client_response *out)
{
    struct str tags[] = {etag, etag};
    if (etag.n > 2 && etag.p[0] == '"')
        tags[1] = str_sub(etag, 1, etag.n - 1);
    for (size_t i = 0; i < 2; i++) {
        struct s3_request r = s3_put_of(key, body);
        r.condition = "If-Match";
        r.condition_value = tags[i];
        if (!s3_send(s, arena, &r, out))
            return false;
        if (out->status == 412 && r.again && has_content(s, arena, key, body))
            out->status = 200;
        if (out->status != 412)
            return true;
    }
    return true;
}

bool s3_list(struct s3 *s, struct arena *arena, struct str prefix, struct s3_keys *out)
{
    struct str token = STR("");
    *out = (struct s3_keys){0};
    do {
        struct sigv4_pair query[] = {
            {STR("list-type"), STR("2")}, {STR("prefix"), prefix}, {STR("continuation-token"), token}};
        struct s3_request r = {.method = "GET", .query = query, .n_query = token.n ? 3 : 2};
        struct client_response response;
        struct str key;
        size_t from = 0;
        if (!s3_send(s, arena, &r, &response))
            return false;
        if (!s3_is_ok(&response) || client_is_html(&response))
            return s3_client_refuse(&s->client, arena, "LIST", &response);
        while (s3_element(arena, response.body, "Key", &from, &key))
            vec_push(arena, out, key);
        from = 0;
        token = STR("");
        s3_element(arena, response.body, "NextContinuationToken", &from, &token);
    } while (token.n);
    return true;
}
