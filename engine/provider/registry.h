/*
 * registry: the providers that are linked in, what types they offer, and their schemas in the engine's terms (converted
 * from the static tables at the first use of a type). The engine names no provider: main() registers them.
 * Not thread-safe: used by the engine's own thread.
 */
#ifndef DETOUR_PROVIDER_REGISTRY_H
#define DETOUR_PROVIDER_REGISTRY_H

#include "addr/addr.h"
#include "detour_provider.h"
#include "schema/schema.h"

/* A resource type or data source. Lives as long as the registry. */
struct provider_type {
    const struct detour_provider *provider;
    const struct detour_type *abi;
    struct str name;
    enum addr_mode mode;
    bool anchor;                 /* DETOUR_ANCHOR */
    bool mends;                  /* DETOUR_MENDS */
    bool has_create_only;        /* some attribute is CREATE_ONLY */
    bool has_write_only;         /* … WRITE_ONLY */
    const struct schema *schema; /* NULL until registry_type gave it out */
};

struct registry;

/* A registry without providers; release it with registry_free. */
struct registry *registry_new(void);
void registry_free(struct registry *registry);

/* Adds a provider; its tables are checked (names, types, flags) by asserts: a wrong table is a bug. */
void registry_add(struct registry *registry, const struct detour_provider *provider);

/* The provider of that name, or NULL. */
const struct detour_provider *registry_provider(const struct registry *registry, struct str name);

/* The type with its schema, or NULL. */
const struct provider_type *registry_type(struct registry *registry, enum addr_mode mode, struct str type);
/* The nearest type name for "Did you mean", or the empty slice. */
struct str registry_near_type(const struct registry *registry, enum addr_mode mode, struct str type);
struct str registry_near_provider(const struct registry *registry, struct str name);

/* The schema of the provider's own block; an empty schema where it takes no arguments. */
const struct schema *registry_config_schema(struct registry *registry, const struct detour_provider *provider);

/* Where what is made of the tables lives. */
struct arena *registry_arena(struct registry *registry);

/* All providers and all of their types, in the order of registration and of the tables: for documentation and schemas.
 */
size_t registry_count(const struct registry *registry);
const struct detour_provider *registry_at(const struct registry *registry, size_t i);

#endif
