#include "state/encode.h"
#include "value/json.h"
#include "value/walk.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* -- numbers of types -- */

static void type_numbers_free(struct type_numbers *t)
{
    free(t->list);
    free(t->slots);
    *t = (struct type_numbers){0};
}

static uint32_t slot_of(const struct type_numbers *t, const struct type *type)
{
    uint32_t i = (uint32_t)type->hash & (t->n_slots - 1);
    while (t->slots[i] && t->list[t->slots[i] - 1] != type)
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

static void grow(struct type_numbers *t)
{
    t->cap = t->cap ? t->cap * 2 : 32;
    t->list = heap_realloc(t->list, t->cap * sizeof *t->list);
    t->n_slots = t->cap * 2;
    free(t->slots);
    t->slots = heap_alloc(t->n_slots * sizeof *t->slots);
    memset(t->slots, 0, t->n_slots * sizeof *t->slots);
    for (uint32_t i = 0; i < t->n; i++)
        t->slots[slot_of(t, t->list[i])] = i + 1;
}

uint32_t type_number_of(struct type_numbers *t, const struct type *type, bool *fresh)
{
    *fresh = false;
    if (t->n == t->cap)
        grow(t);
    uint32_t slot = slot_of(t, type);
    if (t->slots[slot])
        return t->slots[slot] - 1;
    *fresh = true;
    t->list[t->n++] = type;
    t->slots[slot] = t->n;
    return t->n - 1;
}

/* -- values -- */

static void write_text(struct strbuf *out, struct str s)
{
    json_write_string(out, s, JSON_COMPACT);
}

/* An unsigned number, without printf: records are made by the ten thousand. */
static void write_number(struct strbuf *out, uint64_t number)
{
    char digits[20];
    size_t n = sizeof digits;
    do
        digits[--n] = (char)('0' + number % 10);
    while (number /= 10);
    strbuf_add(out, str_from(digits + n, sizeof digits - n));
}

static struct value drop_ephemeral(void *ctx, struct path path, struct value v)
{
    (void)ctx, (void)path;
    return v.marks & MARK_EPHEMERAL ? value_mark(value_null(v.type), v.marks & MARK_SENSITIVE) : v;
}

static void write_sensitive(struct strbuf *out, const struct paths *secret)
{
    strbuf_lit(out, ",\"sensitive_paths\":[");
    vec_each (&secret->list, i) {
        if (i)
            strbuf_addc(out, ',');
        path_json_write(out, secret->list.v[i].path);
    }
    strbuf_addc(out, ']');
}

struct unknowns {
    struct strbuf *out;
    bool any, in_set;
};

/* A set with an unknown inside is unknown as a whole: its elements have no place that a path could name. */
static bool write_unknown(void *ctx, struct path path, struct value v)
{
    struct unknowns *u = ctx;
    bool here = !value_is_known(v) || (v.type->kind == TYPE_SET && !value_wholly_known(v));
    if (!here)
        return !value_wholly_known(v);
    strbuf_add(u->out, u->any ? STR(",") : STR(",\"unknown_paths\":["));
    path_json_write(u->out, path);
    u->any = true;
    u->in_set |= value_is_known(v);
    return false;
}

static struct value whole_set_unknown(void *ctx, struct path path, struct value v)
{
    (void)ctx, (void)path;
    return v.type->kind == TYPE_SET && !value_wholly_known(v) ? value_unknown(v.type) : v;
}

static struct value write_unknowns(struct strbuf *out, struct arena *arena, struct value v)
{
    struct unknowns u = {.out = out};
    value_walk(arena, v, write_unknown, &u);
    if (u.any)
        strbuf_addc(out, ']');
    return u.in_set ? value_rewrite(arena, v, whole_set_unknown, NULL) : v;
}

/* -- secrets -- */

void encoder_init(struct encoder *e, struct secrets *secrets)
{
    *e = (struct encoder){.secrets = secrets,
                          .arena = arena_new(),
                          .where = STRBUF_INIT(STRBUF_MAX),
                          .plain = STRBUF_SECRET(STRBUF_MAX),
                          .sealed = STRBUF_INIT(STRBUF_MAX)};
    arena_wipe_on_free(e->arena);
}

void encoder_free(struct encoder *e)
{
    type_numbers_free(&e->types);
    arena_free(e->arena);
    strbuf_free(&e->where);
    strbuf_free(&e->plain);
    strbuf_free(&e->sealed);
}

void seal_where(struct strbuf *out, const char *kind, struct str address, struct str deposed)
{
    strbuf_add(out, str_c(kind));
    strbuf_addc(out, '\n');
    strbuf_add(out, address);
    strbuf_addc(out, '\n');
    strbuf_add(out, deposed);
    strbuf_addc(out, '\n');
}

static struct seal *seal_of(const struct encoder *e)
{
    struct seal *seal = e->secrets ? secrets_seal(e->secrets) : NULL;
    if (seal)
        return seal;
    fprintf(stderr, "detour: internal error: a secret is to be written, and there is no key\n");
    abort();
}

struct sealing {
    struct encoder *e;
    const struct paths *places;
    struct str *texts; /* the seal of each place; empty: there is nothing to hide */
    size_t prefix;     /* of `where` */
};

/* What stands in the place of a secret is a null of its type. */
static struct value seal_place(void *ctx, size_t i, struct value v)
{
    struct sealing *sealing = ctx;
    struct encoder *e = sealing->e;
    if (!value_is_known(v) || value_is_null(v))
        return v;
    e->where.n = sealing->prefix;
    e->plain.n = e->sealed.n = 0;
    path_json_write(&e->where, sealing->places->list.v[i].path);
    json_write(&e->plain, v, JSON_COMPACT);
    seal_put(seal_of(e), &e->sealed, strbuf_str(&e->where), strbuf_str(&e->plain));
    sealing->texts[i] = arena_str(e->arena, strbuf_str(&e->sealed));
    return value_null(v.type);
}

static void write_seals(struct strbuf *out, const struct str *texts, size_t n)
{
    strbuf_lit(out, ",\"sealed\":[");
    for (size_t i = 0; i < n; i++) {
        if (i)
            strbuf_addc(out, ',');
        if (!texts[i].n) {
            strbuf_lit(out, "null");
            continue;
        }
        strbuf_addc(out, '"');
        strbuf_add(out, texts[i]);
        strbuf_addc(out, '"');
    }
    strbuf_addc(out, ']');
}

static struct value seal_places(struct encoder *e, struct strbuf *out, const struct paths *places, struct value v)
{
    struct sealing sealing = {e, places, ARENA_ARRAY(e->arena, struct str, places->list.n), e->where.n};
    v = paths_replace(e->arena, v, places, seal_place, &sealing);
    e->where.n = sealing.prefix;
    write_seals(out, sealing.texts, places->list.n);
    return v;
}

/* The outermost sensitive places: what lies inside of one is sealed with it. They come parents first. */
static struct paths outermost(struct arena *arena, const struct paths *marks)
{
    struct paths out = {0};
    vec_each (&marks->list, i) {
        const struct path_marks *at = &marks->list.v[i];
        bool covered = out.list.n && path_covers(out.list.v[out.list.n - 1].path, at->path);
        if ((at->marks & MARK_SENSITIVE) && !covered)
            vec_push(arena, &out.list, *at);
    }
    return out;
}

/* The places that JSON cannot hold come first, while the value still has its marks. */
static void encode_places(struct encoder *e, struct strbuf *out, struct value *v)
{
    struct paths marks = {0}, secret = {0};
    if (v->deep & DEEP_EPHEMERAL)
        *v = value_rewrite(e->arena, *v, drop_ephemeral, NULL);
    if (v->deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL)) {
        *v = paths_unmark(e->arena, *v, &marks);
        secret = outermost(e->arena, &marks);
    }
    if (secret.list.n)
        write_sensitive(out, &secret);
    if (!value_wholly_known(*v))
        *v = write_unknowns(out, e->arena, *v);
    if (secret.list.n)
        *v = seal_places(e, out, &secret, *v);
}

/* `,"type":n,"value":…` with its lists of paths. Ephemeral parts are written as null: they are never stored. The place
 * of its seals stands in `where`. */
static void encode_value(struct encoder *e, struct strbuf *out, struct value v)
{
    if (!value_exists(v))
        return;
    bool fresh;
    strbuf_lit(out, ",\"type\":");
    write_number(out, type_number_of(&e->types, v.type, &fresh));
    bool places = v.deep != 0;
    if (places)
        encode_places(e, out, &v);
    strbuf_lit(out, ",\"value\":");
    json_write(out, v, JSON_COMPACT);
    if (places)
        arena_reset(e->arena);
}

/* -- objects -- */

void encode_place(struct strbuf *out, const struct addr *addr, struct str deposed)
{
    strbuf_lit(out, "\"address\":");
    write_text(out, addr->text);
    if (!deposed.n)
        return;
    strbuf_lit(out, ",\"deposed\":");
    write_text(out, deposed);
}

/* What a provider keeps beside an object with secrets may be made from them. */
static void seal_private(struct encoder *e, struct strbuf *out, struct str private)
{
    strbuf_lit(&e->where, "private");
    strbuf_lit(out, ",\"sealed_private\":\"");
    seal_put(seal_of(e), out, strbuf_str(&e->where), private);
    strbuf_addc(out, '"');
}

static void write_private(struct strbuf *out, struct str private)
{
    strbuf_lit(out, ",\"private\":\"");
    size_t n = (private.n + 2) / 3 * 4;
    if (private.n > INT32_MAX || !strbuf_reserve(out, n + 1))
        return;
    EVP_EncodeBlock((unsigned char *)out->p + out->n, (const unsigned char *)private.p, (int)private.n);
    out->n += n;
    strbuf_addc(out, '"');
}

static void write_depends(struct strbuf *out, const struct state_object *o)
{
    strbuf_lit(out, ",\"depends\":[");
    for (size_t i = 0; i < o->n_depends; i++) {
        if (i)
            strbuf_addc(out, ',');
        write_text(out, o->depends[i]->text);
    }
    strbuf_addc(out, ']');
}

void encode_object(struct encoder *e, struct strbuf *out, const struct addr *addr, struct str deposed,
                   const struct state_object *o)
{
    strbuf_clear(&e->where);
    seal_where(&e->where, "resource", addr->text, deposed);
    strbuf_lit(out, ",\"provider\":");
    write_text(out, o->provider);
    strbuf_lit(out, ",\"schema_version\":");
    write_number(out, (uint64_t)o->schema_version);
    if (o->status == OBJECT_TAINTED)
        strbuf_lit(out, ",\"status\":\"tainted\"");
    if (o->create_before_destroy)
        strbuf_lit(out, ",\"create_before_destroy\":true");
    if (o->prevent_destroy)
        strbuf_lit(out, ",\"prevent_destroy\":true");
    encode_value(e, out, o->value);
    if (o->n_depends)
        write_depends(out, o);
    if (o->private.n && value_has_secret(o->value))
        seal_private(e, out, o->private);
    else if (o->private.n)
        write_private(out, o->private);
}

void encode_output(struct encoder *e, struct strbuf *out, struct str name, struct value value, bool sensitive)
{
    strbuf_clear(&e->where);
    seal_where(&e->where, "output", name, STR(""));
    strbuf_lit(out, "\"name\":");
    write_text(out, name);
    if (sensitive)
        strbuf_lit(out, ",\"sensitive\":true");
    encode_value(e, out, sensitive && value_exists(value) ? value_mark(value, MARK_SENSITIVE) : value);
}
