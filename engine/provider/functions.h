/*
 * functions: what providers add to the functions of the language, provider::NAME::FUNC(…), as rows of the same table:
 * arguments are converted, counted, checked, stripped of marks and waited for as those of any function.
 */
#ifndef DETOUR_PROVIDER_FUNCTIONS_H
#define DETOUR_PROVIDER_FUNCTIONS_H

#include "eval/func.h"
#include "provider/registry.h"

/* `core` with the functions of all registered providers; lives as long as the registry. */
const struct func_table *provider_functions(struct registry *registry, const struct func_table *core);

/* The functions of one provider as rows, NULL-ended; a row's name is the whole of it ("provider::debian::x"). */
const struct func *const *provider_functions_of(struct registry *registry, const struct detour_provider *provider);

#endif
