/*
 * number: exact decimals of the language: int64_t where that is enough, otherwise an MPFR float with a precision of its
 * own. Rules (architecture §3): parsed text has 512 bits, integers 64; add, sub and div take the larger operand's
 * precision, multiply computes at 512 and narrows; printed with the fewest digits that read back equal, never with an
 * exponent.
 */
#ifndef DETOUR_VALUE_NUMBER_H
#define DETOUR_VALUE_NUMBER_H

#include "base/arena.h"
#include "base/strbuf.h"

struct bignum; /* an immutable MPFR number in an arena */

/* Precisions of the mantissa in bits: of counts and lengths, of floating-point results, of text. */
enum { NUMBER_PREC_INT = 64, NUMBER_PREC_DOUBLE = 53, NUMBER_PREC_TEXT = 512 };

/* By value; `big` NULL means `small` holds it. Normalised: a big number never is an integer that fits int64_t (except
 * -0). `prec` is the precision of a small one, 0 for NUMBER_PREC_INT: 1/3 has 155 digits, length(a)/length(b) has 20.
 */
struct number {
    int64_t small;
    const struct bignum *big;
    unsigned prec;
};

/* A whole number, with the precision of 64 bits. */
static inline struct number number_int(int64_t i)
{
    return (struct number){i, NULL, NUMBER_PREC_INT};
}

/* From decimal text ("-1.5e3", also ".5", "5.", "1p3" and "-Inf", as tonumber() reads them; the scanner is stricter for
 * literals); false where it is not a number of the language. No blanks, no hexadecimal; exponents up to 100,000. */
bool number_parse(struct arena *arena, struct str text, struct number *out);
struct number number_from_double(struct arena *arena, double d);

/* A floating-point number that equals the mathematical constants +Inf or -Inf. */
struct number number_infinity(struct arena *arena, int sign);

/* Sum, difference and product. */
struct number number_add(struct arena *arena, struct number a, struct number b);
struct number number_sub(struct arena *arena, struct number a, struct number b);
struct number number_mul(struct arena *arena, struct number a, struct number b);
/* a / 0 is an infinity; 0 / 0 and Inf / Inf have no answer: false. */
bool number_div(struct arena *arena, struct number a, struct number b, struct number *out);
/* Truncated remainder, sign of a; false for Inf operands; a % 0 is left to the caller. */
bool number_mod(struct arena *arena, struct number a, struct number b, struct number *out);
struct number number_neg(struct arena *arena, struct number a);

/* Order by value: <0, 0, >0. */
int number_cmp(struct number a, struct number b);
/* Integers compare exactly, otherwise by equal shortest text (§3). */
bool number_eq(struct number a, struct number b);
uint64_t number_hash(struct number a);
int number_sign(struct number a);
bool number_is_int(struct number a);
bool number_is_inf(struct number a);
/* Whether an operation had no answer (Inf - Inf, 0 * Inf, a root of a negative number); callers turn that into an
 * error. */
bool number_is_nan(struct number a);

/* The integer, when it is one and fits. */
bool number_to_int64(struct number a, int64_t *out);
double number_to_double(struct number a);
struct number number_floor(struct arena *arena, struct number a);
struct number number_ceil(struct arena *arena, struct number a);
/* Exponentiation and logarithms as the reference computes them (in double). */
struct number number_pow(struct arena *arena, struct number a, struct number b);
struct number number_log(struct arena *arena, struct number a, struct number base);
/* Digits of an integer in base 2 to 62 (parseint); false where text is not one. */
bool number_parse_base(struct arena *arena, struct str text, int base, struct number *out);

/* Shortest decimal that reads back equal at the number's precision, no exponent; "-0" keeps its sign. */
void number_print(struct strbuf *out, struct number a);
struct str number_text(struct arena *arena, struct number a);

/* As C's printf family would: verb one of b d e E f g G o x X, flags among "+-# 0", width and precision or -1
 * (format()). */
void number_format(struct strbuf *out, struct number a, char verb, const char *flags, int width, int precision);

/* The same number with its digits copied into another arena. */
struct number number_copy(struct arena *arena, struct number a);

#endif
