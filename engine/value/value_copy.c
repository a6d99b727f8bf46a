#include "value/value_private.h"

static const struct refine *refine_copy(struct arena *arena, const struct refine *r)
{
    struct refine *copy = ARENA_NEW(arena, struct refine);
    *copy = *r;
    copy->prefix = arena_str(arena, r->prefix);
    copy->min = number_copy(arena, r->min);
    copy->max = number_copy(arena, r->max);
    return copy;
}

static const struct value *parts_copy(struct arena *arena, const struct value *parts, size_t n)
{
    if (n == 0)
        return NULL;
    struct value *copy = ARENA_ARRAY(arena, struct value, n);
    for (size_t i = 0; i < n; i++)
        copy[i] = value_copy(arena, parts[i]);
    return copy;
}

static const struct str *keys_copy(struct arena *arena, const struct str *keys, size_t n)
{
    if (n == 0)
        return NULL;
    struct str *copy = ARENA_ARRAY(arena, struct str, n);
    for (size_t i = 0; i < n; i++)
        copy[i] = arena_str(arena, keys[i]);
    return copy;
}

struct value value_copy(struct arena *arena, struct value v)
{
    if (v.refine)
        v.refine = refine_copy(arena, v.refine);
    if (!v.type || v.state != VALUE_KNOWN)
        return v;
    switch (v.type->kind) {
    case TYPE_DYNAMIC:
    case TYPE_BOOL:
        break;
    case TYPE_NUMBER:
        if (v.n == 1)
            v.u.big = number_copy(arena, value_as_number(v)).big;
        break;
    case TYPE_STRING:
        v.u.string = arena_str(arena, v.u.string);
        break;
    case TYPE_MAP:
        v.u.map.keys = keys_copy(arena, v.u.map.keys, v.n);
        v.u.map.items = parts_copy(arena, v.u.map.items, v.n);
        break;
    default:
        v.u.items = parts_copy(arena, v.u.items, v.n);
        break;
    }
    return v;
}
