#include "funcs/yaml_scalar.h"

#include "base/gettext.h"
#include "funcs/base64.h"
#include "funcs/datetime.h"

#define TAG(name) STR("tag:yaml.org,2002:" name)

static bool is_one_of(struct str text, const char *const *words)
{
    for (size_t i = 0; words[i]; i++)
        if (str_eq(text, str_c(words[i])))
            return true;
    return false;
}

/* Words with a meaning of their own. */
static bool word(struct arena *arena, struct str text, struct value *out)
{
    static const char *const yes[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", NULL};
    static const char *const no[] = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF", NULL};
    static const char *const null[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const inf[] = {".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", NULL};
    static const char *const minus_inf[] = {"-.inf", "-.Inf", "-.INF", NULL};
    if (is_one_of(text, yes) || is_one_of(text, no))
        *out = value_bool(is_one_of(text, yes));
    else if (is_one_of(text, null))
        *out = value_null(type_dynamic);
    else if (is_one_of(text, inf) || is_one_of(text, minus_inf))
        *out = value_number(number_infinity(arena, is_one_of(text, inf) ? 1 : -1));
    else
        return false;
    return true;
}

/* -- numbers -- */

static size_t count_digits(struct str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.n && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? written as the language writes it: -0.5e3. */
static bool decimal(struct str s, struct strbuf *out)
{
    bool sign = s.n && (s.p[0] == '-' || s.p[0] == '+');
    size_t at = sign, whole = count_digits(s, at), fraction = 0;
    if (sign && s.p[0] == '-')
        strbuf_addc(out, '-');
    strbuf_add(out, whole ? str_sub(s, at, at + whole) : STR("0"));
    at += whole;
    if (at < s.n && s.p[at] == '.') {
        fraction = count_digits(s, at + 1);
        if (fraction)
            strbuf_add(out, str_sub(s, at, at + 1 + fraction));
        at += 1 + fraction;
    }
    if (!whole && !fraction)
        return false;
    if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
        size_t exponent = at + 1;
        if (exponent < s.n && (s.p[exponent] == '-' || s.p[exponent] == '+'))
            exponent++;
        size_t digits = count_digits(s, exponent);
        strbuf_add(out, str_sub(s, at, exponent + digits));
        at = digits ? exponent + digits : SIZE_MAX;
    }
    return at == s.n;
}

/* 0o17, 0x1F */
static bool prefixed(struct arena *arena, struct str s, struct number *out)
{
    if (!str_starts(s, STR("0o")) && !str_starts(s, STR("0x")))
        return false;
    struct str digits = str_sub(s, 2, s.n);
    if (!digits.n || digits.p[0] == '-' || digits.p[0] == '+')
        return false;
    return number_parse_base(arena, digits, s.p[1] == 'x' ? 16 : 8, out);
}

static bool number(struct arena *arena, struct str s, struct value *out)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 20);
    struct number n;
    if (!(decimal(s, &text) && number_parse(arena, strbuf_str(&text), &n)) && !prefixed(arena, s, &n))
        return false;
    *out = value_number(n);
    return true;
}

/* With an explicit tag, digits may be grouped with underscores. */
static bool tagged_number(struct arena *arena, struct str s, struct value *out)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 20);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != '_')
            strbuf_addc(&text, s.p[i]);
    return number(arena, strbuf_str(&text), out);
}

/* -- timestamps -- */

/* One or two digits at *at, -1 for none; moves *at behind them. */
static int short_number(struct str s, size_t *at)
{
    size_t n = count_digits(s, *at);
    int value = -1;
    if (n == 1 || n == 2)
        value = n == 1 ? s.p[*at] - '0' : (s.p[*at] - '0') * 10 + (s.p[*at + 1] - '0');
    *at += n;
    return value;
}

static bool skip(struct str s, size_t *at, char c)
{
    return *at < s.n && s.p[(*at)++] == c;
}

/* Z or +01:00 at the end. */
static bool zone(struct str s, int32_t *out)
{
    size_t at = 1;
    *out = 0;
    if (str_is(s, "Z"))
        return true;
    if (s.n != 6 || (s.p[0] != '-' && s.p[0] != '+'))
        return false;
    int hours = short_number(s, &at);
    bool colon = skip(s, &at, ':');
    int minutes = short_number(s, &at);
    *out = (hours * 3600 + minutes * 60) * (s.p[0] == '-' ? -1 : 1);
    return colon && at == s.n && hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60;
}

/* Behind the date: T15:4:5.9Z, t…, or a blank and no zone. */
static bool time_of_day(struct str s, struct civil *c, int32_t *offset)
{
    size_t at = 1;
    c->hour = short_number(s, &at);
    bool colons = skip(s, &at, ':');
    c->minute = short_number(s, &at);
    colons = skip(s, &at, ':') && colons;
    c->second = short_number(s, &at);
    if (at < s.n && s.p[at] == '.' && count_digits(s, at + 1))
        at += 1 + count_digits(s, at + 1);
    struct str rest = str_sub(s, at, s.n);
    if (!colons || c->hour < 0 || c->minute < 0 || c->second < 0)
        return false;
    return s.p[0] == ' ' ? rest.n == 0 : (s.p[0] == 'T' || s.p[0] == 't') && zone(rest, offset);
}

static bool timestamp(struct arena *arena, struct str s, struct value *out)
{
    size_t at = 5;
    struct civil c = {0};
    struct moment m;
    int32_t offset = 0;
    if (count_digits(s, 0) != 4 || s.n < 6 || s.p[4] != '-')
        return false;
    c.year = (s.p[0] - '0') * 1000 + (s.p[1] - '0') * 100 + (s.p[2] - '0') * 10 + (s.p[3] - '0');
    c.month = short_number(s, &at);
    if (!skip(s, &at, '-'))
        return false;
    c.day = short_number(s, &at);
    struct str rest = str_sub(s, at, s.n);
    if ((rest.n && !time_of_day(rest, &c, &offset)) || !datetime_make(&c, 0, offset, &m))
        return false;
    STRBUF_AUTO text = STRBUF_INIT(64);
    datetime_print(&text, m);
    *out = value_string_copy(arena, strbuf_str(&text));
    return true;
}

/* -- the whole -- */

static bool cannot(struct strbuf *why, struct str text, struct str tag)
{
    strbuf_printf(why, _("\"%.*s\" is not of the type that its tag %.*s says"), STR_ARG(text), STR_ARG(tag));
    return false;
}

static bool by_tag(struct arena *arena, struct str tag, struct str text, struct value *out, struct strbuf *why)
{
    struct str bytes;
    size_t at;
    if (str_eq(tag, TAG("int")) || str_eq(tag, TAG("float")))
        return tagged_number(arena, text, out) || cannot(why, text, tag);
    if (str_eq(tag, TAG("bool")))
        return (word(arena, text, out) && out->type == type_bool) || cannot(why, text, tag);
    if (str_eq(tag, TAG("timestamp")))
        return timestamp(arena, text, out) || cannot(why, text, tag);
    if (str_eq(tag, TAG("binary")) && !base64_decode(arena, text, &bytes, &at))
        return cannot(why, text, tag);
    *out = str_eq(tag, TAG("null")) ? value_null(type_dynamic) : value_string_copy(arena, text);
    return true;
}

static bool known_tag(struct str tag)
{
    static const char *const tags[] = {"str", "bool", "int", "float", "null", "timestamp", "binary", NULL};
    struct str prefix = STR("tag:yaml.org,2002:");
    return !tag.n || (str_starts(tag, prefix) && is_one_of(str_sub(tag, prefix.n, tag.n), tags));
}

bool yaml_scalar(struct arena *arena, struct str tag, struct str text, bool quoted, struct value *out,
                 struct strbuf *why)
{
    static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
    if (!known_tag(tag)) {
        strbuf_printf(why, _("unsupported tag \"%.*s\""), STR_ARG(tag));
        return false;
    }
    bool text_tag = str_eq(tag, TAG("str")) || str_eq(tag, TAG("binary"));
    /* The reference looks closer only at what begins like something with a meaning. */
    bool hint = !text.n || (text.p[0] && strchr("+-0123456789yYnNtTfFoO~.", text.p[0]));
    if (text_tag || !hint)
        return by_tag(arena, tag, text, out, why);
    if (quoted) {
        *out = value_string_copy(arena, text);
        return true;
    }
    if (word(arena, text, out))
        return true;
    if (!tag.n && is_one_of(text, nan)) {
        strbuf_printf(why, "%s", _("there is no number .nan in the language"));
        return false;
    }
    if ((!tag.n || str_eq(tag, TAG("timestamp"))) && timestamp(arena, text, out))
        return true;
    return number(arena, text, out) || by_tag(arena, tag, text, out, why);
}
