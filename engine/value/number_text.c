#include "value/number_private.h"

#include <stdio.h>
#include <stdlib.h>

enum { DIGITS_SMALL = 18 /* any number of that many digits fits int64_t */, TEXT_ON_STACK = 128 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_at(struct str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && is_digit(s.p[i + n]))
        n++;
    return n;
}

/* What decimal text consists of. */
struct decimal {
    bool negative;
    struct str mantissa; /* digits and one point at most */
    long exponent;       /* of ten, or of two where `binary` */
    bool binary;
    bool whole; /* digits alone: no point, no exponent */
};

static bool scan_exponent(struct str s, size_t i, struct decimal *d)
{
    d->binary = s.p[i] == 'p' || s.p[i] == 'P';
    i++;
    bool negative = i < s.n && s.p[i] == '-';
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    size_t n = digits_at(s, i);
    if (n == 0 || i + n != s.n)
        return false;
    for (; i < s.n; i++)
        if (d->exponent <= EXPONENT_LARGEST * 10L)
            d->exponent = d->exponent * 10 + (s.p[i] - '0');
    if (negative)
        d->exponent = -d->exponent;
    return true;
}

static bool scan_decimal(struct str s, struct decimal *d)
{
    size_t i = 0;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        d->negative = s.p[i++] == '-';
    size_t start = i, whole = digits_at(s, i), part = 0;
    i += whole;
    bool point = i < s.n && s.p[i] == '.';
    if (point) {
        part = digits_at(s, i + 1);
        i += part + 1;
    }
    d->mantissa = str_sub(s, start, i);
    d->whole = !point && i == s.n;
    if (whole + part == 0)
        return false;
    if (i == s.n)
        return true;
    return strchr("eEpP", s.p[i]) && s.p[i] && scan_exponent(s, i, d);
}

static bool parse_small(const struct decimal *d, struct number *out)
{
    if (!d->whole || d->mantissa.n > DIGITS_SMALL)
        return false;
    int64_t i = 0;
    for (size_t k = 0; k < d->mantissa.n; k++)
        i = i * 10 + (d->mantissa.p[k] - '0');
    if (d->negative && i == 0)
        return false; /* -0 is not a small number */
    *out = (struct number){.small = d->negative ? -i : i, .prec = PREC_TEXT};
    return true;
}

static void parse_big(struct arena *arena, const struct decimal *d, struct number *out)
{
    char few[TEXT_ON_STACK];
    size_t room = d->mantissa.n + 40;
    char *text = room <= sizeof few ? few : heap_alloc(room);
    snprintf(text, room, "%s%.*se%ld", d->negative ? "-" : "", STR_ARG(d->mantissa), d->binary ? 0 : d->exponent);
    MPFR_AUTO f;
    mpfr_init2(f, PREC_TEXT);
    mpfr_strtofr(f, text, NULL, 10, MPFR_RNDN);
    if (d->binary)
        mpfr_mul_2si(f, f, d->exponent, MPFR_RNDN);
    if (text != few)
        free(text);
    *out = number_keep(arena, f);
}

static bool parse_infinity(struct arena *arena, struct str s, struct number *out)
{
    bool sign = s.n == 4 && (s.p[0] == '-' || s.p[0] == '+');
    struct str word = sign ? str_sub(s, 1, 4) : s;
    if (!str_is(word, "Inf") && !str_is(word, "inf"))
        return false;
    *out = number_infinity(arena, sign && s.p[0] == '-' ? -1 : 1);
    return true;
}

bool number_parse(struct arena *arena, struct str text, struct number *out)
{
    struct decimal d = {0};
    if (!scan_decimal(text, &d))
        return parse_infinity(arena, text, out);
    if (labs(d.exponent) > EXPONENT_LARGEST || d.mantissa.n > EXPONENT_LARGEST)
        return false;
    if (!parse_small(&d, out))
        parse_big(arena, &d, out);
    return true;
}

static int digit_value(char c, int base)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + (base <= 36 ? 10 : 36);
    return base;
}

bool number_parse_base(struct arena *arena, struct str text, int base, struct number *out)
{
    bool sign = text.n && (text.p[0] == '-' || text.p[0] == '+');
    struct str digits = str_sub(text, sign, text.n);
    if (digits.n == 0 || digits.n > EXPONENT_LARGEST)
        return false;
    for (size_t i = 0; i < digits.n; i++)
        if (digit_value(digits.p[i], base) >= base)
            return false;
    mpz_t z;
    mpz_init(z);
    for (size_t i = 0; i < digits.n; i++) {
        mpz_mul_ui(z, z, (unsigned long)base);
        mpz_add_ui(z, z, (unsigned long)digit_value(digits.p[i], base));
    }
    if (sign && text.p[0] == '-')
        mpz_neg(z, z);
    size_t bits = mpz_sizeinbase(z, 2);
    MPFR_AUTO f;
    mpfr_init2(f, bits > PREC_TEXT ? (mpfr_prec_t)bits : PREC_TEXT);
    mpfr_set_z(f, z, MPFR_RNDN);
    mpz_clear(z);
    *out = number_keep(arena, f);
    return true;
}

/* Whether the digits stand for f: they lie within half a unit of its last bit. The numbers below a power of two are
 * twice as dense, yet the reference takes the same half unit on both sides, which is what one bit less gives. */
static bool reads_back(mpfr_srcptr f, const char *digits, mpfr_exp_t exponent)
{
    bool negative = *digits == '-';
    size_t room = strlen(digits) + 40;
    char *text = heap_alloc(room);
    snprintf(text, room, "%s0.%se%ld", negative ? "-" : "", digits + negative, (long)exponent);
    MPFR_AUTO again;
    mpfr_init2(again, mpfr_get_prec(f));
    mpfr_strtofr(again, text, NULL, 10, MPFR_RNDN);
    if (mpfr_min_prec(f) == 1 && mpfr_cmpabs(again, f) < 0) {
        mpfr_set_prec(again, mpfr_get_prec(f) - 1);
        mpfr_strtofr(again, text, NULL, 10, MPFR_RNDN);
    }
    free(text);
    return mpfr_equal_p(again, f);
}

static void strip_zeros(char *digits)
{
    size_t n = strlen(digits), least = *digits == '-' ? 2 : 1;
    while (n > least && digits[n - 1] == '0')
        digits[--n] = '\0';
}

static char *digits_that_read_back(mpfr_srcptr f, size_t n, mpfr_exp_t *exponent)
{
    char *made = mpfr_get_str(NULL, exponent, 10, n, f, MPFR_RNDN), *digits = strdup(made);
    mpfr_free_str(made);
    if (!digits)
        abort();
    strip_zeros(digits);
    if (reads_back(f, digits, *exponent))
        return digits;
    free(digits);
    return NULL;
}

/*
 * Any decimal of up to (prec - 1) × log10(2) digits is recovered by rounding to that many digits, so when that rounding
 * reads back, it is the shortest. One to three more digits are needed otherwise. For powers of two one bit less counts,
 * see above.
 */
char *number_shortest(mpfr_srcptr f, mpfr_exp_t *exponent)
{
    mpfr_prec_t bits = mpfr_get_prec(f) - (mpfr_min_prec(f) == 1 ? 2 : 1);
    for (size_t n = (size_t)bits * 30103 / 100000;; n++) {
        char *digits = digits_that_read_back(f, n ? n : 1, exponent);
        if (digits)
            return digits;
    }
}

static void print_digits(struct strbuf *out, struct str digits, mpfr_exp_t exponent)
{
    if (exponent <= 0) {
        strbuf_lit(out, "0.");
        strbuf_add_n(out, '0', (size_t)-exponent);
        strbuf_add(out, digits);
    } else if ((size_t)exponent >= digits.n) {
        strbuf_add(out, digits);
        strbuf_add_n(out, '0', (size_t)exponent - digits.n);
    } else {
        strbuf_add(out, str_sub(digits, 0, (size_t)exponent));
        strbuf_addc(out, '.');
        strbuf_add(out, str_sub(digits, (size_t)exponent, digits.n));
    }
}

/* Without printf: states have millions of them. */
static void print_int(struct strbuf *out, int64_t i)
{
    char text[24], *p = text + sizeof text;
    uint64_t rest = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (i < 0)
        *--p = '-';
    strbuf_add(out, str_from(p, (size_t)(text + sizeof text - p)));
}

/* Whether all digits of a small number count: its precision holds every integer of its size. */
static bool is_exact_int(struct number a)
{
    int64_t limit = (int64_t)1 << PREC_DOUBLE;
    return !a.big && (a.prec == 0 || a.prec >= PREC_INT || (a.small < limit && a.small > -limit));
}

void number_print(struct strbuf *out, struct number a)
{
    if (is_exact_int(a)) {
        print_int(out, a.small);
        return;
    }
    if (number_is_nan(a)) {
        strbuf_lit(out, "NaN");
        return;
    }
    struct number_view view;
    mpfr_srcptr f = number_view(a, &view);
    bool negative = mpfr_signbit(f);
    if (mpfr_inf_p(f) || mpfr_zero_p(f)) {
        strbuf_add(out, mpfr_zero_p(f) ? STR("-0") : negative ? STR("-Inf") : STR("+Inf"));
        return;
    }
    mpfr_exp_t exponent;
    char *digits = number_shortest(f, &exponent);
    if (negative)
        strbuf_addc(out, '-');
    print_digits(out, str_c(digits + negative), exponent);
    free(digits);
}

struct str number_text(struct arena *arena, struct number a)
{
    STRBUF_AUTO text = STRBUF_INIT(0);
    number_print(&text, a);
    return arena_str(arena, strbuf_str(&text));
}
