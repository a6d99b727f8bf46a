#include "value/number_private.h"

#include <math.h>

static unsigned prec_of(struct number a)
{
    return a.big ? (unsigned)mpfr_get_prec(a.big->f) : a.prec ? a.prec : PREC_INT;
}

static unsigned prec_max(struct number a, struct number b)
{
    unsigned p = prec_of(a), q = prec_of(b);
    return p > q ? p : q;
}

static bool both_small(struct number a, struct number b)
{
    return !a.big && !b.big;
}

static uint64_t magnitude(int64_t i)
{
    return i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
}

/* Bits from the first to the last that is set. */
static unsigned bits_needed(int64_t i)
{
    uint64_t m = magnitude(i);
    return m ? 64 - (unsigned)__builtin_clzll(m) - (unsigned)__builtin_ctzll(m) : 0;
}

/* Gives the integer to *out where a mantissa of `prec` bits holds all of it. */
static bool small_fits(int64_t i, unsigned prec, struct number *out)
{
    if (prec < PREC_INT && bits_needed(i) > prec)
        return false;
    *out = (struct number){.small = i, .prec = prec};
    return true;
}

mpfr_srcptr number_view(struct number a, struct number_view *store)
{
    if (a.big)
        return a.big->f;
    unsigned prec = prec_of(a) < PREC_INT ? prec_of(a) : PREC_INT;
    mpfr_custom_init_set(store->f, MPFR_ZERO_KIND, 0, (mpfr_prec_t)prec, store->limbs);
    mpfr_set_sj(store->f, a.small, MPFR_RNDN);
    return store->f;
}

static struct number keep_big(struct arena *arena, mpfr_srcptr f)
{
    size_t size = mpfr_custom_get_size(mpfr_get_prec(f));
    struct bignum *big = arena_alloc(arena, sizeof *big + size);
    memcpy(big->limbs, mpfr_custom_get_significand(f), size);
    mpfr_exp_t e = mpfr_regular_p(f) ? mpfr_get_exp(f) : 0;
    mpfr_custom_init_set(big->f, mpfr_custom_get_kind(f), e, mpfr_get_prec(f), big->limbs);
    return (struct number){.big = big};
}

struct number number_keep(struct arena *arena, mpfr_srcptr f)
{
    bool negative_zero = mpfr_zero_p(f) && mpfr_signbit(f);
    if (!negative_zero && mpfr_integer_p(f) && mpfr_fits_intmax_p(f, MPFR_RNDN))
        return (struct number){.small = mpfr_get_sj(f, MPFR_RNDN), .prec = (unsigned)mpfr_get_prec(f)};
    return keep_big(arena, f);
}

struct number number_copy(struct arena *arena, struct number a)
{
    return a.big ? keep_big(arena, a.big->f) : a;
}

struct number number_from_double(struct arena *arena, double d)
{
    MPFR_AUTO f;
    mpfr_init2(f, PREC_DOUBLE);
    mpfr_set_d(f, d, MPFR_RNDN);
    return number_keep(arena, f);
}

struct number number_infinity(struct arena *arena, int sign)
{
    MPFR_AUTO f;
    mpfr_init2(f, PREC_TEXT);
    mpfr_set_inf(f, sign);
    return keep_big(arena, f);
}

typedef int binary(mpfr_ptr r, mpfr_srcptr a, mpfr_srcptr b, mpfr_rnd_t rounding);

static struct number compute(struct arena *arena, binary *op, struct number a, struct number b, unsigned prec)
{
    struct number_view va, vb;
    MPFR_AUTO r;
    mpfr_init2(r, prec);
    op(r, number_view(a, &va), number_view(b, &vb), MPFR_RNDN);
    return number_keep(arena, r);
}

struct number number_add(struct arena *arena, struct number a, struct number b)
{
    unsigned prec = prec_max(a, b);
    int64_t sum;
    struct number r;
    if (both_small(a, b) && !__builtin_add_overflow(a.small, b.small, &sum) && small_fits(sum, prec, &r))
        return r;
    return compute(arena, mpfr_add, a, b, prec);
}

struct number number_sub(struct arena *arena, struct number a, struct number b)
{
    unsigned prec = prec_max(a, b);
    int64_t difference;
    struct number r;
    if (both_small(a, b) && !__builtin_sub_overflow(a.small, b.small, &difference) && small_fits(difference, prec, &r))
        return r;
    return compute(arena, mpfr_sub, a, b, prec);
}

/* Multiplied at 512 bits, then narrowed to what the operands or the product need. */
static struct number multiply_wide(struct arena *arena, struct number a, struct number b)
{
    struct number_view va, vb;
    MPFR_AUTO r;
    mpfr_init2(r, PREC_TEXT);
    mpfr_mul(r, number_view(a, &va), number_view(b, &vb), MPFR_RNDN);
    mpfr_prec_t prec = mpfr_min_prec(r), wanted = (mpfr_prec_t)prec_max(a, b);
    mpfr_prec_round(r, prec > wanted ? prec : wanted, MPFR_RNDN);
    return number_keep(arena, r);
}

struct number number_mul(struct arena *arena, struct number a, struct number b)
{
    int64_t product;
    if (both_small(a, b) && !__builtin_mul_overflow(a.small, b.small, &product) &&
        (product != 0 || (a.small >= 0 && b.small >= 0))) { /* 0 × -5 is -0 */
        unsigned prec = prec_max(a, b), bits = bits_needed(product);
        return (struct number){.small = product, .prec = bits > prec ? bits : prec};
    }
    return multiply_wide(arena, a, b);
}

static bool divides(int64_t a, int64_t b)
{
    return b != 0 && b != -1 && (a != 0 || b > 0) && a % b == 0;
}

bool number_div(struct arena *arena, struct number a, struct number b, struct number *out)
{
    unsigned prec = prec_max(a, b);
    if (both_small(a, b) && divides(a.small, b.small) && small_fits(a.small / b.small, prec, out))
        return true;
    *out = compute(arena, mpfr_div, a, b, prec);
    return !number_is_nan(*out);
}

/* a - b × trunc(a / b), each step rounded to the precision that the reference gives it. */
static struct number remainder_wide(struct arena *arena, struct number a, struct number b)
{
    struct number_view va, vb;
    mpfr_srcptr fa = number_view(a, &va), fb = number_view(b, &vb);
    MPFR_AUTO quotient;
    MPFR_AUTO work;
    mpfr_init2(quotient, prec_max(a, b));
    mpfr_init2(work, prec_of(a));
    mpfr_div(quotient, fa, fb, MPFR_RNDN);
    mpfr_trunc(quotient, quotient);
    mpfr_set(work, quotient, MPFR_RNDN);
    mpfr_mul(work, fb, work, MPFR_RNDN);
    mpfr_sub(work, fa, work, MPFR_RNDN);
    return number_keep(arena, work);
}

bool number_mod(struct arena *arena, struct number a, struct number b, struct number *out)
{
    if (number_is_inf(a) || number_is_inf(b) || number_is_nan(a) || number_is_nan(b))
        return false;
    if (both_small(a, b) && prec_of(a) >= PREC_INT && b.small != 0) {
        *out = (struct number){.small = b.small == -1 ? 0 : a.small % b.small, .prec = a.prec};
        return true;
    }
    *out = number_sign(b) ? remainder_wide(arena, a, b) : a;
    return true;
}

struct number number_neg(struct arena *arena, struct number a)
{
    if (!a.big && a.small != 0 && a.small != INT64_MIN)
        return (struct number){.small = -a.small, .prec = a.prec};
    struct number_view va;
    MPFR_AUTO r;
    mpfr_init2(r, prec_of(a));
    mpfr_neg(r, number_view(a, &va), MPFR_RNDN);
    return number_keep(arena, r);
}

int number_cmp(struct number a, struct number b)
{
    if (both_small(a, b))
        return (a.small > b.small) - (a.small < b.small);
    struct number_view va, vb;
    return mpfr_cmp(number_view(a, &va), number_view(b, &vb));
}

static bool same_text(struct number a, struct number b)
{
    STRBUF_AUTO ta = STRBUF_INIT(0);
    STRBUF_AUTO tb = STRBUF_INIT(0);
    number_print(&ta, a);
    number_print(&tb, b);
    return str_eq(strbuf_str(&ta), strbuf_str(&tb));
}

bool number_eq(struct number a, struct number b)
{
    if (both_small(a, b))
        return a.small == b.small;
    if (number_is_nan(a) || number_is_nan(b) || number_is_int(a) != number_is_int(b))
        return false;
    if (number_cmp(a, b) == 0)
        return prec_of(a) == prec_of(b) || number_is_int(a) || number_is_inf(a) || same_text(a, b);
    return prec_of(a) != prec_of(b) && !number_is_int(a) && number_sign(a) == number_sign(b) && same_text(a, b);
}

static uint64_t hash_int(int64_t i)
{
    uint64_t h = (uint64_t)i * 0x9e3779b97f4a7c15;
    return h ^ (h >> 32);
}

uint64_t number_hash(struct number a)
{
    int64_t i;
    if (number_to_int64(a, &i))
        return hash_int(i);
    if (number_is_int(a)) {
        double d = number_to_double(a);
        memcpy(&i, &d, sizeof i);
        return hash_int(i);
    }
    STRBUF_AUTO text = STRBUF_INIT(0);
    number_print(&text, a);
    return str_hash(strbuf_str(&text));
}

int number_sign(struct number a)
{
    if (a.big)
        return mpfr_nan_p(a.big->f) ? 0 : mpfr_sgn(a.big->f);
    return (a.small > 0) - (a.small < 0);
}

bool number_is_int(struct number a)
{
    return !a.big || mpfr_integer_p(a.big->f);
}

bool number_is_inf(struct number a)
{
    return a.big && mpfr_inf_p(a.big->f);
}

bool number_is_nan(struct number a)
{
    return a.big && mpfr_nan_p(a.big->f);
}

bool number_to_int64(struct number a, int64_t *out)
{
    if (a.big && !mpfr_zero_p(a.big->f))
        return false;
    *out = a.big ? 0 : a.small;
    return true;
}

double number_to_double(struct number a)
{
    return a.big ? mpfr_get_d(a.big->f, MPFR_RNDN) : (double)a.small;
}

typedef int rounder(mpfr_ptr r, mpfr_srcptr a);

static struct number round_with(struct arena *arena, rounder *op, struct number a)
{
    if (!a.big || mpfr_inf_p(a.big->f))
        return a;
    MPFR_AUTO r;
    mpfr_init2(r, prec_of(a));
    op(r, a.big->f);
    if (mpfr_zero_p(r))
        mpfr_set_zero(r, 1); /* ceil(-0.5) is 0, not -0 */
    return number_keep(arena, r);
}

static int floor_op(mpfr_ptr r, mpfr_srcptr a)
{
    return mpfr_rint_floor(r, a, MPFR_RNDN);
}

static int ceil_op(mpfr_ptr r, mpfr_srcptr a)
{
    return mpfr_rint_ceil(r, a, MPFR_RNDN);
}

struct number number_floor(struct arena *arena, struct number a)
{
    return round_with(arena, floor_op, a);
}

struct number number_ceil(struct arena *arena, struct number a)
{
    return round_with(arena, ceil_op, a);
}

/* x to an integer power by squaring the fraction and adding up exponents, which rounds as the reference does (pow() of
 * the C library is closer to the truth: 10^100 would differ in the last digit). `start` is what the fractional part of
 * the power gave. */
static double power_by_squaring(double x, double whole, bool invert, double start)
{
    int exponent = 0, x_exponent;
    double result = start, fraction = frexp(x, &x_exponent);
    for (int64_t i = (int64_t)whole; i; i >>= 1) {
        if (x_exponent < -4096 || x_exponent > 4096) {
            exponent += x_exponent;
            break;
        }
        if (i & 1) {
            result *= fraction;
            exponent += x_exponent;
        }
        fraction *= fraction;
        x_exponent *= 2;
        if (fraction < 0.5) {
            fraction += fraction;
            x_exponent--;
        }
    }
    return invert ? ldexp(1 / result, -exponent) : ldexp(result, exponent);
}

/* The natural logarithm by the classic reduction to [√½, √2) and the minimax polynomial of degree 14 for
 * log((1+s)/(1-s)): the C library's is nearer to the truth, the reference's is this one. */
static double natural_log(double x)
{
    static const double ln2_high = 0x1.62e42feep-1, ln2_low = 0x1.a39ef35793c76p-33;
    if (!(x > 0) || !isfinite(x))
        return log(x);
    int exponent;
    double f = frexp(x, &exponent);
    if (f < M_SQRT1_2) {
        f *= 2;
        exponent--;
    }
    f -= 1;
    double s = f / (2 + f), s2 = s * s, s4 = s2 * s2, k = exponent, half = 0.5 * f * f;
    double odd = s2 * (0x1.5555555555593p-1 +
                       s4 * (0x1.2492494229359p-2 + s4 * (0x1.7466496cb03dep-3 + s4 * 0x1.2f112df3e5244p-3)));
    double even = s4 * (0x1.999999997fa04p-2 + s4 * (0x1.c71c51d8e78afp-3 + s4 * 0x1.39a09d078c69fp-3));
    return k * ln2_high - ((half - (s * (half + (odd + even)) + k * ln2_low)) - f);
}

/* e^x as the reference computes it: x less a multiple of log 2, divided by 16, a Taylor series for e^x - 1, then four
 * times (e^x - 1) -> (e^2x - 1), the last one fused with adding the 1. */
static double exponential(double x)
{
    static const double ln2_high = 0.69314718055966295651, ln2_low = 0.28235290563031577123e-12;
    static const double inverse_factorials[] = {1. / 40320, 1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1};
    double k = nearbyint(x * M_LOG2E), sum = 0;
    x = fma(-ln2_low, k, fma(-ln2_high, k, x)) / 16;
    for (size_t i = 0; i < sizeof inverse_factorials / sizeof *inverse_factorials; i++)
        sum = fma(sum, x, inverse_factorials[i]);
    x *= sum;
    for (int i = 0; i < 3; i++)
        x *= x + 2;
    return ldexp(fma(x, x + 2, 1), (int)k);
}

static double power(double x, double y)
{
    double whole, part = modf(fabs(y), &whole);
    if (x == 0 || y == 0 || x == 1 || !isfinite(x) || !isfinite(y) || (part != 0 && x < 0) || whole >= 0x1p63)
        return pow(x, y);
    if (y == 1)
        return x;
    if (fabs(y) == 0.5)
        return y > 0 ? sqrt(x) : 1 / sqrt(x);
    double start = 1;
    if (part != 0) {
        if (part > 0.5) {
            part -= 1;
            whole += 1;
        }
        start = exponential(part * natural_log(x));
    }
    return power_by_squaring(x, whole, y < 0, start);
}

struct number number_pow(struct arena *arena, struct number a, struct number b)
{
    return number_from_double(arena, power(number_to_double(a), number_to_double(b)));
}

struct number number_log(struct arena *arena, struct number a, struct number base)
{
    return number_from_double(arena, natural_log(number_to_double(a)) / natural_log(number_to_double(base)));
}
