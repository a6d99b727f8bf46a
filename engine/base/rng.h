/* rng: random bytes from the kernel. */
#ifndef DETOUR_BASE_RNG_H
#define DETOUR_BASE_RNG_H

#include "base/arena.h"

/* Fills `out` with n random bytes (getrandom); aborts where the kernel has none to give. */
void rng_bytes(void *out, size_t n);

enum { UUID_LEN = 36 };

/* A random UUID, version 4 (RFC 9562), in lower case. */
struct str rng_uuid(struct arena *arena);

/* The same into `out`, without a NUL byte. */
void rng_uuid_text(char out[static UUID_LEN]);

#endif
