#include "value/number.h"

#include <criterion/criterion.h>

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

TestSuite(number, .init = setup, .fini = teardown);

static struct number num(const char *text)
{
    struct number n;
    cr_assert(number_parse(a, str_c(text), &n), "%s is a number", text);
    return n;
}

static const char *text(struct number n)
{
    return number_text(a, n).p;
}

static void check(struct number n, const char *want, const char *what)
{
    cr_assert(strcmp(text(n), want) == 0, "%s gives %s, not %s", what, text(n), want);
}

Test(number, parses_what_the_language_parses)
{
    static const struct {
        const char *in, *out;
    } good[] = {
        {"0", "0"},
        {"-0", "-0"},
        {"00012", "12"},
        {"1e+5", "100000"},
        {"1.50", "1.5"},
        {".5", "0.5"},
        {"5.", "5"},
        {"+5", "5"},
        {"1p5", "32"},
        {"1p-1", "0.5"},
        {"Inf", "+Inf"},
        {"-inf", "-Inf"},
        {"1E-7", "0.0000001"},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"9223372036854775808", "9223372036854775808"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"0.1", "0.1"},
        {"-0.001", "-0.001"},
        {"3.14159265358979323846264338327950288419716939937510582097494459230781640628620899",
         "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899"},
        {"0e5", "0"},
        {"1e-400", NULL},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (good[i].out)
            check(num(good[i].in), good[i].out, good[i].in);
    static const char *const bad[] = {"",
                                      " 1",
                                      "1 ",
                                      "0x1F",
                                      "1_000",
                                      "e5",
                                      "1e",
                                      "1e+",
                                      "-",
                                      "+",
                                      ".",
                                      "-.",
                                      "1.2.3",
                                      "nan",
                                      "Infinity",
                                      "INF",
                                      "1e1e1",
                                      "--1",
                                      "1e99999999999999999999",
                                      "1,5"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct number n;
        cr_assert(!number_parse(a, str_c(bad[i]), &n), "\"%s\" is no number", bad[i]);
    }
    struct number n;
    cr_assert(!number_parse(a, str_from("1\0", 2), &n));
}

Test(number, huge_and_tiny_print_all_digits)
{
    struct str big = number_text(a, num("1e400"));
    cr_assert(big.n == 401 && big.p[0] == '1' && strspn(big.p + 1, "0") == 400);
    struct str tiny = number_text(a, num("1e-400"));
    cr_assert(tiny.n == 402 && str_starts(tiny, STR("0.000")) && tiny.p[401] == '1');
}

Test(number, exact_decimals)
{
    cr_assert(number_eq(number_add(a, num("0.1"), num("0.2")), num("0.3")));
    struct number third;
    cr_assert(number_div(a, num("1"), num("3"), &third));
    struct str t = number_text(a, third);
    cr_assert_eq(t.n, 157, "0. and 155 digits, got %zu", t.n);
    cr_assert(str_starts(t, STR("0.3333")) && str_ends(t, STR("335")));
    check(number_mul(a, third, num("3")), "1", "1/3*3");
    struct number r;
    cr_assert(number_div(a, number_int(1), number_int(3), &r));
    check(r, "0.33333333333333333334", "counts divide at 64 bits");
    cr_assert(number_div(a, number_pow(a, num("2"), num("3")), number_pow(a, num("3"), num("1")), &r));
    check(r, "2.6666666666666665", "powers divide at 53 bits");
}

Test(number, arithmetic)
{
    static const struct {
        const char *x;
        char op;
        const char *y, *want;
    } cases[] = {
        {"9223372036854775807", '+', "1", "9223372036854775808"},
        {"-9223372036854775808", '-', "1", "-9223372036854775809"},
        {"9223372036854775807", '*', "9223372036854775807", "85070591730234615847396907784232501249"},
        {"-9223372036854775808", '/', "-1", "9223372036854775808"},
        {"-9223372036854775808", '%', "-1", "0"},
        {"0", '*', "-5", "-0"},
        {"0", '/', "-5", "-0"},
        {"5", '-', "5", "0"},
        {"-5", '%', "3", "-2"},
        {"5", '%', "-3", "2"},
        {"0.3", '%', "0.1", "0"},
        {"5.5", '%', "2", "1.5"},
        {"1", '/', "0", "+Inf"},
        {"-1", '/', "0", "-Inf"},
        {"7", '/', "2", "3.5"},
        {"1", '%', "0", "1"},
        {"-2.5", '*', "3", "-7.5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number x = num(cases[i].x), y = num(cases[i].y), r;
        switch (cases[i].op) {
        case '+':
            r = number_add(a, x, y);
            break;
        case '-':
            r = number_sub(a, x, y);
            break;
        case '*':
            r = number_mul(a, x, y);
            break;
        case '/':
            cr_assert(number_div(a, x, y, &r));
            break;
        default:
            cr_assert(number_mod(a, x, y, &r));
            break;
        }
        cr_assert(strcmp(text(r), cases[i].want) == 0, "%s %c %s is %s, not %s", cases[i].x, cases[i].op, cases[i].y,
                  text(r), cases[i].want);
    }
}

Test(number, without_an_answer)
{
    struct number inf = number_infinity(a, 1), r;
    cr_assert(!number_div(a, num("0"), num("0"), &r));
    cr_assert(!number_div(a, inf, inf, &r));
    cr_assert(!number_mod(a, num("5"), inf, &r));
    cr_assert(number_is_nan(number_sub(a, inf, inf)));
    cr_assert(number_is_nan(number_mul(a, inf, num("0"))));
    cr_assert(number_is_nan(number_pow(a, num("-8"), num("0.3"))));
    cr_assert(number_is_inf(number_pow(a, num("10"), num("400"))));
}

Test(number, negative_zero)
{
    struct number z = number_neg(a, num("0"));
    check(z, "-0", "-0");
    cr_assert(number_eq(z, num("0")) && number_cmp(z, num("0")) == 0 && number_sign(z) == 0);
    cr_assert_eq(number_hash(z), number_hash(num("0")));
    check(number_neg(a, z), "0", "--0");
    check(number_add(a, num("0"), z), "0", "0 + -0");
    int64_t i = 7;
    cr_assert(number_to_int64(z, &i) && i == 0);
}

Test(number, equality_across_precisions)
{
    struct number d = number_from_double(a, 0.1);
    cr_assert(number_eq(d, num("0.1")) && number_hash(d) == number_hash(num("0.1")));
    cr_assert(number_cmp(d, num("0.1")) != 0);
    struct number p = number_pow(a, num("2"), num("70"));
    check(p, "1180591620717411300000", "2^70");
    check(number_pow(a, num("2"), num("64")), "18446744073709550000", "2^64, half a unit on both sides");
    check(number_pow(a, num("1.5"), num("100")), "406561177535215300", "1.5^100");
    cr_assert(number_eq(p, num("1180591620717411303424")));
    cr_assert(!number_eq(p, num("1180591620717411300000")));
    cr_assert_eq(number_hash(p), number_hash(num("1180591620717411303424")));
    cr_assert(!number_eq(num("1.5"), num("-1.5")) && !number_eq(num("1"), num("1.5")));
}

Test(number, powers_and_logarithms_as_the_reference)
{
    static const struct {
        const char *x, *y, *want;
    } cases[] = {
        {"0", "10", "0"},     {"2", "0.5", "1.4142135623730951"},
        {"2", "-1", "0.5"},   {"2", "100", "1267650600228229400000000000000"},
        {"10", "-2", "0.01"}, {"0.5", "10", "0.0009765625"},
        {"-1", "10", "1"},    {"0.5", "100", "0.0000000000000000000000000000007888609052210118"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(number_pow(a, num(cases[i].x), num(cases[i].y)), cases[i].want, "power");
    struct str t = number_text(a, number_pow(a, num("10"), num("100")));
    cr_assert(str_starts(t, STR("1000000000000000200")) && t.n == 101);
    check(number_log(a, num("100"), num("2")), "6.643856189774725", "log");
    check(number_log(a, num("2"), num("1e10")), "0.030102999566398118", "log");
}

Test(number, rounding)
{
    check(number_floor(a, num("-0.5")), "-1", "floor");
    check(number_ceil(a, num("-0.5")), "0", "ceil");
    check(number_floor(a, num("1e30")), "1000000000000000000000000000000", "floor");
    struct number r;
    cr_assert(number_div(a, number_ceil(a, num("0.5")), num("3"), &r));
    cr_assert_eq(number_text(a, r).n, 157);
}

Test(number, other_bases)
{
    static const struct {
        const char *in;
        int base;
        const char *want;
    } cases[] = {
        {"ff", 16, "255"},     {"FF", 16, "255"},
        {"FF", 62, "2583"},    {"z", 62, "35"},
        {"-10", 36, "-36"},    {"+5", 10, "5"},
        {"0x1f", 36, "42819"}, {"777", 8, "511"},
        {"8", 8, NULL},        {"", 10, NULL},
        {"-", 10, NULL},       {"1.5", 10, NULL},
        {" 1", 10, NULL},      {"z", 35, NULL},
        {"-0", 10, "0"},       {"123456789012345678901234567890", 16, "94522879687365475552814062743484560"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct number n;
        bool ok = number_parse_base(a, str_c(cases[i].in), cases[i].base, &n);
        cr_assert_eq(ok, cases[i].want != NULL, "%s in base %d", cases[i].in, cases[i].base);
        if (ok)
            check(n, cases[i].want, cases[i].in);
    }
}

Test(number, format_verbs)
{
    static const struct {
        const char *n;
        char verb;
        const char *flags;
        int width, precision;
        const char *want;
    } cases[] = {
        {"5", 'd', "+", -1, -1, "+5"},
        {"5", 'd', " ", -1, -1, " 5"},
        {"-5", 'd', "0", 5, -1, "-0005"},
        {"5", 'd', "-", 5, -1, "5    "},
        {"5", 'd', "-0", 5, -1, "5    "},
        {"5", 'd', "", 5, -1, "    5"},
        {"5", 'd', "", -1, 3, "005"},
        {"5", 'd', "0", 6, 3, "   005"},
        {"0", 'd', "", -1, 0, ""},
        {"255", 'x', "#", -1, -1, "0xff"},
        {"255", 'X', "#", -1, -1, "0XFF"},
        {"8", 'o', "#", -1, -1, "010"},
        {"5", 'b', "#", -1, -1, "0b101"},
        {"-255", 'x', "", -1, -1, "-ff"},
        {"123456789012345678901234567890", 'd', "", -1, -1, "123456789012345678901234567890"},
        {"-0.001", 'f', "", -1, -1, "-0.001000"},
        {"-0.001", 'f', "", 8, 3, "  -0.001"},
        {"-0.001", 'e', "", -1, -1, "-1.000000e-03"},
        {"-0.001", 'e', "", -1, 3, "-1.000e-03"},
        {"-0.001", 'E', "", -1, -1, "-1.000000E-03"},
        {"-0.001", 'G', "", -1, -1, "-0.001"},
        {"1234567", 'g', "", -1, -1, "1.234567e+06"},
        {"123456789012345678901", 'g', "", -1, -1, "1.23456789012345678901e+20"},
        {"100000", 'g', "", -1, -1, "100000"},
        {"0.00001234", 'g', "", -1, -1, "1.234e-05"},
        {"1234567", 'g', "", -1, 3, "1.23e+06"},
        {"1234567", 'g', "", -1, 10, "1234567"},
        {"1e21", 'g', "", -1, -1, "1e+21"},
        {"1e-7", 'g', "", -1, -1, "1e-07"},
        {"0.5", 'f', "", -1, 0, "0"},
        {"1.5", 'f', "", -1, 0, "2"},
        {"99.99", 'f', "", -1, 1, "100.0"},
        {"15", 'e', "", -1, 0, "2e+01"},
        {"0", 'e', "", -1, -1, "0.000000e+00"},
        {"0", 'g', "", -1, -1, "0"},
        {"3.14159", 'f', "+", 10, 2, "     +3.14"},
        {"3.14159", 'f', "0", 10, 2, "0000003.14"},
        {"8", 'f', "-0", 12, 0, "000000000008"},
        {"Inf", 'f', "", -1, -1, "+Inf"},
        {"Inf", 'g', "0", 6, -1, "  +Inf"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        STRBUF_AUTO out = STRBUF_INIT(0);
        number_format(&out, num(cases[i].n), cases[i].verb, cases[i].flags, cases[i].width, cases[i].precision);
        cr_assert(str_eq(strbuf_str(&out), str_c(cases[i].want)), "%%%s%d.%d%c of %s: \"%.*s\", not \"%s\"",
                  cases[i].flags, cases[i].width, cases[i].precision, cases[i].verb, cases[i].n,
                  STR_ARG(strbuf_str(&out)), cases[i].want);
    }
}

Test(number, copy_outlives_its_arena)
{
    struct arena *other = arena_new();
    struct number n;
    cr_assert(number_parse(other, STR("0.1"), &n));
    n = number_copy(a, n);
    arena_free(other);
    check(n, "0.1", "copy");
}
