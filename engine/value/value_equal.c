#include "value/value_private.h"

static bool same_parts(struct value a, struct value b, bool marks)
{
    const struct value *x = value_parts(a), *y = value_parts(b);
    if (a.n != b.n)
        return false;
    if (x == y && !marks)
        return true;
    for (uint32_t i = 0; i < a.n; i++) {
        if (a.type->kind == TYPE_MAP && !str_eq(a.u.map.keys[i], b.u.map.keys[i]))
            return false;
        if (!(marks ? value_same_marked(x[i], y[i]) : value_same(x[i], y[i])))
            return false;
    }
    return true;
}

static bool same(struct value a, struct value b, bool marks)
{
    if (a.type != b.type || a.state != b.state || (marks && a.marks != b.marks))
        return false;
    if (!a.type || a.state != VALUE_KNOWN)
        return true;
    switch (a.type->kind) {
    case TYPE_BOOL:
        return a.u.boolean == b.u.boolean;
    case TYPE_NUMBER:
        return number_eq(value_as_number(a), value_as_number(b));
    case TYPE_STRING:
        return str_eq(a.u.string, b.u.string);
    default:
        return same_parts(a, b, marks);
    }
}

bool value_same(struct value a, struct value b)
{
    return same(a, b, false);
}

bool value_same_marked(struct value a, struct value b)
{
    if (a.deep != b.deep)
        return false;
    return same(a, b, true);
}

static uint64_t mix(uint64_t h, uint64_t more)
{
    h = (h ^ more) * 0x9fb21c651e98df25;
    return h ^ (h >> 31);
}

uint64_t value_hash(struct value v)
{
    uint64_t h = mix(v.type->hash, v.state);
    if (v.state != VALUE_KNOWN)
        return h;
    switch (v.type->kind) {
    case TYPE_BOOL:
        return mix(h, v.u.boolean);
    case TYPE_NUMBER:
        return mix(h, number_hash(value_as_number(v)));
    case TYPE_STRING:
        return mix(h, str_hash(v.u.string));
    default:
        break;
    }
    const struct value *parts = value_parts(v);
    for (uint32_t i = 0; i < v.n; i++) {
        if (v.type->kind == TYPE_MAP)
            h = mix(h, str_hash(v.u.map.keys[i]));
        h = mix(h, value_hash(parts[i]));
    }
    return mix(h, v.n);
}

enum answer { NO, YES, MAYBE };

static bool conforms(const struct type *given, const struct type *want);

static bool items_conform(const struct type *given, const struct type *want)
{
    if (given->n != want->n)
        return false;
    for (uint32_t i = 0; i < given->n; i++) {
        if (given->kind == TYPE_OBJECT && !str_eq(given->names[i], want->names[i]))
            return false;
        if (!conforms(given->items[i], want->items[i]))
            return false;
    }
    return true;
}

/* Whether a value of type `given` may stand where `want` is asked for, "any" in it standing for every type. */
static bool conforms(const struct type *given, const struct type *want)
{
    if (given == want || want == type_dynamic)
        return true;
    if (given->kind != want->kind || !want->has_dynamic)
        return false;
    return want->elem ? conforms(given->elem, want->elem) : items_conform(given, want);
}

static bool never_null(struct value v)
{
    return v.state == VALUE_KNOWN || (v.state == VALUE_UNKNOWN && v.refine && v.refine->not_null);
}

static bool out_of_bounds(const struct refine *r, struct number n)
{
    int below = r->has_min ? number_cmp(n, r->min) : 1, above = r->has_max ? number_cmp(n, r->max) : -1;
    return below < 0 || (below == 0 && !r->min_inclusive) || above > 0 || (above == 0 && !r->max_inclusive);
}

/* A set with unknown elements has no length yet. */
static bool has_length(struct value v)
{
    return v.type->kind != TYPE_SET || !(v.deep & DEEP_UNKNOWN);
}

/* Whether what is known of `unknown` excludes the value v, which is known and not null. */
static bool excludes(struct value unknown, struct value v)
{
    const struct refine *r = unknown.refine;
    if (!conforms(v.type, unknown.type))
        return true;
    if (!r)
        return false;
    if (v.type == type_string)
        return !str_starts(v.u.string, r->prefix);
    if (v.type == type_number)
        return out_of_bounds(r, value_as_number(v));
    if (type_is_collection(v.type) && type_is_collection(unknown.type) && has_length(v))
        return v.n < r->min_length || v.n > r->max_length;
    return false;
}

static enum answer equal(struct value a, struct value b);

static enum answer equal_unknown(struct value a, struct value b)
{
    if (a.state == VALUE_UNKNOWN && b.state == VALUE_UNKNOWN)
        return MAYBE;
    struct value unknown = a.state == VALUE_UNKNOWN ? a : b, known = a.state == VALUE_UNKNOWN ? b : a;
    if (known.state == VALUE_NULL)
        return MAYBE;
    return excludes(unknown, known) ? NO : MAYBE;
}

/* Whether some unknown part may still turn out to be of any type. */
static bool type_undecided(struct value v)
{
    if (!(v.deep & DEEP_UNKNOWN) || !v.type->has_dynamic)
        return false;
    if (v.state == VALUE_UNKNOWN)
        return true;
    const struct value *parts = value_parts(v);
    for (uint32_t i = 0; i < v.n; i++)
        if (type_undecided(parts[i]))
            return true;
    return false;
}

/* In the order of lists and tuples the first part that is not equal decides; of objects and maps a difference anywhere.
 */
static enum answer equal_parts(struct value a, struct value b)
{
    const struct value *x = value_parts(a), *y = value_parts(b);
    enum answer all = YES;
    if (a.n != b.n)
        return NO;
    for (uint32_t i = 0; i < a.n; i++)
        if (a.type->kind == TYPE_MAP && !str_eq(a.u.map.keys[i], b.u.map.keys[i]))
            return NO;
    for (uint32_t i = 0; i < a.n; i++) {
        enum answer one = equal(x[i], y[i]);
        if (one == NO || (one == MAYBE && type_is_sequence(a.type)))
            return one;
        if (one == MAYBE)
            all = MAYBE;
    }
    return all;
}

static enum answer equal_sets(struct value a, struct value b)
{
    if ((a.deep | b.deep) & DEEP_UNKNOWN)
        return MAYBE;
    return value_same(a, b) ? YES : NO;
}

static enum answer equal(struct value a, struct value b)
{
    if ((a.state == VALUE_NULL && never_null(b)) || (b.state == VALUE_NULL && never_null(a)))
        return NO;
    if (a.state == VALUE_UNKNOWN || b.state == VALUE_UNKNOWN)
        return equal_unknown(a, b);
    if (a.state == VALUE_NULL)
        return YES; /* both are: nulls of all types are equal */
    if (type_undecided(a) || type_undecided(b))
        return conforms(a.type, b.type) || conforms(b.type, a.type) ? MAYBE : NO;
    if (a.type != b.type)
        return NO;
    if (type_is_primitive(a.type))
        return value_same(a, b) ? YES : NO;
    return a.type->kind == TYPE_SET ? equal_sets(a, b) : equal_parts(a, b);
}

static const struct refine only_not_null = {.not_null = true, .max_length = UINT32_MAX};

struct value value_equal(struct arena *arena, struct value a, struct value b)
{
    (void)arena;
    unsigned marks = value_marks_deep(a) | value_marks_deep(b);
    enum answer answer = equal(a, b);
    struct value v = answer == MAYBE ? value_unknown(type_bool) : value_bool(answer == YES);
    if (answer == MAYBE)
        v.refine = &only_not_null;
    return value_mark(v, (uint16_t)marks);
}
