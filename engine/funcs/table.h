/* table: the registry of the built-in functions, by name and by core::name. */
#ifndef DETOUR_FUNCS_TABLE_H
#define DETOUR_FUNCS_TABLE_H

#include "eval/func.h"

/* The one table of the process, made at the first call. Thread-safe. */
const struct func_table *funcs_table(void);

#endif
