/*
 * tree: cached file trees that machines stand on: one per suite, made with debootstrap, and one more per set of
 * packages, as a layer on top of it. Each is made in a temporary folder and renamed, under a lock, so it is whole or
 * not there.
 */
#ifndef DETOUR_LAB_TREE_H
#define DETOUR_LAB_TREE_H

#include "lab_host/spec.h"

/* Only there where systemd is PID 1. */
#define SYSTEMD_RUNS "/run/systemd/system"

#define TREE_CACHE "/var/cache/detour/lab"

/* Makes what is missing; *lower gets the folders of the tree as overlayfs wants them: topmost first, ':' between. */
bool tree_ready(struct work *work, const struct spec *spec, struct str *lower);

/* The same without making anything; empty where the base is not there. For machines that exist. */
struct str tree_lower(struct arena *arena, struct str suite, const struct strs *packages);

/* Whether the base tree of the suite is in the cache, and the layer with the packages. */
bool tree_has(struct arena *arena, struct str suite, const struct strs *packages);

/* Installs packages into the tree that is mounted at `root`, with this machine's network; nothing is started. apt works
 * in the cgroup of that name where systemd does not manage them. */
bool tree_install(struct work *work, const char *root, const char *cgroup, const struct spec *spec,
                  const struct strs *packages);

/* Removes what builds that were cut short have left. */
void tree_sweep(struct work *work);

#endif
