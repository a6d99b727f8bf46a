/* lock: LOCK and UNLOCK. The server has no question for who holds it: an attempt to lock answers that. */
#include "base/gettext.h"
#include "state/backend/http/http.h"

static enum lock_outcome lock_once(struct http *h, struct arena *arena, struct str text, struct lock_holder *holder)
{
    struct client_request r = http_with_body(arena, h->lock_method.p, h->lock_address, text);
    struct client_response out;
    if (!http_send(h, arena, &r, &out))
        return LOCK_FAILED;
    if (out.status == 409 || out.status == 423) {
        holder_parse(arena, out.body, holder);
        return LOCK_HELD;
    }
    if (out.status >= 200 && out.status < 300 && !client_is_html(&out))
        return LOCK_TAKEN;
    if (out.status == 404 || out.status == 405 || out.status == 501)
        backend_fail(
            &h->base,
            _("the server has no locks (%s: %ld), and without one two runs fork the state. Set \"lock_address\", "
              "\"lock_method\" and their counterparts for unlock as the server wants them, or use another one"),
            h->lock_method.p, out.status);
    else
        http_refuse(h, arena, h->lock_method.p, &out);
    return LOCK_FAILED;
}

static bool unlock_text(struct http *h, struct arena *arena, struct str text)
{
    struct client_request r = http_with_body(arena, h->unlock_method.p, h->unlock_address, text);
    struct client_response out;
    if (!http_send(h, arena, &r, &out))
        return false;
    bool came = r.again && (out.status == 404 || out.status == 409 || out.status == 423); /* the attempt before */
    return (out.status >= 200 && out.status < 300) || came || http_refuse(h, arena, h->unlock_method.p, &out);
}

static void keep_lock(struct http *h, const struct lock_holder *mine, struct str text)
{
    h->lock_id = arena_str(h->base.arena, mine->id);
    h->lock_text = arena_str(h->base.arena, text);
}

enum lock_outcome http_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                            struct lock_holder *holder)
{
    struct http *h = http_of(b);
    struct str text = holder_remote_text(arena, mine, b->place);
    enum lock_outcome outcome = lock_once(h, arena, text, holder);
    if (outcome == LOCK_HELD && holder_is_gone(holder) &&
        unlock_text(h, arena, holder_remote_text(arena, holder, b->place))) {
        struct lock_holder other = {0};
        outcome = lock_once(h, arena, text, &other);
        if (outcome == LOCK_TAKEN)
            outcome = LOCK_TAKEN_OVER;
        else if (outcome == LOCK_HELD)
            *holder = other;
    }
    if (outcome == LOCK_HELD && str_eq(holder->id, mine->id))
        outcome = LOCK_TAKEN; /* by an attempt whose answer was lost */
    if (outcome == LOCK_TAKEN || outcome == LOCK_TAKEN_OVER)
        keep_lock(h, mine, text);
    return outcome;
}

bool http_unlock(struct backend *b)
{
    ARENA_AUTO arena = arena_new();
    return unlock_text(http_of(b), arena, http_of(b)->lock_text);
}

/* The protocol has no question for it: an attempt to lock answers it. */
bool http_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    struct lock_holder mine = holder_here(arena, "force-unlock");
    struct str text = holder_remote_text(arena, &mine, b->place);
    enum lock_outcome outcome = lock_once(http_of(b), arena, text, holder);
    *held = outcome == LOCK_HELD;
    return outcome == LOCK_HELD || (outcome != LOCK_FAILED && unlock_text(http_of(b), arena, text));
}

bool http_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    ARENA_AUTO arena = arena_new();
    return unlock_text(http_of(b), arena, holder_remote_text(arena, holder, b->place));
}
