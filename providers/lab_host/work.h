/*
 * work: one piece of work on one machine, on a thread of its own: memory, what it does right now, how it failed,
 * whether it should stop; and running helper programs. Must not know the provider ABI: the lane's thread passes on what
 * it tells.
 */
#ifndef DETOUR_LAB_WORK_H
#define DETOUR_LAB_WORK_H

#include "base/arena.h"
#include "base/vec.h"

#include <pthread.h>
#include <stdatomic.h>

struct work {
    struct arena *arena; /* of this work alone */
    const atomic_bool *stop;
    struct str summary, detail; /* of the first failure; empty: none */
    const char *attribute;      /* its culprit, or NULL */
    pthread_mutex_t mutex;      /* guards what follows */
    char stage[160];            /* what it does right now */
    unsigned stages;            /* changes of it */
    bool finished;
};

/* `stop` (or NULL) is watched while work waits; release it with work_free. */
void work_init(struct work *work, const atomic_bool *stop);
void work_free(struct work *work);

/* Says what is being done right now. */
void work_stage(struct work *work, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Notes a failure (the first one counts) and returns false. */
bool work_fail(struct work *work, const char *summary, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same with ": strerror(errno)" behind. */
bool work_fail_errno(struct work *work, const char *summary, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether the user asked to stop; notes that as the failure. */
bool work_stopped(struct work *work);

/* A program with its arguments, and the cgroup that it is to run in (NULL: ours; see cgroup.h). */
struct argv {
    VEC(const char *) list;
    const char *cgroup;
};
/* Appends one, copied. */
void argv_add(struct work *work, struct argv *argv, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Told each line of a program's output. */
typedef void run_line(struct work *work, struct str line);

/* Runs a program to its end, its output to `line` (may be NULL). False after a failure that quotes its last lines, or
 * where it was stopped. The program does not outlive this process. */
bool run(struct work *work, const struct argv *argv, run_line *line);
/* run with the arguments given, ended by NULL. */
bool run_now(struct work *work, ...) __attribute__((sentinel));
/* run_now for what may fail: whether it succeeded, noting nothing. */
bool run_quietly(struct work *work, ...) __attribute__((sentinel));

/* Starts a program that outlives this process, its output appended to `log`, and returns its process, or -1 after a
 * failure. */
pid_t run_detached(struct work *work, const struct argv *argv, const char *log);

/* Sleeps. */
void work_pause(unsigned milliseconds);

#endif
