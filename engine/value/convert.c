#include "value/convert_private.h"

#include "base/gettext.h"
#include "value/value_private.h"

/*
 * Conversion of values, from the outside in. Whether the types allow it is asked once, at the top; below, only the
 * contents of strings and maps can still stand in the way.
 */
struct conversion {
    struct arena *arena;
    struct path *where;
    struct strbuf *why;
    VEC(struct path_step) steps; /* to the part at hand */
};

static bool convert_part(struct conversion *c, struct value v, const struct type *to, struct value *out);

static struct path here(struct conversion *c)
{
    struct path path = {0};
    vec_each (&c->steps, i) {
        const struct path_step *step = &c->steps.v[i];
        path =
            step->kind == PATH_ATTR ? path_attr(c->arena, path, step->name) : path_index(c->arena, path, step->index);
    }
    return path;
}

static bool fail(struct conversion *c, const char *why)
{
    if (c->why)
        strbuf_add(c->why, str_c(why));
    if (c->where)
        *c->where = here(c);
    return false;
}

static bool mismatch(struct conversion *c, const struct type *from, const struct type *to)
{
    STRBUF_AUTO unwanted = STRBUF_INIT(0);
    struct path where = here(c);
    mismatch_explain(c->arena, from, to, &where, c->why ? c->why : &unwanted);
    if (c->where)
        *c->where = where;
    return false;
}

static bool convert_attr(struct conversion *c, struct str name, struct value v, const struct type *to,
                         struct value *out)
{
    vec_push(c->arena, &c->steps, ((struct path_step){.kind = PATH_ATTR, .name = name}));
    bool ok = convert_part(c, v, to, out);
    c->steps.n -= ok;
    return ok;
}

static bool convert_at(struct conversion *c, struct value key, struct value v, const struct type *to, struct value *out)
{
    vec_push(c->arena, &c->steps, ((struct path_step){.kind = PATH_INDEX, .index = key}));
    bool ok = convert_part(c, v, to, out);
    c->steps.n -= ok;
    return ok;
}

/* -- nulls and unknowns -- */

/* Facts about the length of an unknown tuple, object or collection that hold for the collection it becomes. */
static void carry_length(struct refine *r, struct value v, const struct type *to)
{
    bool set = to->kind == TYPE_SET;
    if (!to->elem || (!type_is_collection(v.type) && v.type->kind < TYPE_TUPLE))
        return;
    if (v.type->kind >= TYPE_TUPLE) {
        r->max_length = v.type->n;
        r->min_length = set && v.type->n ? 1 : v.type->n;
    } else if (v.refine) {
        r->max_length = v.refine->max_length;
        r->min_length = set && v.refine->min_length ? 1 : v.refine->min_length;
    }
}

static struct value empty_of(struct arena *arena, const struct type *to)
{
    switch (to->kind) {
    case TYPE_LIST:
        return value_list(to->elem, NULL, 0);
    case TYPE_SET:
        return value_set(arena, to->elem, NULL, 0);
    default:
        return value_map(arena, to->elem, NULL, NULL, 0);
    }
}

static struct value convert_unknown(struct conversion *c, struct value v, const struct type *to)
{
    bool not_null = v.refine && v.refine->not_null;
    struct refine r = {.not_null = not_null};
    carry_length(&r, v, to);
    if (not_null && to->elem && v.type->kind >= TYPE_TUPLE && v.type->n == 0)
        return empty_of(c->arena, to);
    return value_unknown_refined(c->arena, to, r);
}

static const struct type *type_reached(struct value v, const struct type *to)
{
    return type_fill_dynamic(v.type, type_without_optional(to));
}

/* -- primitives -- */

static bool same_letters(struct str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static bool bool_from(struct conversion *c, struct str s, struct value *out)
{
    if (str_is(s, "true") || str_is(s, "1"))
        *out = value_bool(true);
    else if (str_is(s, "false") || str_is(s, "0"))
        *out = value_bool(false);
    else if (same_letters(s, "true"))
        return fail(c, _("a bool is required; to convert from string, use lowercase \"true\""));
    else if (same_letters(s, "false"))
        return fail(c, _("a bool is required; to convert from string, use lowercase \"false\""));
    else
        return fail(c, _("a bool is required"));
    return true;
}

static bool number_from(struct conversion *c, struct str s, struct value *out)
{
    struct number n;
    if (!number_parse(c->arena, s, &n))
        return fail(c, _("a number is required"));
    *out = value_number(n);
    return true;
}

static bool convert_primitive(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    if (to == type_number)
        return number_from(c, v.u.string, out);
    if (to == type_bool)
        return bool_from(c, v.u.string, out);
    if (v.type == type_number)
        *out = value_string(number_text(c->arena, value_as_number(v)));
    else
        *out = value_string(v.u.boolean ? STR("true") : STR("false"));
    return true;
}

/* -- objects and tuples -- */

static bool convert_member(struct conversion *c, struct value v, const struct type *to, uint32_t i, struct value *out)
{
    struct value item = v.type->kind == TYPE_MAP ? value_map_get(v, to->names[i]) : value_attr(v, to->names[i]);
    if (!value_exists(item)) {
        if (!to->optional || !to->optional[i])
            return fail(c, arena_printf(c->arena, _("attribute \"%.*s\" is required"), STR_ARG(to->names[i])).p);
        *out = value_null(to->items[i]);
        return true;
    }
    if (v.type->kind == TYPE_MAP && !convert_possible(item.type, to->items[i], true)) {
        vec_push(c->arena, &c->steps, ((struct path_step){.kind = PATH_ATTR, .name = to->names[i]}));
        return mismatch(c, item.type, to->items[i]);
    }
    return convert_attr(c, to->names[i], item, to->items[i], out);
}

static bool convert_to_object(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    struct value *items = ARENA_ARRAY(c->arena, struct value, to->n);
    for (uint32_t i = 0; i < to->n; i++)
        if (!convert_member(c, v, to, i, &items[i]))
            return false;
    if (to->has_dynamic)
        *out = value_object(c->arena, to->names, items, to->n);
    else
        *out = value_object_of(type_without_optional(to), items);
    return true;
}

static bool convert_to_tuple(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    struct value *items = ARENA_ARRAY(c->arena, struct value, to->n);
    for (uint32_t i = 0; i < to->n; i++)
        if (!convert_at(c, value_int(i), v.u.items[i], to->items[i], &items[i]))
            return false;
    *out = value_tuple(items, to->n);
    return true;
}

/* -- collections -- */

/* A map takes values of no type (null, unknown) beside those of one type, where a list would not. */
static const struct type *only_typed(const struct type *const *types, size_t n)
{
    const struct type *found = NULL;
    for (size_t i = 0; i < n; i++) {
        if (types[i] == type_dynamic)
            continue;
        if (found && found != types[i])
            return type_dynamic;
        found = types[i];
    }
    return found ? found : type_dynamic;
}

/* Elements that were read into "any" may have come out with several types; collections hold one. */
static bool settle_elements(struct conversion *c, struct value *items, size_t n, bool map, const struct type **elem)
{
    const struct type **types = ARENA_ARRAY(c->arena, const struct type *, n);
    for (size_t i = 0; i < n; i++)
        types[i] = items[i].type;
    *elem = unify_types(types, n, true);
    if (map && *elem == type_dynamic)
        *elem = only_typed(types, n);
    if (!*elem)
        return fail(c, _("all elements must have the same type"));
    for (size_t i = 0; i < n; i++) {
        if (items[i].type != *elem && !convert_part(c, items[i], *elem, &items[i]))
            return false;
        if (items[i].type != *elem)
            return fail(c, _("all elements must have the same type"));
    }
    return true;
}

static bool convert_elements(struct conversion *c, struct value v, const struct type *elem, struct value *items)
{
    struct value key, item;
    size_t i = 0;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item); i++) {
        if (v.type->kind == TYPE_SET)
            key = value_int((int64_t)i);
        if (v.type->kind == TYPE_OBJECT ? !convert_attr(c, key.u.string, item, elem, &items[i])
                                        : !convert_at(c, key, item, elem, &items[i]))
            return false;
    }
    return true;
}

static struct value make_collection(struct conversion *c, struct value v, const struct type *to,
                                    const struct type *elem, struct value *items)
{
    if (to->kind == TYPE_LIST)
        return value_list(elem, items, v.n);
    if (to->kind == TYPE_SET)
        return value_set(c->arena, elem, items, v.n);
    return value_map(c->arena, elem, v.type->kind == TYPE_MAP ? v.u.map.keys : v.type->names, items, v.n);
}

static const struct type *empty_elem(struct value v, const struct type *elem)
{
    return elem == type_dynamic && v.type->elem ? v.type->elem : type_without_optional(elem);
}

/* Nobody knows how many elements a set with unknown ones will have. */
static bool length_unknown(struct value v)
{
    return v.type->kind == TYPE_SET && v.n > 1 && !value_wholly_known(value_unmark(v));
}

static bool convert_to_collection(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    if (to->kind == TYPE_LIST && length_unknown(v)) {
        *out = value_unknown(type_reached(v, to));
        return true;
    }
    const struct type *elem = v.type->elem ? to->elem : unify_parts(v.type, to, true);
    if (v.n == 0) {
        *out = make_collection(c, v, to, empty_elem(v, elem), NULL);
        return true;
    }
    struct value *items = ARENA_ARRAY(c->arena, struct value, v.n);
    if (!convert_elements(c, v, elem, items))
        return false;
    const struct type *settled = type_without_optional(elem);
    if (elem->has_dynamic && !settle_elements(c, items, v.n, v.type->kind == TYPE_OBJECT, &settled))
        return false;
    *out = make_collection(c, v, to, settled, items);
    return true;
}

static bool convert_known(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    switch (to->kind) {
    case TYPE_OBJECT:
        return convert_to_object(c, v, to, out);
    case TYPE_TUPLE:
        return convert_to_tuple(c, v, to, out);
    case TYPE_LIST:
    case TYPE_SET:
    case TYPE_MAP:
        return convert_to_collection(c, v, to, out);
    default:
        return convert_primitive(c, v, to, out);
    }
}

static bool convert_part(struct conversion *c, struct value v, const struct type *to, struct value *out)
{
    struct value made = v;
    if (to == type_dynamic || v.type == type_without_optional(to))
        made = v;
    else if (v.state == VALUE_UNKNOWN)
        made = convert_unknown(c, v, type_reached(v, to));
    else if (v.state == VALUE_NULL)
        made = value_null(type_reached(v, to));
    else if (!convert_known(c, v, to, &made))
        return false;
    *out = value_mark(made, v.marks);
    return true;
}

bool convert(struct arena *arena, struct value v, const struct type *type, struct value *out, struct path *where,
             struct strbuf *why)
{
    struct conversion c = {.arena = arena, .where = where, .why = why};
    if (!convert_possible(v.type, type, true))
        return mismatch(&c, v.type, type);
    return convert_part(&c, v, type, out);
}
