#include "state/encode.h"
#include "value/json.h"
#include "value/walk.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* -- numbers of types */

void type_numbers_free(struct type_numbers *t)
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

/* -- values */

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
    return v.marks & MARK_EPHEMERAL ? value_null(v.type) : v;
}

static void write_sensitive(struct strbuf *out, const struct paths *marks)
{
    bool first = true;
    vec_each (&marks->list, i) {
        if (!(marks->list.v[i].marks & MARK_SENSITIVE))
            continue;
        strbuf_add(out, first ? STR(",\"sensitive_paths\":[") : STR(","));
        path_json_write(out, marks->list.v[i].path);
        first = false;
    }
    if (!first)
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

/* The places that JSON cannot hold come first, while the value still has its marks. */
static void encode_places(struct strbuf *out, struct arena *arena, struct value *v)
{
    if (v->deep & DEEP_EPHEMERAL)
        *v = value_rewrite(arena, *v, drop_ephemeral, NULL);
    if (v->deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL)) {
        struct paths marks = {0};
        *v = paths_unmark(arena, *v, &marks);
        write_sensitive(out, &marks);
    }
    if (!value_wholly_known(*v))
        *v = write_unknowns(out, arena, *v);
}

void encode_value(struct type_numbers *numbers, struct strbuf *out, struct value v)
{
    if (!value_exists(v))
        return;
    bool fresh;
    strbuf_lit(out, ",\"type\":");
    write_number(out, type_number_of(numbers, v.type, &fresh));
    struct arena *arena = v.deep ? arena_new() : NULL;
    if (arena)
        encode_places(out, arena, &v);
    strbuf_lit(out, ",\"value\":");
    json_write(out, v, JSON_COMPACT);
    arena_free(arena);
}

/* -- objects */

void encode_place(struct strbuf *out, const struct addr *addr, struct str deposed)
{
    strbuf_lit(out, "\"address\":");
    write_text(out, addr->text);
    if (!deposed.n)
        return;
    strbuf_lit(out, ",\"deposed\":");
    write_text(out, deposed);
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

void encode_object(struct type_numbers *numbers, struct strbuf *out, const struct state_object *o)
{
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
    encode_value(numbers, out, o->value);
    if (o->n_depends)
        write_depends(out, o);
    if (o->private.n)
        write_private(out, o->private);
}

void encode_output(struct type_numbers *numbers, struct strbuf *out, struct str name, struct value value,
                   bool sensitive)
{
    strbuf_lit(out, "\"name\":");
    write_text(out, name);
    if (sensitive)
        strbuf_lit(out, ",\"sensitive\":true");
    encode_value(numbers, out, value);
}
