/*
 * history: which snapshots there were: who wrote each, when, doing what, and what it changed; and the last of their
 * texts. Kept as further texts of the backend (extra_*): "history", one line of JSON for each, and "history.SERIAL".
 * A help to people: a state without it, or with a part of it, is whole.
 */
#ifndef DETOUR_STATE_HISTORY_H
#define DETOUR_STATE_HISTORY_H

#include "state/backend/backend.h"
#include "state/model.h"
#include "state/secrets.h"

/* What is kept: so many lines; of those the texts of the newest, as many as the second and third allow. */
enum { HISTORY_LINES = 500, HISTORY_TEXTS = 50, HISTORY_BYTES = 128 << 20 };

struct past {
    uint64_t serial;
    struct str lineage, when, who, operation;
    struct str digest; /* of the plan that was applied; may be empty */
    struct str sha256; /* of the snapshot's text */
    uint64_t added, changed, removed, moved, outputs, size;
    bool kept; /* its text should be there */
};

struct history {
    struct arena *arena;
    VEC(struct past) list; /* oldest first */
};

/* What a run changed, from the results that it records. */
struct tally;
/* In the arena; empty. */
struct tally *tally_new(struct arena *arena);
/* Before the result is applied. */
void tally_note(struct tally *tally, const struct snapshot *snapshot, const struct result *result);
/* Counts all since the last call, and starts anew. */
void tally_take(struct tally *tally, const struct snapshot *snapshot, struct past *out);

/* Reads what there is into `arena`; an empty list where the backend keeps none. False with the backend's why. */
bool history_read(struct backend *backend, struct arena *arena, struct history *out);

/* The entry of that serial in the lineage, or NULL. */
const struct past *history_find(const struct history *history, struct str lineage, uint64_t serial);

/* Adds `past` (serial, lineage, when, who… set; sizes and sums are filled in) with its text, and drops what is beyond
 * the limits. False with the backend's why. */
bool history_add(struct backend *backend, struct history *history, const struct past *past, struct str text);

/* Copies what one backend keeps to another, as far as both keep any. False with the why of the one that failed. */
bool history_copy(struct backend *from, struct backend *to);

/* The snapshot of an entry. `secrets` gets the key that it was sealed with then, so it must not be the one that is
 * written with. NULL after a diagnostic: not kept any more, or not what was written. */
struct snapshot *history_snapshot(struct backend *backend, struct addrs *addrs, struct secrets *secrets,
                                  const struct past *past, struct diags *diags);

#endif
