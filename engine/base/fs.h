/*
 * fs: files. State and journal do all their I/O through a vfs table, so that tests can lose any subset of unsynced
 * writes, fill the disk or fail a call at each step; everything else uses the helpers below on vfs_system.
 */
#ifndef DETOUR_BASE_FS_H
#define DETOUR_BASE_FS_H

#include "base/arena.h"

#include <sys/stat.h>
#include <sys/types.h>

/* The system calls that the state needs. Each returns as its POSIX namesake: -1 and errno on failure. */
struct vfs {
    void *ctx;
    int (*open)(void *ctx, const char *path, int flags, mode_t mode);
    ssize_t (*read)(void *ctx, int fd, void *buf, size_t n);
    ssize_t (*write)(void *ctx, int fd, const void *buf, size_t n);
    int (*fdatasync)(void *ctx, int fd);
    int (*fsync)(void *ctx, int fd);
    int (*ftruncate)(void *ctx, int fd, off_t size);
    off_t (*lseek)(void *ctx, int fd, off_t off, int whence);
    int (*fstat)(void *ctx, int fd, struct stat *st);
    int (*lock)(void *ctx, int fd); /* exclusively, for as long as it is open; EAGAIN where somebody else holds it */
    int (*close)(void *ctx, int fd);
    int (*rename)(void *ctx, const char *from, const char *to);
    int (*unlink)(void *ctx, const char *path);
    int (*mkdir)(void *ctx, const char *path, mode_t mode);
    int (*fsync_dir)(void *ctx, const char *dir); /* opens, syncs and closes the folder */
};

/* The real system calls. */
extern const struct vfs vfs_system;

/* Reads a whole file, NUL-terminated beyond its length; false and errno on failure, EFBIG when longer than `max`. */
bool fs_read(const struct vfs *vfs, struct arena *arena, const char *path, size_t max, struct str *content);

/* Writes all of `data`, over short writes and EINTR; false and errno on failure. */
bool fs_write_all(const struct vfs *vfs, int fd, struct str data);

/* Replaces `path` with `data` so that a reader, or a power cut, sees the old or the new content and nothing between:
 * temp file in the same folder, fsync, rename, fsync of the folder. False and errno on failure; the old file is then
 * untouched. */
bool fs_replace(const struct vfs *vfs, const char *path, struct str data, mode_t mode);

/* "dir/name"; `name` alone where dir is empty or ".". The result is NUL-terminated. */
struct str fs_join(struct arena *arena, struct str dir, struct str name);

/* The folder part of path ("." where it has none), NUL-terminated. */
struct str fs_dirname(struct arena *arena, struct str path);

#endif
