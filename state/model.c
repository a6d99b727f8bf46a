#include "state/model_private.h"
#include "base/rng.h"

#include <stdlib.h>

struct snapshot *snapshot_new(struct addrs *addrs)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    struct snapshot *s = ARENA_NEW(arena, struct snapshot);
    *s = (struct snapshot){.arena = arena, .addrs = addrs, .providers = MAP_INIT(arena), .outputs = MAP_INIT(arena)};
    s->lineage = rng_uuid(arena);
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (s)
        arena_free(s->arena);
}

struct str snapshot_lineage(const struct snapshot *s)
{
    return s->lineage;
}

uint64_t snapshot_serial(const struct snapshot *s)
{
    return s->serial;
}

void snapshot_identify(struct snapshot *s, struct str lineage, uint64_t serial)
{
    if (!str_eq(s->lineage, lineage))
        s->lineage = arena_str(s->arena, lineage);
    s->serial = serial;
}

struct arena *snapshot_arena(struct snapshot *s)
{
    return s->arena;
}

struct addrs *snapshot_addrs(const struct snapshot *s)
{
    return s->addrs;
}

size_t snapshot_count(const struct snapshot *s)
{
    return s->n_live;
}

size_t snapshot_uncertain(const struct snapshot *s)
{
    return s->n_uncertain;
}

bool snapshot_empty(const struct snapshot *s)
{
    if (s->n_live)
        return false;
    map_each (&s->outputs, i)
        if (s->outputs.entries[i].value)
            return false;
    return true;
}

/* -- the table of instances -- */

bool snapshot_seat_live(const struct state_instance *in)
{
    return in->object || in->uncertain || in->deposed.n;
}

static size_t slot_of(const struct snapshot *s, const struct addr *addr)
{
    size_t mask = s->n_slots - 1;
    size_t i = (size_t)(((uintptr_t)addr >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20) & mask;
    while (s->slots[i] && s->all.v[s->slots[i] - 1]->addr != addr)
        i = (i + 1) & mask;
    return i;
}

struct state_instance *snapshot_seat_find(const struct snapshot *s, const struct addr *addr)
{
    uint32_t at = s->n_slots ? s->slots[slot_of(s, addr)] : 0;
    return at ? s->all.v[at - 1] : NULL;
}

static void rehash(struct snapshot *s)
{
    s->n_slots = s->n_slots ? s->n_slots * 2 : 64;
    s->slots = ARENA_ARRAY(s->arena, uint32_t, s->n_slots);
    vec_each (&s->all, i)
        s->slots[slot_of(s, s->all.v[i]->addr)] = (uint32_t)(i + 1);
}

struct state_instance *snapshot_seat(struct snapshot *s, const struct addr *addr)
{
    struct state_instance *in = snapshot_seat_find(s, addr);
    if (in)
        return in;
    in = ARENA_NEW(s->arena, struct state_instance);
    in->addr = addr;
    vec_push(s->arena, &s->all, in);
    if (s->all.n * 2 > s->n_slots)
        rehash(s);
    else
        s->slots[slot_of(s, addr)] = (uint32_t)s->all.n;
    return in;
}

const struct state_instance *snapshot_get(const struct snapshot *s, const struct addr *addr)
{
    const struct state_instance *in = snapshot_seat_find(s, addr);
    return in && snapshot_seat_live(in) ? in : NULL;
}

static int by_address(const void *a, const void *b)
{
    const struct state_instance *const *left = a, *const *right = b;
    return addr_cmp((*left)->addr, (*right)->addr);
}

const struct state_instance *const *snapshot_sorted(struct snapshot *s, size_t *n)
{
    *n = s->n_live;
    if (!s->dirty)
        return s->sorted;
    if (s->n_live > s->sorted_cap) {
        s->sorted_cap = s->all.cap;
        s->sorted = ARENA_ARRAY(s->arena, const struct state_instance *, s->sorted_cap);
    }
    size_t k = 0;
    vec_each (&s->all, i)
        if (snapshot_seat_live(s->all.v[i]))
            s->sorted[k++] = s->all.v[i];
    if (k)
        qsort(s->sorted, k, sizeof *s->sorted, by_address);
    s->dirty = false;
    return s->sorted;
}

/* -- secrets -- */

static bool object_has_secret(const struct state_object *object)
{
    return object && value_exists(object->value) && value_has_secret(object->value);
}

static bool instance_has_secret(const struct state_instance *in)
{
    if (object_has_secret(in->object) || (in->uncertain && object_has_secret(&in->uncertain->planned)))
        return true;
    vec_each (&in->deposed, i) {
        const struct state_deposed *d = &in->deposed.v[i];
        if (object_has_secret(d->object) || (d->uncertain && object_has_secret(&d->uncertain->planned)))
            return true;
    }
    return false;
}

bool snapshot_has_secret(const struct snapshot *s)
{
    map_each (&s->outputs, i) {
        const struct state_output *out = s->outputs.entries[i].value;
        if (out && (out->sensitive || value_has_secret(out->value)))
            return true;
    }
    vec_each (&s->all, i)
        if (instance_has_secret(s->all.v[i]))
            return true;
    return false;
}

/* -- deposed objects -- */

struct state_deposed *snapshot_deposed_find(const struct state_instance *in, struct str key)
{
    vec_each (&in->deposed, i)
        if (str_eq(in->deposed.v[i].key, key))
            return &in->deposed.v[i];
    return NULL;
}

const struct state_object *snapshot_object(const struct snapshot *s, const struct addr *addr, struct str deposed)
{
    const struct state_instance *in = snapshot_seat_find(s, addr);
    if (!in || !deposed.n)
        return in ? in->object : NULL;
    const struct state_deposed *found = snapshot_deposed_find(in, deposed);
    return found ? found->object : NULL;
}

struct str snapshot_deposed_key(struct snapshot *s, const struct addr *addr)
{
    const struct state_instance *in = snapshot_seat_find(s, addr);
    for (;;) {
        uint32_t random;
        rng_bytes(&random, sizeof random);
        struct str key = arena_printf(s->arena, "%08x", random);
        if (!in || !snapshot_deposed_find(in, key))
            return key;
    }
}

/* -- outputs -- */

const struct state_output *snapshot_output(const struct snapshot *s, struct str name)
{
    return map_get(&s->outputs, name);
}

static int by_name(const void *a, const void *b)
{
    const struct state_output *left = a, *right = b;
    return str_cmp(left->name, right->name);
}

const struct state_output *snapshot_outputs(struct snapshot *s, size_t *n)
{
    *n = 0;
    map_each (&s->outputs, i)
        *n += s->outputs.entries[i].value != NULL;
    if (s->outputs_sorted || !*n)
        return s->outputs_sorted;
    s->outputs_sorted = ARENA_ARRAY(s->arena, struct state_output, *n);
    size_t k = 0;
    map_each (&s->outputs, i)
        if (s->outputs.entries[i].value)
            s->outputs_sorted[k++] = *(struct state_output *)s->outputs.entries[i].value;
    qsort(s->outputs_sorted, k, sizeof *s->outputs_sorted, by_name);
    return s->outputs_sorted;
}

/* -- a move that was begun -- */

void snapshot_set_moving(struct snapshot *s, const struct state_moving *moving)
{
    s->moving = NULL;
    if (!moving)
        return;
    const struct addr **addrs = ARENA_ARRAY(s->arena, const struct addr *, moving->n + 1);
    for (size_t i = 0; i < moving->n; i++)
        addrs[i] = moving->addrs[i];
    s->moving = ARENA_NEW(s->arena, struct state_moving);
    *s->moving =
        (struct state_moving){arena_str(s->arena, moving->to), arena_str(s->arena, moving->lineage), addrs, moving->n};
}

const struct state_moving *snapshot_moving(struct snapshot *s)
{
    if (!s->moving)
        return NULL;
    const struct addr **addrs = ARENA_ARRAY(s->arena, const struct addr *, s->moving->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->moving->n; i++)
        if (snapshot_get(s, s->moving->addrs[i]))
            addrs[n++] = s->moving->addrs[i];
    s->moving->addrs = addrs;
    s->moving->n = n;
    return n ? s->moving : NULL;
}

/* -- names -- */

const char *intent_action_name(enum intent_action action)
{
    static const char *const names[] = {"create", "update", "delete"};
    return names[action];
}
