/* record: the file `machine` in a machine's folder: what is needed to run it again and to take it away. */
#ifndef DETOUR_LAB_RECORD_H
#define DETOUR_LAB_RECORD_H

#include "lab_host/machine.h"

enum record_state { RECORD_MAKING, RECORD_WHOLE, RECORD_GOING };

/* Replaces the file. False after a failure of the work. */
bool record_write(struct work *work, const struct spec *spec, enum record_state state);
/* False where there is none, or where it cannot be understood. */
bool record_read(struct arena *arena, struct str name, struct spec *spec, enum record_state *state);

#endif
