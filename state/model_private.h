/* model_private: what the files of the model share: model.c keeps the table and answers, change.c applies intents and
 * results. */
#ifndef DETOUR_STATE_MODEL_PRIVATE_H
#define DETOUR_STATE_MODEL_PRIVATE_H

#include "state/model.h"

/* Instances are never taken out of the table: an empty one stays as a free seat for its address. */
struct snapshot {
    struct arena *arena;
    struct addrs *addrs;
    struct str lineage;
    uint64_t serial;
    VEC(struct state_instance *) all; /* in order of arrival */
    uint32_t *slots;                  /* index + 1 into all, 0 for free; open addressing by the address's pointer */
    size_t n_slots, n_live, n_uncertain;
    const struct state_instance **sorted; /* valid while !dirty */
    size_t sorted_cap;
    bool dirty;
    struct map providers; /* each name once */
    struct map outputs;   /* name → struct state_output; NULL where removed */
    struct state_output *outputs_sorted;
    struct state_moving *moving;
};

/* The seat of the address, which may be empty; NULL: it never had one. */
struct state_instance *snapshot_seat_find(const struct snapshot *s, const struct addr *addr);
/* The same, made where there is none. */
struct state_instance *snapshot_seat(struct snapshot *s, const struct addr *addr);
/* Whether anything is known of who sits there. */
bool snapshot_seat_live(const struct state_instance *in);
/* NULL where the instance has no such object. Valid until the next one is added or taken out. */
struct state_deposed *snapshot_deposed_find(const struct state_instance *in, struct str key);

#endif
