#include "value/value_private.h"

/* Unknown values and what is known of them. */

static uint32_t length_limit(const struct refine *r)
{
    return r->max_length ? r->max_length : UINT32_MAX;
}

static bool says_nothing(const struct type *type, const struct refine *r)
{
    if (r->not_null)
        return false;
    if (type == type_string)
        return r->prefix.n == 0;
    if (type == type_number)
        return !r->has_min && !r->has_max;
    return !type_is_collection(type) || (r->min_length == 0 && length_limit(r) == UINT32_MAX);
}

static struct value list_of_unknown(struct arena *arena, const struct type *type, uint32_t n)
{
    struct value *items = ARENA_ARRAY(arena, struct value, n);
    for (uint32_t i = 0; i < n; i++)
        items[i] = value_unknown(type->elem);
    return type->kind == TYPE_LIST ? value_list(type->elem, items, n) : value_set(arena, type->elem, items, n);
}

enum { COLLAPSE_LARGEST = 1 << 16 }; /* a longer list stays one unknown value */

/* The one value that the facts allow, where there is one. */
static bool collapses(struct arena *arena, const struct type *type, const struct refine *r, struct value *out)
{
    if (!r->not_null)
        return false;
    if (type == type_number) {
        if (!r->has_min || !r->has_max || !r->min_inclusive || !r->max_inclusive || !number_eq(r->min, r->max))
            return false;
        *out = value_number(number_copy(arena, r->min));
        return true;
    }
    if (!type_is_collection(type) || r->min_length != length_limit(r) || r->min_length > COLLAPSE_LARGEST)
        return false;
    if (type->kind != TYPE_LIST && !(type->kind == TYPE_SET && r->min_length == 1))
        return false;
    *out = list_of_unknown(arena, type, r->min_length);
    return true;
}

static const struct refine *refine_keep(struct arena *arena, const struct refine *r)
{
    struct refine *kept = ARENA_NEW(arena, struct refine);
    *kept = *r;
    kept->prefix = arena_str(arena, r->prefix);
    kept->min = number_copy(arena, r->min);
    kept->max = number_copy(arena, r->max);
    kept->max_length = length_limit(r);
    return kept;
}

struct value value_unknown_refined(struct arena *arena, const struct type *type, struct refine refine)
{
    struct value v = value_unknown(type);
    if (type == type_dynamic || says_nothing(type, &refine) || collapses(arena, v.type, &refine, &v))
        return v;
    v.refine = refine_keep(arena, &refine);
    return v;
}

struct value value_refine_not_null(struct arena *arena, struct value v)
{
    if (v.state != VALUE_UNKNOWN || v.type == type_dynamic || (v.refine && v.refine->not_null))
        return v;
    struct refine refine = v.refine ? *v.refine : (struct refine){0};
    refine.not_null = true;
    return value_mark(value_unknown_refined(arena, v.type, refine), v.marks);
}
