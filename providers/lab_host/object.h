/* object: between the engine's values and the plain terms of spec and machine. */
#ifndef DETOUR_LAB_OBJECT_H
#define DETOUR_LAB_OBJECT_H

#include "kit/kit.h"
#include "lab_host/machine.h"

/* What the provider block says. */
struct settings {
    char *mirror; /* malloc */
};

/* The machine that a known object describes; unknown parts are left empty. Everything is copied into `arena`. */
struct spec object_spec(struct kit kit, struct arena *arena, const detour_value *object,
                        const struct settings *settings);

/* Checks what is known of a configuration; problems go to host->fail. */
void object_check(struct kit kit, size_t request, const detour_value *config);

/* `like` with what the machine really is: attributes that `like` leaves null and nobody computes stay null. */
const detour_value *object_of_machine(struct kit kit, const detour_value *like, const struct machine *machine);

/* The token in a private blob, and back. */
struct str object_token(struct detour_blob private);
struct detour_blob object_private(struct kit kit, struct str token);

#endif
