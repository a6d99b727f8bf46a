/* load: from what lies in a backend to a snapshot, for the store (under the lock) and for readers (without it). */
#ifndef DETOUR_STATE_LOAD_H
#define DETOUR_STATE_LOAD_H

#include "state/backend/backend.h"
#include "state/format.h"
#include "state/journal.h"

/* What became of a journal. */
enum journal_fate {
    JOURNAL_NONE,     /* nothing was recorded in it */
    JOURNAL_APPLIED,  /* it continues the snapshot */
    JOURNAL_ABSORBED, /* the snapshot holds it already: it can be dropped */
    JOURNAL_FOREIGN,  /* it continues another state */
};

struct loaded_journal {
    struct backend_journal at; /* in the arena given */
    enum journal_fate fate;
    struct journal_head head;
    struct journal_replay replay; /* JOURNAL_APPLIED */
};

struct loaded {
    struct snapshot *snapshot;
    bool exists; /* there is a snapshot */
    size_t size; /* of its text */
    VEC(struct loaded_journal) journals;
};

/* Reads snapshot and journals, and opens their secrets. False after a diagnostic. */
bool state_load(struct backend *backend, struct addrs *addrs, struct secrets *secrets, struct arena *arena,
                struct loaded *out, struct diags *diags);

#endif
