/*
 * proposed: what an object would be if nothing but its configuration had a say: config merged with what is there.
 */
#ifndef DETOUR_PLAN_PROPOSED_H
#define DETOUR_PLAN_PROPOSED_H

#include "schema/schema.h"

/*
 * The configured value with the gaps in computed attributes filled: from `prior` where there is one (type NULL or null:
 * there is none), else unknown. Elements of nested blocks are paired by position, key, or, in sets, by what the
 * configuration sets of them. All three are objects of the schema; none may be marked.
 */
struct value proposed_value(struct arena *arena, const struct schema *schema, struct value config, struct value prior);

/* `object` with the items replaced: of the same type where the items' types allow it, else of a new object type
 * (attributes of any type). Takes over `items`, one per attribute in the order of the type's names. */
struct value proposed_object(struct arena *arena, struct value object, const struct value *items);

#endif
