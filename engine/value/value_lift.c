#include "value/value_private.h"

#include "base/gettext.h"

static const struct value *unmarked(struct arena *arena, const struct value *args, size_t n)
{
    struct value *bare = ARENA_ARRAY(arena, struct value, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        bare[i] = value_unmark_deep(arena, args[i]);
    return bare;
}

static bool refuse_nulls(const struct value *args, size_t n, struct strbuf *why)
{
    for (size_t i = 0; i < n; i++)
        if (args[i].state == VALUE_NULL) {
            strbuf_add(why, str_c(_("the argument must not be null")));
            return false;
        }
    return true;
}

static bool all_known(const struct value *args, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!value_wholly_known(args[i]))
            return false;
    return true;
}

static struct value unknown_answer(struct arena *arena, unsigned flags, const struct type *type)
{
    struct value v = value_unknown(type);
    return flags & LIFT_NOT_NULL ? value_refine_not_null(arena, v) : v;
}

bool value_lift(struct arena *arena, unsigned flags, const struct type *result_type, value_kernel *kernel,
                const struct value *args, size_t n, struct value *result, struct strbuf *why)
{
    unsigned marks = 0;
    for (size_t i = 0; !(flags & LIFT_MARKS) && i < n; i++)
        marks |= value_marks_deep(args[i]);
    if (marks)
        args = unmarked(arena, args, n);
    if (!(flags & LIFT_NULLS) && !refuse_nulls(args, n, why))
        return false;
    if (!(flags & LIFT_UNKNOWNS) && !all_known(args, n))
        *result = unknown_answer(arena, flags, result_type);
    else if (!kernel(arena, args, n, result, why))
        return false;
    *result = value_mark(*result, (uint16_t)marks);
    return true;
}
