/* source[*].each and source.*.each: tuples give tuples, lists and sets give lists, anything else counts as one element.
 */
#include "eval/eval_private.h"

struct splat {
    struct eval *eval;
    const struct expr_splat *e;
};

static struct value each_of(struct splat *splat, struct value element)
{
    struct eval_item item = {splat->eval->items, splat->e->item, element};
    splat->eval->items = &item;
    struct value v = eval_expr(splat->eval, splat->e->each);
    splat->eval->items = item.outer;
    return v;
}

static const struct type *tuple_type(struct splat *splat, const struct type *source)
{
    const struct type **items = ARENA_ARRAY(splat->eval->arena, const struct type *, source->n);
    for (uint32_t i = 0; i < source->n; i++)
        items[i] = each_of(splat, value_unknown(source->items[i])).type;
    return type_tuple(items, source->n);
}

/* The type of the result for a source of a type; what is wrong with it is told by the elements, or not at all. Within
 * itself it is not asked again, or splats within splats would take exponential time. */
static const struct type *quiet_type(struct splat *splat, const struct type *source)
{
    if (splat->eval->typing)
        return source->kind == TYPE_TUPLE ? type_dynamic : type_list(type_dynamic);
    struct diags ignored = DIAGS_INIT(splat->eval->arena), *diags = splat->eval->diags;
    bool quiet = splat->eval->quiet;
    splat->eval->diags = &ignored;
    splat->eval->quiet = splat->eval->typing = true;
    const struct type *type = source->kind == TYPE_TUPLE ? tuple_type(splat, source)
                                                         : type_list(each_of(splat, value_unknown(source->elem)).type);
    splat->eval->diags = diags;
    splat->eval->quiet = quiet;
    splat->eval->typing = false;
    return type;
}

static struct value unknown_source(struct splat *splat, struct value source)
{
    if (source.type->kind == TYPE_TUPLE)
        return eval_unknown(splat->eval, tuple_type(splat, source.type), 0);
    struct refine refine = {.not_null = true, .max_length = UINT32_MAX};
    if (source.refine) {
        refine.min_length = source.refine->min_length;
        refine.max_length = source.refine->max_length;
    }
    struct value each = each_of(splat, value_unknown(source.type->elem));
    return value_unknown_refined(splat->eval->arena, type_list(each.type), refine);
}

static bool same_types(const struct value *items, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (items[i].type != items[0].type)
            return false;
    return true;
}

static struct value list_result(struct splat *splat, struct value source, const struct value *items, size_t n)
{
    if (!n && !splat->eval->typing)
        each_of(splat, value_unknown(source.type->elem)); /* what no element could have is wrong without any, too */
    if (!n)
        return value_list(quiet_type(splat, source.type)->elem, NULL, 0);
    if (same_types(items, n))
        return value_list(items[0].type, items, n);
    eval_error(splat->eval, &splat->e->expr, splat->e->each->span, _("Invalid nested splat expressions"),
               _("The elements give values of different types, so they do not make a list. A for expression, which "
                 "makes a tuple, can hold them."));
    return eval_nothing();
}

static struct value known_source(struct splat *splat, struct value source)
{
    struct diags *diags = splat->eval->diags;
    struct value *items = ARENA_ARRAY(splat->eval->arena, struct value, source.n);
    struct value_iter it = value_iter(source);
    struct value key, element;
    size_t n = 0, failures = 0;
    while (failures < EVAL_FAILURES && !eval_spent(splat->eval) && value_next(&it, &key, &element)) {
        size_t errors = diags->n_errors;
        items[n++] = each_of(splat, element);
        failures += diags->n_errors != errors;
    }
    if (failures)
        return value_unknown(quiet_type(splat, source.type));
    return source.type->kind == TYPE_TUPLE ? value_tuple(items, n) : list_result(splat, source, items, n);
}

/* A value that is no sequence: one element, or none where it is null. */
static struct value single(struct splat *splat, struct value source)
{
    bool undecided = !value_is_known(source) && !(source.refine && source.refine->not_null);
    size_t errors = splat->eval->diags->n_errors;
    struct value *item = ARENA_NEW(splat->eval->arena, struct value);
    *item = each_of(splat, source);
    if (splat->eval->diags->n_errors != errors)
        return value_unknown(quiet_type(splat, type_tuple(&source.type, 1)));
    return undecided ? eval_nothing() : value_tuple(item, 1);
}

static struct value null_source(struct splat *splat, bool sequence)
{
    const struct expr *source = splat->e->source;
    if (!sequence)
        return value_tuple(NULL, 0);
    eval_error(splat->eval, source, source->span, _("Splat of null value"),
               _("A splat goes through the elements of a collection, but this one is null."));
    return eval_nothing();
}

struct value eval_splat(struct eval *eval, const struct expr_splat *e)
{
    struct splat splat = {eval, e};
    size_t errors = eval->diags->n_errors;
    struct value source = eval_expr(eval, e->source), result;
    if (eval->diags->n_errors != errors)
        return eval_nothing();
    enum type_kind kind = source.type->kind;
    bool sequence = kind == TYPE_TUPLE || kind == TYPE_LIST || kind == TYPE_SET;
    if (value_is_null(source))
        result = null_source(&splat, sequence);
    else if (source.type == type_dynamic)
        result = eval_nothing();
    else if (!sequence)
        result = single(&splat, value_unmark(source));
    else
        result = value_is_known(source) ? known_source(&splat, source) : unknown_source(&splat, source);
    return value_mark(result, source.marks);
}
