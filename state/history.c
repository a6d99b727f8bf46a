#include "state/history.h"
#include "base/digest.h"
#include "base/gettext.h"
#include "state/format.h"
#include "value/json.h"

#include <inttypes.h>

/* -- what a run changed -- */

struct tally_place {
    const struct addr *addr;
    struct str deposed;
    bool before;
};

struct tally {
    struct arena *arena;
    struct map places; /* address and key → struct tally_place */
    uint64_t moved, outputs;
};

struct tally *tally_new(struct arena *arena)
{
    struct tally *t = ARENA_NEW(arena, struct tally);
    *t = (struct tally){.arena = arena, .places = MAP_INIT(arena)};
    return t;
}

static void note_place(struct tally *t, const struct snapshot *s, const struct addr *addr, struct str deposed)
{
    struct str key = deposed.n ? arena_printf(t->arena, "%s %.*s", addr->text.p, STR_ARG(deposed)) : addr->text;
    if (map_find(&t->places, key))
        return;
    struct tally_place *place = ARENA_NEW(t->arena, struct tally_place);
    *place = (struct tally_place){addr, deposed.n ? arena_str(t->arena, deposed) : deposed,
                                  snapshot_object(s, addr, deposed) != NULL};
    map_put(&t->places, arena_str(t->arena, key), place);
}

void tally_note(struct tally *t, const struct snapshot *s, const struct result *r)
{
    switch (r->kind) {
    case RESULT_SET:
    case RESULT_GONE:
        note_place(t, s, r->addr, r->deposed);
        return;
    case RESULT_DEPOSE:
    case RESULT_RESTORE:
        note_place(t, s, r->addr, r->deposed);
        note_place(t, s, r->addr, (struct str){0});
        return;
    case RESULT_MOVE:
        t->moved++;
        return;
    case RESULT_OUTPUT:
    case RESULT_OUTPUT_REMOVE:
        t->outputs++;
        return;
    }
}

void tally_take(struct tally *t, const struct snapshot *s, struct past *out)
{
    out->moved = t->moved;
    out->outputs = t->outputs;
    map_each (&t->places, i) {
        const struct tally_place *place = t->places.entries[i].value;
        bool now = snapshot_object(s, place->addr, place->deposed) != NULL;
        out->added += now && !place->before;
        out->removed += !now && place->before;
        out->changed += now && place->before;
    }
    t->places = MAP_INIT(t->arena);
    t->moved = t->outputs = 0;
}

/* -- one line -- */

static void text_member(struct strbuf *out, const char *name, struct str text)
{
    strbuf_printf(out, ",\"%s\":", name);
    json_write_string(out, text, JSON_COMPACT);
}

static void write_line(struct strbuf *out, const struct past *p)
{
    strbuf_printf(out, "{\"serial\":%" PRIu64, p->serial);
    text_member(out, "lineage", p->lineage);
    text_member(out, "when", p->when);
    text_member(out, "who", p->who);
    text_member(out, "operation", p->operation);
    text_member(out, "digest", p->digest);
    text_member(out, "sha256", p->sha256);
    strbuf_printf(out,
                  ",\"added\":%" PRIu64 ",\"changed\":%" PRIu64 ",\"removed\":%" PRIu64 ",\"moved\":%" PRIu64
                  ",\"outputs\":%" PRIu64 ",\"size\":%" PRIu64 ",\"kept\":%s}\n",
                  p->added, p->changed, p->removed, p->moved, p->outputs, p->size, p->kept ? "true" : "false");
}

static struct str text_of(struct arena *arena, struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_string ? arena_str(arena, v.u.string) : STR("");
}

static uint64_t number_of(struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    int64_t n = 0;
    if (value_exists(v) && value_is_set(v) && v.type == type_number)
        number_to_int64(value_as_number(v), &n);
    return n > 0 ? (uint64_t)n : 0;
}

static bool flag_of(struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) && v.type == type_bool && v.u.boolean;
}

/* A line that is none is left out: nothing depends on it. */
static bool read_line(struct arena *arena, struct str line, struct past *out)
{
    struct value v;
    struct json_error error = {0};
    if (!json_read(arena, line, &v, &error) || !value_is_set(v) || v.type->kind != TYPE_OBJECT)
        return false;
    *out = (struct past){
        .serial = number_of(v, "serial"),
        .lineage = text_of(arena, v, "lineage"),
        .when = text_of(arena, v, "when"),
        .who = text_of(arena, v, "who"),
        .operation = text_of(arena, v, "operation"),
        .digest = text_of(arena, v, "digest"),
        .sha256 = text_of(arena, v, "sha256"),
        .added = number_of(v, "added"),
        .changed = number_of(v, "changed"),
        .removed = number_of(v, "removed"),
        .moved = number_of(v, "moved"),
        .outputs = number_of(v, "outputs"),
        .size = number_of(v, "size"),
        .kept = flag_of(v, "kept"),
    };
    return out->lineage.n > 0;
}

/* -- all of them -- */

bool history_read(struct backend *b, struct arena *arena, struct history *out)
{
    struct str text, line;
    bool exists = false;
    *out = (struct history){.arena = arena};
    if (!b->ops->extra_read)
        return true;
    if (!b->ops->extra_read(b, arena, "history", &text, &exists))
        return false;
    struct past past;
    while (exists && str_next_line(&text, &line))
        if (read_line(arena, line, &past))
            vec_push(arena, &out->list, past);
    return true;
}

const struct past *history_find(const struct history *h, struct str lineage, uint64_t serial)
{
    for (size_t i = h->list.n; i > 0; i--)
        if (h->list.v[i - 1].serial == serial && str_eq(h->list.v[i - 1].lineage, lineage))
            return &h->list.v[i - 1];
    return NULL;
}

static struct str name_of(struct arena *arena, uint64_t serial)
{
    return arena_printf(arena, "history.%" PRIu64, serial);
}

/* A serial has one text: an older entry of it, of another lineage or before a state was restored, loses its own. */
static void replace_same(struct history *h, const struct past *past)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->list.n; i++) {
        struct past *p = &h->list.v[i];
        if (p->serial == past->serial && str_eq(p->lineage, past->lineage))
            continue;
        p->kept &= p->serial != past->serial;
        h->list.v[kept++] = *p;
    }
    h->list.n = kept;
}

/* Marks what is beyond the limits as not kept; the names of those texts go to `drop`. */
static void limit(struct history *h, uint64_t *drop, size_t *n_drop)
{
    uint64_t bytes = 0, texts = 0;
    if (h->list.n > HISTORY_LINES) {
        size_t surplus = h->list.n - HISTORY_LINES;
        memmove(h->list.v, h->list.v + surplus, HISTORY_LINES * sizeof *h->list.v);
        h->list.n = HISTORY_LINES;
    }
    for (size_t i = h->list.n; i > 0; i--) {
        struct past *p = &h->list.v[i - 1];
        if (!p->kept)
            continue;
        texts++;
        bytes += p->size;
        if (texts > 1 && (texts > HISTORY_TEXTS || bytes > HISTORY_BYTES)) {
            p->kept = false;
            drop[(*n_drop)++] = p->serial;
        }
    }
}

/* The list goes first: a text that it does not name would never be dropped. */
bool history_add(struct backend *b, struct history *h, const struct past *past, struct str text)
{
    if (!b->ops->extra_write)
        return true;
    uint64_t drop[HISTORY_LINES];
    size_t n_drop = 0;
    struct past entry = *past;
    entry.size = text.n;
    entry.sha256 = digest_hex(h->arena, digest_sha256(text));
    entry.kept = true;
    replace_same(h, &entry);
    vec_push(h->arena, &h->list, entry);
    limit(h, drop, &n_drop);
    STRBUF_AUTO lines = STRBUF_INIT(BACKEND_SIZE_MAX);
    vec_each (&h->list, i)
        write_line(&lines, &h->list.v[i]);
    bool ok = b->ops->extra_write(b, "history", strbuf_str(&lines)) &&
              b->ops->extra_write(b, name_of(h->arena, entry.serial).p, text);
    for (size_t i = 0; ok && i < n_drop; i++)
        ok = b->ops->extra_drop(b, name_of(h->arena, drop[i]).p);
    return ok;
}

static bool copy_text(struct backend *from, struct backend *to, const char *name)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct str text;
    bool exists;
    return from->ops->extra_read(from, arena, name, &text, &exists) &&
           (!exists || to->ops->extra_write(to, name, text));
}

bool history_copy(struct backend *from, struct backend *to)
{
    ARENA_AUTO arena = arena_new();
    struct history h;
    if (!from->ops->extra_read || !to->ops->extra_write)
        return true;
    if (!history_read(from, arena, &h))
        return false;
    vec_each (&h.list, i)
        if (h.list.v[i].kept && !copy_text(from, to, name_of(arena, h.list.v[i].serial).p))
            return false;
    return copy_text(from, to, "history");
}

struct snapshot *history_snapshot(struct backend *b, struct addrs *addrs, struct secrets *secrets,
                                  const struct past *past, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    arena_wipe_on_free(arena);
    struct str text, name = name_of(arena, past->serial);
    struct absorbed absorbed;
    bool exists = false;
    if (past->kept && b->ops->extra_read && !b->ops->extra_read(b, arena, name.p, &text, &exists)) {
        diag_error(diags, (struct span){0}, _("The history cannot be read"), "%s: %s.", name.p, b->why);
        return NULL;
    }
    if (!exists) {
        diag_error(diags, (struct span){0}, _("Not kept any more"),
                   _("The state of serial %" PRIu64 " is known by its line in the history only; its text was dropped. "
                     "\"detour state history\" shows which ones are kept."),
                   past->serial);
        return NULL;
    }
    if (!str_eq(digest_hex(arena, digest_sha256(text)), past->sha256)) {
        diag_error(diags, (struct span){0}, _("Damaged history"),
                   _("What is kept of serial %" PRIu64 " (%s) is not what was written then."), past->serial, name.p);
        return NULL;
    }
    return format_read(addrs, name, text, secrets, &absorbed, diags);
}
