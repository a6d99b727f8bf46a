/* walk: visiting and rewriting values from the outside in. */
#ifndef DETOUR_VALUE_WALK_H
#define DETOUR_VALUE_WALK_H

#include "value/path.h"

/* How many values v is made of, itself included, those that several places share counted at each: no more than `max`,
 * in no more time than that. */
size_t value_count(struct value v, size_t max);

/* Called for a value and its path (valid during the call only); returns whether to go inside. */
typedef bool walk_visit(void *ctx, struct path path, struct value v);
/* Visits the value and what is inside, from the outside in. */
void value_walk(struct arena *arena, struct value v, walk_visit *visit, void *ctx);

/* Rewrites bottom up: `f` sees every value whose insides were rewritten already, with its path, and answers what to put
 * there (same type, or a type that fits an enclosing object/tuple). */
typedef struct value walk_rewrite(void *ctx, struct path path, struct value v);
/* Rewrites the value from the inside out; what is not changed is shared with `v`. */
struct value value_rewrite(struct arena *arena, struct value v, walk_rewrite *f, void *ctx);

#endif
