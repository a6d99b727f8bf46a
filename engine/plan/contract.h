/*
 * contract: what a provider's answers must keep to, checked on every call in release builds too. A breach is the
 * provider's bug, never the user's mistake.
 */
#ifndef DETOUR_PLAN_CONTRACT_H
#define DETOUR_PLAN_CONTRACT_H

#include "base/vec.h"
#include "schema/schema.h"
#include "value/path.h"

struct breach {
    struct path path;
    struct str text; /* "is \"a\", but the configuration says \"b\"" */
};
struct breaches {
    VEC(struct breach) list;
};

/*
 * A planned object keeps what the configuration sets (or, where the provider finds both equal in meaning, what was
 * there before), leaves null what is neither set nor computed, and keeps the configuration's blocks. `prior` may be
 * null or absent. Values unmarked, of the schema's type. Appends to `out`, which grows in `arena`.
 */
void contract_planned(struct arena *arena, const struct schema *schema, struct value prior, struct value config,
                      struct value planned, struct breaches *out);

/* An actual object keeps every known part of the planned one. */
void contract_applied(struct arena *arena, const struct schema *schema, struct value planned, struct value actual,
                      struct breaches *out);

/* A stored object is wholly known. */
void contract_known(struct arena *arena, struct value actual, struct breaches *out);

/* Whether every known part of `approved` is the same in `again`: what was approved is what will be done. `where` gets
 * the first difference. */
bool contract_same(struct arena *arena, struct value approved, struct value again, struct path *where);

#endif
