#include "state/backend/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

/* A run that was killed may leave a child between its birth and its exec, which has the lock until then. */
enum { LOCK_FILE_MAX = 4096, ORPHAN_TRIES = 200, ORPHAN_PAUSE_NS = 10000000 };

static struct str file_text(const struct lockfile *lock, int fd, struct arena *arena)
{
    char *text = arena_alloc(arena, LOCK_FILE_MAX + 1);
    size_t have = 0;
    ssize_t n = 0;
    lock->vfs->lseek(lock->vfs->ctx, fd, 0, SEEK_SET);
    while (have < LOCK_FILE_MAX && (n = lock->vfs->read(lock->vfs->ctx, fd, text + have, LOCK_FILE_MAX - have)) > 0)
        have += (size_t)n;
    return str_from(text, have);
}

/* Whether the path still names the file that is open: its last holder may have removed it meanwhile. */
static bool same_file(const struct lockfile *lock, int fd)
{
    const struct vfs *vfs = lock->vfs;
    struct stat here, there;
    int again = vfs->open(vfs->ctx, lock->path.p, O_RDONLY, 0);
    if (again < 0)
        return false;
    bool same = vfs->fstat(vfs->ctx, fd, &here) == 0 && vfs->fstat(vfs->ctx, again, &there) == 0 &&
                here.st_dev == there.st_dev && here.st_ino == there.st_ino;
    vfs->close(vfs->ctx, again);
    return same;
}

static bool write_holder(const struct lockfile *lock, int fd, struct arena *arena, const struct lock_holder *mine)
{
    const struct vfs *vfs = lock->vfs;
    return vfs->ftruncate(vfs->ctx, fd, 0) == 0 && vfs->lseek(vfs->ctx, fd, 0, SEEK_SET) == 0 &&
           fs_write_all(vfs, fd, holder_text(arena, mine));
}

/* The file is ours; is it free? */
static enum lock_outcome settle(struct lockfile *lock, struct arena *arena, const struct lock_holder *mine,
                                struct lock_holder *holder)
{
    bool left = holder_parse(arena, file_text(lock, lock->fd, arena), holder);
    if (left && !str_eq(holder->host, mine->host))
        return LOCK_HELD;
    if (!write_holder(lock, lock->fd, arena, mine))
        return LOCK_FAILED;
    return left ? LOCK_TAKEN_OVER : LOCK_TAKEN;
}

static enum lock_outcome try_once(struct lockfile *lock, struct arena *arena, const struct lock_holder *mine,
                                  struct lock_holder *holder)
{
    const struct vfs *vfs = lock->vfs;
    for (;;) {
        lock->fd = vfs->open(vfs->ctx, lock->path.p, O_RDWR | O_CREAT, 0600);
        if (lock->fd < 0)
            return LOCK_FAILED;
        if (vfs->lock(vfs->ctx, lock->fd) != 0) {
            bool held = errno == EAGAIN || errno == EACCES;
            if (held)
                holder_parse(arena, file_text(lock, lock->fd, arena), holder);
            return held ? LOCK_HELD : LOCK_FAILED;
        }
        if (same_file(lock, lock->fd))
            return settle(lock, arena, mine, holder);
        vfs->close(vfs->ctx, lock->fd);
    }
}

static void let_go(struct lockfile *lock)
{
    int saved = errno;
    if (lock->fd >= 0)
        lock->vfs->close(lock->vfs->ctx, lock->fd);
    lock->fd = -1;
    errno = saved;
}

enum lock_outcome lockfile_take(struct lockfile *lock, struct arena *arena, const struct lock_holder *mine,
                                struct lock_holder *holder)
{
    for (int tries = 0;; tries++) {
        enum lock_outcome outcome = try_once(lock, arena, mine, holder);
        if (outcome != LOCK_HELD && outcome != LOCK_FAILED)
            return outcome;
        let_go(lock);
        if (outcome == LOCK_FAILED || tries == ORPHAN_TRIES || !holder_is_gone(holder))
            return outcome;
        nanosleep(&(struct timespec){.tv_nsec = ORPHAN_PAUSE_NS}, NULL);
    }
}

bool lockfile_holder(const struct lockfile *lock, struct arena *arena, struct lock_holder *holder, bool *held)
{
    const struct vfs *vfs = lock->vfs;
    int fd = vfs->open(vfs->ctx, lock->path.p, O_RDONLY, 0);
    *held = fd >= 0;
    if (fd < 0)
        return errno == ENOENT;
    *held = holder_parse(arena, file_text(lock, fd, arena), holder);
    vfs->close(vfs->ctx, fd);
    return true;
}

void lockfile_release(struct lockfile *lock)
{
    if (lock->fd < 0)
        return;
    lock->vfs->unlink(lock->vfs->ctx, lock->path.p);
    let_go(lock);
}
