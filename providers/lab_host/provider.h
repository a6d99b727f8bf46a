/* lab_host: the provider "lab", local Debian machines. Its table, for main() to register and for tests. */
#ifndef DETOUR_LAB_PROVIDER_H
#define DETOUR_LAB_PROVIDER_H

#include "detour_provider.h"

/* The same table at every call. */
detour_provider_entry_fn lab_provider;

#endif
