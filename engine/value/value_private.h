/* value_private: what the files of value share. */
#ifndef DETOUR_VALUE_VALUE_PRIVATE_H
#define DETOUR_VALUE_VALUE_PRIVATE_H

#include "value/value.h"

/* The deep bits that come from the value itself. */
static inline uint8_t value_deep_own(struct value v)
{
    unsigned bits = v.state == VALUE_UNKNOWN ? DEEP_UNKNOWN : 0;
    if (v.marks & MARK_SENSITIVE)
        bits |= DEEP_SENSITIVE;
    if (v.marks & MARK_EPHEMERAL)
        bits |= DEEP_EPHEMERAL;
    return (uint8_t)bits;
}

/* The parts of a known list, set, tuple, map or object; NULL for all other values. */
static inline const struct value *value_parts(struct value v)
{
    if (v.state != VALUE_KNOWN || v.type->kind < TYPE_LIST)
        return NULL;
    return v.type->kind == TYPE_MAP ? v.u.map.items : v.u.items;
}

/* The same collection, tuple or object with other parts (as many, of fitting types); state, marks and keys stay, deep
 * is summed up anew. The type is worked out for tuples and objects, and for collections taken from the first part. */
struct value value_with_parts(struct value v, const struct value *parts);

/* `deep` of a value whose parts are in place. */
uint8_t value_deep_sum(struct value v);

#endif
