/*
 * value: the values of the language: immutable, passed by value, sharing freely what they point to.
 * Owns representation, marks and unknowns. Must not know syntax, configuration or providers.
 * Memory: a value's insides live in the arena given when it was made, or in static memory; value_copy moves one to
 * another arena.
 *
 * Every value has a type, a state (null, known, unknown), marks of its own, and `deep` bits that sum up its insides.
 * Unknown values may carry a refinement: facts known about the value to come.
 */
#ifndef DETOUR_VALUE_VALUE_H
#define DETOUR_VALUE_VALUE_H

#include "value/number.h"
#include "value/type.h"

enum value_state { VALUE_NULL, VALUE_KNOWN, VALUE_UNKNOWN };

enum value_mark {
    MARK_SENSITIVE = 1 << 0, /* never shown */
    MARK_EPHEMERAL = 1 << 1, /* never stored */
};

enum value_deep {
    DEEP_UNKNOWN = 1 << 0,   /* itself or something inside is unknown */
    DEEP_SENSITIVE = 1 << 1, /* itself or something inside is sensitive */
    DEEP_EPHEMERAL = 1 << 2,
};

/* What is known of an unknown value (cty's refinements). */
struct refine {
    bool not_null;
    struct str prefix; /* of a string */
    bool has_min, has_max, min_inclusive, max_inclusive;
    struct number min, max; /* of a number */
    uint32_t min_length,
        max_length; /* of a collection; max 0 or UINT32_MAX for none (an empty one is known, not unknown) */
};

struct value {
    const struct type *type; /* NULL only in (struct value){0}, "no value at all" */
    union {
        bool boolean;
        int64_t small;             /* number with n != 1, which is then its precision (0: NUMBER_PREC_INT) */
        const struct bignum *big;  /* number with n == 1 */
        struct str string;         /* NFC-normalised UTF-8 */
        const struct value *items; /* list, tuple, set (sorted, unique), object (order of type->names) */
        struct {
            const struct str *keys; /* map: sorted by bytes, unique */
            const struct value *items;
        } map;
    } u;
    const struct refine *refine; /* unknown values only; NULL for none */
    uint16_t marks;
    uint8_t state, deep;
    uint32_t n; /* elements, attributes; for numbers which member of u holds it */
};

/* -- making -- */
/* No value, or one that is not known yet, of that type. */
struct value value_null(const struct type *type);
struct value value_unknown(const struct type *type);
/* An unknown value with the refinement copied into `arena`; collapses to a known value where the facts allow only one.
 */
struct value value_unknown_refined(struct arena *arena, const struct type *type, struct refine refine);
/* v, known not to be null where it is unknown. */
struct value value_refine_not_null(struct arena *arena, struct value v);
struct value value_bool(bool b);
struct value value_int(int64_t i);
struct value value_number(struct number n);
/* Borrows the bytes, which must be NFC and UTF-8 already. */
struct value value_string(struct str s);
/* Copies and normalises. Invalid UTF-8 is replaced by U+FFFD. */
struct value value_string_copy(struct arena *arena, struct str s);
/* Collections take over `items`, an array in the arena that the caller fills and then leaves alone; n == 0 allows NULL.
 * The elements must have the element type already. */
struct value value_list(const struct type *elem, const struct value *items, size_t n);
struct value value_tuple(const struct value *items, size_t n);
/* Sorts and removes duplicates in an array of its own; marks of the elements move to the set. Unknown elements stay. */
struct value value_set(struct arena *arena, const struct type *elem, const struct value *items, size_t n);
/* Keys need not be sorted; of equal keys the last wins. Both arrays are copied when they have to be sorted. */
struct value value_map(struct arena *arena, const struct type *elem, const struct str *keys, const struct value *items,
                       size_t n);
struct value value_object(struct arena *arena, const struct str *names, const struct value *items, size_t n);
/* An object of a type that exists already: items in the order of type->names. */
struct value value_object_of(const struct type *type, const struct value *items);

/* -- looking -- */
/* Null; known, though it may be null; there at all (no type: none); or known and not null. */
static inline bool value_is_null(struct value v)
{
    return v.state == VALUE_NULL;
}
static inline bool value_is_known(struct value v)
{
    return v.state != VALUE_UNKNOWN;
}
static inline bool value_exists(struct value v)
{
    return v.type != NULL;
}
/* Known and not null. */
static inline bool value_is_set(struct value v)
{
    return v.type && v.state == VALUE_KNOWN;
}
/* Nothing in it is unknown, however deep. */
static inline bool value_wholly_known(struct value v)
{
    return !(v.deep & DEEP_UNKNOWN);
}
/* Something in it is sensitive. */
static inline bool value_has_secret(struct value v)
{
    return (v.deep & DEEP_SENSITIVE) != 0;
}
struct number value_as_number(struct value v); /* a known number */
/* The attribute of a known object, or (struct value){0} where the type has none of that name. Keeps marks of the object
 * itself out. */
struct value value_attr(struct value object, struct str name);
/* The element of a known map, or (struct value){0}. */
struct value value_map_get(struct value map, struct str key);
/* Whether the set holds an element equal to v. */
bool value_set_has(struct value set, struct value v);

/* Iteration over a known list, set, tuple, map or object: keys are numbers, the elements themselves (sets) or strings.
 */
struct value_iter {
    struct value of;
    size_t i;
};
/* From the first one on. */
static inline struct value_iter value_iter(struct value v)
{
    return (struct value_iter){v, 0};
}
/* The next one; either pointer may be NULL. False at the end, and where there is nothing to go through. */
bool value_next(struct value_iter *it, struct value *key, struct value *item);

/* -- marks -- */
struct value value_mark(struct value v, uint16_t marks); /* adds to the value's own marks */
struct value value_unmark(struct value v);               /* without its own marks; those inside stay */
struct value value_unmark_deep(struct arena *arena, struct value v);
uint16_t value_marks_deep(struct value v); /* union of its own and all inside */

/* -- comparing and copying -- */
/* Same type, state, content and, below, the same; marks and refinements do not count. Unknown equals unknown. */
bool value_same(struct value a, struct value b);
/* As value_same, with equal marks at every place. */
bool value_same_marked(struct value a, struct value b);
/* The language's ==: an unknown bool where it depends on unknown parts (refinements are used); marks of both on the
 * result. */
struct value value_equal(struct arena *arena, struct value a, struct value b);
/* The order of set elements: numbers by size, strings by bytes, false before true, others by a stable hash. */
int value_order(struct value a, struct value b);
uint64_t value_hash(struct value v);
/* A copy that shares nothing with the arena it came from. */
struct value value_copy(struct arena *arena, struct value v);

#endif
