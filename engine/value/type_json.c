#include "value/json.h"

/* Types as JSON, in the notation of cty: "string", ["list","string"], ["object",{"a":"string"},["a"]] with the optional
 * ones last. */

static const char *const words[] = {
    [TYPE_DYNAMIC] = "dynamic", [TYPE_BOOL] = "bool",   [TYPE_NUMBER] = "number",
    [TYPE_STRING] = "string",   [TYPE_LIST] = "list",   [TYPE_SET] = "set",
    [TYPE_MAP] = "map",         [TYPE_TUPLE] = "tuple", [TYPE_OBJECT] = "object",
};

static void write_optional(struct strbuf *out, const struct type *type)
{
    char before = '[';
    strbuf_addc(out, ',');
    for (uint32_t i = 0; i < type->n; i++) {
        if (!type->optional[i])
            continue;
        strbuf_addc(out, before);
        json_write_string(out, type->names[i], JSON_COMPACT);
        before = ',';
    }
    strbuf_addc(out, ']');
}

static void write_items(struct strbuf *out, const struct type *type)
{
    bool object = type->kind == TYPE_OBJECT;
    strbuf_addc(out, object ? '{' : '[');
    for (uint32_t i = 0; i < type->n; i++) {
        if (i)
            strbuf_addc(out, ',');
        if (object) {
            json_write_string(out, type->names[i], JSON_COMPACT);
            strbuf_addc(out, ':');
        }
        type_json_write(out, type->items[i]);
    }
    strbuf_addc(out, object ? '}' : ']');
    if (type->optional)
        write_optional(out, type);
}

void type_json_write(struct strbuf *out, const struct type *type)
{
    struct str word = str_c(words[type->kind]);
    if (type->kind < TYPE_LIST) {
        json_write_string(out, word, JSON_COMPACT);
        return;
    }
    strbuf_addc(out, '[');
    json_write_string(out, word, JSON_COMPACT);
    strbuf_addc(out, ',');
    if (type->elem)
        type_json_write(out, type->elem);
    else
        write_items(out, type);
    strbuf_addc(out, ']');
}

static int kind_of(struct value v)
{
    if (v.type != type_string || v.state != VALUE_KNOWN)
        return -1;
    for (int kind = 0; kind <= TYPE_OBJECT; kind++)
        if (str_eq(v.u.string, str_c(words[kind])))
            return kind;
    return -1;
}

static const struct type *type_of(struct arena *arena, struct value v);

static bool types_of(struct arena *arena, struct value v, const struct type **types)
{
    for (uint32_t i = 0; i < v.n; i++) {
        types[i] = type_of(arena, v.u.items[i]);
        if (!types[i])
            return false;
    }
    return true;
}

static bool optional_of(const struct type *names, struct value list, bool *optional)
{
    if (list.type->kind != TYPE_TUPLE || list.state != VALUE_KNOWN)
        return false;
    for (uint32_t i = 0; i < list.n; i++) {
        struct value name = list.u.items[i];
        int at = name.type == type_string && name.state == VALUE_KNOWN ? type_attr(names, name.u.string) : -1;
        if (at < 0)
            return false;
        optional[at] = true;
    }
    return true;
}

static const struct type *structure_of(struct arena *arena, enum type_kind kind, struct value parts,
                                       const struct value *optionals)
{
    if (parts.type->kind != kind || parts.state != VALUE_KNOWN)
        return NULL;
    const struct type **types = ARENA_ARRAY(arena, const struct type *, parts.n + 1);
    bool *optional = ARENA_ARRAY(arena, bool, parts.n + 1);
    if (!types_of(arena, parts, types))
        return NULL;
    if (kind == TYPE_TUPLE)
        return optionals ? NULL : type_tuple(types, parts.n);
    if (optionals && !optional_of(parts.type, *optionals, optional))
        return NULL;
    return type_object(parts.type->names, types, optional, parts.n);
}

static const struct type *collection_of(enum type_kind kind, const struct type *elem)
{
    if (!elem)
        return NULL;
    return kind == TYPE_LIST ? type_list(elem) : kind == TYPE_SET ? type_set(elem) : type_map(elem);
}

static const struct type *type_of(struct arena *arena, struct value v)
{
    const struct type *plain[] = {type_dynamic, type_bool, type_number, type_string};
    int kind = kind_of(v);
    if (kind >= 0)
        return kind < TYPE_LIST ? plain[kind] : NULL;
    if (v.type->kind != TYPE_TUPLE || v.state != VALUE_KNOWN || v.n < 2 || v.n > 3)
        return NULL;
    kind = kind_of(v.u.items[0]);
    if (kind < TYPE_LIST)
        return NULL;
    if (kind == TYPE_TUPLE || kind == TYPE_OBJECT)
        return structure_of(arena, (enum type_kind)kind, v.u.items[1], v.n == 3 ? &v.u.items[2] : NULL);
    return v.n == 2 ? collection_of((enum type_kind)kind, type_of(arena, v.u.items[1])) : NULL;
}

const struct type *type_json_read(struct str json)
{
    struct arena *scratch = arena_new();
    struct json_error error;
    struct value v;
    const struct type *type = json_read_as(scratch, json, type_dynamic, &v, &error) ? type_of(scratch, v) : NULL;
    arena_free(scratch);
    return type;
}
