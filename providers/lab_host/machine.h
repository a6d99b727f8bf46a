/*
 * machine: a machine on disk and in life. Everything about it is in one folder; what is written in its file `machine`
 * is enough to take it away again, whatever moment a run was killed at: it is "making" until it has booted once, and
 * "going" from the start of its end.
 */
#ifndef DETOUR_LAB_MACHINE_H
#define DETOUR_LAB_MACHINE_H

#include "lab_host/spec.h"

#define MACHINES "/var/lib/detour/lab"

/* What is known of a machine that exists. */
struct machine {
    struct spec spec; /* without keys */
    bool whole;       /* neither being made nor going */
};

/* False where there is no machine of that name. Needs no lock: the file is replaced as a whole. */
bool machine_load(struct arena *arena, struct str name, struct machine *out);

/* Takes the name and an address (spec->address, else the lowest that is free) for a machine that machine_create makes
 * next; the lock that keeps them, or -1 where somebody has the name or it cannot be done at once. */
int machine_reserve(struct work *work, struct spec *spec);

/* Makes, boots and waits for it, as `reserved` or (-1) from the start; spec->address is set to the one allotted. Takes
 * back what it did where it fails. */
bool machine_create(struct work *work, struct spec *spec, int reserved);

/* Takes it away with all that belongs to it. A machine that is not there is fine. */
bool machine_destroy(struct work *work, struct str name);

/* Whether it runs and is connected. */
bool machine_runs(struct arena *arena, const struct machine *machine);

/* Brings a machine that exists to what `spec` says: keys, packages (by a restart), mounts (by a restart), running. */
bool machine_update(struct work *work, const struct machine *now, const struct spec *spec);

/* Public host key ("ssh-ed25519 AAAA…"), empty where there is none yet. */
struct str machine_public_key(struct arena *arena, const struct machine *machine);
/* The lines of root's authorized_keys. */
struct strs machine_keys(struct arena *arena, const struct machine *machine);
/* Those of `packages` that are installed. */
struct strs machine_packages(struct arena *arena, const struct machine *machine, const struct strs *packages);

/* Takes away what runs that were killed have left: machines half made or half gone, trees half built. */
void machine_sweep(struct work *work);

#endif
