/* mapping: functions on maps and objects. */
#include "funcs/kit.h"

/* -- keys, values -- */

static bool keys_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    if (!type_is_keyed(type))
        return func_fail(call, 0, _("a map or object is required, and this is %s"), kit_type_name(call, type));
    *out = type_list(type_string);
    if (type->kind == TYPE_MAP)
        return true;
    const struct type **items = ARENA_ARRAY(kit_arena(call), const struct type *, type->n);
    for (size_t i = 0; i < type->n; i++)
        items[i] = type_string;
    *out = type_tuple(items, type->n);
    return true;
}

/* The keys of an object are known even where the object is not. */
static bool keys_impl(struct func_call *call)
{
    struct value map = call->args[0];
    if (map.type->kind == TYPE_MAP && !value_is_known(map))
        return kit_answer(call, value_mark(value_unknown(call->type), map.marks));
    size_t n = kit_count(map);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t i = 0; i < n; i++)
        items[i] = value_string(kit_key(map, i));
    return kit_answer(call, value_mark(kit_sequence(kit_arena(call), call->type, items, n), map.marks));
}

static bool values_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    if (!type_is_keyed(type))
        return func_fail(call, KIT_CALL, _("values() requires a map or object, and this is %s"),
                         kit_type_name(call, type));
    *out = type->kind == TYPE_MAP ? type_list(type->elem) : type_tuple(type->items, type->n);
    return true;
}

static bool values_impl(struct func_call *call)
{
    struct value map = call->args[0];
    struct value v = kit_sequence(kit_arena(call), call->type, kit_items(map), kit_count(map));
    return kit_answer(call, value_mark(v, map.marks));
}

/* -- lookup -- */

static bool lookup_default_fits(struct func_call *call, const struct type *elem)
{
    struct value v;
    STRBUF_AUTO why = STRBUF_INIT(1024);
    if (call->n < 3 || convert(kit_arena(call), call->args[2], elem, &v, NULL, &why))
        return true;
    return func_fail(call, 2, _("the default must have the type of the map's elements, %s: %.*s"),
                     kit_type_name(call, elem), STR_ARG(strbuf_str(&why)));
}

static bool lookup_object_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    *out = type_dynamic;
    if (!value_is_known(call->args[1]))
        return true;
    int at = type_attr(type, kit_str(call, 1));
    if (at < 0 && call->n < 3)
        return func_fail(call, 0, _("the object has no attribute \"%.*s\""), STR_ARG(kit_str(call, 1)));
    *out = at < 0 ? call->args[2].type : type->items[at];
    return true;
}

static bool lookup_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    if (call->n > 3)
        return func_fail(call, KIT_CALL, _("lookup() takes two or three arguments, not %zu"), call->n);
    if (type->kind == TYPE_OBJECT)
        return lookup_object_type(call, out);
    if (type->kind != TYPE_MAP)
        return func_fail(call, 0, _("lookup() requires a map or object, and this is %s"), kit_type_name(call, type));
    *out = type->elem;
    return lookup_default_fits(call, type->elem);
}

static bool lookup_missing(struct func_call *call)
{
    if (call->args[1].marks & MARK_SENSITIVE)
        return func_fail(call, KIT_CALL, _("the map has no such key, and no default was given"));
    return func_fail(call, KIT_CALL, _("the map has no key \"%.*s\", and no default was given"),
                     STR_ARG(kit_str(call, 1)));
}

static bool lookup_impl(struct func_call *call)
{
    struct value map = call->args[0];
    uint16_t marks = map.marks | call->args[1].marks;
    struct value found = map.type->kind == TYPE_OBJECT ? value_attr(value_unmark(map), kit_str(call, 1))
                                                       : value_map_get(value_unmark(map), kit_str(call, 1));
    if (!value_exists(found)) {
        if (call->n < 3)
            return lookup_missing(call);
        STRBUF_AUTO why = STRBUF_INIT(1024);
        if (!convert(kit_arena(call), call->args[2], call->type, &found, NULL, &why))
            return func_fail(call, 2, "%.*s", STR_ARG(strbuf_str(&why)));
    }
    return kit_answer(call, value_mark(found, marks));
}

/* -- merge -- */

struct merge {
    struct map attrs; /* name -> its type */
    const struct type *first;
    bool same;  /* all arguments have the type `first` */
    bool known; /* the keys of all are known */
};

static void merge_add_type(struct merge *m, struct value v)
{
    const struct type *type = v.type;
    if (type->kind == TYPE_OBJECT && value_is_null(v))
        type = type_empty_object();
    if (type->kind == TYPE_MAP && !value_is_known(v))
        m->known = false;
    else if (type->kind == TYPE_OBJECT || !value_is_null(v))
        for (size_t i = 0, n = type->kind == TYPE_OBJECT ? type->n : v.n; i < n; i++)
            map_put(&m->attrs, type->kind == TYPE_OBJECT ? type->names[i] : v.u.map.keys[i],
                    (void *)(uintptr_t)(type->kind == TYPE_OBJECT ? type->items[i] : type->elem));
    if (!m->first)
        m->first = type;
    m->same = m->same && m->first == type;
}

static const struct type *merge_object(struct merge *m)
{
    struct arena *arena = m->attrs.arena;
    struct str *names = ARENA_ARRAY(arena, struct str, m->attrs.n);
    const struct type **types = ARENA_ARRAY(arena, const struct type *, m->attrs.n);
    map_each (&m->attrs, i) {
        names[i] = m->attrs.entries[i].key;
        types[i] = m->attrs.entries[i].value;
    }
    return type_object(names, types, NULL, m->attrs.n);
}

static bool merge_takes(struct func_call *call, size_t i)
{
    const struct type *type = call->args[i].type;
    return type_is_keyed(type) ||
           func_fail(call, KIT_CALL, _("all arguments must be maps or objects, and argument %zu is %s"), i + 1,
                     kit_type_name(call, type));
}

static bool merge_type(struct func_call *call, const struct type **out)
{
    struct merge m = {.attrs = MAP_INIT(kit_arena(call)), .same = true, .known = true};
    for (size_t i = 0; i < call->n; i++) {
        const struct type *type = call->args[i].type;
        *out = type_dynamic;
        if (type->kind == TYPE_DYNAMIC)
            return true;
        if (!merge_takes(call, i))
            return false;
        merge_add_type(&m, call->args[i]);
    }
    *out = !call->n ? type_empty_object() : m.same ? m.first : m.known ? merge_object(&m) : type_dynamic;
    return true;
}

static bool merge_impl(struct func_call *call)
{
    struct arena *arena = kit_arena(call);
    VEC(struct str) names = {0};
    VEC(struct value) items = {0};
    struct map at = MAP_INIT(arena);
    uint16_t marks = 0;
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        marks |= v.marks;
        if (!value_is_null(v) && !merge_takes(call, i)) /* behind a bare null, where merge_type ends */
            return false;
        for (size_t j = 0, n = value_is_null(v) ? 0 : kit_count(v); j < n; j++) {
            uintptr_t seen = (uintptr_t)map_get(&at, kit_key(v, j));
            if (seen) {
                items.v[seen - 1] = kit_items(v)[j];
                continue;
            }
            vec_push(arena, &names, kit_key(v, j));
            vec_push(arena, &items, kit_items(v)[j]);
            map_put(&at, kit_key(v, j), (void *)(uintptr_t)names.n);
        }
    }
    struct value merged = call->type->kind == TYPE_MAP ? value_map(arena, call->type->elem, names.v, items.v, names.n)
                                                       : value_object(arena, names.v, items.v, names.n);
    return kit_answer(call, value_mark(merged, marks));
}

/* -- zipmap -- */

static bool zipmap_check(struct func_call *call)
{
    struct value keys = call->args[0];
    size_t n_keys = kit_count(keys), n_values = kit_count(call->args[1]);
    if (n_keys != n_values)
        return func_fail(call, KIT_CALL, _("there are %zu keys, but %zu values"), n_keys, n_values);
    for (size_t i = 0; i < n_keys; i++)
        if (value_is_null(kit_items(keys)[i]))
            return func_fail(call, KIT_CALL, _("key %zu is null"), i);
    return true;
}

/* The object type of the keys with the types of a tuple's elements; of equal keys the last wins. */
static const struct type *zipmap_object(struct func_call *call)
{
    struct merge m = {.attrs = MAP_INIT(kit_arena(call))};
    const struct type *values = call->args[1].type;
    for (size_t i = 0; i < values->n; i++)
        map_put(&m.attrs, kit_items(call->args[0])[i].u.string, (void *)(uintptr_t)values->items[i]);
    return merge_object(&m);
}

static bool zipmap_type(struct func_call *call, const struct type **out)
{
    const struct type *values = call->args[1].type;
    *out = type_dynamic;
    if (values->kind == TYPE_LIST) {
        *out = type_map(values->elem);
        return true;
    }
    if (values->kind != TYPE_TUPLE)
        return func_fail(call, KIT_CALL, _("the values must be a list or tuple, not %s"), kit_type_name(call, values));
    if (!value_wholly_known(call->args[0]))
        return true;
    if (!zipmap_check(call))
        return false;
    *out = zipmap_object(call);
    return true;
}

static bool zipmap_impl(struct func_call *call)
{
    struct arena *arena = kit_arena(call);
    struct value keys = call->args[0], values = call->args[1];
    uint16_t marks = keys.marks | values.marks;
    if (!value_wholly_known(keys))
        return kit_answer(call, value_mark(value_unknown(call->type), marks));
    if (!zipmap_check(call))
        return false;
    size_t n = kit_count(keys);
    struct str *names = ARENA_ARRAY(arena, struct str, n);
    for (size_t i = 0; i < n; i++) {
        names[i] = kit_items(keys)[i].u.string;
        marks |= kit_items(keys)[i].marks;
    }
    /* value_object wants unique names: the last of equal keys wins, as value_map has it. */
    struct value v;
    if (call->type->kind == TYPE_MAP) {
        v = value_map(arena, call->type->elem, names, kit_items(values), n);
    } else {
        struct value *items = ARENA_ARRAY(arena, struct value, call->type->n);
        for (size_t i = 0; i < n; i++)
            items[type_attr(call->type, names[i])] = kit_items(values)[i];
        v = value_object_of(call->type, items);
    }
    return kit_answer(call, value_mark(v, marks));
}

/* -- transpose -- */

struct transposed {
    VEC(struct value) keys;
};

static bool transpose_row(struct func_call *call, struct map *rows, struct str key, struct value list)
{
    if (value_is_null(list))
        return func_fail(call, KIT_CALL, _("the list under \"%.*s\" is null"), STR_ARG(key));
    for (size_t i = 0; i < list.n; i++) {
        struct value item = list.u.items[i];
        if (value_is_null(item))
            return func_fail(call, KIT_CALL, _("element %zu of the list under \"%.*s\" is null, which cannot be a key"),
                             i, STR_ARG(key));
        struct transposed *row = map_get(rows, item.u.string);
        if (!row)
            map_put(rows, item.u.string, row = ARENA_NEW(rows->arena, struct transposed));
        vec_push(rows->arena, &row->keys, value_string(key));
    }
    return true;
}

static bool transpose_impl(struct func_call *call)
{
    struct arena *arena = kit_arena(call);
    struct value map = call->args[0];
    struct map rows = MAP_INIT(arena);
    if (!value_wholly_known(map))
        return kit_unknown(call);
    for (size_t i = 0; i < map.n; i++)
        if (!transpose_row(call, &rows, map.u.map.keys[i], map.u.map.items[i]))
            return false;
    struct str *names = ARENA_ARRAY(arena, struct str, rows.n);
    struct value *items = ARENA_ARRAY(arena, struct value, rows.n);
    map_each (&rows, i) {
        struct transposed *row = rows.entries[i].value;
        names[i] = rows.entries[i].key;
        items[i] = value_list(type_string, row->keys.v, row->keys.n);
    }
    return kit_answer(call, value_map(arena, type_list(type_string), names, items, rows.n));
}

const struct func mapping_funcs[] = {
    {.name = "keys",
     .type = keys_type,
     .impl = keys_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"inputMap", "any", PARAM_MARKED | PARAM_UNKNOWN, N_("A map or object.")}),
     .doc = N_("The keys of a map, in the order of their bytes.")},
    {.name = "values",
     .type = values_type,
     .impl = values_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"mapping", "any", PARAM_MARKED | PARAM_PARTLY, N_("A map or object.")}),
     .doc = N_("The values of a map, in the order of its keys.")},
    {.name = "lookup",
     .type = lookup_type,
     .impl = lookup_impl,
     .params = PARAMS({"inputMap", "any", PARAM_MARKED | PARAM_PARTLY, N_("A map or object.")},
                      {"key", "string", PARAM_MARKED, N_("The key to look for.")}),
     .rest = REST("default", "any", PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_MARKED,
                  N_("The answer where there is no such key.")),
     .doc = N_("The element of a map under a key, or a default.")},
    {.name = "merge",
     .type = merge_type,
     .impl = merge_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("maps", "any", PARAM_NULL | PARAM_DYNAMIC | PARAM_MARKED | PARAM_PARTLY,
                  N_("Maps or objects; null counts as empty.")),
     .doc = N_("All elements of the given maps in one; of equal keys the last wins.")},
    {.name = "zipmap",
     .type = zipmap_type,
     .impl = zipmap_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"keys", "list(string)", PARAM_MARKED | PARAM_PARTLY, N_("The keys.")},
                      {"values", "any", PARAM_MARKED | PARAM_PARTLY, N_("The values, as many as there are keys.")}),
     .doc = N_("A map from a list of keys and a list of values.")},
    {.name = "transpose",
     .result_type = "map(list(string))",
     .impl = transpose_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"values", "map(list(string))", PARAM_PARTLY, N_("Lists of strings by key.")}),
     .doc = N_("The map with keys and values swapped: for each string the keys whose lists hold it.")},
    {0},
};
