#include "provider/copies.h"

#include "value/walk.h"

struct search {
    struct arena *arena;
    VEC(struct str) secrets; /* texts */
};

/* The texts below what is sensitive. */
static void gather(struct search *s, struct value v, bool secret)
{
    struct value key, item;
    secret |= (v.marks & MARK_SENSITIVE) != 0;
    if ((!secret && !value_has_secret(v)) || !value_is_set(v))
        return;
    if (v.type == type_string && v.u.string.n >= COPIES_SHORTEST)
        vec_push(s->arena, &s->secrets, v.u.string);
    if (v.type->kind < TYPE_LIST)
        return;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item);)
        gather(s, item, secret);
}

static struct value mark_text(void *ctx, struct path path, struct value v)
{
    const struct search *s = ctx;
    (void)path;
    if (v.type != type_string || !value_is_set(v) || v.marks || v.u.string.n < COPIES_SHORTEST)
        return v;
    vec_each (&s->secrets, i)
        if (str_find(v.u.string, s->secrets.v[i], 0) != SIZE_MAX)
            return value_mark(v, MARK_SENSITIVE);
    return v;
}

/* The attribute of the object that has secrets and equals v, else v. */
static struct value twin_of(struct arena *arena, struct value object, uint32_t at)
{
    struct value v = object.u.items[at];
    for (uint32_t i = 0; i < object.n; i++) {
        struct value other = object.u.items[i];
        if (i != at && value_has_secret(other) && other.type == v.type &&
            value_same(value_unmark_deep(arena, other), value_unmark_deep(arena, v)))
            return other;
    }
    return v;
}

static bool is_computed(const struct schema *schema, struct str name)
{
    const struct schema_attr *attr = schema_attr(schema, name);
    return attr && (attr->flags & SCHEMA_COMPUTED);
}

struct value copies_mark(struct arena *arena, const struct schema *schema, struct value object)
{
    struct search search = {.arena = arena};
    if (!value_is_set(object) || object.type->kind != TYPE_OBJECT || !value_has_secret(object))
        return object;
    gather(&search, object, false);
    struct value *items = ARENA_ARRAY(arena, struct value, object.n);
    memcpy(items, object.u.items, object.n * sizeof *items);
    for (uint32_t i = 0; i < object.n; i++) {
        if (!value_is_set(items[i]) || items[i].marks || !is_computed(schema, object.type->names[i]))
            continue;
        items[i] = twin_of(arena, object, i);
        if (search.secrets.n)
            items[i] = value_rewrite(arena, items[i], mark_text, &search);
    }
    return value_mark(value_object_of(object.type, items), object.marks);
}
