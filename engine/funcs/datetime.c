#include "funcs/datetime.h"

#include "base/clock.h"
#include "funcs/kit.h"

/* -- calendar -- */

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int month, int64_t year)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days from 1970-01-01. The year is taken to begin in March, so that the leap day is its last. */
static int64_t days_from_date(int64_t year, int month, int day)
{
    int64_t y = year - (month <= 2), era = floor_div(y, 400), of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_from_days(int64_t days, struct civil *c)
{
    days += 719468;
    int64_t era = floor_div(days, 146097), of_era = days - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    c->day = (int)(of_year - (153 * month + 2) / 5 + 1);
    c->month = (int)(month < 10 ? month + 3 : month - 9);
    c->year = year + era * 400 + (c->month <= 2);
}

struct civil datetime_civil(struct moment m)
{
    struct civil c = {0};
    int64_t local = m.seconds + m.zone, days = floor_div(local, 86400);
    int of_day = (int)(local - days * 86400);
    date_from_days(days, &c);
    c.hour = of_day / 3600, c.minute = of_day / 60 % 60, c.second = of_day % 60;
    c.weekday = (int)((days % 7 + 11) % 7);
    return c;
}

bool datetime_make(const struct civil *c, int32_t nanos, int32_t zone, struct moment *out)
{
    if (c->month < 1 || c->month > 12 || c->day < 1 || c->day > days_in(c->month, c->year) || c->hour > 23 ||
        c->minute > 59 || c->second > 59)
        return false;
    int64_t seconds = days_from_date(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
    *out = (struct moment){seconds - zone, nanos, zone};
    return true;
}

/* -- RFC 3339 -- */

/* `n` digits at offset `at`, or -1. */
static int digits(struct str s, size_t at, size_t n)
{
    int value = 0;
    for (size_t i = at; i < at + n; i++) {
        if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value;
}

static bool has(struct str s, size_t at, char c)
{
    return at < s.n && s.p[at] == c;
}

static bool parse_civil(struct str s, struct civil *c, const char **why)
{
    *c = (struct civil){.year = digits(s, 0, 4),
                        .month = digits(s, 5, 2),
                        .day = digits(s, 8, 2),
                        .hour = digits(s, 11, 2),
                        .minute = digits(s, 14, 2),
                        .second = digits(s, 17, 2)};
    if (c->year < 0 || c->month < 0 || c->day < 0 || !has(s, 4, '-') || !has(s, 7, '-'))
        *why = _("it must begin with a date such as 2006-01-02");
    else if (!has(s, 10, 'T'))
        *why = _("a capital T must stand between date and time");
    else if (c->hour < 0 || c->minute < 0 || c->second < 0 || !has(s, 13, ':') || !has(s, 16, ':'))
        *why = _("the T must be followed by a time such as 15:04:05");
    else
        return true;
    return false;
}

/* ".25" at the start of *rest, as nanoseconds. */
static int32_t parse_fraction(struct str *rest)
{
    int32_t nanos = 0, scale = 100000000;
    size_t i = 1;
    if (!has(*rest, 0, '.') || digits(*rest, 1, 1) < 0)
        return 0;
    for (; digits(*rest, i, 1) >= 0; i++, scale /= 10)
        nanos += (rest->p[i] - '0') * scale;
    *rest = str_sub(*rest, i, rest->n);
    return nanos;
}

static bool parse_zone(struct str s, int32_t *zone)
{
    int hours = digits(s, 1, 2), minutes = digits(s, 4, 2);
    *zone = 0;
    if (str_is(s, "Z"))
        return true;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || hours < 0 || hours > 23 || minutes < 0 ||
        minutes > 59)
        return false;
    *zone = (hours * 3600 + minutes * 60) * (s.p[0] == '-' ? -1 : 1);
    return true;
}

/* timecmp() reads what the reference's library reads beyond RFC 3339: an hour of one digit, a comma before the
 * fraction, and zones up to 24:60. */
static bool parse_lenient_zone(struct str s, int32_t *zone)
{
    int hours = digits(s, 1, 2), minutes = digits(s, 4, 2);
    *zone = 0;
    if (str_is(s, "Z"))
        return true;
    *zone = (hours * 3600 + minutes * 60) * (s.n && s.p[0] == '-' ? -1 : 1);
    return s.n == 6 && (s.p[0] == '+' || s.p[0] == '-') && s.p[3] == ':' && hours >= 0 && hours <= 24 && minutes >= 0 &&
           minutes <= 60;
}

static bool parse_lenient(struct arena *arena, struct str s, struct moment *out)
{
    struct civil c;
    const char *why;
    int32_t zone;
    if (has(s, 12, ':'))
        s = arena_printf(arena, "%.*s0%.*s", STR_ARG(str_sub(s, 0, 11)), STR_ARG(str_sub(s, 11, s.n)));
    if (!parse_civil(s, &c, &why))
        return false;
    struct str rest = str_sub(s, 19, s.n);
    if (has(rest, 0, ','))
        rest = arena_printf(arena, ".%.*s", STR_ARG(str_sub(rest, 1, rest.n)));
    int32_t nanos = parse_fraction(&rest);
    return parse_lenient_zone(rest, &zone) && datetime_make(&c, nanos, zone, out);
}

/* Strict RFC 3339; false with the reason in *why (static text, in the language of the user). */
static bool datetime_parse(struct str s, struct moment *out, const char **why)
{
    struct civil c;
    int32_t zone;
    if (!parse_civil(s, &c, why))
        return false;
    struct str rest = str_sub(s, 19, s.n);
    int32_t nanos = parse_fraction(&rest);
    *why = _("it must end with Z or an offset from UTC such as +01:00");
    if (!parse_zone(rest, &zone))
        return false;
    *why = _("there is no such date or time");
    return datetime_make(&c, nanos, zone, out);
}

/* "+01:00", or "+0100" without the separator. */
static void print_zone(struct strbuf *out, int32_t zone, const char *separator)
{
    int minutes = (zone < 0 ? -zone : zone) / 60;
    strbuf_printf(out, "%c%02d%s%02d", zone < 0 ? '-' : '+', minutes / 60, separator, minutes % 60);
}

static void print_zone_or(struct strbuf *out, int32_t zone, const char *separator, struct str utc)
{
    if (zone)
        print_zone(out, zone, separator);
    else
        strbuf_add(out, utc);
}

void datetime_print(struct strbuf *out, struct moment m)
{
    struct civil c = datetime_civil(m);
    strbuf_printf(out, "%04lld-%02d-%02dT%02d:%02d:%02d", (long long)c.year, c.month, c.day, c.hour, c.minute,
                  c.second);
    print_zone_or(out, m.zone, ":", STR("Z"));
}

/* The timestamp in argument i; a diagnostic at `at` where it is none. */
static bool moment_arg(struct func_call *call, size_t i, int at, struct moment *out)
{
    const char *why;
    if (datetime_parse(kit_str(call, i), out, &why))
        return true;
    return func_fail(call, at, _("\"%.*s\" is not a timestamp of RFC 3339: %s"), STR_ARG(kit_str(call, i)), why);
}

/* -- formatdate -- */

static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                     "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

static bool print_number(struct strbuf *out, int n, size_t width)
{
    strbuf_printf(out, width == 2 ? "%02d" : "%d", n);
    return width <= 2;
}

static bool print_name(struct strbuf *out, const char *name, size_t width)
{
    strbuf_add(out, str_sub(str_c(name), 0, width == 3 ? 3 : SIZE_MAX));
    return width == 3 || width == 4;
}

static bool print_year(struct strbuf *out, int64_t year, size_t width)
{
    strbuf_printf(out, width == 2 ? "%02lld" : "%04lld", (long long)(width == 2 ? year % 100 : year));
    return width == 2 || width == 4;
}

static bool print_offset(struct strbuf *out, int32_t zone, size_t width)
{
    if (width == 1)
        print_zone_or(out, zone, ":", STR("Z"));
    else if (width == 3)
        print_zone_or(out, zone, "", STR("UTC"));
    else
        print_zone(out, zone, width == 5 ? ":" : "");
    return width == 1 || (width >= 3 && width <= 5);
}

/* One run of a letter; false where there is no such letter or not in that length. */
static bool print_part(struct strbuf *out, struct moment m, const struct civil *c, char letter, size_t width)
{
    switch (letter) {
    case 'Y':
        return print_year(out, c->year, width);
    case 'M':
        return width > 2 ? print_name(out, months[c->month - 1], width) : print_number(out, c->month, width);
    case 'D':
        return print_number(out, c->day, width);
    case 'E':
        return print_name(out, weekdays[c->weekday], width);
    case 'h':
        return print_number(out, c->hour, width);
    case 'H':
        return print_number(out, (c->hour + 11) % 12 + 1, width);
    case 'm':
        return print_number(out, c->minute, width);
    case 's':
        return print_number(out, c->second, width);
    case 'A':
    case 'a':
        strbuf_printf(out, letter == 'A' ? "%cM" : "%cm", (c->hour < 12 ? 'A' : 'P') | (letter & 0x20));
        return width == 2;
    case 'Z':
        return print_offset(out, m.zone, width);
    }
    return false;
}

/* Text between single quotes, in which two of them stand for one; *at is at the first. False where it does not end. */
static bool print_literal(struct strbuf *out, struct str format, size_t *at)
{
    size_t i = *at + 1;
    if (has(format, i, '\'')) {
        strbuf_addc(out, '\'');
        *at = i + 1;
        return true;
    }
    for (; i < format.n; i++) {
        if (format.p[i] == '\'' && !has(format, ++i, '\'')) {
            *at = i;
            return true;
        }
        strbuf_addc(out, format.p[i]);
    }
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool formatdate_impl(struct func_call *call)
{
    struct str format = kit_str(call, 0);
    struct moment m;
    STRBUF_AUTO out = STRBUF_INIT(KIT_TEXT_MAX);
    if (!moment_arg(call, 1, 1, &m))
        return false;
    struct civil c = datetime_civil(m);
    for (size_t i = 0; i < format.n;) {
        size_t from = i;
        if (format.p[i] == '\'') {
            if (!print_literal(&out, format, &i))
                return func_fail(call, 0, _("the ' at byte %zu has no counterpart"), from);
        } else if (!is_letter(format.p[i])) {
            strbuf_addc(&out, format.p[i++]);
        } else {
            while (i < format.n && format.p[i] == format.p[from])
                i++;
            if (!print_part(&out, m, &c, format.p[from], i - from))
                return func_fail(
                    call, 0,
                    _("\"%.*s\" is no part of a date; there are YY YYYY M MM MMM MMMM D DD EEE EEEE h hh H HH "
                      "AA aa m mm s ss Z ZZZ ZZZZ ZZZZZ, and text goes between single quotes"),
                    STR_ARG(str_sub(format, from, i)));
        }
    }
    return kit_answer_text(call, &out);
}

/* -- durations -- */

static const struct {
    struct str name;
    int64_t nanos;
} units[] = {
    {STR_INIT("ns"), 1},           {STR_INIT("us"), 1000},
    {STR_INIT("\xc2\xb5s"), 1000}, /* micro sign */
    {STR_INIT("\xce\xbcs"), 1000}, /* Greek mu */
    {STR_INIT("ms"), 1000000},     {STR_INIT("s"), 1000000000},
    {STR_INIT("m"), 60000000000},  {STR_INIT("h"), 3600000000000},
};

static int64_t unit_nanos(struct str name)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_eq(units[i].name, name))
            return units[i].nanos;
    return 0;
}

/* A number with a unit at the start of *s, added to *nanos; false where there is none or the sum is out of range. */
static bool add_part(struct str *s, int64_t *nanos)
{
    int64_t whole = 0, fraction = 0;
    double scale = 1;
    size_t i = 0, count = 0;
    for (; digits(*s, i, 1) >= 0; i++, count++)
        if (__builtin_mul_overflow(whole, 10, &whole) || __builtin_add_overflow(whole, s->p[i] - '0', &whole))
            return false;
    if (has(*s, i, '.'))
        for (i++; digits(*s, i, 1) >= 0; i++, count++)
            if (fraction < INT64_MAX / 100) {
                fraction = fraction * 10 + (s->p[i] - '0');
                scale *= 10;
            }
    size_t end = i;
    while (end < s->n && s->p[end] != '.' && digits(*s, end, 1) < 0)
        end++;
    int64_t unit = unit_nanos(str_sub(*s, i, end));
    if (!count || !unit || __builtin_mul_overflow(whole, unit, &whole) ||
        __builtin_add_overflow(whole, (int64_t)((double)fraction * ((double)unit / scale)), &whole) ||
        __builtin_add_overflow(*nanos, whole, nanos))
        return false;
    *s = str_sub(*s, end, s->n);
    return true;
}

/* "1h30m", "-1.5s", "0". */
static bool parse_duration(struct str s, int64_t *nanos)
{
    bool negative = has(s, 0, '-');
    *nanos = 0;
    if (negative || has(s, 0, '+'))
        s = str_sub(s, 1, s.n);
    if (str_is(s, "0"))
        return true;
    if (!s.n)
        return false;
    while (s.n)
        if (!add_part(&s, nanos))
            return false;
    if (negative)
        *nanos = -*nanos;
    return true;
}

static bool timeadd_impl(struct func_call *call)
{
    struct moment m;
    int64_t nanos;
    if (!moment_arg(call, 0, KIT_CALL, &m))
        return false;
    if (!parse_duration(kit_str(call, 1), &nanos))
        return func_fail(
            call, KIT_CALL,
            _("\"%.*s\" is not a duration; write numbers with the units h m s ms us ns, such as \"1h30m\""),
            STR_ARG(kit_str(call, 1)));
    int64_t sum = m.nanos + nanos % 1000000000;
    m.seconds += nanos / 1000000000 + floor_div(sum, 1000000000);
    m.nanos = (int32_t)(sum - floor_div(sum, 1000000000) * 1000000000);
    STRBUF_AUTO out = STRBUF_INIT(64);
    datetime_print(&out, m);
    return kit_answer_text(call, &out);
}

static bool timecmp_impl(struct func_call *call)
{
    struct moment a, b;
    if (!parse_lenient(kit_arena(call), kit_str(call, 0), &a) && !moment_arg(call, 0, 0, &a))
        return false;
    if (!parse_lenient(kit_arena(call), kit_str(call, 1), &b) && !moment_arg(call, 1, 1, &b))
        return false;
    int order = (a.seconds > b.seconds) - (a.seconds < b.seconds);
    if (!order)
        order = (a.nanos > b.nanos) - (a.nanos < b.nanos);
    return kit_answer(call, value_int(order));
}

/* -- now -- */

static bool timestamp_impl(struct func_call *call)
{
    return kit_answer(call, value_string(clock_timestamp(kit_arena(call))));
}

static bool plantimestamp_impl(struct func_call *call)
{
    struct str now = call->eval->timestamp;
    return now.n ? kit_answer_str(call, now) : kit_unknown(call);
}

const struct func datetime_funcs[] = {
    {.name = "formatdate",
     .result_type = "string",
     .impl = formatdate_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"format", "string", 0, N_("Letters such as YYYY-MM-DD; text between single quotes.")},
                      {"time", "string", 0, N_("A timestamp of RFC 3339.")}),
     .doc = N_("A timestamp in another notation.")},
    {.name = "timeadd",
     .result_type = "string",
     .impl = timeadd_impl,
     .params = PARAMS({"timestamp", "string", 0, N_("A timestamp of RFC 3339.")},
                      {"duration", "string", 0, N_("A duration such as \"1h30m\" or \"-10s\".")}),
     .doc = N_("A timestamp moved by a duration.")},
    {.name = "timecmp",
     .result_type = "number",
     .impl = timecmp_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"timestamp_a", "string", 0, N_("A timestamp of RFC 3339.")},
                      {"timestamp_b", "string", 0, N_("Another.")}),
     .doc = N_("-1, 0 or 1: whether the first timestamp is earlier, the same or later.")},
    {.name = "timestamp",
     .result_type = "string",
     .impl = timestamp_impl,
     .params = NO_PARAMS,
     .flags = FUNC_IMPURE | FUNC_REFINE_NOT_NULL,
     .doc = N_("The time of the apply, in UTC; known only then.")},
    {.name = "plantimestamp",
     .result_type = "string",
     .impl = plantimestamp_impl,
     .params = NO_PARAMS,
     .flags = FUNC_REFINE_NOT_NULL,
     .doc = N_("The time of the plan, in UTC.")},
    {0},
};
