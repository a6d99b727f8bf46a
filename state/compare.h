/* compare: what differs between two snapshots over the same addresses. */
#ifndef DETOUR_STATE_COMPARE_H
#define DETOUR_STATE_COMPARE_H

#include "state/model.h"

/* One object; NULL where it is not there. Both set: value or status differ. */
struct state_difference {
    const struct addr *addr;
    struct str deposed;
    const struct state_object *before, *after;
};

/* One output; NULL where it is not there. */
struct output_difference {
    struct str name;
    const struct state_output *before, *after;
};

struct state_comparison {
    VEC(struct state_difference) objects; /* in the order of plans, deposed ones behind the current one */
    VEC(struct output_difference) outputs;
};

/* Borrows from both snapshots. */
void state_compare(struct arena *arena, struct snapshot *before, struct snapshot *after, struct state_comparison *out);

#endif
