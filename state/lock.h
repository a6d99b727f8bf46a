/* lock: one writer at a time: takes the lock of a state, waiting for whoever holds it, and says who that is. */
#ifndef DETOUR_STATE_LOCK_H
#define DETOUR_STATE_LOCK_H

#include "state/store.h"

/* Takes the lock, waiting as the options say (from 1 s to 16 s between attempts). False after a diagnostic. */
bool lock_take(struct backend *backend, const struct store_options *options, struct arena *arena, struct diags *diags);
/* Gives it back. False after a warning: it stays. */
bool lock_give(struct backend *backend, struct diags *diags);

#endif
