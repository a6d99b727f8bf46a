/* collection: functions that ask something of a collection, or choose among values. */
#include "base/unicode.h"
#include "funcs/kit.h"

/* -- length -- */

static bool length_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    *out = type_number;
    if (type->kind == TYPE_BOOL || type->kind == TYPE_NUMBER)
        return func_fail(call, KIT_CALL, _("a string, collection, tuple or object has a length, but not %s"),
                         kit_type_name(call, type));
    return true;
}

/* An unknown number between the bounds. */
static struct value length_between(struct func_call *call, uint32_t min, uint32_t max)
{
    struct refine refine = {.not_null = true, .has_min = true, .min_inclusive = true, .min = number_int(min)};
    if (max < UINT32_MAX) {
        refine.has_max = refine.max_inclusive = true;
        refine.max = number_int(max);
    }
    return value_unknown_refined(kit_arena(call), type_number, refine);
}

static struct value length_of_unknown(struct func_call *call, struct value v)
{
    const struct refine *r = v.refine;
    if (v.type->kind == TYPE_STRING)
        return length_between(call, r ? (uint32_t)unicode_length(r->prefix) : 0, UINT32_MAX);
    if (type_is_collection(v.type))
        return length_between(call, r ? r->min_length : 0, r ? r->max_length : UINT32_MAX);
    return value_unknown(type_number);
}

static bool length_impl(struct func_call *call)
{
    struct value v = call->args[0], length;
    if (v.type->kind == TYPE_TUPLE || v.type->kind == TYPE_OBJECT)
        length = value_int(v.type->n);
    else if (!value_is_known(v) || v.type->kind == TYPE_DYNAMIC)
        length = length_of_unknown(call, v);
    else if (v.type->kind == TYPE_STRING)
        length = value_int((int64_t)unicode_length(v.u.string));
    else if (v.type->kind == TYPE_SET && !value_wholly_known(v) && v.n > 1)
        length = length_between(call, 1, v.n); /* what is unknown may turn out to be equal */
    else
        length = value_int(v.n);
    return kit_answer(call, value_mark(length, v.marks));
}

/* -- contains, index, one -- */

static bool contains_impl(struct func_call *call)
{
    struct value list = call->args[0];
    bool open = false;
    kit_charge(call, call->args[0].n);
    if (!kit_is_sequence(list.type))
        return func_fail(call, KIT_CALL, _("a list, tuple or set is required, and this is %s"),
                         kit_type_name(call, list.type));
    for (size_t i = 0, n = kit_count(list); i < n; i++) {
        int eq = kit_equal(kit_arena(call), call->args[1], kit_items(list)[i]);
        if (eq > 0)
            return kit_answer(call, value_bool(true));
        open = open || eq < 0;
    }
    return open ? kit_unknown(call) : kit_answer(call, value_bool(false));
}

static bool index_impl(struct func_call *call)
{
    struct value list = call->args[0];
    kit_charge(call, call->args[0].n);
    if (!type_is_sequence(list.type))
        return func_fail(call, KIT_CALL, _("a list or tuple is required, and this is %s"),
                         kit_type_name(call, list.type));
    size_t n = kit_count(list);
    for (size_t i = 0; i < n; i++) {
        int eq = kit_equal(kit_arena(call), kit_items(list)[i], call->args[1]);
        if (eq)
            return eq < 0 ? kit_unknown(call) : kit_answer(call, value_int((int64_t)i));
    }
    return func_fail(call, KIT_CALL, n ? _("the list holds no such item") : _("an empty list cannot be searched"));
}

static bool one_type(struct func_call *call, const struct type **out)
{
    const struct type *type = call->args[0].type;
    *out = type_dynamic;
    if (type->kind == TYPE_LIST || type->kind == TYPE_SET)
        *out = type->elem;
    else if (type->kind != TYPE_TUPLE)
        return func_fail(call, 0, _("a list, set or tuple with one element or none is required, and this is %s"),
                         kit_type_name(call, type));
    else if (type->n > 1)
        return func_fail(call, 0, _("one element or none is required, and this has %u"), type->n);
    else if (type->n)
        *out = type->items[0];
    return true;
}

static bool one_impl(struct func_call *call)
{
    struct value list = call->args[0];
    size_t n = kit_count(list);
    if (list.type->kind == TYPE_SET && n > 1 && !value_wholly_known(list))
        return kit_unknown(call);
    if (n > 1)
        return func_fail(call, 0, _("one element or none is required, and this has %zu"), n);
    return kit_answer(call, n ? kit_items(list)[0] : value_null(call->type));
}

/* -- alltrue, anytrue -- */

static bool alltrue_impl(struct func_call *call)
{
    struct value list = call->args[0];
    kit_charge(call, call->args[0].n);
    for (size_t i = 0; i < list.n; i++) {
        struct value item = list.u.items[i];
        if (!value_is_known(item))
            return kit_unknown(call);
        if (value_is_null(item) || !item.u.boolean)
            return kit_answer(call, value_bool(false));
    }
    return kit_answer(call, value_bool(true));
}

static bool anytrue_impl(struct func_call *call)
{
    struct value list = call->args[0];
    bool open = false;
    kit_charge(call, call->args[0].n);
    for (size_t i = 0; i < list.n; i++) {
        struct value item = list.u.items[i];
        if (value_is_set(item) && item.u.boolean)
            return kit_answer(call, value_bool(true));
        open = open || !value_is_known(item);
    }
    return open ? kit_unknown(call) : kit_answer(call, value_bool(false));
}

/* -- coalesce, coalescelist -- */

static bool coalesce_type(struct func_call *call, const struct type **out)
{
    const struct type **types = ARENA_ARRAY(kit_arena(call), const struct type *, call->n);
    for (size_t i = 0; i < call->n; i++)
        types[i] = call->args[i].type;
    *out = convert_unify(types, call->n);
    return *out || func_fail(call, KIT_CALL, _("the arguments have no type in common"));
}

static bool coalesce_impl(struct func_call *call)
{
    for (size_t i = 0; i < call->n; i++) {
        struct value v;
        STRBUF_AUTO why = STRBUF_INIT(1024);
        if (!convert(kit_arena(call), call->args[i], call->type, &v, NULL, &why))
            return func_fail(call, (int)i, "%.*s", STR_ARG(strbuf_str(&why)));
        if (!value_is_known(v))
            return kit_unknown(call);
        if (value_is_null(v) || (call->type == type_string && !v.u.string.n))
            continue;
        return kit_answer(call, v);
    }
    return func_fail(call, KIT_CALL, _("all arguments are null or empty strings"));
}

static bool coalescelist_type(struct func_call *call, const struct type **out)
{
    bool same = true;
    if (!call->n)
        return func_fail(call, KIT_CALL, _("at least one argument is required"));
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        *out = type_dynamic;
        if (!value_is_known(v))
            return true;
        if (!type_is_sequence(v.type))
            return func_fail(call, KIT_CALL, _("all arguments must be lists or tuples, and argument %zu is %s"), i + 1,
                             kit_type_name(call, v.type));
        same = same && v.type == call->args[0].type;
    }
    *out = same ? call->args[0].type : type_dynamic;
    return true;
}

static bool coalescelist_impl(struct func_call *call)
{
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        if (!value_is_known(v))
            return kit_unknown(call);
        if (!value_is_null(v) && kit_count(v))
            return kit_answer(call, v);
    }
    return func_fail(call, KIT_CALL, _("all arguments are null or empty"));
}

/* -- matchkeys -- */

static const struct type *matchkeys_common(struct func_call *call)
{
    const struct type *types[] = {call->args[1].type, call->args[2].type};
    return convert_unify(types, 2);
}

static bool matchkeys_type(struct func_call *call, const struct type **out)
{
    *out = call->args[0].type;
    return matchkeys_common(call) || func_fail(call, KIT_CALL, _("the keys and the search set must have one type"));
}

/* Whether `key` is in the search set: 1, 0, or -1 where that is not known. */
static int matchkeys_find(struct func_call *call, struct value key, struct value search)
{
    kit_charge(call, search.n);
    for (size_t i = 0; i < search.n; i++) {
        int eq = kit_equal(kit_arena(call), key, search.u.items[i]);
        if (eq)
            return eq;
    }
    return 0;
}

static bool matchkeys_impl(struct func_call *call)
{
    struct value values = call->args[0], keys, search;
    const struct type *type = matchkeys_common(call);
    if (values.n != call->args[1].n)
        return func_fail(call, KIT_CALL, _("there are %u values, but %u keys"), values.n, call->args[1].n);
    if (!convert(kit_arena(call), call->args[1], type, &keys, NULL, NULL) ||
        !convert(kit_arena(call), call->args[2], type, &search, NULL, NULL))
        return func_fail(call, KIT_CALL, _("the keys and the search set must have one type"));
    if (search.n && (!value_wholly_known(values) || !value_wholly_known(keys) || !value_wholly_known(search)))
        return kit_unknown(call);
    struct value *items = ARENA_ARRAY(kit_arena(call), struct value, values.n);
    size_t n = 0;
    for (size_t i = 0; i < keys.n && kit_goes_on(call); i++)
        if (matchkeys_find(call, keys.u.items[i], search) > 0)
            items[n++] = values.u.items[i];
    return kit_answer(call, value_list(values.type->elem, items, n));
}

#define ANY (PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC)

const struct func collection_funcs[] = {
    {.name = "length",
     .type = length_type,
     .impl = length_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"value", "any", PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_MARKED, N_("What to count.")}),
     .doc = N_("How many elements a collection has, or how many characters a string.")},
    {.name = "contains",
     .result_type = "bool",
     .impl = contains_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "any", PARAM_PARTLY, N_("A list, tuple or set.")},
                      {"value", "any", PARAM_PARTLY, N_("The value to look for.")}),
     .doc = N_("Whether a list, tuple or set holds a value.")},
    {.name = "index",
     .result_type = "number",
     .impl = index_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "any", PARAM_PARTLY, N_("A list or tuple.")},
                      {"value", "any", PARAM_PARTLY, N_("The value to look for.")}),
     .doc = N_("The position, from 0, of the first element that equals a value.")},
    {.name = "one",
     .type = one_type,
     .impl = one_impl,
     .params = PARAMS({"list", "any", PARAM_PARTLY, N_("A list, set or tuple with at most one element.")}),
     .doc = N_("The only element of a list, or null where it is empty.")},
    {.name = "alltrue",
     .result_type = "bool",
     .impl = alltrue_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(bool)", PARAM_PARTLY, N_("The bools.")}),
     .doc = N_("Whether all elements are true; null counts as false, and an empty list as true.")},
    {.name = "anytrue",
     .result_type = "bool",
     .impl = anytrue_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"list", "list(bool)", PARAM_PARTLY, N_("The bools.")}),
     .doc = N_("Whether any element is true; null counts as false, and so does an empty list.")},
    {.name = "coalesce",
     .type = coalesce_type,
     .impl = coalesce_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("vals", "any", ANY, N_("The values to choose from.")),
     .doc = N_("The first argument that is neither null nor an empty string.")},
    {.name = "coalescelist",
     .type = coalescelist_type,
     .impl = coalescelist_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("vals", "any", ANY, N_("The lists to choose from.")),
     .doc = N_("The first argument that is a list with elements.")},
    {.name = "matchkeys",
     .type = matchkeys_type,
     .impl = matchkeys_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"values", "list(any)", PARAM_PARTLY, N_("The values to choose from.")},
                      {"keys", "list(any)", PARAM_PARTLY, N_("A key for each value.")},
                      {"searchset", "list(any)", PARAM_PARTLY, N_("The keys whose values are wanted.")}),
     .doc = N_("The values whose keys are in a search list.")},
    {0},
};
