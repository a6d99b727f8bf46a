#include "state/model.h"
#include "base/rng.h"

#include <stdlib.h>

/* Instances are never taken out of the table: an empty one stays as a free seat for its address. */
struct snapshot {
    struct arena *arena;
    struct addrs *addrs;
    struct str lineage;
    uint64_t serial;
    VEC(struct state_instance *) all; /* in order of arrival */
    uint32_t *slots;                  /* index + 1 into all, 0 for free; open addressing by the address's pointer */
    size_t n_slots, n_live, n_uncertain;
    const struct state_instance **sorted; /* valid while !dirty */
    size_t sorted_cap;
    bool dirty;
    struct map providers; /* each name once */
    struct map outputs;   /* name → struct state_output; NULL where removed */
    struct state_output *outputs_sorted;
    struct state_moving *moving;
};

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

static bool is_live(const struct state_instance *in)
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

static struct state_instance *find(const struct snapshot *s, const struct addr *addr)
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

/* The instance's seat, made where there is none. */
static struct state_instance *seat(struct snapshot *s, const struct addr *addr)
{
    struct state_instance *in = find(s, addr);
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
    const struct state_instance *in = find(s, addr);
    return in && is_live(in) ? in : NULL;
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
        if (is_live(s->all.v[i]))
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

static struct state_deposed *deposed_find(const struct state_instance *in, struct str key)
{
    vec_each (&in->deposed, i)
        if (str_eq(in->deposed.v[i].key, key))
            return &in->deposed.v[i];
    return NULL;
}

static struct state_deposed *deposed_seat(struct snapshot *s, struct state_instance *in, struct str key)
{
    struct state_deposed *found = deposed_find(in, key);
    if (found)
        return found;
    struct state_deposed fresh = {.key = arena_str(s->arena, key)};
    vec_push(s->arena, &in->deposed, fresh);
    size_t i = in->deposed.n - 1;
    for (; i > 0 && str_cmp(in->deposed.v[i - 1].key, key) > 0; i--)
        in->deposed.v[i] = in->deposed.v[i - 1];
    in->deposed.v[i] = fresh;
    return &in->deposed.v[i];
}

static void deposed_drop(struct state_instance *in, struct state_deposed *gone)
{
    size_t at = (size_t)(gone - in->deposed.v);
    in->deposed.n--;
    for (size_t i = at; i < in->deposed.n; i++)
        in->deposed.v[i] = in->deposed.v[i + 1];
}

const struct state_object *snapshot_object(const struct snapshot *s, const struct addr *addr, struct str deposed)
{
    const struct state_instance *in = find(s, addr);
    if (!in || !deposed.n)
        return in ? in->object : NULL;
    const struct state_deposed *found = deposed_find(in, deposed);
    return found ? found->object : NULL;
}

struct str snapshot_deposed_key(struct snapshot *s, const struct addr *addr)
{
    const struct state_instance *in = find(s, addr);
    for (;;) {
        uint32_t random;
        rng_bytes(&random, sizeof random);
        struct str key = arena_printf(s->arena, "%08x", random);
        if (!in || !deposed_find(in, key))
            return key;
    }
}

/* -- copies into the snapshot's memory -- */

static struct str provider_name(struct snapshot *s, struct str name)
{
    struct map_entry *known = map_find(&s->providers, name);
    if (known)
        return known->key;
    struct str copy = arena_str(s->arena, name);
    map_put(&s->providers, copy, NULL);
    return copy;
}

static const struct state_object *object_copy(struct snapshot *s, const struct state_object *from)
{
    struct state_object *to = ARENA_NEW(s->arena, struct state_object);
    *to = *from;
    to->provider = provider_name(s, from->provider);
    if (value_exists(from->value))
        to->value = value_copy(s->arena, from->value);
    to->private = from->private.n ? arena_str(s->arena, from->private) : (struct str){0};
    to->depends = NULL;
    if (from->n_depends) {
        const struct addr **depends = ARENA_ARRAY(s->arena, const struct addr *, from->n_depends);
        memcpy(depends, from->depends, from->n_depends * sizeof *depends);
        to->depends = depends;
    }
    return to;
}

static const struct intent *intent_copy(struct snapshot *s, const struct intent *from)
{
    struct intent *to = ARENA_NEW(s->arena, struct intent);
    *to = *from;
    to->deposed = from->deposed.n ? arena_str(s->arena, from->deposed) : (struct str){0};
    to->planned = *object_copy(s, &from->planned);
    return to;
}

/* -- changes: counts of live instances and uncertain intents are kept -- */

static size_t uncertain_in(const struct state_instance *in)
{
    size_t n = in->uncertain != NULL;
    vec_each (&in->deposed, i)
        n += in->deposed.v[i].uncertain != NULL;
    return n;
}

static void discount(struct snapshot *s, const struct state_instance *in)
{
    s->n_live -= is_live(in);
    s->n_uncertain -= uncertain_in(in);
    s->dirty = true;
}

static void count(struct snapshot *s, const struct state_instance *in)
{
    s->n_live += is_live(in);
    s->n_uncertain += uncertain_in(in);
}

void snapshot_intend(struct snapshot *s, const struct intent *intent)
{
    struct state_instance *in = seat(s, intent->addr);
    discount(s, in);
    if (intent->deposed.n)
        deposed_seat(s, in, intent->deposed)->uncertain = intent_copy(s, intent);
    else
        in->uncertain = intent_copy(s, intent);
    count(s, in);
}

static bool apply_set(struct snapshot *s, struct state_instance *in, const struct result *r)
{
    const struct state_object *object = object_copy(s, r->object);
    if (r->deposed.n) {
        *deposed_seat(s, in, r->deposed) =
            (struct state_deposed){.key = arena_str(s->arena, r->deposed), .object = object};
        return true;
    }
    in->object = object;
    in->uncertain = NULL;
    return true;
}

static bool apply_gone(struct state_instance *in, const struct result *r)
{
    struct state_deposed *deposed = r->deposed.n ? deposed_find(in, r->deposed) : NULL;
    if (deposed)
        deposed_drop(in, deposed);
    if (!r->deposed.n) {
        in->object = NULL;
        in->uncertain = NULL;
    }
    return true;
}

/* An intent names the place of its object, so it is made anew where the object goes elsewhere. */
static const struct intent *intent_moved(struct snapshot *s, const struct intent *intent, const struct addr *addr,
                                         struct str deposed)
{
    if (!intent)
        return NULL;
    struct intent *moved = ARENA_NEW(s->arena, struct intent);
    *moved = *intent;
    moved->addr = addr;
    moved->deposed = deposed;
    return moved;
}

static bool apply_depose(struct snapshot *s, struct state_instance *in, const struct result *r)
{
    const struct state_deposed *there = deposed_find(in, r->deposed);
    if (!r->deposed.n || !in->object || there)
        return false;
    struct state_deposed *seat_ = deposed_seat(s, in, r->deposed);
    seat_->object = in->object;
    seat_->uncertain = intent_moved(s, in->uncertain, in->addr, seat_->key);
    in->object = NULL;
    in->uncertain = NULL;
    return true;
}

static bool apply_restore(struct snapshot *s, struct state_instance *in, const struct result *r)
{
    struct state_deposed *there = deposed_find(in, r->deposed);
    if (!there || !there->object || in->object)
        return false;
    in->object = there->object;
    in->uncertain = intent_moved(s, there->uncertain, in->addr, (struct str){0});
    deposed_drop(in, there);
    return true;
}

static bool apply_move(struct snapshot *s, struct state_instance *to, const struct result *r)
{
    struct state_instance *from = r->from ? find(s, r->from) : NULL;
    if (!from || !is_live(from) || is_live(to))
        return false;
    discount(s, from);
    to->object = from->object;
    to->uncertain = intent_moved(s, from->uncertain, to->addr, (struct str){0});
    to->deposed.v = from->deposed.v;
    to->deposed.n = from->deposed.n;
    to->deposed.cap = from->deposed.cap;
    vec_each (&to->deposed, i) {
        struct state_deposed *d = &to->deposed.v[i];
        d->uncertain = intent_moved(s, d->uncertain, to->addr, d->key);
    }
    *from = (struct state_instance){.addr = from->addr};
    count(s, from);
    return true;
}

static bool apply_to_instance(struct snapshot *s, struct state_instance *in, const struct result *r)
{
    switch (r->kind) {
    case RESULT_SET:
        return apply_set(s, in, r);
    case RESULT_GONE:
        return apply_gone(in, r);
    case RESULT_DEPOSE:
        return apply_depose(s, in, r);
    case RESULT_RESTORE:
        return apply_restore(s, in, r);
    case RESULT_MOVE:
        return apply_move(s, in, r);
    case RESULT_OUTPUT:
    case RESULT_OUTPUT_REMOVE:
        break;
    }
    return false;
}

/* -- outputs -- */

static bool apply_output(struct snapshot *s, const struct result *r)
{
    s->outputs_sorted = NULL;
    if (r->kind == RESULT_OUTPUT_REMOVE) {
        if (map_find(&s->outputs, r->name))
            map_put(&s->outputs, r->name, NULL);
        return true;
    }
    struct state_output *out = ARENA_NEW(s->arena, struct state_output);
    *out = (struct state_output){arena_str(s->arena, r->name), value_copy(s->arena, r->value), r->sensitive};
    map_put(&s->outputs, out->name, out);
    return true;
}

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

bool snapshot_apply(struct snapshot *s, const struct result *r)
{
    if (r->kind == RESULT_OUTPUT || r->kind == RESULT_OUTPUT_REMOVE)
        return apply_output(s, r);
    struct state_instance *in = seat(s, r->addr);
    discount(s, in);
    bool fits = apply_to_instance(s, in, r);
    count(s, in);
    return fits;
}

const char *intent_action_name(enum intent_action action)
{
    static const char *const names[] = {"create", "update", "delete"};
    return names[action];
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
