/* usage: which provider instance a resource goes through, for views that show configurations. */
#ifndef DETOUR_VIEW_USAGE_H
#define DETOUR_VIEW_USAGE_H

#include "config/config.h"
#include "provider/registry.h"

/* Its provider as the module names it: its provider argument, else the default instance of whoever offers its type. */
struct config_provider_ref usage_provider(const struct config_resource *resource, struct registry *registry);

/* "debian.backup", "module.a:debian": names the instance, wherever in the tree it was declared. */
struct str usage_key(struct arena *arena, const struct config_node *node, struct config_provider_ref ref);

#endif
