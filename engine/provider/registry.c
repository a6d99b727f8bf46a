#include "provider/registry.h"

#include "base/vec.h"

#include <assert.h>

/* A provider with its own block's schema, made at first use. */
struct entry {
    const struct detour_provider *provider;
    const struct schema *config;
};

struct registry {
    struct arena *arena;
    VEC(struct entry) list;
    struct map types[2]; /* by enum addr_mode: name -> struct provider_type */
};

struct registry *registry_new(void)
{
    struct arena *arena = arena_new();
    struct registry *registry = ARENA_NEW(arena, struct registry);
    registry->arena = arena;
    registry->types[ADDR_MANAGED] = MAP_INIT(arena);
    registry->types[ADDR_DATA] = MAP_INIT(arena);
    return registry;
}

void registry_free(struct registry *registry)
{
    if (registry)
        arena_free(registry->arena);
}

void registry_add(struct registry *registry, const struct detour_provider *provider)
{
    assert(provider->abi == DETOUR_ABI_VERSION && provider->name && provider->lane && provider->read);
    assert(!registry_provider(registry, str_c(provider->name)) && "a provider is registered once");
    struct entry entry = {provider, NULL};
    vec_push(registry->arena, &registry->list, entry);
    for (const struct detour_type *abi = provider->types; abi && abi->name; abi++) {
        struct provider_type *type = ARENA_NEW(registry->arena, struct provider_type);
        *type = (struct provider_type){.provider = provider,
                                       .abi = abi,
                                       .name = str_c(abi->name),
                                       .mode = abi->flags & DETOUR_DATA ? ADDR_DATA : ADDR_MANAGED,
                                       .anchor = (abi->flags & DETOUR_ANCHOR) != 0,
                                       .mends = (abi->flags & DETOUR_MENDS) != 0};
        void *before = map_put(&registry->types[type->mode], type->name, type);
        assert(!before && "a type has one provider");
        (void)before;
    }
}

const struct detour_provider *registry_provider(const struct registry *registry, struct str name)
{
    vec_each (&registry->list, i)
        if (str_eq(str_c(registry->list.v[i].provider->name), name))
            return registry->list.v[i].provider;
    return NULL;
}

struct arena *registry_arena(struct registry *registry)
{
    return registry->arena;
}

size_t registry_count(const struct registry *registry)
{
    return registry->list.n;
}

const struct detour_provider *registry_at(const struct registry *registry, size_t i)
{
    assert(i < registry->list.n);
    return registry->list.v[i].provider;
}

struct str registry_near_provider(const struct registry *registry, struct str name)
{
    struct map names = MAP_INIT(registry->arena);
    vec_each (&registry->list, i)
        map_put(&names, str_c(registry->list.v[i].provider->name), NULL);
    return map_near(&names, name);
}

struct str registry_near_type(const struct registry *registry, enum addr_mode mode, struct str type)
{
    return map_near(&registry->types[mode], type);
}

/* -- schemas from the static tables -- */

static size_t count_attributes(const struct detour_attribute *attrs)
{
    size_t n = 0;
    while (attrs && attrs[n].name)
        n++;
    return n;
}

static struct schema_attr attr_make(const struct detour_attribute *abi)
{
    struct schema_attr attr = {
        .name = str_c(abi->name),
        .type = schema_type_parse(str_c(abi->type)),
        .flags = abi->flags,
        .doc = str_c(abi->doc),
    };
    assert(attr.type && "an attribute's type must be a type constraint");
    assert((abi->flags & (DETOUR_REQUIRED | DETOUR_OPTIONAL | DETOUR_COMPUTED)) && "an attribute is set by somebody");
    return attr;
}

static const struct schema *schema_of(struct registry *registry, const struct detour_attribute *attributes,
                                      const struct detour_block *blocks, const char *doc);

static struct schema_nested nested_make(struct registry *registry, const struct detour_block *abi)
{
    static const enum schema_nesting nestings[] = {
        [DETOUR_SINGLE] = NESTING_SINGLE,
        [DETOUR_NEST_LIST] = NESTING_LIST,
        [DETOUR_NEST_SET] = NESTING_SET,
        [DETOUR_NEST_MAP] = NESTING_MAP,
    };
    return (struct schema_nested){
        .name = str_c(abi->name),
        .nesting = nestings[abi->nesting],
        .schema = schema_of(registry, abi->attributes, abi->blocks, abi->doc),
        .min = abi->min,
        .max = abi->max,
    };
}

static const struct schema *schema_of(struct registry *registry, const struct detour_attribute *attributes,
                                      const struct detour_block *blocks, const char *doc)
{
    size_t n_attrs = count_attributes(attributes), n_nested = 0;
    while (blocks && blocks[n_nested].name)
        n_nested++;
    struct schema_attr *attrs = ARENA_ARRAY(registry->arena, struct schema_attr, n_attrs);
    struct schema_nested *nested = ARENA_ARRAY(registry->arena, struct schema_nested, n_nested);
    for (size_t i = 0; i < n_attrs; i++)
        attrs[i] = attr_make(&attributes[i]);
    for (size_t i = 0; i < n_nested; i++)
        nested[i] = nested_make(registry, &blocks[i]);
    return schema_make(registry->arena, attrs, n_attrs, nested, n_nested, str_c(doc));
}

/* The ABI's flags are the schema's by contract; this is where the two headers meet. */
static_assert((int)DETOUR_REQUIRED == (int)SCHEMA_REQUIRED && (int)DETOUR_OPTIONAL == (int)SCHEMA_OPTIONAL &&
                  (int)DETOUR_COMPUTED == (int)SCHEMA_COMPUTED && (int)DETOUR_SENSITIVE == (int)SCHEMA_SENSITIVE &&
                  (int)DETOUR_REPLACE == (int)SCHEMA_REPLACE && (int)DETOUR_WRITE_ONLY == (int)SCHEMA_WRITE_ONLY &&
                  (int)DETOUR_CREATE_ONLY == (int)SCHEMA_CREATE_ONLY &&
                  (int)DETOUR_CONNECTION == (int)SCHEMA_CONNECTION,
              "flags of attributes");

static void type_load(struct registry *registry, struct provider_type *type)
{
    const struct detour_type *abi = type->abi;
    struct schema *schema = ARENA_NEW(registry->arena, struct schema);
    *schema = *schema_of(registry, abi->attributes, abi->blocks, abi->doc);
    schema->version = abi->version;
    for (size_t i = 0; i < schema->n_attrs; i++)
        type->has_create_only |= (schema->attrs[i].flags & SCHEMA_CREATE_ONLY) != 0;
    for (size_t i = 0; i < schema->n_attrs; i++)
        type->has_write_only |= (schema->attrs[i].flags & SCHEMA_WRITE_ONLY) != 0;
    type->schema = schema;
}

const struct provider_type *registry_type(struct registry *registry, enum addr_mode mode, struct str name)
{
    struct provider_type *type = map_get(&registry->types[mode], name);
    if (type && !type->schema)
        type_load(registry, type);
    return type;
}

const struct schema *registry_config_schema(struct registry *registry, const struct detour_provider *provider)
{
    vec_each (&registry->list, i) {
        struct entry *entry = &registry->list.v[i];
        if (entry->provider != provider)
            continue;
        if (!entry->config)
            entry->config = schema_of(registry, provider->config, NULL, provider->doc);
        return entry->config;
    }
    assert(false && "the provider is registered");
    return NULL;
}
