/*
 * extra: further texts, each a document beside the state (ADDRESS.history, ADDRESS.history.7, ADDRESS.environments):
 * {"format":"detour.text", "version":1, "serial":n, "name":…, "text":…}. Each address is looked at before it is
 * written: a server that takes no notice of what follows the state's name would have the state itself overwritten.
 */
#include "base/gettext.h"
#include "state/backend/http/http.h"
#include "value/json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* `text` borrows from what was read. */
struct text_document {
    bool exists;
    struct str text;
    uint64_t serial;
};

/* Not here, never again, whatever the reason: the protocol knows the address of the state alone. */
static bool does_not_keep(const struct http *h)
{
    return (h->status >= 400 && h->status < 500 && h->status != 408 && h->status != 429) || h->status == 501;
}

/* Said again, without asking, for the texts that follow. */
__attribute__((format(printf, 2, 3))) static bool refuse_texts(struct http *h, const char *why, ...)
{
    char said[256];
    va_list args;
    va_start(args, why);
    vsnprintf(said, sizeof said, why, args);
    va_end(args);
    backend_fail(&h->base,
                 _("the server keeps nothing beside the state (%s), so there is no history and no list of "
                   "environments. Set history = false in the block of the backend, and it is not tried"),
                 said);
    h->refused = arena_str(h->base.arena, str_c(h->base.why));
    return false;
}

/* "/state" of https://host/projects/state?x */
static const char *address_end(struct http *h)
{
    struct str path = str_sub(h->address, 0, str_find_byte(h->address, '?', 0));
    size_t slash = 0;
    for (size_t i = 0; i < path.n; i++)
        slash = path.p[i] == '/' ? i : slash;
    return arena_str(h->base.arena, str_sub(path, slash, path.n)).p;
}

static bool parse_text(struct http *h, struct arena *arena, const char *name, struct str text,
                       struct text_document *out)
{
    struct value v;
    struct json_error error = {0};
    if (!json_read(arena, text, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT ||
        !str_is(http_member_text(v, "format"), "detour.text") || !str_eq(http_member_text(v, "name"), str_c(name)))
        return refuse_texts(h, _("something else is at …%s.%s"), address_end(h), name);
    *out = (struct text_document){true, http_member_text(v, "text"), http_member_number(v, "serial")};
    return true;
}

static bool get_text(struct http *h, struct arena *arena, const char *name, struct text_document *out)
{
    struct str text;
    bool exists;
    *out = (struct text_document){0};
    if (!http_get(h, arena, http_beside(arena, h->address, name), &text, &exists))
        return does_not_keep(h) ? refuse_texts(h, _("GET …%s.%s: %ld"), address_end(h), name, h->status) : false;
    return !exists || parse_text(h, arena, name, text, out);
}

static bool post_text(struct http *h, struct arena *arena, const char *name, struct str text, uint64_t serial)
{
    STRBUF_AUTO out = STRBUF_SECRET(BACKEND_SIZE_MAX);
    strbuf_printf(&out,
                  "{\"format\":\"detour.text\",\"version\":1,\"serial\":%" PRIu64 ",\"name\":\"%s\",\"text\":", serial,
                  name);
    json_write_string(&out, text, JSON_COMPACT);
    strbuf_lit(&out, "}\n");
    if (out.over)
        return backend_fail(&h->base, _("\"%s\" would have more than %d MiB"), name, BACKEND_SIZE_MAX >> 20);
    return http_post(h, arena, http_beside(arena, h->address, name), strbuf_str(&out)) ||
           (does_not_keep(h) && refuse_texts(h, "%s …%s.%s: %ld", h->update_method.p, address_end(h), name, h->status));
}

static bool was_refused(struct http *h)
{
    if (h->refused.n)
        backend_fail(&h->base, "%.*s", STR_ARG(h->refused));
    return h->refused.n > 0;
}

bool http_extra_write(struct backend *b, const char *name, struct str text)
{
    struct http *h = http_of(b);
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct text_document there;
    return !was_refused(h) && get_text(h, arena, name, &there) && post_text(h, arena, name, text, there.serial + 1);
}

/* Where the server keeps no such texts there is none: whoever writes one is told. */
bool http_extra_read(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists)
{
    struct http *h = http_of(b);
    struct text_document there = {0};
    bool ok = h->refused.n || get_text(h, arena, name, &there) || h->refused.n;
    *text = there.text;
    *exists = there.exists;
    return ok;
}

/* What cannot be deleted is emptied. */
bool http_extra_drop(struct backend *b, const char *name)
{
    struct http *h = http_of(b);
    ARENA_AUTO arena = arena_new();
    struct client_request r = {.method = "DELETE", .url = http_beside(arena, h->address, name)};
    struct client_response out;
    if (was_refused(h) || !http_send(h, arena, &r, &out))
        return false;
    return (out.status >= 200 && out.status < 300) || out.status == 404 || out.status == 410 ||
           http_extra_write(b, name, STR(""));
}
