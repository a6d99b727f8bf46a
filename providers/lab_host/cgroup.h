/*
 * cgroup: a control group per machine where systemd is not PID 1. Without it all machines would share the group that
 * systemd-nspawn makes below its own, and the systemd of one would count the services of another as its own.
 */
#ifndef DETOUR_LAB_CGROUP_H
#define DETOUR_LAB_CGROUP_H

#include <stdbool.h>

enum { CGROUP_ROOTS = 3 };

/* Makes the group in every hierarchy that systemd uses and opens its cgroup.procs for writing; -1 where there is none.
 * A NULL name opens nothing. */
void cgroup_open(const char *name, int procs[static CGROUP_ROOTS]);

/* Kills what is in the group and removes it with all below it. */
void cgroup_remove(const char *name);

#endif
