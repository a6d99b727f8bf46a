/* value[key] and value.name, with the rules of the language and what to write instead. */
#include "eval/eval_private.h"

static const char invalid_index[] = N_("Invalid index"), unsupported_attribute[] = N_("Unsupported attribute");

/* What a problem with a step is reported with. */
struct at {
    struct eval *eval;
    const struct expr *about;
    struct span span;
};

static struct value fail(struct at at, const char *summary, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static struct value fail(struct at at, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str detail = arena_vprintf(at.eval->arena, format, args);
    va_end(args);
    eval_error(at.eval, at.about, at.span, _(summary), "%.*s", STR_ARG(detail));
    return eval_nothing();
}

/* A known index at which a sequence of `length` elements has nothing. */
static struct value no_element(struct at at, struct value key, size_t length)
{
    if (key.marks & MARK_SENSITIVE)
        return fail(at, invalid_index, _("The sensitive index does not identify an element of the collection."));
    struct number index = value_as_number(key);
    struct str text = number_text(at.eval->arena, index);
    if (!number_is_int(index))
        return fail(at, invalid_index,
                    _("An index must be a whole number, but this is %.*s. Use floor() to round it down."),
                    STR_ARG(text));
    if (number_sign(index) < 0)
        return fail(at, invalid_index,
                    _("The index %.*s is negative; the first element has index 0. To count from the end, "
                      "subtract from length()."),
                    STR_ARG(text));
    if (!length)
        return fail(at, invalid_index, _("The index is %.*s, but the collection has no elements."), STR_ARG(text));
    return fail(at, invalid_index, _("The index is %.*s, but the last of the %zu elements has index %zu."),
                STR_ARG(text), length, length - 1);
}

static struct value sequence_index(struct at at, struct value v, struct value key)
{
    bool tuple = v.type->kind == TYPE_TUPLE;
    if (!value_is_known(key))
        return value_unknown(tuple ? type_dynamic : v.type->elem);
    if (!tuple && !value_is_known(v))
        return value_unknown(v.type->elem);
    size_t length = tuple ? v.type->n : v.n;
    int64_t i;
    if (!number_to_int64(value_as_number(key), &i) || i < 0 || (uint64_t)i >= length)
        return no_element(at, key, length);
    return value_is_known(v) ? v.u.items[i] : value_unknown(v.type->items[i]);
}

static struct value map_index(struct at at, struct value v, struct value key)
{
    if (!value_is_known(v) || !value_is_known(key))
        return value_unknown(v.type->elem);
    struct value item = value_map_get(v, key.u.string);
    if (value_exists(item))
        return item;
    if (key.marks & MARK_SENSITIVE)
        return fail(at, invalid_index, _("The map has no element with the sensitive key."));
    struct str hint = eval_hint(at.eval, v.u.map.keys, v.n, key.u.string);
    return fail(at, invalid_index, _("The map has no element with the key \"%.*s\".%.*s"), STR_ARG(key.u.string),
                STR_ARG(hint));
}

static struct value object_attribute(struct value v, int i)
{
    return value_is_known(v) ? v.u.items[i] : value_unknown(v.type->items[i]);
}

static struct value object_index(struct at at, struct value v, struct value key, bool number)
{
    if (!value_is_known(key))
        return eval_nothing();
    int i = type_attr(v.type, key.u.string);
    if (i >= 0)
        return object_attribute(v, i);
    if (key.marks & MARK_SENSITIVE)
        return fail(at, invalid_index, _("The object has no attribute with the sensitive name."));
    if (number)
        return fail(at, invalid_index,
                    _("The attributes of an object have names, not numbers: there is none named \"%.*s\"."),
                    STR_ARG(key.u.string));
    struct str hint = eval_hint(at.eval, v.type->names, v.type->n, key.u.string);
    return fail(at, invalid_index, _("The object has no attribute named \"%.*s\".%.*s"), STR_ARG(key.u.string),
                STR_ARG(hint));
}

static struct value keyed(struct at at, struct value v, struct value key)
{
    bool sequence = type_is_sequence(v.type), number = key.type == type_number;
    struct str why = {0};
    struct value wanted;
    if (!eval_convert(at.eval, key, sequence ? type_number : type_string, &wanted, &why))
        return fail(at, invalid_index, _("%.*s cannot be the key of an element of this %s: %.*s."),
                    STR_ARG(eval_brief(at.eval, key)),
                    v.type->kind == TYPE_MAP      ? "map"
                    : v.type->kind == TYPE_OBJECT ? "object"
                                                  : "list",
                    STR_ARG(why));
    if (sequence)
        return value_mark(sequence_index(at, v, wanted), key.marks);
    /* The name of an attribute is no secret that the attribute's value would give away. */
    return v.type->kind == TYPE_MAP ? value_mark(map_index(at, v, wanted), key.marks)
                                    : object_index(at, v, wanted, number);
}

static struct value index_value(struct at at, struct value v, struct value key)
{
    if (value_is_null(v)) {
        eval_error(at.eval, at.about, at.span, _("Attempt to index null value"),
                   _("The value is null, so it has no elements."));
        return eval_nothing();
    }
    if (value_is_null(key))
        return fail(at, invalid_index, _("The key is null, so it does not identify an element."));
    if (v.type == type_dynamic || key.type == type_dynamic)
        return eval_nothing();
    if (v.type->kind == TYPE_SET)
        return fail(at, invalid_index,
                    _("The elements of a set have no order and no keys. To take them one by one, make a list "
                      "of it with tolist(), or use a for expression."));
    if (type_is_primitive(v.type))
        return fail(at, invalid_index, _("The value is %.*s, which has no elements."),
                    STR_ARG(eval_described(at.eval, v)));
    return keyed(at, v, key);
}

struct value eval_index_of(struct eval *eval, const struct expr *about, struct value v, struct value key,
                           struct span at)
{
    size_t errors = eval->diags->n_errors;
    struct value item = index_value((struct at){eval, about, at}, v, key);
    return eval->diags->n_errors == errors ? value_mark(item, v.marks) : item;
}

static struct value map_attr(struct at at, struct value v, struct str name)
{
    struct value item = value_is_known(v) ? value_map_get(v, name) : value_unknown(v.type->elem);
    if (value_exists(item))
        return item;
    struct str hint = eval_hint(at.eval, v.u.map.keys, v.n, name);
    eval_error(at.eval, at.about, at.span, _("Missing map element"),
               _("The map has no element with the key \"%.*s\".%.*s"), STR_ARG(name), STR_ARG(hint));
    return eval_nothing();
}

static struct value object_attr(struct at at, struct value v, struct str name)
{
    int i = type_attr(v.type, name);
    if (i >= 0)
        return object_attribute(v, i);
    struct str hint = eval_hint(at.eval, v.type->names, v.type->n, name);
    return fail(at, unsupported_attribute, _("The object has no attribute named \"%.*s\".%.*s"), STR_ARG(name),
                STR_ARG(hint));
}

/* An attribute of a value that has none: most often of a whole list instead of its elements. */
static struct value no_attr(struct at at, struct value v, struct str name)
{
    bool of_objects = type_is_collection(v.type) && v.type->elem->kind == TYPE_OBJECT;
    bool tuple = v.type->kind == TYPE_TUPLE && v.type->n && v.type->items[0]->kind == TYPE_OBJECT;
    if (tuple || (of_objects && v.type->kind == TYPE_LIST))
        return fail(at, unsupported_attribute,
                    _("A list of objects has no attribute \"%.*s\" of its own. Write [0].%.*s for its first "
                      "element, or [*].%.*s for all of them."),
                    STR_ARG(name), STR_ARG(name), STR_ARG(name));
    if (of_objects)
        return fail(at, unsupported_attribute,
                    _("A set of objects has no attribute \"%.*s\" of its own. Write [*].%.*s for all of its "
                      "elements."),
                    STR_ARG(name), STR_ARG(name));
    return fail(at, unsupported_attribute, _("The value is %.*s, which has no attributes."),
                STR_ARG(eval_described(at.eval, v)));
}

static struct value attr_value(struct at at, struct value v, struct str name)
{
    if (value_is_null(v)) {
        eval_error(at.eval, at.about, at.span, _("Attempt to get attribute from null value"),
                   _("The value is null, so it has no attribute \"%.*s\"."), STR_ARG(name));
        return eval_nothing();
    }
    if (v.type->kind == TYPE_OBJECT)
        return object_attr(at, v, name);
    if (v.type->kind == TYPE_MAP)
        return map_attr(at, v, name);
    return v.type == type_dynamic ? eval_nothing() : no_attr(at, v, name);
}

static struct value attr_of(struct eval *eval, const struct expr *about, struct value v, struct str name,
                            struct span at)
{
    size_t errors = eval->diags->n_errors;
    struct value item = attr_value((struct at){eval, about, at}, v, name);
    return eval->diags->n_errors == errors ? value_mark(item, v.marks) : item;
}

struct value eval_apply(struct eval *eval, const struct expr *about, const struct step *steps, size_t n, struct value v)
{
    size_t errors = eval->diags->n_errors;
    for (size_t i = 0; i < n && eval->diags->n_errors == errors; i++)
        v = steps[i].kind == STEP_ATTR ? attr_of(eval, about, v, steps[i].text, steps[i].span)
                                       : eval_index_of(eval, about, v, eval_expr(eval, steps[i].key), steps[i].span);
    return v;
}
