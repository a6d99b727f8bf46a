/* numeric: functions on numbers. */
#include "funcs/kit.h"

#include <math.h>

static struct number number_arg(struct func_call *call, size_t i)
{
    return value_as_number(call->args[i]);
}

static bool answer_number(struct func_call *call, struct number n)
{
    return kit_answer(call, value_number(n));
}

static bool abs_impl(struct func_call *call)
{
    struct number n = number_arg(call, 0);
    return answer_number(call, number_sign(n) < 0 ? number_neg(kit_arena(call), n) : n);
}

static bool ceil_impl(struct func_call *call)
{
    return answer_number(call, number_ceil(kit_arena(call), number_arg(call, 0)));
}

static bool floor_impl(struct func_call *call)
{
    return answer_number(call, number_floor(kit_arena(call), number_arg(call, 0)));
}

/* As far as the reference goes: whole numbers only. */
static bool signum_impl(struct func_call *call)
{
    int64_t n;
    if (!kit_int(call, 0, KIT_CALL, _("invalid number"), &n))
        return false;
    return kit_answer(call, value_int((n > 0) - (n < 0)));
}

/* The least (sign -1) or greatest (sign 1) of the arguments. */
static bool extreme(struct func_call *call, int sign)
{
    if (!call->n)
        return func_fail(call, KIT_CALL, _("at least one number is required"));
    struct number best = number_arg(call, 0);
    for (size_t i = 1; i < call->n; i++)
        if (number_cmp(number_arg(call, i), best) * sign > 0)
            best = number_arg(call, i);
    return answer_number(call, best);
}

static bool min_impl(struct func_call *call)
{
    return extreme(call, -1);
}

static bool max_impl(struct func_call *call)
{
    return extreme(call, 1);
}

/* In double, as the reference computes them; `plain` is the C library's idea, which agrees on where there is no answer.
 */
static bool in_double(struct func_call *call, double (*plain)(double, double),
                      struct number (*exact)(struct arena *, struct number, struct number))
{
    double a, b;
    if (!kit_double(call, 0, &a) || !kit_double(call, 1, &b))
        return false;
    double result = plain(a, b);
    if (isnan(result))
        return func_fail(call, KIT_CALL, _("there is no such number"));
    return answer_number(call, isinf(result) ? number_infinity(kit_arena(call), result < 0 ? -1 : 1)
                                             : exact(kit_arena(call), number_arg(call, 0), number_arg(call, 1)));
}

static double log_of(double n, double base)
{
    return log(n) / log(base);
}

/* Powers of finite numbers that are beyond the range of double are refused: the reference's infinity, which no state,
 * plan or JSON can hold, would only be told of later. */
static bool pow_impl(struct func_call *call)
{
    if (!in_double(call, pow, number_pow))
        return false;
    struct number n = number_arg(call, 0), power = number_arg(call, 1);
    if (!number_is_inf(value_as_number(call->result)) || number_is_inf(n) || number_is_inf(power) || !number_sign(n))
        return true;
    return func_fail(call, KIT_CALL, _("%.*s to the power of %.*s is beyond 1.8e308, the greatest power"),
                     STR_ARG(number_text(kit_arena(call), n)), STR_ARG(number_text(kit_arena(call), power)));
}

static bool log_impl(struct func_call *call)
{
    return in_double(call, log_of, number_log);
}

static bool parseint_type(struct func_call *call, const struct type **out)
{
    *out = type_number;
    return call->args[0].type == type_string ||
           func_fail(call, 0, _("a string is required, not %s"), kit_type_name(call, call->args[0].type));
}

static bool parseint_impl(struct func_call *call)
{
    struct number n;
    int64_t base;
    if (!kit_int(call, 1, 1, _("invalid base"), &base))
        return false;
    if (base < 2 || base > 62)
        return func_fail(call, 1, _("the base must be between 2 and 62, and is %lld"), (long long)base);
    if (!number_parse_base(kit_arena(call), kit_str(call, 0), (int)base, &n))
        return func_fail(call, 0, _("\"%.*s\" is not a whole number in base %lld"), STR_ARG(kit_str(call, 0)),
                         (long long)base);
    return answer_number(call, n);
}

static bool sum_impl(struct func_call *call)
{
    struct value list = call->args[0];
    struct number sum = number_int(0);
    kit_charge(call, call->args[0].n);
    if (!kit_is_sequence(list.type))
        return func_fail(call, 0, _("a list, set or tuple of numbers is required, not %s"),
                         kit_type_name(call, list.type));
    size_t n = kit_count(list);
    if (!n)
        return func_fail(call, 0, _("an empty list has no sum"));
    if (!value_wholly_known(list))
        return kit_unknown(call);
    for (size_t i = 0; i < n; i++) {
        struct value v;
        if (!convert(kit_arena(call), kit_items(list)[i], type_number, &v, NULL, NULL) || value_is_null(v))
            return func_fail(call, 0, _("element %zu is not a number"), i);
        if (i && number_is_inf(sum) && number_is_inf(value_as_number(v)) &&
            number_sign(sum) != number_sign(value_as_number(v)))
            return func_fail(call, KIT_CALL, _("opposing infinities have no sum"));
        sum = i ? number_add(kit_arena(call), sum, value_as_number(v)) : value_as_number(v);
    }
    return answer_number(call, sum);
}

#define NUM_PARAM                                                                                                      \
    {                                                                                                                  \
        "num", "number", 0, N_("The number.")                                                                          \
    }
#define ROW(name_, impl_, doc_, ...)                                                                                   \
    {                                                                                                                  \
        .name = name_, .result_type = "number", .impl = impl_, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,             \
        .params = PARAMS(__VA_ARGS__)                                                                                  \
    }

const struct func numeric_funcs[] = {
    ROW("abs", abs_impl, N_("The number without its sign."), NUM_PARAM),
    ROW("ceil", ceil_impl, N_("The nearest whole number that is not less."), NUM_PARAM),
    ROW("floor", floor_impl, N_("The nearest whole number that is not greater."), NUM_PARAM),
    ROW("signum", signum_impl, N_("-1, 0 or 1: the sign of the number."), NUM_PARAM),
    {.name = "min",
     .result_type = "number",
     .impl = min_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("numbers", "number", 0, N_("The numbers to compare.")),
     .doc = N_("The least of the numbers.")},
    {.name = "max",
     .result_type = "number",
     .impl = max_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = NO_PARAMS,
     .rest = REST("numbers", "number", 0, N_("The numbers to compare.")),
     .doc = N_("The greatest of the numbers.")},
    ROW("pow", pow_impl, N_("The number raised to a power."), NUM_PARAM, {"power", "number", 0, N_("The exponent.")}),
    ROW("log", log_impl, N_("The logarithm of the number to a base."), NUM_PARAM,
        {"base", "number", 0, N_("The base.")}),
    {.name = "parseint",
     .type = parseint_type,
     .impl = parseint_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"number", "any", 0, N_("The digits, with an optional sign.")},
                      {"base", "number", 0, N_("The base, 2 to 62.")}),
     .doc = N_("The whole number that a string holds in a base.")},
    ROW("sum", sum_impl, N_("The sum of the elements of a list."),
        {"list", "any", PARAM_PARTLY, N_("A list, set or tuple of numbers.")}),
    {0},
};
