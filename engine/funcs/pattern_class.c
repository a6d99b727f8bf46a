/* What stands for one character in a pattern: escapes, properties of Unicode, classes. */
#include "funcs/pattern_private.h"

#include "base/gettext.h"
#include "base/hex.h"
#include "base/unicode.h"

enum { RUNE_MAX = 0x10ffff };

struct range {
    uint32_t from, to;
};

/* -- the reader -- */

bool pattern_fail(struct pattern_reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(r->why, format, args);
    va_end(args);
    return false;
}

bool pattern_take(struct pattern_reader *r, struct str text)
{
    if (!str_starts(str_sub(r->s, r->pos, r->s.n), text))
        return false;
    r->pos += text.n;
    return true;
}

uint32_t pattern_take_rune(struct pattern_reader *r)
{
    uint32_t rune = 0;
    r->pos += utf8_decode(str_sub(r->s, r->pos, r->s.n), &rune);
    return rune;
}

struct str pattern_since(const struct pattern_reader *r, size_t from)
{
    return str_sub(r->s, from, r->pos > from ? r->pos : from + 1);
}

void pattern_put_rune(struct pattern_reader *r, uint32_t rune)
{
    strbuf_printf(r->out, "\\x{%x}", rune);
}

bool pattern_is_word(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* -- escapes -- */

static bool bad_escape(struct pattern_reader *r, size_t from)
{
    uint32_t rune;
    if (!pattern_at_end(r) && r->pos == from + 1)
        r->pos += utf8_decode(str_sub(r->s, r->pos, r->s.n), &rune);
    struct str text = pattern_since(r, from);
    return pattern_fail(r, _("invalid escape sequence %.*s"), STR_ARG(text));
}

/* Behind \x: two digits, or any number in braces. */
static bool hex_escape(struct pattern_reader *r, size_t from, uint32_t *rune)
{
    uint32_t value = 0;
    size_t digits = 0;
    bool braces = pattern_take(r, STR("{"));
    for (int d; (d = hex_digit(pattern_peek(r))) >= 0 && (braces || digits < 2); r->pos++, digits++)
        if ((value = value * 16 + (uint32_t)d) > RUNE_MAX)
            return bad_escape(r, from);
    if (!digits || (braces ? !pattern_take(r, STR("}")) : digits != 2))
        return bad_escape(r, from);
    *rune = value;
    return true;
}

/* Up to three octal digits; a lone one that is not 0 would be a back reference. */
static bool octal_escape(struct pattern_reader *r, size_t from, uint32_t *rune)
{
    int first = pattern_peek(r);
    uint32_t value = 0;
    size_t digits = 0;
    for (int c; digits < 3 && (c = pattern_peek(r)) >= '0' && c <= '7'; r->pos++, digits++)
        value = value * 8 + (uint32_t)(c - '0');
    if (first != '0' && digits < 2)
        return pattern_fail(r, _("back references such as %.*s are not supported"), STR_ARG(pattern_since(r, from)));
    *rune = value;
    return true;
}

bool pattern_rune(struct pattern_reader *r, size_t from, uint32_t *rune)
{
    static const char names[] = "aftnrv", runes[] = "\a\f\t\n\r\v";
    int c = pattern_peek(r);
    const char *named = c > 0 ? strchr(names, c) : NULL;
    if (c >= '0' && c <= '7')
        return octal_escape(r, from, rune);
    if (c < 0)
        return pattern_fail(r, _("trailing backslash at the end of the pattern"));
    if (c == 'x') {
        r->pos++;
        return hex_escape(r, from, rune);
    }
    if (named)
        *rune = (unsigned char)runes[named - names];
    else if (c < 0x80 && (!pattern_is_word(c) || c == '_'))
        *rune = (uint32_t)c;
    else
        return bad_escape(r, from);
    r->pos++;
    return true;
}

bool pattern_property(struct pattern_reader *r, size_t from)
{
    bool negated = pattern_peek(r) == 'P';
    r->pos++;
    struct str name;
    if (pattern_take(r, STR("{"))) {
        size_t close = str_find_byte(r->s, '}', r->pos);
        if (close == SIZE_MAX)
            return pattern_fail(r, _("invalid character class range %.*s"), STR_ARG(str_sub(r->s, from, r->s.n)));
        if (pattern_take(r, STR("^")))
            negated = !negated;
        name = str_sub(r->s, r->pos, close);
        r->pos = close + 1;
    } else {
        size_t start = r->pos;
        if (!pattern_at_end(r))
            pattern_take_rune(r);
        name = str_sub(r->s, start, r->pos);
    }
    for (size_t i = 0; i < name.n; i++)
        if (!pattern_is_word((unsigned char)name.p[i]))
            name.n = 0;
    if (!name.n)
        return pattern_fail(r, _("invalid character class range %.*s"), STR_ARG(pattern_since(r, from)));
    /* sc: since PCRE2 otherwise takes the name of a script for its extensions too; categories have short names. */
    bool script = name.n > 2 && !str_is(name, "Any");
    if (name.p[0] < 'A' || name.p[0] > 'Z')
        return pattern_fail(r, _("invalid character class range %.*s"), STR_ARG(pattern_since(r, from)));
    strbuf_printf(r->out, "\\%c{%s%.*s}", negated ? 'P' : 'p', script ? "sc:" : "", STR_ARG(name));
    return true;
}

/* -- classes -- */

static const struct {
    struct str name;
    struct range ranges[4];
    size_t n;
} classes[] = {
    {STR_INIT("d"), {{'0', '9'}}, 1},
    {STR_INIT("s"), {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}}, 3},
    {STR_INIT("w"), {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
    {STR_INIT("alnum"), {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, 3},
    {STR_INIT("alpha"), {{'A', 'Z'}, {'a', 'z'}}, 2},
    {STR_INIT("ascii"), {{0, 0x7f}}, 1},
    {STR_INIT("blank"), {{'\t', '\t'}, {' ', ' '}}, 2},
    {STR_INIT("cntrl"), {{0, 0x1f}, {0x7f, 0x7f}}, 2},
    {STR_INIT("digit"), {{'0', '9'}}, 1},
    {STR_INIT("graph"), {{'!', '~'}}, 1},
    {STR_INIT("lower"), {{'a', 'z'}}, 1},
    {STR_INIT("print"), {{' ', '~'}}, 1},
    {STR_INIT("punct"), {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, 4},
    {STR_INIT("space"), {{'\t', '\r'}, {' ', ' '}}, 2},
    {STR_INIT("upper"), {{'A', 'Z'}}, 1},
    {STR_INIT("word"), {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
    {STR_INIT("xdigit"), {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, 3},
};

static void put_range(struct pattern_reader *r, uint32_t from, uint32_t to)
{
    pattern_put_rune(r, from);
    if (to > from) {
        strbuf_addc(r->out, '-');
        pattern_put_rune(r, to);
    }
}

/* The ranges of a named class (or all others), as they stand inside [ ]. */
static void put_class(struct pattern_reader *r, size_t class, bool negated)
{
    uint32_t next = 0;
    for (size_t i = 0; i < classes[class].n; i++) {
        struct range range = classes[class].ranges[i];
        if (!negated)
            put_range(r, range.from, range.to);
        else if (range.from > next)
            put_range(r, next, range.from - 1);
        next = range.to + 1;
    }
    if (negated)
        put_range(r, next, RUNE_MAX);
}

/* Index of the class named so, or SIZE_MAX. */
static size_t find_class(struct str name)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (str_eq(classes[i].name, name))
            return i;
    return SIZE_MAX;
}

bool pattern_perl_class(struct pattern_reader *r)
{
    int c = pattern_peek(r);
    if (c <= 0 || !strchr("dswDSW", c))
        return false;
    char lower = (char)(c | 0x20);
    put_class(r, find_class(str_from(&lower, 1)), c < 'a');
    r->pos++;
    return true;
}

/* [:name:] or [:^name:] inside a class. *found tells whether there was one. */
static bool posix_class(struct pattern_reader *r, bool *found)
{
    size_t from = r->pos, end = str_find(r->s, STR(":]"), r->pos + 2);
    *found = str_starts(str_sub(r->s, from, r->s.n), STR("[:")) && end != SIZE_MAX;
    if (!*found)
        return true;
    struct str name = str_sub(r->s, from + 2, end);
    bool negated = str_starts(name, STR("^"));
    size_t class = find_class(str_sub(name, negated, name.n));
    r->pos = end + 2;
    if (class == SIZE_MAX || name.n - negated < 2)
        return pattern_fail(r, _("invalid character class range %.*s"), STR_ARG(pattern_since(r, from)));
    put_class(r, class, negated);
    return true;
}

/* One end of a range. */
static bool class_rune(struct pattern_reader *r, uint32_t *rune)
{
    size_t from = r->pos;
    if (pattern_at_end(r))
        return pattern_fail(r, _("missing closing ] in %.*s"), STR_ARG(r->s));
    if (pattern_take(r, STR("\\")))
        return pattern_rune(r, from, rune);
    *rune = pattern_take_rune(r);
    return true;
}

static bool class_range(struct pattern_reader *r)
{
    size_t from = r->pos;
    uint32_t low, high;
    if (!class_rune(r, &low))
        return false;
    high = low;
    if (pattern_peek(r) == '-' && r->pos + 1 < r->s.n && r->s.p[r->pos + 1] != ']') {
        r->pos++;
        if (!class_rune(r, &high))
            return false;
        if (high < low)
            return pattern_fail(r, _("invalid character class range %.*s"), STR_ARG(pattern_since(r, from)));
    }
    put_range(r, low, high);
    return true;
}

static bool class_item(struct pattern_reader *r)
{
    bool found;
    if (!posix_class(r, &found))
        return false;
    if (found)
        return true;
    if (pattern_peek(r) == '\\') {
        size_t from = r->pos++;
        if (pattern_peek(r) == 'p' || pattern_peek(r) == 'P')
            return pattern_property(r, from);
        if (pattern_perl_class(r))
            return true;
        r->pos = from;
    }
    return class_range(r);
}

bool pattern_bracket(struct pattern_reader *r)
{
    size_t from = r->pos++;
    strbuf_addc(r->out, '[');
    if (pattern_take(r, STR("^")))
        strbuf_addc(r->out, '^');
    for (bool first = true; first || pattern_peek(r) != ']'; first = false) {
        if (pattern_at_end(r))
            return pattern_fail(r, _("missing closing ] in %.*s"), STR_ARG(str_sub(r->s, from, r->s.n)));
        if (!class_item(r))
            return false;
    }
    r->pos++;
    strbuf_addc(r->out, ']');
    return true;
}
