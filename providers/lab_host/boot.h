/* boot: a machine's life: systemd-nspawn around its tree, in a unit of its own where systemd is PID 1, else in a cgroup
 * of its own. */
#ifndef DETOUR_LAB_BOOT_H
#define DETOUR_LAB_BOOT_H

#include "lab_host/spec.h"

/* Whether the folders to be mounted exist; to be asked before anything is stopped or made. */
bool boot_check_mounts(struct work *work, const struct spec *spec);

/* Boots the tree that is mounted for it, on the network that is up for it; returns when it is ready: sshd answers and
 * systemd has started everything. */
bool boot(struct work *work, const struct spec *spec);

/* Shuts down in order, by force after a while; nothing runs afterwards. */
bool boot_stop(struct work *work, struct str name);

/* Ends everything of the machine at once. */
void boot_kill(struct work *work, struct str name);

/* Whether the machine's first process is there. */
bool boot_runs(struct str name);

/* Name of the machine's cgroup where systemd is not PID 1. */
struct str boot_cgroup(struct arena *arena, struct str name);

#endif
