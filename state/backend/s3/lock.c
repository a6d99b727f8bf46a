/*
 * lock: the object KEY.lock, made by a PUT that must not find it (If-None-Match: *). A server that takes no notice of
 * the condition would give every run the lock, so each lock is probed: the same PUT once more has to be refused.
 */
#include "base/gettext.h"
#include "state/backend/s3/s3.h"

static bool read_lock(struct s3 *s, struct arena *arena, struct lock_holder *holder, bool *held, struct str *etag)
{
    struct client_response out;
    if (!s3_get(s, arena, "GET", s->lock_key, &out, held))
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
    struct s3_request r = s3_put_of(s->lock_key, text);
    struct client_response out;
    r.condition = "If-None-Match";
    r.condition_value = STR("*");
    if (!s3_send(s, arena, &r, &out))
        return false;
    if (out.status == 412 || out.status == 409)
        return true;
    s3_delete(s, arena, s->lock_key);
    return unconditional(s, arena, &out);
}

static enum lock_outcome take_over(struct s3 *s, struct arena *arena, struct str text, struct str etag)
{
    struct client_response out;
    if (!s3_put_over(s, arena, s->lock_key, text, etag, &out))
        return LOCK_FAILED;
    if (s3_is_ok(&out))
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
    if (!s3_put_new(s, arena, s->lock_key, text, &taken, &out)) {
        if (out.status == 501)
            unconditional(s, arena, &out);
        return LOCK_FAILED;
    }
    if (!taken)
        return lock_held(s, arena, text, holder);
    return probe(s, arena, text) ? LOCK_TAKEN : LOCK_FAILED;
}

enum lock_outcome s3_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
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

bool s3_check_lock(struct s3 *s, struct arena *arena)
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

bool s3_unlock(struct backend *b)
{
    ARENA_AUTO arena = arena_new();
    return s3_check_lock(s3_of(b), arena) && s3_delete(s3_of(b), arena, s3_of(b)->lock_key);
}

bool s3_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    struct str etag;
    return read_lock(s3_of(b), arena, holder, held, &etag);
}

bool s3_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    struct lock_holder now = {0};
    struct str etag;
    bool held;
    if (!read_lock(s3_of(b), arena, &now, &held, &etag))
        return false;
    if (!held || !str_eq(now.id, holder->id))
        return backend_fail(b, _("somebody else holds the lock now"));
    return s3_delete(s3_of(b), arena, s3_of(b)->lock_key);
}
