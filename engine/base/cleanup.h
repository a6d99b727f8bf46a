/* cleanup: scope-bound release of OS resources through __attribute__((cleanup)). */
#ifndef DETOUR_BASE_CLEANUP_H
#define DETOUR_BASE_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((cleanup(fn)))

/* Each gives back what the variable holds when its scope ends, if it holds anything: for the macros below. */
static inline void cleanup_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void cleanup_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline void cleanup_dir(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

static inline void cleanup_ptr(void *p)
{
    free(*(void **)p);
}

#define FD_AUTO CLEANUP(cleanup_fd) int
#define FILE_AUTO CLEANUP(cleanup_file) FILE *
#define DIR_AUTO CLEANUP(cleanup_dir) DIR *

#endif
