#include "schema/schema.h"

#include <stdlib.h>

static int attr_order(const void *a, const void *b)
{
    return str_cmp(((const struct schema_attr *)a)->name, ((const struct schema_attr *)b)->name);
}

static int nested_order(const void *a, const void *b)
{
    return str_cmp(((const struct schema_nested *)a)->name, ((const struct schema_nested *)b)->name);
}

/* A collection cannot hold values of types that differ, so what holds "any" is left open. */
static const struct type *nested_type(const struct schema_nested *nested)
{
    const struct type *block = nested->schema->implied;
    if (nested->nesting == NESTING_SINGLE)
        return block;
    if (block->has_dynamic)
        return type_dynamic;
    if (nested->nesting == NESTING_MAP)
        return type_map(block);
    return nested->nesting == NESTING_SET ? type_set(block) : type_list(block);
}

static const struct type *implied_type(struct arena *arena, const struct schema *schema)
{
    size_t n = 0, max = schema->n_attrs + schema->n_nested;
    struct str *names = ARENA_ARRAY(arena, struct str, max);
    const struct type **types = ARENA_ARRAY(arena, const struct type *, max);
    for (size_t i = 0; i < schema->n_attrs; i++, n++) {
        names[n] = schema->attrs[i].name;
        types[n] = type_without_optional(schema->attrs[i].type);
    }
    for (size_t i = 0; i < schema->n_nested; i++, n++) {
        names[n] = schema->nested[i].name;
        types[n] = nested_type(&schema->nested[i]);
    }
    return type_object(names, types, NULL, n);
}

static bool any_sensitive(const struct schema *schema)
{
    for (size_t i = 0; i < schema->n_attrs; i++)
        if (schema->attrs[i].flags & SCHEMA_SENSITIVE)
            return true;
    for (size_t i = 0; i < schema->n_nested; i++)
        if (schema->nested[i].schema->has_sensitive)
            return true;
    return false;
}

static void *sorted_copy(struct arena *arena, const void *items, size_t n, size_t size,
                         int (*order)(const void *, const void *))
{
    void *copy = arena_calloc(arena, n, size);
    if (!n)
        return copy;
    memcpy(copy, items, n * size);
    qsort(copy, n, size, order);
    return copy;
}

const struct schema *schema_make(struct arena *arena, const struct schema_attr *attrs, size_t n_attrs,
                                 const struct schema_nested *nested, size_t n_nested, struct str doc)
{
    struct schema *schema = ARENA_NEW(arena, struct schema);
    schema->attrs = sorted_copy(arena, attrs, n_attrs, sizeof *attrs, attr_order);
    schema->n_attrs = n_attrs;
    schema->nested = sorted_copy(arena, nested, n_nested, sizeof *nested, nested_order);
    schema->n_nested = n_nested;
    schema->doc = doc;
    schema->implied = implied_type(arena, schema);
    schema->has_sensitive = any_sensitive(schema);
    return schema;
}

const struct schema_attr *schema_attr(const struct schema *schema, struct str name)
{
    struct schema_attr key = {.name = name};
    return schema->n_attrs ? bsearch(&key, schema->attrs, schema->n_attrs, sizeof key, attr_order) : NULL;
}

const struct schema_nested *schema_nested(const struct schema *schema, struct str name)
{
    struct schema_nested key = {.name = name};
    return schema->n_nested ? bsearch(&key, schema->nested, schema->n_nested, sizeof key, nested_order) : NULL;
}

struct str schema_near(const struct schema *schema, struct str name)
{
    ARENA_AUTO arena = arena_new();
    struct map names = MAP_INIT(arena);
    for (size_t i = 0; i < schema->n_attrs; i++)
        map_put(&names, schema->attrs[i].name, NULL);
    for (size_t i = 0; i < schema->n_nested; i++)
        map_put(&names, schema->nested[i].name, NULL);
    return map_near(&names, name);
}
