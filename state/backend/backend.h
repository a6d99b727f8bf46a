/*
 * backend: the place where a state lies: files of a folder (local), an HTTP server, a bucket (s3) or a database (pg).
 * Moves bytes and holds the lock; must not know what the bytes say. Every operation is durable when it returns.
 *
 * One caller at a time: the store never makes two calls at once, though they may come from different threads. After a
 * failed call `why` says what went wrong; the caller makes the diagnostic, with `place` or `journal` as what it is
 * about.
 */
#ifndef DETOUR_STATE_BACKEND_BACKEND_H
#define DETOUR_STATE_BACKEND_BACKEND_H

#include "base/fs.h"
#include "base/vec.h"
#include "state/holder.h"

enum { BACKEND_SIZE_MAX = 256 << 20 }; /* no state is larger: what is, is something else */

/* One journal, whole. There is one at most, but for servers where the drop of an older one failed or where somebody
 * wrote on whose lock was forced open. */
struct backend_journal {
    struct str name; /* for the calls below, and for messages */
    struct str text;
};

/* Snapshot and journals as they were at one moment; the snapshot's text is empty where there is none. */
struct backend_texts {
    bool exists;
    struct str snapshot;
    VEC(struct backend_journal) journals;
};

enum lock_outcome {
    LOCK_TAKEN,
    LOCK_TAKEN_OVER, /* *holder is who left it: a process that is gone for certain */
    LOCK_HELD,       /* by *holder */
    LOCK_FAILED,     /* why */
};

struct backend;

struct backend_ops {
    /* One attempt, without waiting. */
    enum lock_outcome (*lock)(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                              struct lock_holder *holder);
    /* Gives the lock back. False: it stays. */
    bool (*unlock)(struct backend *b);
    /* Who holds the lock; *held false where nobody does. */
    bool (*holder)(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held);
    /* Takes the lock away from that holder, and from nobody else. */
    bool (*force_unlock)(struct backend *b, const struct lock_holder *holder);

    bool (*read)(struct backend *b, struct arena *arena, struct backend_texts *out);
    /* Replaces the snapshot: a reader sees the old or the new one. Under the lock, like all below. */
    bool (*write)(struct backend *b, struct str text);

    /* A new journal, empty but for `begin`. The one before must be dropped. */
    bool (*journal_open)(struct backend *b, struct str begin);
    bool (*journal_append)(struct backend *b, struct str records);
    /* Lets go of the open journal, which stays where it is. */
    void (*journal_close)(struct backend *b);
    bool (*journal_drop)(struct backend *b, struct str name);
    /* Puts a journal away, to be kept and never read again; *kept is its new name. NULL `text`: as it is, else a copy.
     */
    bool (*journal_set_aside)(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                              struct str *kept);
    /* Cuts what follows the first `good` bytes off. NULL where records cannot be torn. */
    bool (*journal_cut)(struct backend *b, const struct backend_journal *journal, size_t good);

    /* Further texts beside the state, by name (a-z 0-9 . - _): its history, the list of environments. Each is replaced
     * whole and kept as secret as the snapshot. They are a help to people, never a part of the state: a reader must
     * take any of them missing. Read needs no lock; *exists false where there is none of that name; dropping what is
     * not there is fine. All three NULL where the place can keep none. */
    bool (*extra_write)(struct backend *b, const char *name, struct str text);
    bool (*extra_read)(struct backend *b, struct arena *arena, const char *name, struct str *text, bool *exists);
    bool (*extra_drop)(struct backend *b, const char *name);

    void (*close)(struct backend *b);
};

struct backend {
    const struct backend_ops *ops;
    struct arena *arena; /* of the backend */
    /* NUL-terminated, for messages: of the snapshot, the journal and the lock. Without secrets. */
    struct str place, journal, lock;
    struct str lock_id; /* under which lock_take took the lock; empty: it never did */
    bool remote;
    char why[1024];
};

/* Sets `why`; returns false. */
bool backend_fail(struct backend *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with the text of errno. */
bool backend_fail_errno(struct backend *b);

void backend_close(struct backend *b);

/* The files `path`, `path`.journal and `path`.lock (README.md). `vfs` NULL: vfs_system. Never fails. */
struct backend *backend_local(const struct vfs *vfs, const char *path);

/* A state of this process alone, at first empty, for tests of configurations. Never fails. */
struct backend *backend_memory(void);

#endif
