#include "value/convert_private.h"

#include "base/gettext.h"

#include <stdlib.h>

/* Which types can be converted to which, and words for those that cannot. */

static bool primitive_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    return from == to || to == type_string || (from == type_string && allow_unsafe);
}

static bool is_optional(const struct type *object, uint32_t i)
{
    return object->optional && object->optional[i];
}

static bool object_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    for (uint32_t i = 0; i < to->n; i++) {
        int at = type_attr(from, to->names[i]);
        if (at < 0 && !is_optional(to, i))
            return false;
        if (at >= 0 && !convert_possible(from->items[at], to->items[i], allow_unsafe))
            return false;
    }
    return true;
}

/* An optional attribute that no element could become is an error only where the map has its key. */
static bool map_to_object_possible(const struct type *from, const struct type *to)
{
    for (uint32_t i = 0; i < to->n; i++)
        if (!is_optional(to, i) && !convert_possible(from->elem, to->items[i], true))
            return false;
    return true;
}

static bool tuple_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    if (from->n != to->n)
        return false;
    for (uint32_t i = 0; i < to->n; i++)
        if (!convert_possible(from->items[i], to->items[i], allow_unsafe))
            return false;
    return true;
}

/* Only elements without a type of their own may go into a collection without one. */
static bool all_dynamic(const struct type *from)
{
    for (uint32_t i = 0; i < from->n; i++)
        if (from->items[i] != type_dynamic)
            return false;
    return true;
}

const struct type *unify_parts(const struct type *from, const struct type *to, bool allow_unsafe)
{
    if (to->elem != type_dynamic || from->n == 0)
        return to->elem;
    const struct type *elem = unify_types(from->items, from->n, allow_unsafe);
    if (elem == type_dynamic && from->kind == TYPE_TUPLE && !all_dynamic(from))
        return NULL;
    return elem;
}

/* From a tuple or an object to a collection. */
static bool structure_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    const struct type *elem = unify_parts(from, to, allow_unsafe);
    if (!elem)
        return false;
    for (uint32_t i = 0; i < from->n; i++) {
        if (i && from->items[i] == from->items[i - 1])
            continue;
        if (!convert_possible(from->items[i], elem, allow_unsafe))
            return false;
    }
    return true;
}

static bool collection_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    switch (from->kind) {
    case TYPE_LIST:
        return (to->kind == TYPE_LIST || (to->kind == TYPE_SET && allow_unsafe)) &&
               convert_possible(from->elem, to->elem, allow_unsafe);
    case TYPE_SET:
        return to->kind != TYPE_MAP && convert_possible(from->elem, to->elem, allow_unsafe);
    case TYPE_MAP:
        return to->kind == TYPE_MAP && convert_possible(from->elem, to->elem, allow_unsafe);
    case TYPE_TUPLE:
        return to->kind != TYPE_MAP && structure_possible(from, to, allow_unsafe);
    case TYPE_OBJECT:
        return to->kind == TYPE_MAP && structure_possible(from, to, allow_unsafe);
    default:
        return false;
    }
}

bool convert_possible(const struct type *from, const struct type *to, bool allow_unsafe)
{
    if (from == to || to == type_dynamic || from == type_without_optional(to))
        return true;
    if (from == type_dynamic)
        return allow_unsafe;
    if (type_is_primitive(from) || type_is_primitive(to))
        return type_is_primitive(from) && type_is_primitive(to) && primitive_possible(from, to, allow_unsafe);
    if (to->elem)
        return collection_possible(from, to, allow_unsafe);
    if (to->kind == TYPE_TUPLE)
        return from->kind == TYPE_TUPLE && tuple_possible(from, to, allow_unsafe);
    if (from->kind == TYPE_MAP)
        return allow_unsafe && map_to_object_possible(from, to);
    return from->kind == TYPE_OBJECT && object_possible(from, to, allow_unsafe);
}

/* -- "any" inside a type -- */

static const struct type *fill_collection(const struct type *from, const struct type *to)
{
    const struct type *have = from->elem;
    if (!have)
        have = from->n ? unify_types(from->items, from->n, true) : type_dynamic;
    if (!have)
        return to;
    const struct type *elem = type_fill_dynamic(have, to->elem);
    return to->kind == TYPE_LIST ? type_list(elem) : to->kind == TYPE_SET ? type_set(elem) : type_map(elem);
}

static const struct type *fill_structure(const struct type *from, const struct type *to)
{
    const struct type **items = heap_alloc(to->n * sizeof *items);
    for (uint32_t i = 0; i < to->n; i++) {
        const struct type *have = from->elem;
        if (!have) {
            int at = to->kind == TYPE_TUPLE ? (i < from->n ? (int)i : -1) : type_attr(from, to->names[i]);
            have = at >= 0 ? from->items[at] : to->items[i];
        }
        items[i] = type_fill_dynamic(have, to->items[i]);
    }
    const struct type *filled =
        to->kind == TYPE_TUPLE ? type_tuple(items, to->n) : type_object(to->names, items, to->optional, to->n);
    free(items);
    return filled;
}

const struct type *type_fill_dynamic(const struct type *from, const struct type *to)
{
    if (!to->has_dynamic || from == type_dynamic)
        return to;
    if (to == type_dynamic)
        return from;
    if (type_is_primitive(from))
        return to;
    return to->elem ? fill_collection(from, to) : fill_structure(from, to);
}

/* -- words -- */

static void say_required(struct arena *arena, const struct type *from, const struct type *to, struct strbuf *why)
{
    struct str want = type_friendly(arena, to), have = type_friendly(arena, from);
    if (str_eq(want, have))
        strbuf_printf(why, _("%.*s required"), STR_ARG(want));
    else
        strbuf_printf(why, _("%.*s required, but have %.*s"), STR_ARG(want), STR_ARG(have));
}

static bool lacks(const struct type *from, const struct type *to, uint32_t i)
{
    return !is_optional(to, i) && type_attr(from, to->names[i]) < 0;
}

/* "a", "b" and "c" */
static void name_lacking(const struct type *from, const struct type *to, unsigned count, struct strbuf *why)
{
    unsigned named = 0;
    for (uint32_t i = 0; i < to->n; i++) {
        if (!lacks(from, to, i))
            continue;
        if (named)
            strbuf_add(why, named + 1 == count ? str_c(_(" and ")) : STR(", "));
        strbuf_printf(why, "\"%.*s\"", STR_ARG(to->names[i]));
        named++;
    }
}

static bool say_lacking(const struct type *from, const struct type *to, struct strbuf *why)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < to->n; i++)
        count += lacks(from, to, i);
    if (!count)
        return false;
    STRBUF_AUTO names = STRBUF_INIT(0);
    name_lacking(from, to, count, &names);
    strbuf_printf(why, ngettext("attribute %.*s is required", "attributes %.*s are required", count),
                  STR_ARG(strbuf_str(&names)));
    return true;
}

static void explain_objects(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                            struct strbuf *why)
{
    if (say_lacking(from, to, why))
        return;
    for (uint32_t i = 0; i < to->n; i++) {
        int at = type_attr(from, to->names[i]);
        if (at < 0 || convert_possible(from->items[at], to->items[i], true))
            continue;
        *where = path_attr(arena, *where, to->names[i]);
        mismatch_explain(arena, from->items[at], to->items[i], where, why);
        return;
    }
}

static void explain_map_to_object(struct arena *arena, const struct type *from, const struct type *to,
                                  struct path *where, struct strbuf *why)
{
    for (uint32_t i = 0; i < to->n; i++) {
        if (is_optional(to, i) || convert_possible(from->elem, to->items[i], true))
            continue;
        *where = path_attr(arena, *where, to->names[i]);
        mismatch_explain(arena, from->elem, to->items[i], where, why);
        return;
    }
}

static void explain_tuples(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                           struct strbuf *why)
{
    if (from->n != to->n) {
        strbuf_printf(why, ngettext("%u element required, but have %u", "%u elements required, but have %u", to->n),
                      to->n, from->n);
        return;
    }
    for (uint32_t i = 0; i < to->n; i++) {
        if (convert_possible(from->items[i], to->items[i], true))
            continue;
        *where = path_index(arena, *where, value_int(i));
        mismatch_explain(arena, from->items[i], to->items[i], where, why);
        return;
    }
}

static const char *say_same_type(enum type_kind kind)
{
    return kind == TYPE_LIST  ? _("all list elements must have the same type")
           : kind == TYPE_SET ? _("all set elements must have the same type")
                              : _("all map elements must have the same type");
}

/* From a tuple or an object of the right kind to a collection: the first part that does not fit. */
static void explain_parts(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                          struct strbuf *why)
{
    for (uint32_t i = 0; to->elem != type_dynamic && i < from->n; i++) {
        if (convert_possible(from->items[i], to->elem, true))
            continue;
        *where = from->kind == TYPE_TUPLE ? path_index(arena, *where, value_int(i))
                                          : path_attr(arena, *where, from->names[i]);
        mismatch_explain(arena, from->items[i], to->elem, where, why);
        return;
    }
    strbuf_add(why, str_c(say_same_type(to->kind)));
}

static bool kinds_fit(const struct type *from, const struct type *to)
{
    return type_is_keyed(from) == (to->kind == TYPE_MAP) && !type_is_primitive(from);
}

static void explain_elements(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                             struct strbuf *why)
{
    strbuf_add(why, str_c(_("incorrect type of elements: ")));
    mismatch_explain(arena, from->elem, to->elem, where, why);
}

void mismatch_explain(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                      struct strbuf *why)
{
    if (from->kind == TYPE_OBJECT && to->kind == TYPE_OBJECT)
        explain_objects(arena, from, to, where, why);
    else if (from->kind == TYPE_MAP && to->kind == TYPE_OBJECT)
        explain_map_to_object(arena, from, to, where, why);
    else if (from->kind == TYPE_TUPLE && to->kind == TYPE_TUPLE)
        explain_tuples(arena, from, to, where, why);
    else if (!to->elem || !kinds_fit(from, to))
        say_required(arena, from, to, why);
    else if (from->elem)
        explain_elements(arena, from, to, where, why);
    else
        explain_parts(arena, from, to, where, why);
}
