/*
 * lockfile: the lock of a state in files. The file is held with a kernel lock, so it ends with its process however that
 * ends; what is written in it tells who holds it. A file left behind by a process of this machine is therefore taken
 * over; one left by another machine is not, because file systems that are shared may not share the kernel's locks.
 */
#ifndef DETOUR_STATE_BACKEND_LOCKFILE_H
#define DETOUR_STATE_BACKEND_LOCKFILE_H

#include "state/backend/backend.h"

struct lockfile {
    const struct vfs *vfs;
    struct str path; /* NUL-terminated, outlives the lock */
    int fd;          /* -1: not held */
};

/* One attempt. LOCK_FAILED with errno. */
enum lock_outcome lockfile_take(struct lockfile *lock, struct arena *arena, const struct lock_holder *mine,
                                struct lock_holder *holder);

/* Who is written in the file; *held false where there is none, or it is not held. False with errno. */
bool lockfile_holder(const struct lockfile *lock, struct arena *arena, struct lock_holder *holder, bool *held);

/* Removes the file and lets go. */
void lockfile_release(struct lockfile *lock);

#endif
