#include "schema/schema.h"

/* -- sensitive marks -- */

static struct value mark_elements(struct arena *arena, const struct schema *schema, struct value v)
{
    if (v.type->kind == TYPE_OBJECT)
        return schema_mark_sensitive(arena, schema, v);
    struct value *items = ARENA_ARRAY(arena, struct value, v.n);
    const struct value *from = v.type->kind == TYPE_MAP ? v.u.map.items : v.u.items;
    for (uint32_t i = 0; i < v.n; i++)
        items[i] = schema_mark_sensitive(arena, schema, from[i]);
    switch (v.type->kind) {
    case TYPE_MAP:
        return value_map(arena, v.type->elem, v.u.map.keys, items, v.n);
    case TYPE_SET:
        return value_set(arena, v.type->elem, items, v.n);
    case TYPE_TUPLE:
        return value_tuple(items, v.n);
    default:
        return value_list(v.type->elem, items, v.n);
    }
}

static struct value mark_nested(struct arena *arena, const struct schema_nested *nested, struct value v)
{
    bool whole = v.type->kind == TYPE_OBJECT && nested->nesting != NESTING_SINGLE; /* a map whose blocks differ */
    if (!nested->schema->has_sensitive || !value_is_set(v))
        return v;
    return value_mark(whole ? value_mark(v, MARK_SENSITIVE) : mark_elements(arena, nested->schema, v), v.marks);
}

static struct value mark_field(struct arena *arena, const struct schema *schema, struct str name, struct value v)
{
    const struct schema_attr *attr = schema_attr(schema, name);
    if (attr)
        return attr->flags & SCHEMA_SENSITIVE ? value_mark(v, MARK_SENSITIVE) : v;
    const struct schema_nested *nested = schema_nested(schema, name);
    return nested ? mark_nested(arena, nested, v) : v;
}

struct value schema_mark_sensitive(struct arena *arena, const struct schema *schema, struct value v)
{
    if (!schema->has_sensitive || !value_is_set(v) || v.type->kind != TYPE_OBJECT)
        return v;
    struct value *items = ARENA_ARRAY(arena, struct value, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        items[i] = mark_field(arena, schema, v.type->names[i], v.u.items[i]);
    return value_mark(value_object_of(v.type, items), v.marks);
}

/* -- conforming -- */

struct conform {
    struct arena *arena;
    struct path *where;
    struct strbuf *why;
};

static bool conform_block(const struct conform *c, const struct schema *schema, struct value v, struct path path,
                          struct value *out);

static bool refuse(const struct conform *c, struct path path, const char *why)
{
    if (c->where)
        *c->where = path;
    if (c->why)
        strbuf_add(c->why, str_c(why));
    return false;
}

static struct path path_join(struct arena *arena, struct path a, struct path b)
{
    struct path_step *steps = ARENA_ARRAY(arena, struct path_step, a.n + b.n);
    if (a.n)
        memcpy(steps, a.steps, a.n * sizeof *steps);
    if (b.n)
        memcpy(steps + a.n, b.steps, b.n * sizeof *steps);
    return (struct path){steps, a.n + b.n};
}

static bool conform_attr(const struct conform *c, const struct schema_attr *attr, struct value v, struct path path,
                         struct value *out)
{
    struct path inner = {0};
    if (convert(c->arena, v, attr->type, out, &inner, c->why))
        return true;
    if (c->where)
        *c->where = path_join(c->arena, path, inner);
    return false;
}

static struct value no_blocks(struct arena *arena, const struct schema_nested *nested)
{
    const struct type *block = nested->schema->implied;
    if (nested->nesting == NESTING_SINGLE)
        return value_null(block);
    if (block->has_dynamic)
        return nested->nesting == NESTING_MAP ? value_object(arena, NULL, NULL, 0) : value_tuple(NULL, 0);
    if (nested->nesting == NESTING_MAP)
        return value_map(arena, block, NULL, NULL, 0);
    return nested->nesting == NESTING_SET ? value_set(arena, block, NULL, 0) : value_list(block, NULL, 0);
}

static struct value gather(struct arena *arena, const struct schema_nested *nested, const struct str *keys,
                           const struct value *items, size_t n)
{
    const struct type *block = nested->schema->implied;
    if (!n)
        return no_blocks(arena, nested);
    if (nested->nesting == NESTING_MAP)
        return block->has_dynamic ? value_object(arena, keys, items, n) : value_map(arena, block, keys, items, n);
    if (block->has_dynamic)
        return value_tuple(items, n);
    return nested->nesting == NESTING_SET ? value_set(arena, block, items, n) : value_list(block, items, n);
}

static bool conform_blocks(const struct conform *c, const struct schema_nested *nested, struct value v,
                           struct path path, struct value *out)
{
    bool map = nested->nesting == NESTING_MAP;
    if (map != type_is_keyed(v.type) || type_is_primitive(v.type))
        return refuse(c, path, map ? "a map of blocks is required" : "a list of blocks is required");
    struct value *items = ARENA_ARRAY(c->arena, struct value, v.n), key, item;
    struct str *keys = ARENA_ARRAY(c->arena, struct str, map ? v.n : 0);
    size_t n = 0;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item); n++) {
        if (!conform_block(c, nested->schema, item, path_index(c->arena, path, key), &items[n]))
            return false;
        if (map)
            keys[n] = key.u.string;
    }
    *out = value_mark(gather(c->arena, nested, keys, items, n), v.marks);
    return true;
}

static bool conform_nested(const struct conform *c, const struct schema_nested *nested, struct value v,
                           struct path path, struct value *out)
{
    if (nested->nesting == NESTING_SINGLE)
        return conform_block(c, nested->schema, v, path, out);
    if (value_is_null(v)) {
        *out = no_blocks(c->arena, nested);
        return true;
    }
    if (!value_is_known(v)) {
        const struct type *block = nested->schema->implied;
        const struct type *type = block->has_dynamic ? type_dynamic : no_blocks(c->arena, nested).type;
        *out = value_mark(value_unknown(type), v.marks);
        return true;
    }
    return conform_blocks(c, nested, v, path, out);
}

static bool conform_field(const struct conform *c, const struct schema *schema, struct str name, struct value v,
                          struct path path, struct value *out)
{
    struct value field = v.type->kind == TYPE_OBJECT ? value_attr(v, name) : value_map_get(v, name);
    if (!value_exists(field))
        field = value_null(type_dynamic);
    path = path_attr(c->arena, path, name);
    const struct schema_attr *attr = schema_attr(schema, name);
    if (attr)
        return conform_attr(c, attr, field, path, out);
    return conform_nested(c, schema_nested(schema, name), field, path, out);
}

static bool conform_block(const struct conform *c, const struct schema *schema, struct value v, struct path path,
                          struct value *out)
{
    const struct type *type = schema->implied;
    if (v.state != VALUE_KNOWN) {
        *out = value_mark(value_is_null(v) ? value_null(type) : value_unknown(type), v.marks);
        return true;
    }
    if (!type_is_keyed(v.type))
        return refuse(c, path, "an object is required");
    struct value *items = ARENA_ARRAY(c->arena, struct value, type->n);
    for (uint32_t i = 0; i < type->n; i++)
        if (!conform_field(c, schema, type->names[i], v, path, &items[i]))
            return false;
    /* "any" took the type of what stands there, so the object's type has to be made anew. */
    *out = value_mark(type->has_dynamic ? value_object(c->arena, type->names, items, type->n)
                                        : value_object_of(type, items),
                      v.marks);
    return true;
}

bool schema_conform(struct arena *arena, const struct schema *schema, struct value v, struct value *out,
                    struct path *where, struct strbuf *why)
{
    struct conform c = {arena, where, why};
    return conform_block(&c, schema, v, (struct path){0}, out);
}
