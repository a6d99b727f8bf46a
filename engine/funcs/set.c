/* set: operations on sets. */
#include "funcs/kit.h"

enum { PRODUCT_MAX = 1 << 18 }; /* tuples that setproduct() answers at most */

/* The set type that all arguments can be converted to. Empty sets without a type of their own do not count. */
static bool operation_type(struct func_call *call, const struct type **out)
{
    const struct type **types = ARENA_ARRAY(kit_arena(call), const struct type *, call->n);
    size_t n = 0;
    *out = type_dynamic;
    for (size_t i = 0; i < call->n; i++) {
        struct value v = call->args[i];
        if (v.type->kind == TYPE_DYNAMIC)
            return true;
        if (v.type->elem != type_dynamic || !value_is_known(v) || v.n)
            types[n++] = v.type->elem;
    }
    const struct type *elem = n ? convert_unify(types, n) : type_dynamic;
    if (!elem)
        return func_fail(call, KIT_CALL, _("the elements of the given sets have no type in common"));
    *out = type_set(elem);
    return true;
}

/* Argument i as a set of the announced type; false after a diagnostic. */
static bool operand(struct func_call *call, size_t i, struct value *out)
{
    STRBUF_AUTO why = STRBUF_INIT(1024);
    if (convert(kit_arena(call), call->args[i], call->type, out, NULL, &why))
        return true;
    return func_fail(call, (int)i, "%.*s", STR_ARG(strbuf_str(&why)));
}

static bool any_unknown(struct func_call *call)
{
    for (size_t i = 0; i < call->n; i++)
        if (!value_wholly_known(call->args[i]))
            return true;
    return false;
}

/* Bare nulls have no type, which goes with any other; but elements of several types make no set. */
static bool of_one_type(struct func_call *call)
{
    const struct type *first = NULL;
    for (size_t i = 0; call->type->elem == type_dynamic && i < call->n; i++) {
        struct value v = call->args[i];
        if (!v.n)
            continue;
        if (first && v.type->elem != first)
            return func_fail(call, KIT_CALL, _("the elements of the given sets have no type in common"));
        first = v.type->elem;
    }
    return true;
}

static bool union_impl(struct func_call *call)
{
    VEC(struct value) items = {0};
    struct value set;
    if (!of_one_type(call))
        return false;
    for (size_t i = 0; i < call->n; i++) {
        if (!operand(call, i, &set))
            return false;
        for (size_t j = 0; j < set.n; j++)
            vec_push(kit_arena(call), &items, set.u.items[j]);
    }
    return kit_answer(call, value_set(kit_arena(call), call->type->elem, items.v, items.n));
}

/* The elements of the first set that are (`in`), or are not, in the others. */
static bool filter(struct func_call *call, bool in)
{
    struct value kept, other;
    if (any_unknown(call))
        return kit_unknown(call);
    if (!of_one_type(call) || !operand(call, 0, &kept))
        return false;
    for (size_t i = 1; i < call->n; i++) {
        if (!operand(call, i, &other))
            return false;
        struct value *items = ARENA_ARRAY(kit_arena(call), struct value, kept.n);
        size_t n = 0;
        for (size_t j = 0; j < kept.n; j++)
            if (value_set_has(other, kept.u.items[j]) == in)
                items[n++] = kept.u.items[j];
        kept = value_set(kit_arena(call), call->type->elem, items, n);
    }
    return kit_answer(call, kept);
}

static bool intersection_impl(struct func_call *call)
{
    return filter(call, true);
}

static bool subtract_impl(struct func_call *call)
{
    return filter(call, false);
}

/* -- setproduct -- */

static bool product_elem(struct func_call *call, size_t i, const struct type **out)
{
    const struct type *type = call->args[i].type;
    if (!kit_is_sequence(type))
        return func_fail(call, (int)i, _("a set, list or tuple is required, and this is %s"),
                         kit_type_name(call, type));
    *out = type->kind == TYPE_TUPLE ? convert_unify(type->items, type->n) : type->elem;
    if (!*out)
        return func_fail(call, (int)i, _("all elements must have one type"));
    return true;
}

static bool product_type(struct func_call *call, const struct type **out)
{
    if (call->n < 2)
        return func_fail(call, KIT_CALL, _("at least two arguments are required"));
    const struct type **elems = ARENA_ARRAY(kit_arena(call), const struct type *, call->n);
    bool ordered = true;
    for (size_t i = 0; i < call->n; i++) {
        if (!product_elem(call, i, &elems[i]))
            return false;
        ordered = ordered && call->args[i].type->kind != TYPE_SET;
    }
    const struct type *tuple = type_tuple(elems, call->n);
    *out = ordered ? type_list(tuple) : type_set(tuple);
    return true;
}

/* Whether the number of elements of v is certain: unknown elements of a set may turn out to be equal. */
static bool length_known(struct value v)
{
    return value_is_known(v) && !(v.type->kind == TYPE_SET && v.n > 1 && !value_wholly_known(v));
}

/* At most so many elements. */
static uint64_t length_limit(struct value v)
{
    if (value_is_known(v) || v.type->kind == TYPE_TUPLE)
        return kit_count(v);
    return v.refine ? v.refine->max_length : UINT32_MAX;
}

/* What can be said of the product when some of the lengths are not known. */
static struct value product_unknown(struct func_call *call)
{
    struct refine refine = {.not_null = true, .max_length = 1};
    for (size_t i = 0; i < call->n; i++) {
        uint64_t limit = length_limit(call->args[i]);
        if (limit > 1024 || refine.max_length * limit > 2048)
            return value_unknown(call->type);
        refine.max_length *= (uint32_t)limit;
    }
    refine.min_length = refine.max_length ? 1 : 0;
    return value_unknown_refined(kit_arena(call), call->type, refine);
}

/* All elements of argument i, converted to the type they have in the product. */
static bool product_factor(struct func_call *call, size_t i, struct value **out)
{
    struct value v = call->args[i];
    const struct type *elem = call->type->elem->items[i];
    size_t n = kit_count(v);
    *out = ARENA_ARRAY(kit_arena(call), struct value, n);
    for (size_t j = 0; j < n; j++) {
        STRBUF_AUTO why = STRBUF_INIT(1024);
        if (!convert(kit_arena(call), kit_items(v)[j], elem, &(*out)[j], NULL, &why))
            return func_fail(call, (int)i, "%.*s", STR_ARG(strbuf_str(&why)));
    }
    return true;
}

/* Elements without a type in common (null among others) may make tuples that differ, which no list can hold. */
static bool product_fits(struct func_call *call, const struct value *tuples, size_t total)
{
    for (size_t i = 1; i < total; i++)
        if (tuples[i].type != tuples[0].type)
            return func_fail(call, KIT_CALL, _("the elements of an argument have no type in common"));
    return true;
}

static bool product_of(struct func_call *call, struct value *const *factors, size_t total, struct value *out)
{
    struct arena *arena = kit_arena(call);
    struct value *tuples = ARENA_ARRAY(arena, struct value, total);
    size_t *at = ARENA_ARRAY(arena, size_t, call->n);
    for (size_t i = 0; i < total && kit_goes_on(call); i++) {
        struct value *items = ARENA_ARRAY(arena, struct value, call->n);
        for (size_t j = 0; j < call->n; j++)
            items[j] = factors[j][at[j]];
        tuples[i] = value_tuple(items, call->n);
        for (size_t j = call->n; j-- > 0 && ++at[j] == kit_count(call->args[j]);)
            at[j] = 0;
    }
    if (eval_spent(call->eval))
        return false;
    *out = kit_sequence(arena, call->type, tuples, total);
    return product_fits(call, tuples, total);
}

static bool product_impl(struct func_call *call)
{
    uint16_t marks = 0;
    bool known = true;
    uint64_t total = 1;
    for (size_t i = 0; i < call->n; i++) {
        marks |= call->args[i].marks;
        known = known && length_known(call->args[i]);
        uint64_t n = known ? kit_count(call->args[i]) : 1;
        total = !n ? 0 : total <= PRODUCT_MAX ? total * n : total;
    }
    if (!known)
        return kit_answer(call, value_mark(product_unknown(call), marks));
    if (total > PRODUCT_MAX)
        return func_fail(call, KIT_CALL, _("the product would have more than %d elements"), PRODUCT_MAX);
    struct value **factors = ARENA_ARRAY(kit_arena(call), struct value *, call->n);
    for (size_t i = 0; i < call->n; i++)
        if (!product_factor(call, i, &factors[i]))
            return false;
    struct value product;
    return product_of(call, factors, total, &product) && kit_answer(call, value_mark(product, marks));
}

#define SETS(flags) PARAMS({"first_set", "set(any)", (flags), N_("The first set.")})
#define MORE(flags) REST("other_sets", "set(any)", (flags), N_("More sets."))

const struct func set_funcs[] = {
    {.name = "setunion",
     .type = operation_type,
     .impl = union_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = SETS(PARAM_DYNAMIC | PARAM_PARTLY),
     .rest = MORE(PARAM_DYNAMIC | PARAM_PARTLY),
     .doc = N_("All elements that are in any of the given sets.")},
    {.name = "setintersection",
     .type = operation_type,
     .impl = intersection_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = SETS(PARAM_DYNAMIC | PARAM_PARTLY),
     .rest = MORE(PARAM_DYNAMIC | PARAM_PARTLY),
     .doc = N_("The elements that are in all of the given sets.")},
    {.name = "setsubtract",
     .type = operation_type,
     .impl = subtract_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"a", "set(any)", PARAM_DYNAMIC | PARAM_PARTLY, N_("The set to take from.")},
                      {"b", "set(any)", PARAM_DYNAMIC | PARAM_PARTLY, N_("The elements to take away.")}),
     .doc = N_("The elements of the first set that are not in the second.")},
    {.name = "setproduct",
     .type = product_type,
     .impl = product_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("sets", "any", PARAM_UNKNOWN | PARAM_MARKED, N_("Sets or lists, two or more.")),
     .doc = N_("Every combination of one element from each of the given sets or lists.")},
    {0},
};
