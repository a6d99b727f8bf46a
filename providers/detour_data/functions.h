/* functions: the functions of the provider; private to it. */
#ifndef DETOUR_DATA_FUNCTIONS_H
#define DETOUR_DATA_FUNCTIONS_H

#include "detour_provider.h"

/* Ended by a row without a name. */
extern const struct detour_function detour_data_functions[];

#endif
