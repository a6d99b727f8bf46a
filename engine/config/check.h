/* check: the parts of config_check_references that look beyond one module. Private to config/. */
#ifndef DETOUR_CONFIG_CHECK_H
#define DETOUR_CONFIG_CHECK_H

#include "config/config.h"

/* Arguments that the called module does not declare, and required ones left out. */
void check_call_arguments(const struct config_call *call, struct diags *diags);

/* Provider instances that resources and calls of this node name and that neither exist nor are given to the root. */
void check_node_providers(const struct config_node *node, const struct config_provider_ref *given, size_t n,
                          struct diags *diags);

/* Addresses in moved, removed and import blocks. */
void check_moves(const struct config_module *module, struct diags *diags);

#endif
