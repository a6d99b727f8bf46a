#include "value/convert_private.h"

#include "value/value_private.h"

/* Default values of optional attributes, filled in before conversion, so that they are converted like what was written.
 */

static bool empty(const struct type_defaults *d)
{
    return !d || !d->type || (!d->attr_defaults && !d->children);
}

/* The defaults for the i-th part of v (under `name` in maps and objects); NULL for none. */
static const struct type_defaults *child(const struct type_defaults *d, struct str name, size_t i)
{
    if (!d->children)
        return NULL;
    switch (d->type->kind) {
    case TYPE_TUPLE:
        return i < d->type->n ? d->children[i] : NULL;
    case TYPE_OBJECT: {
        int at = type_attr(d->type, name);
        return at < 0 ? NULL : d->children[at];
    }
    default:
        return d->type->elem ? d->children[0] : NULL;
    }
}

static struct value apply(struct arena *arena, struct value v, const struct type_defaults *d);

/* The elements as one collection where they still have a common type, else as the tuple or object that they have
 * become. */
static bool unify_elements(struct arena *arena, struct value *items, size_t n, const struct type **elem)
{
    const struct type **types = ARENA_ARRAY(arena, const struct type *, n);
    for (size_t i = 0; i < n; i++)
        types[i] = items[i].type;
    *elem = unify_types(types, n, true);
    if (!*elem)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!convert(arena, items[i], *elem, &items[i], NULL, NULL) || items[i].type != *elem)
            return false;
    return true;
}

static struct value apply_sequence(struct arena *arena, struct value v, const struct type_defaults *d)
{
    const struct type *elem;
    if (v.n == 0)
        return v;
    struct value *items = ARENA_ARRAY(arena, struct value, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        items[i] = apply(arena, v.u.items[i], child(d, (struct str){0}, i));
    if (v.type->kind == TYPE_TUPLE || !unify_elements(arena, items, v.n, &elem))
        return value_tuple(items, v.n);
    return v.type->kind == TYPE_LIST ? value_list(elem, items, v.n) : value_set(arena, elem, items, v.n);
}

/* The members of v and, behind them, the attributes that it leaves out and that have defaults. */
struct members {
    struct str *names;
    struct value *items;
    size_t n;
};

static struct value default_of(struct arena *arena, const struct type_defaults *d, uint32_t i)
{
    return apply(arena, d->attr_defaults[i], d->children ? d->children[i] : NULL);
}

static void add_members(struct arena *arena, struct value v, const struct type_defaults *d, struct members *m)
{
    struct value key, item;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item); m->n++) {
        int at = d->type->kind == TYPE_OBJECT ? type_attr(d->type, key.u.string) : -1;
        bool replace = item.state == VALUE_NULL && at >= 0 && d->attr_defaults && value_exists(d->attr_defaults[at]);
        m->names[m->n] = key.u.string;
        m->items[m->n] =
            replace ? default_of(arena, d, (uint32_t)at) : apply(arena, item, child(d, key.u.string, it.i - 1));
    }
}

static bool has_member(struct value v, struct str name)
{
    return v.type->kind == TYPE_MAP ? value_exists(value_map_get(v, name)) : type_attr(v.type, name) >= 0;
}

static void add_left_out(struct arena *arena, struct value v, const struct type_defaults *d, struct members *m)
{
    if (d->type->kind != TYPE_OBJECT || !d->attr_defaults)
        return;
    for (uint32_t i = 0; i < d->type->n; i++) {
        if (!value_exists(d->attr_defaults[i]) || has_member(v, d->type->names[i]))
            continue;
        m->names[m->n] = d->type->names[i];
        m->items[m->n++] = default_of(arena, d, i);
    }
}

static struct value apply_keyed(struct arena *arena, struct value v, const struct type_defaults *d)
{
    size_t room = v.n + d->type->n + 1;
    struct members m = {ARENA_ARRAY(arena, struct str, room), ARENA_ARRAY(arena, struct value, room), 0};
    const struct type *elem;
    add_members(arena, v, d, &m);
    add_left_out(arena, v, d, &m);
    if (m.n == 0)
        return v;
    if (v.type->kind == TYPE_OBJECT || !unify_elements(arena, m.items, m.n, &elem))
        return value_object(arena, m.names, m.items, m.n);
    return value_map(arena, elem, m.names, m.items, m.n);
}

static struct value apply(struct arena *arena, struct value v, const struct type_defaults *d)
{
    if (empty(d) || v.state != VALUE_KNOWN || type_is_primitive(v.type))
        return v;
    struct value bare = value_unmark(v);
    struct value filled = type_is_keyed(v.type) ? apply_keyed(arena, bare, d) : apply_sequence(arena, bare, d);
    return value_mark(filled, v.marks);
}

struct value convert_defaults(struct arena *arena, struct value v, const struct type_defaults *defaults)
{
    return apply(arena, v, defaults);
}
