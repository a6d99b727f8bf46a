/*
 * store: the state of a working folder: snapshot, journal, lock, in the files of the folder or in another backend. Owns
 * all three while it is open. Must not know the configuration, plans or providers. All I/O is the backend's.
 *
 * Invariants (README.md says where each is kept):
 * 1. An intent is durable before store_intents returns, a result before store_results returns.
 * 2. State = snapshot + the journal whose BEGIN has the snapshot's lineage and serial; any other is set aside, never
 *    replayed. 3. Replay stops at the first bad record and truncates there.
 * 4. Checkpoint: temp file, fsync, rename, fsync of the folder; then the journal is dropped.
 * 5. An intent without result is uncertain, and stays so, over checkpoints too, until a result settles it.
 * 6. A failed write or sync is final: no more intents. Results are still taken, into memory, for store_rescue.
 * 7. Group commit: threads that wait at the same time share one sync.
 *
 * Order of calls: open; read the snapshot, plan; begin; then from any number of threads: intents, (the world changes),
 * results; checkpoint; close. Closing without a checkpoint loses nothing: the journal stays.
 */
#ifndef DETOUR_STATE_STORE_H
#define DETOUR_STATE_STORE_H

#include "state/backend/backend.h"
#include "state/model.h"
#include "state/secrets.h"

struct store;

struct store_options {
    struct backend *backend; /* must outlive the store; NULL: files, by the two below */
    const struct vfs *vfs;   /* NULL: vfs_system */
    const char *path;        /* of the snapshot; NULL: "detour.state". The journal and the lock are named after it */
    struct secrets *secrets; /* must outlive the store. NULL: for files a key file beside the snapshot (path + ".key"),
                                for another backend a key that is nowhere: nobody else will read such a state */
    struct addrs *addrs;
    struct sources *sources;
    const char *rescue;         /* file for a state that a remote backend did not take; NULL: none */
    const char *rescue_command; /* what stores it then; for messages. NULL: detour state push and the file */
    const char *operation;      /* for those who wait: "plan", "apply", … */
    unsigned lock_timeout_s;    /* 0: do not wait */
    /* Told before each pause while the lock is held by somebody else; returns false to give up. May be NULL. */
    bool (*waiting)(void *ctx, const struct lock_holder *holder, unsigned waited_s);
    /* Asked whether this is the state that is meant, before anything is set aside or cut off for it; returns false
     * after a diagnostic. May be NULL. */
    bool (*accept)(void *ctx, const struct snapshot *snapshot, struct diags *diags);
    void *ctx;
};

/* Takes the lock and reads the state; a state that does not exist is an empty one with a new lineage. NULL after
 * diagnostics: held by somebody else (who, since when, for what), damaged, of a newer format. Warnings tell what was
 * set aside or cut off. Writes nothing but the lock (and the truncation of a torn journal). */
struct store *store_open(const struct store_options *options, struct diags *diags);

/* Reads without the lock: snapshot + journal as they are at one moment. Release with snapshot_free. */
struct snapshot *store_read(const struct store_options *options, struct diags *diags);

/* Where it lies, for messages. */
struct str store_place(const struct store *store);

/* The store's snapshot, always up to date with all results taken. Owned by the store, and changed by store_results:
 * read it while no other thread writes. */
struct snapshot *store_snapshot(struct store *store);

/* Opens the journal for a run: takes in the one that an interrupted run left (checkpoint), then writes BEGIN. Called
 * once, before the first intent or result. */
bool store_begin(struct store *store, struct diags *diags);

/* Makes intents durable, in one sync. False after a diagnostic: none of them may be carried out. Thread-safe. */
bool store_intents(struct store *store, const struct intent *intents, size_t n, struct diags *diags);

/* Takes results into the snapshot and makes them durable, in one sync. False after a diagnostic: they are in memory
 * only. Thread-safe. A result that does not fit the state (see snapshot_apply) is the caller's bug: it aborts. */
bool store_results(struct store *store, const struct result *results, size_t n, struct diags *diags);

/* Takes results in and writes the snapshot, in one step: a crash leaves the state as before or after all of them. For
 * edits by hand, which touch nothing but the state; not between store_begin and the checkpoint. After a failure close
 * the store: the state in the backend is as before, the one in memory is not. */
bool store_rewrite(struct store *store, const struct result *results, size_t n, struct diags *diags);

/* The digest of the plan at work, for the history. */
void store_set_digest(struct store *store, struct str digest);

/* Writes END and a new snapshot (serial + 1) when anything was recorded since the last one, and drops the journal.
 * Tried also after a failed write: where it succeeds, nothing was lost. No other thread may write meanwhile. */
bool store_checkpoint(struct store *store, struct diags *diags);

/* The secrets of the state: the key is open where the state had one. */
struct secrets *store_secrets(struct store *store);

/* Writes the snapshot anew (serial + 1), after the secrets were given another key or other recipients. Takes in the
 * journal that an interrupted run left. Not between store_begin and store_checkpoint. False after a diagnostic. */
bool store_reseal(struct store *store, struct diags *diags);

/* Takes the journal that an interrupted run left into the snapshot, and drops it; seals what an older detour left in
 * plain text. */
bool store_settle(struct store *store, struct diags *diags);

/* Whether there is a snapshot in the backend, and a journal that it has not taken in yet. */
bool store_exists(const struct store *store);
bool store_unsettled(const struct store *store);

/* The journal's serial and last record that the snapshot has in it while it is unsettled. */
uint64_t store_unsettled_seq(const struct store *store);

/* Writes `text` in place of the whole state, byte for byte. A journal that is not settled is dropped where the text has
 * it in it (`absorbs`), else put away. The store's own snapshot is not changed: close the store after this. */
bool store_replace(struct store *store, struct str text, bool absorbs, struct diags *diags);

/* After a failure: appends the records whose durability was never confirmed, as journal lines, for the user to keep
 * (stderr). Nothing where all is durable. */
void store_rescue(struct store *store, struct strbuf *out);

/* Gives the lock back, with a warning where that fails; nothing is written after it. NULL is fine. */
void store_release(struct store *store, struct diags *diags);
/* The same without a word, and releases everything. NULL is fine. */
void store_close(struct store *store);

#endif
