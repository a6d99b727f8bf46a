/* list: functions that take a sequence apart or put one together, in order. */
#include "funcs/kit.h"

enum { RANGE_MAX = 1024 }; /* values that range() answers at most */

/* -- element, slice -- */

/* The index into a sequence of n elements; false after a diagnostic. As in the reference, lists are counted from the
 * end by negative numbers, and tuples are not. */
static bool element_index(struct func_call *call, size_t n, size_t *out)
{
    int64_t index;
    if (!kit_int(call, 1, KIT_CALL, _("invalid index"), &index))
        return false;
    if (!n)
        return func_fail(call, KIT_CALL, _("cannot take an element of an empty list"));
    int64_t at = index % (int64_t)n;
    if (at < 0 && call->args[0].type->kind == TYPE_TUPLE)
        return func_fail(call, KIT_CALL, _("invalid index: %lld; it must not be negative"), (long long)index);
    *out = (size_t)(at < 0 ? at + (int64_t)n : at);
    return true;
}

static bool element_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    size_t index;
    *out = type_dynamic;
    if (type->kind == TYPE_LIST) {
        *out = type->elem;
        return true;
    }
    if (type->kind != TYPE_TUPLE)
        return func_fail(call, KIT_CALL, _("cannot take an element of %s: a list or tuple is required"),
                         kit_type_name(call, type));
    if (!value_is_known(call->args[1]))
        return true;
    if (!element_index(call, type->n, &index))
        return false;
    *out = type->items[index];
    return true;
}

static bool element_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t index;
    if (!element_index(call, kit_count(list), &index))
        return false;
    return kit_answer(call, value_mark(kit_items(list)[index], list.marks));
}

struct slice {
    int64_t start, end;
    bool known;
};

/* One bound of slice(): args[i], from 0 to `length` where that is known (>= 0). */
static bool slice_bound(struct func_call *call, size_t i, int64_t length, const char *what, int64_t *out)
{
    if (!kit_int(call, i, (int)i, what, out))
        return false;
    if (*out < 0)
        return func_fail(call, (int)i, _("%s: must not be less than zero, and is %lld"), what, (long long)*out);
    if (length >= 0 && *out > length)
        return func_fail(call, (int)i, _("%s: %lld is greater than the length of the list, which is %lld"), what,
                         (long long)*out, (long long)length);
    return true;
}

static bool slice_bounds(struct func_call *call, struct slice *s)
{
    struct value list = call->args[0];
    int64_t length = list.type->kind == TYPE_TUPLE || value_is_known(list) ? (int64_t)kit_count(list) : -1;
    bool start = value_is_known(call->args[1]), end = value_is_known(call->args[2]);
    if (start && !slice_bound(call, 1, length, _("invalid start index"), &s->start))
        return false;
    if (end && !slice_bound(call, 2, length, _("invalid end index"), &s->end))
        return false;
    s->known = start && end;
    if (s->known && s->start > s->end)
        return func_fail(call, 1, _("invalid start index: %lld is greater than the end index, %lld"),
                         (long long)s->start, (long long)s->end);
    return true;
}

static bool slice_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    struct slice s = {0};
    if (type->kind == TYPE_SET)
        return func_fail(call, 0, _("the elements of a set have no order to slice by; convert it with tolist() first"));
    if (!type_is_sequence(type))
        return func_fail(call, 0, _("a list or tuple is required, not %s"), kit_type_name(call, type));
    if (!slice_bounds(call, &s))
        return false;
    *out = type->kind == TYPE_LIST ? type
           : s.known               ? type_tuple(type->items + s.start, (size_t)(s.end - s.start))
                                   : type_dynamic;
    return true;
}

static bool slice_impl(struct func_call *call)
{
    struct value list = call->args[0];
    struct slice s = {0};
    if (!slice_bounds(call, &s))
        return false;
    struct value v = kit_sequence(kit_arena(call), list.type, kit_items(list) + s.start, (size_t)(s.end - s.start));
    return kit_answer(call, value_mark(v, list.marks));
}

/* -- reverse, sort, distinct, compact, chunklist -- */

static bool reverse_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    if (type->kind == TYPE_LIST || type->kind == TYPE_SET) {
        *out = type_list(type->elem);
        return true;
    }
    if (type->kind != TYPE_TUPLE)
        return func_fail(call, 0, _("a list, set or tuple is required, not %s"), kit_type_name(call, type));
    const struct type **items = ARENA_ARRAY(kit_arena(call), const struct type *, type->n);
    for (size_t i = 0; i < type->n; i++)
        items[i] = type->items[type->n - 1 - i];
    *out = type_tuple(items, type->n);
    return true;
}

static bool reverse_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t n = kit_count(list);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t i = 0; i < n; i++)
        items[i] = kit_items(list)[n - 1 - i];
    return kit_answer(call, value_mark(kit_sequence(kit_arena(call), call->type, items, n), list.marks));
}

static int order_strings(const void *a, const void *b)
{
    return str_cmp(((const struct value *)a)->u.string, ((const struct value *)b)->u.string);
}

/* What is known of a list whose order is not: its length. */
static bool sort_unknown(struct func_call *call)
{
    struct value list = call->args[0];
    struct refine refine = {.not_null = true, .max_length = UINT32_MAX};
    if (value_is_known(list))
        refine.min_length = refine.max_length = (uint32_t)kit_count(list);
    else if (list.refine)
        refine.min_length = list.refine->min_length, refine.max_length = list.refine->max_length;
    return kit_answer(call, value_unknown_refined(kit_arena(call), call->type, refine));
}

static bool sort_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t n = value_is_known(list) ? kit_count(list) : 0;
    if (!value_wholly_known(list))
        return sort_unknown(call);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t i = 0; i < n; i++) {
        items[i] = kit_items(list)[i];
        if (value_is_null(items[i]))
            return func_fail(call, KIT_CALL, _("element %zu of the list is null, which has no place in an order"), i);
    }
    if (n)
        qsort(items, n, sizeof *items, order_strings);
    return kit_answer(call, value_list(type_string, items, n));
}

/* Whether items[i] equals one before it that was kept; otherwise keeps it in the table of hashes. */
static bool seen_before(const struct value *items, size_t i, uint32_t *slots, size_t mask)
{
    size_t at = (size_t)value_hash(items[i]) & mask;
    for (; slots[at]; at = (at + 1) & mask)
        if (value_same(items[slots[at] - 1], items[i]))
            return true;
    slots[at] = (uint32_t)i + 1;
    return false;
}

static bool distinct_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t n = kit_count(list), kept = 0, slots = 8;
    if (!value_wholly_known(list))
        return kit_unknown(call);
    while (slots < n * 2)
        slots *= 2;
    uint32_t *table = ARENA_ARRAY(kit_arena(call), uint32_t, slots);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t i = 0; i < n; i++)
        if (!seen_before(kit_items(list), i, table, slots - 1))
            items[kept++] = kit_items(list)[i];
    return kit_answer(call, value_list(list.type->elem, items, kept));
}

static bool compact_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t n = kit_count(list), kept = 0;
    if (!value_wholly_known(list))
        return kit_unknown(call);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t i = 0; i < n; i++)
        if (!value_is_null(kit_items(list)[i]) && kit_items(list)[i].u.string.n)
            items[kept++] = kit_items(list)[i];
    return kit_answer(call, value_list(type_string, items, kept));
}

static bool chunklist_type(struct func_call *call, const struct type **out)
{
    *out = type_list(call->args[0].type);
    return true;
}

static bool chunklist_impl(struct func_call *call)
{
    struct value list = call->args[0];
    int64_t size;
    if (!kit_int(call, 1, KIT_CALL, _("invalid size"), &size))
        return false;
    if (size < 0)
        return func_fail(call, KIT_CALL, _("invalid size: must not be negative, and is %lld"), (long long)size);
    size_t n = kit_count(list), step = size && (size_t)size < n ? (size_t)size : n, chunks = 0;
    struct value *out = ARENA_ARRAY(kit_arena(call), struct value, n ? (n + step - 1) / step : 0);
    for (size_t i = 0; i < n; i += step)
        out[chunks++] = value_list(list.type->elem, kit_items(list) + i, n - i < step ? n - i : step);
    struct value v = value_list(value_unmark(list).type, out, chunks);
    return kit_answer(call, value_mark(v, list.marks | call->args[1].marks));
}

/* -- concat, flatten -- */

/* The one list type of all arguments, or NULL where the result is a tuple. */
static const struct type *concat_list_type(struct func_call *call)
{
    const struct type **types = ARENA_ARRAY(kit_arena(call), const struct type *, call->n);
    for (size_t i = 0; i < call->n; i++) {
        types[i] = call->args[i].type;
        if (types[i]->kind != TYPE_LIST)
            return NULL;
    }
    return convert_unify(types, call->n);
}

static bool concat_type(struct func_call *call, const struct type **out)
{
    VEC(const struct type *) items = {0};
    if (!call->n)
        return func_fail(call, KIT_CALL, _("at least one argument is required"));
    if ((*out = concat_list_type(call)))
        return true;
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        if (!type_is_sequence(v.type))
            return func_fail(call, (int)i, _("all arguments must be lists or tuples, and this is %s"),
                             kit_type_name(call, v.type));
        if (v.type->kind == TYPE_LIST && !value_is_known(v)) {
            *out = type_dynamic;
            return true;
        }
        for (size_t j = 0, n = kit_count(v); j < n; j++)
            vec_push(kit_arena(call), &items, v.type->kind == TYPE_LIST ? v.type->elem : v.type->items[j]);
    }
    *out = type_tuple(items.v, items.n);
    return true;
}

static bool concat_impl(struct func_call *call)
{
    struct arena *arena = kit_arena(call);
    VEC(struct value) items = {0};
    uint16_t marks = 0;
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        STRBUF_AUTO why = STRBUF_INIT(1024);
        if (call->type->kind == TYPE_LIST && !convert(arena, v, call->type, &v, NULL, &why))
            return func_fail(call, (int)i, "%.*s", STR_ARG(strbuf_str(&why)));
        marks |= v.marks;
        for (size_t j = 0, n = kit_count(v); j < n; j++)
            vec_push(arena, &items, kit_items(v)[j]);
    }
    return kit_answer(call, value_mark(kit_sequence(arena, call->type, items.v, items.n), marks));
}

struct flat {
    struct eval *eval;
    struct arena *arena;
    VEC(struct value) items;
    uint16_t marks;
    bool open; /* something inside is not known well enough to say how many elements there will be */
};

static void flatten_into(struct flat *flat, struct value v)
{
    flat->marks |= v.marks;
    if (v.type->kind == TYPE_SET && !value_wholly_known(v) && kit_count(v) > 1)
        flat->open = true;
    for (size_t i = 0, n = kit_count(v); i < n && !eval_spent(flat->eval); i++) {
        struct value item = kit_items(v)[i];
        if (!value_is_known(item) && item.type == type_dynamic)
            flat->open = true;
        if (value_is_null(item) || !kit_is_sequence(item.type)) {
            vec_push(flat->arena, &flat->items, item);
        } else if (value_is_known(item)) {
            flatten_into(flat, item);
        } else {
            flat->marks |= item.marks;
            flat->open = true;
        }
    }
}

static bool flatten_type(struct func_call *call, const struct type **out)
{
    struct value list = call->args[0];
    struct flat flat = {.eval = call->eval, .arena = kit_arena(call)};
    *out = type_dynamic;
    if (!value_wholly_known(list))
        return true;
    if (!kit_is_sequence(list.type))
        return func_fail(call, KIT_CALL, _("only lists, sets and tuples can be flattened, and this is %s"),
                         kit_type_name(call, list.type));
    flatten_into(&flat, list);
    const struct type **types = ARENA_ARRAY(flat.arena, const struct type *, flat.items.n);
    vec_each (&flat.items, i)
        types[i] = flat.items.v[i].type;
    *out = type_tuple(types, flat.items.n);
    return true;
}

static bool flatten_impl(struct func_call *call)
{
    struct flat flat = {.eval = call->eval, .arena = kit_arena(call)};
    if (!kit_is_sequence(call->args[0].type))
        return func_fail(call, KIT_CALL, _("only lists, sets and tuples can be flattened, and this is %s"),
                         kit_type_name(call, call->args[0].type));
    flatten_into(&flat, call->args[0]);
    struct value v = flat.open ? value_unknown(call->type) : value_tuple(flat.items.v, flat.items.n);
    return kit_answer(call, value_mark(v, flat.marks));
}

/* -- range -- */

static bool range_bounds(struct func_call *call, struct number *start, struct number *end, struct number *step)
{
    if (call->n < 1 || call->n > 3)
        return func_fail(call, KIT_CALL, _("range() takes one, two or three arguments, not %zu"), call->n);
    *start = call->n > 1 ? value_as_number(call->args[0]) : number_int(0);
    *end = value_as_number(call->args[call->n > 1 ? 1 : 0]);
    *step = call->n > 2 ? value_as_number(call->args[2]) : number_int(number_cmp(*end, *start) < 0 ? -1 : 1);
    int direction = number_cmp(*end, *start), sign = number_sign(*step);
    if (direction && direction == -sign)
        return func_fail(call, 1,
                         sign < 0 ? _("the end must be less than the start when the step is negative")
                                  : _("the end must be greater than the start when the step is positive"));
    if (direction && !sign)
        return direction > 0 ? func_fail(call, KIT_CALL, _("the step must not be zero"))
                             : func_fail(call, 1, _("the end must be greater than the start when the step is zero"));
    return true;
}

static bool range_impl(struct func_call *call)
{
    struct number at, end, step;
    if (!range_bounds(call, &at, &end, &step))
        return false;
    int sign = number_sign(step);
    VEC(struct value) items = {0};
    for (; number_cmp(end, at) * sign > 0; at = number_add(kit_arena(call), at, step)) {
        if (items.n == RANGE_MAX)
            return func_fail(call, KIT_CALL,
                             _("more than %d values would be generated; bring start and end closer together or take a "
                               "larger step"),
                             RANGE_MAX);
        vec_push(kit_arena(call), &items, value_number(at));
    }
    return kit_answer(call, value_list(type_number, items.v, items.n));
}

#define LIST_DOC N_("The list to work on.")
#define SEEN (PARAM_MARKED | PARAM_PARTLY)

const struct func list_funcs[] = {
    {.name = "element",
     .type = element_type,
     .impl = element_impl,
     .params = PARAMS({"list", "any", SEEN, LIST_DOC},
                      {"index", "number", 0, N_("Position from 0, wrapped around the length of the list.")}),
     .doc = N_("The element at an index, which wraps around at the end of the list.")},
    {.name = "slice",
     .type = slice_type,
     .impl = slice_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "any", SEEN, LIST_DOC},
                      {"start_index", "number", 0, N_("Position of the first element to take.")},
                      {"end_index", "number", 0, N_("Position behind the last element to take.")}),
     .doc = N_("Consecutive elements of a list, from a start index to before an end index.")},
    {.name = "reverse",
     .type = reverse_type,
     .impl = reverse_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "any", SEEN, LIST_DOC}),
     .doc = N_("The elements of a list in reverse order.")},
    {.name = "sort",
     .result_type = "list(string)",
     .impl = sort_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(string)", PARAM_UNKNOWN, LIST_DOC}),
     .doc = N_("The strings of a list in the order of their bytes.")},
    {.name = "distinct",
     .type = kit_type_first,
     .impl = distinct_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(any)", PARAM_PARTLY, LIST_DOC}),
     .doc = N_("The list without the elements that stood in it before.")},
    {.name = "compact",
     .result_type = "list(string)",
     .impl = compact_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(string)", PARAM_PARTLY, LIST_DOC}),
     .doc = N_("The list without empty and null strings.")},
    {.name = "chunklist",
     .type = chunklist_type,
     .impl = chunklist_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(any)", SEEN, LIST_DOC},
                      {"size", "number", PARAM_MARKED, N_("Elements in a part; 0 for all in one.")}),
     .doc = N_("The list cut into lists of a given size.")},
    {.name = "concat",
     .type = concat_type,
     .impl = concat_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("seqs", "any", SEEN, N_("Lists or tuples.")),
     .doc = N_("The elements of all given lists in one list, in order.")},
    {.name = "flatten",
     .type = flatten_type,
     .impl = flatten_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "any", SEEN, LIST_DOC}),
     .doc = N_("The list with the elements of its inner lists, at any depth, in their place.")},
    {.name = "range",
     .result_type = "list(number)",
     .impl = range_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("params", "number", 0, N_("End; or start and end; or start, end and step.")),
     .doc = N_("Numbers at even distances, from a start to before an end.")},
    {0},
};
