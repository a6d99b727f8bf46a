/* holder: who holds the lock of a state, as written where the lock is. */
#ifndef DETOUR_STATE_HOLDER_H
#define DETOUR_STATE_HOLDER_H

#include "base/strbuf.h"

/* All text NUL-terminated; empty where it is not known. */
struct lock_holder {
    struct str id;  /* names this lock, for force-unlock */
    struct str who; /* user@host */
    struct str host;
    struct str operation; /* "apply" */
    struct str since;     /* RFC 3339; for people: nothing is decided by it, since clocks jump */
    struct str machine;   /* this start of the machine and its process namespace: where `pid` means something */
    struct str dir;       /* the folder it works in */
    int64_t pid;
};

/* This process, with a new id. */
struct lock_holder holder_here(struct arena *arena, const char *operation);

/* The lock file's JSON, one line; and the JSON that servers of HTTP states know (ID, Operation, Info, Who, Version,
 * Created, Path), which serves for all remote places. */
struct str holder_text(struct arena *arena, const struct lock_holder *holder);
struct str holder_remote_text(struct arena *arena, const struct lock_holder *holder, struct str place);

/* Reads either; false where it is neither. */
bool holder_parse(struct arena *arena, struct str text, struct lock_holder *out);

/* Whether the holder was a process of this machine and folder, and is no more. False where that cannot be known. */
bool holder_is_gone(const struct lock_holder *holder);

/* Whether the holder is on the host of this process. */
bool holder_same_host(const struct lock_holder *holder);

#endif
