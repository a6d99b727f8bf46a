/*
 * s3: the state as an object of a bucket. Next to KEY: KEY.lock (who holds the lock), KEY.journal/RUN/NUMBER (what
 * happened since), KEY.aside/… (journals that were put away), KEY.d/NAME (further texts).
 */
#include "state/backend/s3/s3.h"
#include "base/gettext.h"

/* -- the snapshot -- */

static bool read_once(struct s3 *s, struct arena *arena, struct backend_texts *out, bool *same)
{
    struct client_response first, again;
    bool exists;
    *out = (struct backend_texts){0};
    if (!s3_get(s, arena, "GET", s->key, &first, &out->exists) || !s3_read_journals(s, arena, out) ||
        !s3_get(s, arena, "HEAD", s->key, &again, &exists))
        return false;
    if (out->exists && client_is_html(&first))
        return s3_client_refuse(&s->client, arena, "GET", &first);
    out->snapshot = out->exists ? first.body : (struct str){0};
    struct str etag = out->exists ? client_header(&first, "etag") : STR("");
    *same = exists == out->exists && (!exists || str_eq(etag, client_header(&again, "etag")));
    s->etag = arena_str(s->base.arena, etag);
    return true;
}

/* A checkpoint may come between snapshot and journal: then both are read again. */
static bool s3_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    bool same;
    do {
        if (!read_once(s3_of(b), arena, out, &same))
            return false;
    } while (!same);
    return true;
}

static bool s3_write(struct backend *b, struct str text)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    struct client_response out;
    if (!s3_check_lock(s, arena))
        return false;
    if (s->etag.n) {
        if (!s3_put_over(s, arena, s->key, text, s->etag, &out))
            return false;
    } else {
        bool taken;
        if (!s3_put_new(s, arena, s->key, text, &taken, &out))
            return false;
        out.status = taken ? 200 : 412;
    }
    if (out.status == 412)
        return backend_fail(b, _("it was changed by somebody else since this run read it. Nothing was written"));
    if (!s3_is_ok(&out))
        return s3_client_refuse(&s->client, arena, "PUT", &out);
    bool exists;
    struct client_response head;
    if (!client_header(&out, "etag").n && s3_get(s, arena, "HEAD", s->key, &head, &exists))
        out = head;
    s->etag = arena_str(b->arena, client_header(&out, "etag"));
    return true;
}

/* -- further texts: KEY.d/NAME -- */

static struct str extra_key(struct arena *arena, const struct s3 *s, const char *name)
{
    return arena_printf(arena, "%.*s.d/%s", STR_ARG(s->key), name);
}

static bool s3_extra_write(struct backend *b, const char *name, struct str text)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    struct s3_request r = s3_put_of(extra_key(arena, s, name), text);
    struct client_response out;
    return s3_send(s, arena, &r, &out) && (s3_is_ok(&out) || s3_client_refuse(&s->client, arena, "PUT", &out));
}

static bool s3_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    struct s3 *s = s3_of(b);
    struct client_response out;
    if (!s3_get(s, arena, "GET", extra_key(arena, s, name), &out, exists))
        return false;
    *text = *exists ? out.body : (struct str){0};
    return true;
}

static bool s3_extra_drop(struct backend *b, const char *name)
{
    ARENA_AUTO arena = arena_new();
    return s3_delete(s3_of(b), arena, extra_key(arena, s3_of(b), name));
}

/* -- life -- */

static void s3_close(struct backend *b)
{
    s3_client_close(&s3_of(b)->client);
    arena_free(b->arena);
}

static const struct backend_ops s3_ops = {
    .lock = s3_lock,
    .unlock = s3_unlock,
    .holder = s3_holder,
    .force_unlock = s3_force_unlock,
    .read = s3_read,
    .write = s3_write,
    .journal_open = s3_journal_open,
    .journal_append = s3_journal_append,
    .journal_close = s3_journal_close,
    .journal_drop = s3_journal_drop,
    .journal_set_aside = s3_journal_set_aside,
    .extra_write = s3_extra_write,
    .extra_read = s3_extra_read,
    .extra_drop = s3_extra_drop,
    .close = s3_close,
};

static struct backend *s3_open(const struct backend_config *c, struct diags *diags)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct s3 *s = ARENA_NEW(arena, struct s3);
    struct str key = backend_value(c, "key");
    while (key.n && key.p[0] == '/')
        key = str_sub(key, 1, key.n);
    *s = (struct s3){
        .base = {.ops = &s3_ops, .arena = arena, .remote = true},
        .key = arena_str(arena, key),
        .lock_key = arena_printf(arena, "%.*s.lock", STR_ARG(key)),
        .journal_prefix = arena_printf(arena, "%.*s.journal/", STR_ARG(key)),
    };
    if (!s3_client_open(&s->client, arena, &s->base, c, diags)) {
        arena_free(arena);
        return NULL;
    }
    s->base.place = arena_printf(arena, "s3://%.*s/%.*s", STR_ARG(s->client.bucket), STR_ARG(key));
    s->base.journal = arena_printf(arena, "%s.journal", s->base.place.p);
    s->base.lock = arena_printf(arena, "%s.lock", s->base.place.p);
    return &s->base;
}

static const struct backend_field fields[] = {
    {.name = "bucket",
     .environment = {"DETOUR_S3_BUCKET"},
     .required = true,
     .identity = true,
     .doc = N_("the bucket")},
    {.name = "key",
     .environment = {"DETOUR_S3_KEY"},
     .required = true,
     .identity = true,
     .doc = N_("the object's name in it: shop/detour.state")},
    {.name = "endpoint",
     .environment = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"},
     .identity = true,
     .doc = N_("https://HOST[:PORT] of the server; AWS's where it is left out")},
    {.name = "region",
     .environment = {"AWS_REGION", "AWS_DEFAULT_REGION"},
     .doc = N_("the bucket's region; that of the profile where it is left out, else us-east-1")},
    {.name = "use_path_style",
     .kind = SETTING_BOOL,
     .doc = N_("HOST/BUCKET instead of BUCKET.HOST: true or false; true where there is an endpoint, or a dot in the "
               "bucket's name")},
    {.name = "profile",
     .environment = {"AWS_PROFILE"},
     .doc = N_("of ~/.aws/credentials and ~/.aws/config: whose key is used, where none is given; default. One that is "
               "written here is stronger than a key of the environment")},
    {.name = "access_key", .environment = {"AWS_ACCESS_KEY_ID"}, .secret = true, .doc = N_("the key's name")},
    {.name = "secret_key", .environment = {"AWS_SECRET_ACCESS_KEY"}, .secret = true, .doc = N_("the key")},
    {.name = "token", .environment = {"AWS_SESSION_TOKEN"}, .secret = true, .doc = N_("of a key that expires")},
    {.name = "ca_file", .environment = {"AWS_CA_BUNDLE"}, .doc = N_("a file of certificates to trust, PEM")},
    {.name = "retry_max",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_S3_RETRY_MAX"},
     .doc = N_("how often a request is tried again: 5")},
    {.name = "timeout",
     .kind = SETTING_NUMBER,
     .environment = {"DETOUR_S3_TIMEOUT"},
     .doc = N_("seconds of silence that end an attempt: 30")},
    {.name = NULL},
};

const struct backend_type backend_type_s3 = {"s3", N_("An object of a bucket"), fields, s3_open};
