/* builtin: the providers that are linked into detour; the one list to add a provider to. */
#ifndef DETOUR_BUILTIN_H
#define DETOUR_BUILTIN_H

#include "detour_provider.h"

/* All of them, NULL-ended. */
const struct detour_provider *const *builtin_providers(void);

#endif
