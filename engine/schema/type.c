#include "schema/schema.h"

/* Recursive descent over constraint text as provider and function tables write it: list(object({a = string})). */
struct reader {
    struct str text;
    size_t at;
    unsigned depth;
    struct arena *arena;
};

enum { TYPE_DEPTH_MAX = 64 };

static const struct type *read_type(struct reader *r);

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.n && strchr(" \t\r\n", r->text.p[r->at]))
        r->at++;
}

static bool accept(struct reader *r, char c)
{
    skip_blanks(r);
    if (r->at >= r->text.n || r->text.p[r->at] != c)
        return false;
    r->at++;
    return true;
}

static bool name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static struct str read_name(struct reader *r)
{
    skip_blanks(r);
    size_t from = r->at;
    while (r->at < r->text.n && name_byte(r->text.p[r->at]))
        r->at++;
    return str_sub(r->text, from, r->at);
}

static const struct type *read_collection(struct reader *r, const struct type *(*make)(const struct type *))
{
    if (!accept(r, '('))
        return NULL;
    const struct type *elem = read_type(r);
    return elem && accept(r, ')') ? make(elem) : NULL;
}

static const struct type *read_tuple(struct reader *r)
{
    VEC(const struct type *) items = {0};
    if (!accept(r, '(') || !accept(r, '['))
        return NULL;
    while (!accept(r, ']')) {
        const struct type *item = read_type(r);
        if (!item)
            return NULL;
        vec_push(r->arena, &items, item);
        if (!accept(r, ',') && (skip_blanks(r), r->at >= r->text.n || r->text.p[r->at] != ']'))
            return NULL;
    }
    return accept(r, ')') ? type_tuple(items.v, items.n) : NULL;
}

/* `type` or `optional(type)`. */
static const struct type *read_attribute_type(struct reader *r, bool *optional)
{
    size_t from = r->at;
    *optional = str_is(read_name(r), "optional");
    if (!*optional) {
        r->at = from;
        return read_type(r);
    }
    if (!accept(r, '('))
        return NULL;
    const struct type *type = read_type(r);
    return type && accept(r, ')') ? type : NULL;
}

struct attributes {
    VEC(struct str) names;
    VEC(const struct type *) types;
    VEC(bool) optional;
};

static bool read_attribute(struct reader *r, struct attributes *a)
{
    bool optional;
    struct str name = read_name(r);
    if (!name.n || !(accept(r, '=') || accept(r, ':')))
        return false;
    const struct type *type = read_attribute_type(r, &optional);
    if (!type)
        return false;
    vec_each (&a->names, i)
        if (str_eq(a->names.v[i], name))
            return false;
    vec_push(r->arena, &a->names, name);
    vec_push(r->arena, &a->types, type);
    vec_push(r->arena, &a->optional, optional);
    return true;
}

static const struct type *read_object(struct reader *r)
{
    struct attributes a = {0};
    if (!accept(r, '(') || !accept(r, '{'))
        return NULL;
    while (!accept(r, '}')) {
        if (!read_attribute(r, &a))
            return NULL;
        accept(r, ',');
    }
    return accept(r, ')') ? type_object(a.names.v, a.types.v, a.optional.v, a.names.n) : NULL;
}

static const struct type *read_constructor(struct reader *r, struct str name)
{
    if (str_is(name, "list"))
        return read_collection(r, type_list);
    if (str_is(name, "set"))
        return read_collection(r, type_set);
    if (str_is(name, "map"))
        return read_collection(r, type_map);
    if (str_is(name, "tuple"))
        return read_tuple(r);
    return str_is(name, "object") ? read_object(r) : NULL;
}

static const struct type *read_type(struct reader *r)
{
    struct str name = read_name(r);
    const struct type *type = type_keyword(name);
    if (type)
        return type;
    if (++r->depth > TYPE_DEPTH_MAX)
        return NULL;
    type = read_constructor(r, name);
    r->depth--;
    return type;
}

const struct type *schema_type_parse(struct str text)
{
    ARENA_AUTO arena = arena_new();
    struct reader r = {.text = text, .arena = arena};
    const struct type *type = read_type(&r);
    skip_blanks(&r);
    return r.at == text.n ? type : NULL;
}
