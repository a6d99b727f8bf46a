#include "value/number_private.h"

#include <stdlib.h>

/* Numbers in the manner of format(): what the verbs of printf mean there, on exact numbers. */

struct flags {
    bool minus, plus, space, zero, sharp;
};

static struct flags flags_of(const char *text)
{
    return (struct flags){
        .minus = strchr(text, '-'),
        .plus = strchr(text, '+'),
        .space = strchr(text, ' '),
        .zero = strchr(text, '0'),
        .sharp = strchr(text, '#'),
    };
}

/* What stands before, between and after: [blanks][sign][prefix][zeros][digits][blanks]. */
struct field {
    const char *sign, *prefix;
    size_t zeros;
    struct str digits;
};

static void put_field(struct strbuf *out, struct field f, struct flags flags, bool zero_fill, int width)
{
    size_t n = strlen(f.sign) + strlen(f.prefix) + f.zeros + f.digits.n;
    size_t pad = width > 0 && (size_t)width > n ? (size_t)width - n : 0;
    if (zero_fill)
        f.zeros += pad;
    else if (!flags.minus)
        strbuf_add_n(out, ' ', pad);
    strbuf_add(out, str_c(f.sign));
    strbuf_add(out, str_c(f.prefix));
    strbuf_add_n(out, '0', f.zeros);
    strbuf_add(out, f.digits);
    if (!zero_fill && flags.minus)
        strbuf_add_n(out, ' ', pad);
}

static const char *sign_of(bool negative, struct flags flags)
{
    return negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
}

static const char *prefix_of(char verb)
{
    switch (verb) {
    case 'b':
        return "0b";
    case 'o':
        return "0";
    case 'x':
        return "0x";
    case 'X':
        return "0X";
    default:
        return "";
    }
}

static char *integer_digits(mpfr_srcptr f, char verb)
{
    static const struct {
        char verb;
        int base;
    } bases[] = {{'b', 2}, {'o', 8}, {'x', 16}, {'X', -16}};
    int base = 10;
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++)
        if (bases[i].verb == verb)
            base = bases[i].base;
    mpz_t z;
    mpz_init(z);
    mpfr_get_z(z, f, MPFR_RNDZ);
    mpz_abs(z, z);
    char *digits = mpz_get_str(NULL, base, z);
    mpz_clear(z);
    return digits;
}

static void format_integer(struct strbuf *out, mpfr_srcptr f, char verb, struct flags flags, int width, int precision)
{
    char *digits = integer_digits(f, verb);
    struct field field = {
        .sign = sign_of(mpfr_sgn(f) < 0, flags),
        .prefix = flags.sharp ? prefix_of(verb) : "",
        .digits = str_c(digits),
    };
    if (precision > 0 && (size_t)precision > field.digits.n)
        field.zeros = (size_t)precision - field.digits.n;
    if (precision != 0 || !str_is(field.digits, "0"))
        put_field(out, field, flags, flags.zero && !flags.minus && precision < 0, width);
    free(digits);
}

/* Digits of |f| and where the point stands: 0.digits × 10^point. */
struct digits {
    char *text;
    size_t n;
    long point;
};

static struct digits digits_of(mpfr_srcptr f, size_t n)
{
    struct digits d = {.n = n};
    if (mpfr_zero_p(f) || n == 0)
        return d;
    mpfr_exp_t e;
    char *made = mpfr_get_str(NULL, &e, 10, n, f, MPFR_RNDN);
    d.text = strdup(made + (*made == '-'));
    mpfr_free_str(made);
    if (!d.text)
        abort();
    d.point = (long)e;
    return d;
}

static char digit_at(const struct digits *d, long i)
{
    return d->text && i >= 0 && (size_t)i < d->n ? d->text[i] : '0';
}

static void put_exponential(struct strbuf *out, const struct digits *d, char e, size_t precision)
{
    strbuf_addc(out, digit_at(d, 0));
    if (precision)
        strbuf_addc(out, '.');
    for (size_t i = 1; i <= precision; i++)
        strbuf_addc(out, digit_at(d, (long)i));
    strbuf_printf(out, "%c%+03ld", e, d->text ? d->point - 1 : 0);
}

static void put_fixed(struct strbuf *out, const struct digits *d, size_t precision)
{
    if (d->point <= 0)
        strbuf_addc(out, '0');
    for (long i = 0; i < d->point; i++)
        strbuf_addc(out, digit_at(d, i));
    if (precision)
        strbuf_addc(out, '.');
    for (size_t i = 0; i < precision; i++)
        strbuf_addc(out, digit_at(d, d->point + (long)i));
}

/* %f: as many digits as reach the wanted decimal. One more is asked for when rounding may carry into a new place. */
static void format_fixed(struct strbuf *out, mpfr_srcptr f, size_t precision)
{
    if (mpfr_zero_p(f)) {
        put_fixed(out, &(struct digits){0}, precision);
        return;
    }
    char *text = NULL;
    if (mpfr_asprintf(&text, "%.*R*f", (int)precision, MPFR_RNDN, f) < 0)
        abort();
    strbuf_add(out, str_c(text + (*text == '-')));
    mpfr_free_str(text);
}

static void format_exponential(struct strbuf *out, mpfr_srcptr f, char e, size_t precision)
{
    struct digits d = digits_of(f, precision + 1);
    put_exponential(out, &d, e, precision);
    free(d.text);
}

/* %g: exponents below -4 or from the precision on (6 for the shortest form) are written as such. */
static void format_general(struct strbuf *out, mpfr_srcptr f, char e, int precision)
{
    struct digits d = {0};
    if (mpfr_zero_p(f)) {
        strbuf_addc(out, '0');
        return;
    }
    if (precision < 0) {
        mpfr_exp_t exponent;
        d.text = number_shortest(f, &exponent);
        if (*d.text == '-')
            memmove(d.text, d.text + 1, strlen(d.text));
        d.point = (long)exponent;
    } else {
        d = digits_of(f, precision ? (size_t)precision : 1);
    }
    d.n = strlen(d.text);
    while (d.n > 1 && d.text[d.n - 1] == '0')
        d.n--;
    long limit = precision < 0 ? 6 : precision ? precision : 1;
    if (precision >= 0 && limit > (long)d.n && (long)d.n >= d.point)
        limit = (long)d.n;
    if (d.point - 1 < -4 || d.point - 1 >= limit)
        put_exponential(out, &d, e, d.n - 1);
    else
        put_fixed(out, &d, (long)d.n > d.point ? (size_t)((long)d.n - d.point) : 0);
    free(d.text);
}

static void format_float(struct strbuf *out, mpfr_srcptr f, char verb, int precision)
{
    size_t places = precision < 0 ? 6 : (size_t)precision;
    switch (verb) {
    case 'e':
    case 'E':
        format_exponential(out, f, verb, places);
        break;
    case 'g':
    case 'G':
        format_general(out, f, verb == 'g' ? 'e' : 'E', precision);
        break;
    default:
        format_fixed(out, f, places);
        break;
    }
}

void number_format(struct strbuf *out, struct number a, char verb, const char *flag_text, int width, int precision)
{
    struct flags flags = flags_of(flag_text);
    struct number_view view;
    mpfr_srcptr f = number_view(a, &view);
    if (mpfr_number_p(f) && strchr("bdoxX", verb)) {
        format_integer(out, f, verb, flags, width, precision);
        return;
    }
    STRBUF_AUTO text = STRBUF_INIT(0);
    if (mpfr_number_p(f))
        format_float(&text, f, verb, precision);
    else
        strbuf_add(&text, mpfr_inf_p(f) ? STR("Inf") : STR("NaN"));
    const char *sign = mpfr_inf_p(f) && !mpfr_signbit(f) && !flags.space ? "+" : sign_of(mpfr_signbit(f), flags);
    struct field field = {.sign = sign, .prefix = "", .digits = strbuf_str(&text)};
    put_field(out, field, flags, flags.zero && mpfr_number_p(f), width); /* of "-" and "0" the zero wins here */
}
