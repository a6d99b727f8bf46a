/* files: what machines and trees need of the file system. */
#ifndef DETOUR_LAB_FILES_H
#define DETOUR_LAB_FILES_H

#include "lab_host/work.h"

#include <sys/types.h>

/* The folder with all above it; false after a failure. */
bool files_mkdir(struct work *work, const char *path);

/* Replaces the file with this content, owner root. */
bool files_write(struct work *work, const char *path, struct str content, mode_t mode);

/* The content; empty where it cannot be read. */
struct str files_slurp(struct arena *arena, const char *path);

/* Whether something is at the path, be it a dangling link. */
bool files_exist(const char *path);

/* Mounts `upper` over the folders `lower` (topmost first, with ':' between) at `root`. */
bool files_overlay(struct work *work, const char *lower, const char *upper, const char *scratch, const char *root);

/* Whether something is mounted at the path. */
bool files_mounted(const char *path);

/* Takes all mounts at the path and below it away; false after a failure. */
bool files_unmount(struct work *work, const char *path);

/* Removes the folder with all in it, without following links or crossing into other file systems. */
bool files_remove(struct work *work, const char *path);

/* Takes the lock file, made where it is missing, waiting as long as nobody stops the work; its file descriptor (close
 * it to let go), or -1 after a failure. `stage` says what is waited for; NULL: do not wait, and note no failure where
 * it is held. */
int files_lock(struct work *work, const char *path, const char *stage);

/* Lets go of a lock and removes its file. */
void files_unlock(int fd, const char *path);

#endif
