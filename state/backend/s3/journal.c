/* journal: KEY.journal/RUN/NUMBER, a segment for each group of records, for objects cannot grow. */
#include "base/gettext.h"
#include "base/rng.h"
#include "state/backend/s3/s3.h"

enum { LOCK_CHECK_S = 10 };

static struct str segment_key(struct arena *arena, const struct s3 *s, unsigned n)
{
    return arena_printf(arena, "%.*s%.*s/%08u", STR_ARG(s->journal_prefix), STR_ARG(s->run), n);
}

static bool put_segment(struct s3 *s, struct arena *arena, struct str text)
{
    struct client_response out;
    bool taken;
    if (!s3_put_new(s, arena, segment_key(arena, s, s->segments + 1), text, &taken, &out))
        return false;
    if (!taken)
        return backend_fail(&s->base, _("somebody else writes this journal: this run must not go on"));
    s->segments++;
    return true;
}

bool s3_journal_open(struct backend *b, struct str begin)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    s->run = rng_uuid(b->arena);
    s->segments = 0;
    return s3_check_lock(s, arena) && put_segment(s, arena, begin);
}

bool s3_journal_append(struct backend *b, struct str records)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    return (time(NULL) - s->lock_seen < LOCK_CHECK_S || s3_check_lock(s, arena)) && put_segment(s, arena, records);
}

void s3_journal_close(struct backend *b)
{
    (void)b;
}

/* The run that a segment is of: KEY.journal/RUN/00000001. */
static struct str run_of(const struct s3 *s, struct str key)
{
    struct str rest = str_sub(key, s->journal_prefix.n, key.n);
    return str_sub(rest, 0, str_find_byte(rest, '/', 0));
}

static bool read_run(struct s3 *s, struct arena *arena, const struct s3_keys *keys, size_t *at, struct strbuf *out)
{
    struct str run = run_of(s, keys->v[*at]);
    for (; *at < keys->n && str_eq(run_of(s, keys->v[*at]), run); ++*at) {
        struct client_response response;
        bool exists;
        if (!s3_get(s, arena, "GET", keys->v[*at], &response, &exists))
            return false;
        if (exists)
            strbuf_add(out, response.body);
    }
    return true;
}

bool s3_read_journals(struct s3 *s, struct arena *arena, struct backend_texts *out)
{
    struct s3_keys keys;
    if (!s3_list(s, arena, s->journal_prefix, &keys))
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

/* The last segment first: what is left of a drop that was cut short is a journal that the snapshot holds. */
bool s3_journal_drop(struct backend *b, struct str name)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    bool own = str_eq(name, b->journal);
    if (own && !s->run.n)
        return true;
    struct str run = own ? s->run : str_sub(name, b->journal.n + 1, name.n);
    struct s3_keys keys;
    if (!s3_list(s, arena, arena_printf(arena, "%.*s%.*s/", STR_ARG(s->journal_prefix), STR_ARG(run)), &keys))
        return false;
    while (keys.n)
        if (!s3_delete(s, arena, keys.v[--keys.n]))
            return false;
    return true;
}

bool s3_journal_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                          struct str *kept)
{
    struct s3 *s = s3_of(b);
    ARENA_AUTO arena = arena_new();
    struct client_response out;
    bool taken;
    struct str key = arena_printf(arena, "%.*s.aside/%s-%s", STR_ARG(s->key), kind, rng_uuid(arena).p);
    *kept = arena_printf(b->arena, "s3://%.*s/%.*s", STR_ARG(s->client.bucket), STR_ARG(key));
    return s3_put_new(s, arena, key, journal->text, &taken, &out) && (copy || s3_journal_drop(b, journal->name));
}
