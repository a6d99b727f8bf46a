#include "plan/proposed.h"

struct value proposed_object(struct arena *arena, struct value object, const struct value *items)
{
    const struct type *type = object.type;
    for (size_t i = 0; i < type->n; i++)
        if (items[i].type != type->items[i])
            return value_object(arena, type->names, items, type->n);
    return value_object_of(type, items);
}

static struct value item_at(struct value object, int i)
{
    return value_is_set(object) && i >= 0 ? object.u.items[i] : (struct value){0};
}

static struct value propose_attr(const struct schema_attr *attr, struct value config, struct value prior)
{
    if (!(attr->flags & SCHEMA_COMPUTED))
        return config;
    if ((attr->flags & SCHEMA_OPTIONAL) && !value_is_null(config))
        return config;
    return value_exists(prior) ? prior : value_unknown(attr->type);
}

/* Whether a prior element of a set of blocks is what this configured element became: all that is set agrees. */
static bool same_element(const struct schema *schema, struct value config, struct value prior)
{
    for (size_t i = 0; i < config.type->n; i++) {
        const struct schema_attr *attr = schema_attr(schema, config.type->names[i]);
        struct value c = config.u.items[i], p = item_at(prior, type_attr(prior.type, config.type->names[i]));
        if (attr && (attr->flags & SCHEMA_COMPUTED) && value_is_null(c))
            continue;
        if (attr && (!value_exists(p) || !value_same(c, p)))
            return false;
    }
    return true;
}

static struct value find_element(const struct schema *schema, struct value config, struct value prior, bool *taken)
{
    for (size_t i = 0; value_is_set(config) && i < prior.n; i++)
        if (!taken[i] && value_is_set(prior.u.items[i]) && same_element(schema, config, prior.u.items[i])) {
            taken[i] = true;
            return prior.u.items[i];
        }
    return (struct value){0};
}

static struct value propose_sequence(struct arena *arena, const struct schema_nested *nested, struct value config,
                                     struct value prior)
{
    bool is_set = config.type->kind == TYPE_SET, has_prior = value_is_set(prior);
    struct value *items = ARENA_ARRAY(arena, struct value, config.n);
    bool *taken = has_prior ? ARENA_ARRAY(arena, bool, prior.n) : NULL;
    for (size_t i = 0; i < config.n; i++) {
        struct value was = {0};
        if (has_prior && is_set)
            was = find_element(nested->schema, config.u.items[i], prior, taken);
        else if (has_prior && i < prior.n)
            was = prior.u.items[i];
        items[i] = proposed_value(arena, nested->schema, config.u.items[i], was);
    }
    if (config.type->kind == TYPE_TUPLE)
        return value_tuple(items, config.n);
    return is_set ? value_set(arena, config.type->elem, items, config.n)
                  : value_list(config.type->elem, items, config.n);
}

static struct value propose_map(struct arena *arena, const struct schema_nested *nested, struct value config,
                                struct value prior)
{
    struct value *items = ARENA_ARRAY(arena, struct value, config.n);
    for (size_t i = 0; i < config.n; i++) {
        struct value was = value_is_set(prior) ? value_map_get(prior, config.u.map.keys[i]) : (struct value){0};
        items[i] = proposed_value(arena, nested->schema, config.u.map.items[i], was);
    }
    return value_map(arena, config.type->elem, config.u.map.keys, items, config.n);
}

static struct value propose_nested(struct arena *arena, const struct schema_nested *nested, struct value config,
                                   struct value prior)
{
    if (!value_is_set(config))
        return config;
    switch (config.type->kind) {
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_TUPLE:
        return propose_sequence(arena, nested, config, prior);
    case TYPE_MAP:
        return propose_map(arena, nested, config, prior);
    default:
        return proposed_value(arena, nested->schema, config, prior);
    }
}

struct value proposed_value(struct arena *arena, const struct schema *schema, struct value config, struct value prior)
{
    if (!value_is_set(config) || config.type->kind != TYPE_OBJECT)
        return config;
    struct value *items = ARENA_ARRAY(arena, struct value, config.type->n);
    for (size_t i = 0; i < config.type->n; i++) {
        struct str name = config.type->names[i];
        struct value was = value_is_set(prior) ? item_at(prior, type_attr(prior.type, name)) : (struct value){0};
        const struct schema_attr *attr = schema_attr(schema, name);
        const struct schema_nested *nested = attr ? NULL : schema_nested(schema, name);
        items[i] = config.u.items[i];
        if (attr)
            items[i] = propose_attr(attr, config.u.items[i], was);
        else if (nested)
            items[i] = propose_nested(arena, nested, config.u.items[i], was);
    }
    return proposed_object(arena, config, items);
}
