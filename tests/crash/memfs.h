/*
 * memfs: a disk in memory that loses power. It keeps what is durable apart from what was written since, so that a test
 * can cut the power after any call and choose which of the unsynced operations reached the disk.
 * The model is the worst that POSIX allows: any subset of unsynced writes, truncations and directory changes survives,
 * a write may survive in part, and after a failed sync no later sync makes those bytes durable.
 */
#ifndef DETOUR_TESTS_MEMFS_H
#define DETOUR_TESTS_MEMFS_H

#include "base/fs.h"

struct memfs;

struct memfs *memfs_new(void);
void memfs_free(struct memfs *fs);
const struct vfs *memfs_vfs(struct memfs *fs);

/* Faults. Each counts from 1; 0 switches it off. */
struct memfs_faults {
    unsigned power_off_after; /* this many calls that change the disk; all later calls fail with EIO */
    unsigned no_space_at;     /* this write stops half-way and answers ENOSPC, and so do all later ones */
    unsigned sync_fails_at;   /* this fsync, fdatasync or fsync of the folder answers EIO */
    unsigned call_fails_at;   /* this call, of whatever kind, answers `error` and does nothing */
    int error;
};
void memfs_set_faults(struct memfs *fs, struct memfs_faults faults);

/* Calls seen so far. */
struct memfs_counts {
    unsigned changes, writes, syncs, calls;
};
struct memfs_counts memfs_counted(const struct memfs *fs);

/* The operations that are not durable; each reached the disk or not, writes also in part. */
size_t memfs_unsynced(const struct memfs *fs);
enum memfs_fate { FATE_LOST, FATE_KEPT, FATE_TORN };
/* The disk after the power came back: fates[i] for operation i. A disk of its own, without faults or open files. */
struct memfs *memfs_after_crash(const struct memfs *fs, const enum memfs_fate *fates);
/* Whether a torn fate differs from the others for this operation. */
bool memfs_can_tear(const struct memfs *fs, size_t i);

/* The file as a process would read it; false where there is none. */
bool memfs_content(const struct memfs *fs, const char *path, struct str *out);
/* Mode of the file, or 0. */
mode_t memfs_mode(const struct memfs *fs, const char *path);

#endif
