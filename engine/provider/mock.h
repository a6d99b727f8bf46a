/*
 * mock: a provider that answers in place of another one, by the schemas of that one, and touches nothing. What the
 * configuration sets is kept; what the provider would have computed is given or made up: strings of eight letters and
 * digits, 0, false, empty collections. Configurations are still validated by the real provider, which is pure.
 */
#ifndef DETOUR_PROVIDER_MOCK_H
#define DETOUR_PROVIDER_MOCK_H

#include "provider/registry.h"

/* What stands for computed attributes of an object: an object of any of them; type NULL: nothing is given. */
struct mock_values {
    struct value values;
    bool planned; /* known while planning already; else they are unknown until the object is made */
};

/* The values for a request: `tag` is what its maker put on it (call_tag). NULL: none are given. Called on lane threads:
 * it only looks things up. */
typedef const struct mock_values *mock_find(void *ctx, const struct provider_type *type, const void *tag);

/* A mock of `real` with its name, in `arena`; `find` may be NULL. */
const struct detour_provider *mock_new(struct arena *arena, const struct detour_provider *real, mock_find *find,
                                       void *ctx);
bool mock_is(const struct detour_provider *provider);
/* Whether a state says of an object, by the key of its provider instance, that a mock made it: it is not in the world.
 */
bool mock_key(struct str key);
/* What `find` answers of a mock; NULL for a provider that is none. */
const struct mock_values *mock_values_of(const struct detour_provider *provider, const struct provider_type *type,
                                         const void *tag);

#endif
