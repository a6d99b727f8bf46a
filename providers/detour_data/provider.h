/* detour_data: the provider "detour", built in: values that live in the state alone. */
#ifndef DETOUR_DATA_PROVIDER_H
#define DETOUR_DATA_PROVIDER_H

#include "detour_provider.h"

/* The built-in provider "detour": data that is only remembered. Static. */
const struct detour_provider *detour_data_provider(void);

#endif
