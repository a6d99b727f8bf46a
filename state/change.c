#include "state/model_private.h"

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

/* -- counts of live instances and uncertain intents are kept -- */

static size_t uncertain_in(const struct state_instance *in)
{
    size_t n = in->uncertain != NULL;
    vec_each (&in->deposed, i)
        n += in->deposed.v[i].uncertain != NULL;
    return n;
}

static void discount(struct snapshot *s, const struct state_instance *in)
{
    s->n_live -= snapshot_seat_live(in);
    s->n_uncertain -= uncertain_in(in);
    s->dirty = true;
}

static void count(struct snapshot *s, const struct state_instance *in)
{
    s->n_live += snapshot_seat_live(in);
    s->n_uncertain += uncertain_in(in);
}

/* -- deposed objects -- */

static struct state_deposed *deposed_seat(struct snapshot *s, struct state_instance *in, struct str key)
{
    struct state_deposed *found = snapshot_deposed_find(in, key);
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

/* -- intents and results -- */

void snapshot_intend(struct snapshot *s, const struct intent *intent)
{
    struct state_instance *in = snapshot_seat(s, intent->addr);
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
    struct state_deposed *deposed = r->deposed.n ? snapshot_deposed_find(in, r->deposed) : NULL;
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
    const struct state_deposed *there = snapshot_deposed_find(in, r->deposed);
    if (!r->deposed.n || !in->object || there)
        return false;
    struct state_deposed *seat = deposed_seat(s, in, r->deposed);
    seat->object = in->object;
    seat->uncertain = intent_moved(s, in->uncertain, in->addr, seat->key);
    in->object = NULL;
    in->uncertain = NULL;
    return true;
}

static bool apply_restore(struct snapshot *s, struct state_instance *in, const struct result *r)
{
    struct state_deposed *there = snapshot_deposed_find(in, r->deposed);
    if (!there || !there->object || in->object)
        return false;
    in->object = there->object;
    in->uncertain = intent_moved(s, there->uncertain, in->addr, (struct str){0});
    deposed_drop(in, there);
    return true;
}

static bool apply_move(struct snapshot *s, struct state_instance *to, const struct result *r)
{
    struct state_instance *from = r->from ? snapshot_seat_find(s, r->from) : NULL;
    if (!from || !snapshot_seat_live(from) || snapshot_seat_live(to))
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

bool snapshot_apply(struct snapshot *s, const struct result *r)
{
    if (r->kind == RESULT_OUTPUT || r->kind == RESULT_OUTPUT_REMOVE)
        return apply_output(s, r);
    struct state_instance *in = snapshot_seat(s, r->addr);
    discount(s, in);
    bool fits = apply_to_instance(s, in, r);
    count(s, in);
    return fits;
}
