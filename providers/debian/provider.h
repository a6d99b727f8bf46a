/* debian: the provider's table, for main() to register and for tests. */
#ifndef DETOUR_DEBIAN_PROVIDER_H
#define DETOUR_DEBIAN_PROVIDER_H

#include "detour_provider.h"

/* The same table at every call. */
detour_provider_entry_fn debian_provider;

#endif
