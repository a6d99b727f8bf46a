/* store_private: what the files of the store share: store.c opens and closes it, commit.c makes the
 * intents and results of a run durable, checkpoint.c writes snapshots. */
#ifndef DETOUR_STATE_STORE_PRIVATE_H
#define DETOUR_STATE_STORE_PRIVATE_H

#include "state/journal.h"
#include "state/store.h"

#include <pthread.h>

struct store {
    struct arena *arena;
    struct backend *backend, *own;         /* `own`: the backend where the store made it */
    struct secrets *secrets, *own_secrets; /* the same */
    struct snapshot *snapshot;
    const char *rescue, *rescue_command;
    bool locked, keep_lock;
    bool history_warned;
    bool rescued;   /* the snapshot that could not be written is in the file `rescue` */
    bool exists;    /* the snapshot in the backend */
    size_t size;    /* of its text: the next one will be about as large */
    bool left_over; /* the snapshot holds records of an interrupted run's journal */
    uint64_t seq;   /* of the last record of that journal */
    const char *operation;
    struct str digest;   /* of the plan at work; for the history */
    struct tally *tally; /* what changed since the last snapshot */
    struct str old;      /* that journal's name */

    pthread_mutex_t mutex; /* guards all below, and the snapshot while a run writes */
    pthread_cond_t synced;
    struct journal_writer *writer;  /* NULL: no journal is open */
    struct strbuf pending, writing; /* records not yet written; those that the leader writes right now */
    uint64_t asked, durable;        /* tickets: one for each call */
    bool leading;                   /* a thread writes and syncs for all */
    bool recorded;                  /* something since BEGIN */
    struct str error;               /* the first failure: final (invariant 6); empty: none */
};

/* -- store.c -- */
/* Says that something about `what` failed for the backend's reason, before anything was changed. False. */
bool store_fail_at(struct store *s, struct str what, const char *summary, struct diags *diags);
/* Whether there are secrets that were read from a text of a time without seals. */
bool store_has_plain_secrets(const struct store *s);

/* -- commit.c -- */
/* Takes a result into the snapshot, and counts it for the history. One that does not fit aborts. */
void store_take(struct store *s, const struct result *result);
/* Closes the journal as it is, and releases its writer. */
void store_journal_close(struct store *s);
/* Removes the journal; one that stays is known as absorbed, or is empty. */
bool store_journal_drop(struct store *s);
/* A wrong call: aborts. */
_Noreturn void store_bug(const char *what);

/* -- checkpoint.c -- */
/* Writes the snapshot where a journal could not follow the one in the backend: there is none yet, it lacks what an
 * interrupted run left (whose journal is dropped then), or `resealed`: its secrets are to be sealed anew. */
bool store_settle_snapshot(struct store *s, bool resealed, struct diags *diags);

#endif
