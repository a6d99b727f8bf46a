/* load: from the files to a snapshot, for the store (under the lock) and for readers (without it). */
#ifndef DETOUR_STATE_LOAD_H
#define DETOUR_STATE_LOAD_H

#include "base/fs.h"
#include "state/format.h"
#include "state/journal.h"

/* The files of one state, NUL-terminated. */
struct state_paths {
    struct str dir, snapshot, temp, journal, lock;
};

struct state_paths state_paths_of(struct arena *arena, const char *path);

/* What became of the journal. */
enum journal_fate {
    JOURNAL_NONE,     /* there is none, or one in which nothing was recorded */
    JOURNAL_APPLIED,  /* it continues the snapshot */
    JOURNAL_ABSORBED, /* the snapshot holds it already: it can be dropped */
    JOURNAL_FOREIGN,  /* it continues another state */
};

struct loaded {
    struct snapshot *snapshot;
    bool exists; /* there is a snapshot file */
    enum journal_fate fate;
    struct journal_head head;     /* of the journal */
    struct journal_replay replay; /* JOURNAL_APPLIED */
    struct str journal_text;      /* in the arena given */
};

/* Reads both files. False after a diagnostic. Takes snapshot and journal of one moment also while a run checkpoints. */
bool state_load(const struct vfs *vfs, const struct state_paths *paths, struct addrs *addrs, struct arena *arena,
                struct loaded *out, struct diags *diags);

#endif
