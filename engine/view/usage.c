#include "view/usage.h"

struct config_provider_ref usage_provider(const struct config_resource *resource, struct registry *registry)
{
    struct config_provider_ref ref = config_resource_provider(resource);
    const struct provider_type *type = registry_type(registry, resource->mode, resource->type.text);
    if (type && !resource->provider)
        ref.name = str_c(type->provider->name);
    return ref;
}

struct str usage_key(struct arena *arena, const struct config_node *node, struct config_provider_ref ref)
{
    struct config_provider_at at = config_provider_find(arena, node, ref);
    struct str path = at.node ? at.node->path : STR("");
    return arena_printf(arena, "%.*s%s%.*s%s%.*s", STR_ARG(path), path.n ? ":" : "", STR_ARG(at.name),
                        at.alias.n ? "." : "", STR_ARG(at.alias));
}
