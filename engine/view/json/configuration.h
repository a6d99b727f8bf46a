/* configuration: what was declared, as the "configuration" part of a plan in JSON: expressions by their constant value
 * or by what they refer to. */
#ifndef DETOUR_VIEW_JSON_CONFIGURATION_H
#define DETOUR_VIEW_JSON_CONFIGURATION_H

#include "config/config.h"
#include "provider/registry.h"
#include "view/json/writer.h"

/* {"provider_config":…,"root_module":…}. Defaults of sensitive variables, and constants in sensitive attributes and
 * for sensitive variables, are left out. */
void configuration_write(struct writer *w, const struct config *config, struct registry *registry);

#endif
