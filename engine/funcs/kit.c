#include "funcs/kit.h"

#include <math.h>

bool kit_answer_str(struct func_call *call, struct str s)
{
    return kit_answer(call, value_string_copy(kit_arena(call), s));
}

bool kit_answer_text(struct func_call *call, const struct strbuf *text)
{
    if (text->over)
        return func_fail(call, KIT_CALL, _("the result would be longer than %zu bytes"), text->max);
    return kit_answer_str(call, strbuf_str(text));
}

bool kit_int(struct func_call *call, size_t i, int at, const char *what, int64_t *out)
{
    struct number n = value_as_number(call->args[i]);
    if (number_to_int64(n, out))
        return true;
    if (!number_is_int(n))
        return func_fail(call, at, _("%s: a whole number is required, and %.*s is not one"), what,
                         STR_ARG(number_text(kit_arena(call), n)));
    return func_fail(call, at, _("%s: must be between %lld and %lld"), what, (long long)INT64_MIN,
                     (long long)INT64_MAX);
}

bool kit_double(struct func_call *call, size_t i, double *out)
{
    struct number n = value_as_number(call->args[i]);
    *out = number_to_double(n);
    if (isinf(*out) && !number_is_inf(n))
        return func_fail(call, KIT_CALL, _("argument %zu must be between -1.8e308 and 1.8e308"), i + 1);
    return true;
}

struct value kit_sequence(struct arena *arena, const struct type *type, const struct value *items, size_t n)
{
    if (type->kind == TYPE_SET)
        return value_set(arena, type->elem, items, n);
    if (type->kind == TYPE_TUPLE)
        return value_tuple(items, n);
    return value_list(type->elem, items, n);
}

const char *kit_type_name(struct func_call *call, const struct type *type)
{
    return arena_str(kit_arena(call), type_friendly(kit_arena(call), type)).p;
}

bool kit_type_first(struct func_call *call, const struct type **out)
{
    *out = call->args[0].type;
    return true;
}

int kit_equal(struct arena *arena, struct value a, struct value b)
{
    struct value eq = value_equal(arena, a, b);
    return !value_is_known(eq) ? -1 : eq.u.boolean;
}
