/*
 * s3: the state as an object of a bucket. Next to KEY: KEY.lock (who holds the lock), KEY.journal/RUN/NUMBER (a segment
 * for each group of records; objects cannot grow), KEY.aside/… (journals that were put away).
 *
 * The lock is a PUT that must not find the object (If-None-Match: *). A server that takes no notice of the condition
 * would give every run the lock, so each lock is probed: the same PUT once more has to be refused.
 */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/s3_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOCK_CHECK_S = 10 };

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

static struct s3 *s3_of(struct backend *b)
{
    return (struct s3 *)b;
}

static bool is_ok(const struct client_response *r)
{
    return r->status >= 200 && r->status < 300;
}

/* -- objects -- */

static bool send(struct s3 *s, struct arena *arena, struct s3_request *r, struct client_response *out)
{
    return s3_client_send(&s->client, arena, r, out);
}

/* False after a failure; *exists false where there is no such object. */
static bool get(struct s3 *s, struct arena *arena, const char *method, struct str key, struct client_response *out,
                bool *exists)
{
    struct s3_request r = {.method = method, .key = key};
    if (!send(s, arena, &r, out))
        return false;
    *exists = is_ok(out);
    size_t from = 0;
    struct str code = STR("");
    s3_element(arena, out->body, "Code", &from, &code);
    if (*exists || (out->status == 404 && !str_is(code, "NoSuchBucket")))
        return true;
    return s3_client_refuse(&s->client, arena, method, out);
}

static struct s3_request put_of(struct str key, struct str body)
{
    return (struct s3_request){.method = "PUT", .key = key, .body = body, .has_body = true};
}

static bool delete (struct s3 *s, struct arena *arena, struct str key)
{
    struct s3_request r = {.method = "DELETE", .key = key};
    struct client_response out;
    if (!send(s, arena, &r, &out))
        return false;
    return is_ok(&out) || out.status == 404 || s3_client_refuse(&s->client, arena, "DELETE", &out);
}

/* Whether the object has exactly these bytes: whether a PUT whose answer was lost came through. */
static bool has_content(struct s3 *s, struct arena *arena, struct str key, struct str body)
{
    struct client_response out;
    bool exists;
    return get(s, arena, "GET", key, &out, &exists) && exists && str_eq(out.body, body);
}

/* A PUT that must create the object; *taken false where it is there already. */
static bool put_new(struct s3 *s, struct arena *arena, struct str key, struct str body, bool *taken,
                    struct client_response *out)
{
    struct s3_request r = put_of(key, body);
    r.condition = "If-None-Match";
    r.condition_value = STR("*");
    if (!send(s, arena, &r, out))
        return false;
    *taken = is_ok(out) || (out->status == 412 && r.again && has_content(s, arena, key, body));
    return *taken || out->status == 412 || out->status == 409 || s3_client_refuse(&s->client, arena, "PUT", out);
}

/* -- the lock -- */

static bool read_lock(struct s3 *s, struct arena *arena, struct lock_holder *holder, bool *held, struct str *etag)
{
    struct client_response out;
    if (!get(s, arena, "GET", s->lock_key, &out, held))
        return false;
    if (*held) {
        holder_parse(arena, out.body, holder);
        *etag = client_header(&out, "etag");
    }
    return true;
}

static bool unconditional(struct s3 *s, struct arena *arena, const struct client_response *r)
{
    if (r->status == 501 || r->status == 400)
        return backend_fail(
            &s->base,
            _("this server has no conditional writes (If-None-Match: %ld), and without them two runs can "
              "hold the lock at once. Nothing was changed. Keep the state in another bucket, or with the "
              "backend \"pg\" or \"http\""),
            r->status);
    (void)arena;
    return backend_fail(
        &s->base, _("this server silently ignores the condition of a conditional write (If-None-Match), so two runs "
                    "could hold the lock at once. Nothing was changed. Keep the state in another bucket, or with the "
                    "backend \"pg\" or \"http\""));
}

/* The lock is there, by us: a second one must be refused. */
static bool probe(struct s3 *s, struct arena *arena, struct str text)
{
    struct s3_request r = put_of(s->lock_key, text);
    struct client_response out;
    r.condition = "If-None-Match";
    r.condition_value = STR("*");
    if (!send(s, arena, &r, &out))
        return false;
    if (out.status == 412 || out.status == 409)
        return true;
    delete (s, arena, s->lock_key);
    return unconditional(s, arena, &out);
}

/* A PUT over a known version. Ceph wants the tag without its quotes. */
static bool put_over(struct s3 *s, struct arena *arena, struct str key, struct str body, struct str etag,
                     struct client_response *out)
{
    struct str tags[] = {etag, etag};
    if (etag.n > 2 && etag.p[0] == '"')
        tags[1] = str_sub(etag, 1, etag.n - 1);
    for (size_t i = 0; i < 2; i++) {
        struct s3_request r = put_of(key, body);
        r.condition = "If-Match";
        r.condition_value = tags[i];
        if (!send(s, arena, &r, out))
            return false;
        if (out->status == 412 && r.again && has_content(s, arena, key, body))
            out->status = 200;
        if (out->status != 412)
            return true;
    }
    return true;
}

static enum lock_outcome take_over(struct s3 *s, struct arena *arena, struct str text, struct str etag)
{
    struct client_response out;
    if (!put_over(s, arena, s->lock_key, text, etag, &out))
        return LOCK_FAILED;
    if (is_ok(&out))
        return LOCK_TAKEN_OVER;
    return out.status == 412 ? LOCK_HELD : (s3_client_refuse(&s->client, arena, "PUT", &out), LOCK_FAILED);
}

static enum lock_outcome lock_held(struct s3 *s, struct arena *arena, struct str text, struct lock_holder *holder)
{
    bool held;
    struct str etag;
    if (!read_lock(s, arena, holder, &held, &etag))
        return LOCK_FAILED;
    return held && holder_is_gone(holder) ? take_over(s, arena, text, etag) : LOCK_HELD;
}

static enum lock_outcome lock_once(struct s3 *s, struct arena *arena, struct str text, struct lock_holder *holder)
{
    struct client_response out;
    bool taken;
    if (!put_new(s, arena, s->lock_key, text, &taken, &out)) {
        if (out.status == 501)
            unconditional(s, arena, &out);
        return LOCK_FAILED;
    }
    if (!taken)
        return lock_held(s, arena, text, holder);
    return probe(s, arena, text) ? LOCK_TAKEN : LOCK_FAILED;
}

static enum lock_outcome s3_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                                 struct lock_holder *holder)
{
    struct s3 *s = s3_of(b);
    enum lock_outcome outcome = lock_once(s, arena, holder_remote_text(arena, mine, b->place), holder);
    if (outcome == LOCK_TAKEN || outcome == LOCK_TAKEN_OVER) {
        s->lock_id = arena_str(b->arena, mine->id);
        s->lock_seen = time(NULL);
    }
    return outcome;
}

/* Whether the lock still is ours; `why` where it is not. */
static bool check_lock(struct s3 *s, struct arena *arena)
{
    struct lock_holder holder = {0};
    struct str etag;
    bool held;
    if (!read_lock(s, arena, &holder, &held, &etag))
        return false;
    if (held && str_eq(holder.id, s->lock_id)) {
        s->lock_seen = time(NULL);
        return true;
    }
    return backend_fail(
        &s->base, _("the lock is not this run's any more (%s%.*s): it was forced open, and this run must not go on"),
        held ? "held by " : _("it is gone"), STR_ARG(holder.who));
}

static bool s3_unlock(struct backend *b)
{
    ARENA_AUTO arena = arena_new();
    return check_lock(s3_of(b), arena) && delete (s3_of(b), arena, s3_of(b)->lock_key);
}

static bool s3_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    struct str etag;
    return read_lock(s3_of(b), arena, holder, held, &etag);
}

static bool s3_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    struct lock_holder now = {0};
    struct str etag;
    bool held;
    if (!read_lock(s3_of(b), arena, &now, &held, &etag))
        return false;
    if (!held || !str_eq(now.id, holder->id))
        return backend_fail(b, _("somebody else holds the lock now"));
    return delete (s3_of(b), arena, s3_of(b)->lock_key);
}

/* -- the snapshot -- */

static bool s3_write(struct backend *b, struct str text)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    struct client_response out;
    if (!check_lock(s, arena))
        return false;
    if (s->etag.n) {
        if (!put_over(s, arena, s->key, text, s->etag, &out))
            return false;
    } else {
        bool taken;
        if (!put_new(s, arena, s->key, text, &taken, &out))
            return false;
        out.status = taken ? 200 : 412;
    }
    if (out.status == 412)
        return backend_fail(b, _("it was changed by somebody else since this run read it. Nothing was written"));
    if (!is_ok(&out))
        return s3_client_refuse(&s->client, arena, "PUT", &out);
    bool exists;
    struct client_response head;
    if (!client_header(&out, "etag").n && get(s, arena, "HEAD", s->key, &head, &exists))
        out = head;
    s->etag = arena_str(b->arena, client_header(&out, "etag"));
    return true;
}

/* -- the journal -- */

static struct str segment_key(struct arena *arena, const struct s3 *s, unsigned n)
{
    return arena_printf(arena, "%.*s%.*s/%08u", STR_ARG(s->journal_prefix), STR_ARG(s->run), n);
}

static bool put_segment(struct s3 *s, struct arena *arena, struct str text)
{
    struct client_response out;
    bool taken;
    if (!put_new(s, arena, segment_key(arena, s, s->segments + 1), text, &taken, &out))
        return false;
    if (!taken)
        return backend_fail(&s->base, _("somebody else writes this journal: this run must not go on"));
    s->segments++;
    return true;
}

static bool s3_journal_open(struct backend *b, struct str begin)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    s->run = rng_uuid(b->arena);
    s->segments = 0;
    return check_lock(s, arena) && put_segment(s, arena, begin);
}

static bool s3_journal_append(struct backend *b, struct str records)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    return (time(NULL) - s->lock_seen < LOCK_CHECK_S || check_lock(s, arena)) && put_segment(s, arena, records);
}

static void s3_journal_close(struct backend *b)
{
    (void)b;
}

struct keys {
    struct str *v;
    size_t n, cap;
};

/* All keys under the prefix, sorted. */
static bool list(struct s3 *s, struct arena *arena, struct str prefix, struct keys *out)
{
    struct str token = STR("");
    *out = (struct keys){0};
    do {
        struct sigv4_pair query[] = {
            {STR("list-type"), STR("2")}, {STR("prefix"), prefix}, {STR("continuation-token"), token}};
        struct s3_request r = {.method = "GET", .query = query, .n_query = token.n ? 3 : 2};
        struct client_response response;
        struct str key;
        size_t from = 0;
        if (!send(s, arena, &r, &response))
            return false;
        if (!is_ok(&response) || client_is_html(&response))
            return s3_client_refuse(&s->client, arena, "LIST", &response);
        while (s3_element(arena, response.body, "Key", &from, &key))
            vec_push(arena, out, key);
        from = 0;
        token = STR("");
        s3_element(arena, response.body, "NextContinuationToken", &from, &token);
    } while (token.n);
    return true;
}

/* The run that a segment is of: KEY.journal/RUN/00000001. */
static struct str run_of(const struct s3 *s, struct str key)
{
    struct str rest = str_sub(key, s->journal_prefix.n, key.n);
    return str_sub(rest, 0, str_find_byte(rest, '/', 0));
}

static bool read_run(struct s3 *s, struct arena *arena, const struct keys *keys, size_t *at, struct strbuf *out)
{
    struct str run = run_of(s, keys->v[*at]);
    for (; *at < keys->n && str_eq(run_of(s, keys->v[*at]), run); ++*at) {
        struct client_response response;
        bool exists;
        if (!get(s, arena, "GET", keys->v[*at], &response, &exists))
            return false;
        if (exists)
            strbuf_add(out, response.body);
    }
    return true;
}

static bool read_journals(struct s3 *s, struct arena *arena, struct backend_texts *out)
{
    struct keys keys;
    if (!list(s, arena, s->journal_prefix, &keys))
        return false;
    for (size_t at = 0; at < keys.n;) {
        STRBUF_AUTO text = STRBUF_INIT(BACKEND_SIZE_MAX);
        struct str run = run_of(s, keys.v[at]);
        if (!read_run(s, arena, &keys, &at, &text))
            return false;
        struct backend_journal j = {arena_printf(arena, "%s/%.*s", s->base.journal.p, STR_ARG(run)),
                                    arena_str(arena, strbuf_str(&text))};
        vec_push(arena, &out->journals, j);
    }
    return true;
}

static bool read_once(struct s3 *s, struct arena *arena, struct backend_texts *out, bool *same)
{
    struct client_response first, again;
    bool exists;
    *out = (struct backend_texts){0};
    if (!get(s, arena, "GET", s->key, &first, &out->exists) || !read_journals(s, arena, out) ||
        !get(s, arena, "HEAD", s->key, &again, &exists))
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

/* The last segment first: what is left of a drop that was cut short is a journal that the snapshot holds. */
static bool s3_journal_drop(struct backend *b, struct str name)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    bool own = str_eq(name, b->journal);
    if (own && !s->run.n)
        return true;
    struct str run = own ? s->run : str_sub(name, b->journal.n + 1, name.n);
    struct keys keys;
    if (!list(s, arena, arena_printf(arena, "%.*s%.*s/", STR_ARG(s->journal_prefix), STR_ARG(run)), &keys))
        return false;
    while (keys.n)
        if (!delete (s, arena, keys.v[--keys.n]))
            return false;
    return true;
}

static bool s3_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                                 struct str *kept)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    struct client_response out;
    bool taken;
    struct str key = arena_printf(arena, "%.*s.aside/%s-%s", STR_ARG(s->key), kind, rng_uuid(arena).p);
    *kept = arena_printf(b->arena, "s3://%.*s/%.*s", STR_ARG(s->client.bucket), STR_ARG(key));
    return put_new(s, arena, key, journal->text, &taken, &out) && (copy || s3_journal_drop(b, journal->name));
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
    struct s3_request r = put_of(extra_key(arena, s, name), text);
    struct client_response out;
    return send(s, arena, &r, &out) && (is_ok(&out) || s3_client_refuse(&s->client, arena, "PUT", &out));
}

static bool s3_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    struct s3 *s = s3_of(b);
    struct client_response out;
    if (!get(s, arena, "GET", extra_key(arena, s, name), &out, exists))
        return false;
    *text = *exists ? out.body : (struct str){0};
    return true;
}

static bool s3_extra_drop(struct backend *b, const char *name)
{
    ARENA_AUTO arena = arena_new();
    return delete (s3_of(b), arena, extra_key(arena, s3_of(b), name));
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
     .otherwise = "us-east-1",
     .doc = N_("the bucket's region")},
    {.name = "use_path_style",
     .doc = N_("HOST/BUCKET instead of BUCKET.HOST: true or false; true where there is an endpoint")},
    {.name = "access_key", .environment = {"AWS_ACCESS_KEY_ID"}, .secret = true, .doc = N_("the key's name")},
    {.name = "secret_key", .environment = {"AWS_SECRET_ACCESS_KEY"}, .secret = true, .doc = N_("the key")},
    {.name = "token", .environment = {"AWS_SESSION_TOKEN"}, .secret = true, .doc = N_("of a key that expires")},
    {.name = "ca_file", .environment = {"AWS_CA_BUNDLE"}, .doc = N_("a file of certificates to trust, PEM")},
    {.name = "retry_max", .environment = {"DETOUR_S3_RETRY_MAX"}, .doc = N_("how often a request is tried again: 5")},
    {.name = "timeout", .environment = {"DETOUR_S3_TIMEOUT"}, .doc = N_("seconds of silence that end an attempt: 30")},
    {.name = NULL},
};

const struct backend_type backend_type_s3 = {"s3", N_("An object of a bucket"), fields, s3_open};
