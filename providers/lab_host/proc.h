/* proc: finding and ending the processes of machines, from /proc alone: no pid files that could lie after a crash. */
#ifndef DETOUR_LAB_PROC_H
#define DETOUR_LAB_PROC_H

#include "base/arena.h"

#include <sys/types.h>

/* The systemd-nspawn that runs the tree at `root`, or 0. */
pid_t proc_supervisor(const char *root);

/* The first process inside the container of a supervisor, or 0. */
pid_t proc_leader(pid_t supervisor);

/* Kills whatever works on the tree at `path` or in its folder `root`: what has its root there, also in a container, and
 * the helpers that were given it as an argument. Returns how many there were. */
unsigned proc_kill_inside(const char *path);

/* Kills whatever lives in the network namespace that is mounted at `path`. Returns how many there were. */
unsigned proc_kill_netns(const char *path);

/* Sends the signal, waits up to `ms` until the process is gone. */
bool proc_end(pid_t pid, int signal, unsigned ms);

#endif
