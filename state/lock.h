/*
 * lock: one writer at a time. The lock file is held with a kernel lock, so it ends with its process however that ends;
 * what is written in it tells who holds it. A file left behind by a process of this machine is therefore taken over;
 * one left by another machine is not, because file systems that are shared may not share the kernel's locks.
 */
#ifndef DETOUR_STATE_LOCK_H
#define DETOUR_STATE_LOCK_H

#include "state/store.h"

struct lock {
    const struct vfs *vfs;
    struct str path; /* NUL-terminated, outlives the lock */
    int fd;          /* -1: not held */
};

/* Takes the lock, waiting as the options say (from 1 s to 16 s between attempts). False after a diagnostic. */
bool lock_take(struct lock *lock, const struct store_options *options, struct arena *arena, struct diags *diags);

/* Removes the file and lets go. */
void lock_release(struct lock *lock);

#endif
