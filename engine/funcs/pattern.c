/*
 * pattern: RE2's syntax, read and written down anew for PCRE2. Classes become sorted lists of code points or plain
 * ranges, groups lose their names, escapes become code points: what is left means the same to both.
 */
#include "base/gettext.h"
#include "base/hex.h"
#include "base/unicode.h"
#include "funcs/regex.h"

#include <stdarg.h>

enum {
    DEPTH_MAX = 1000,      /* nesting of groups */
    REPEAT_MAX = 1000,     /* {n,m}; also the product of nested ones */
    PATTERN_MAX = 1 << 20, /* bytes */
    RUNE_MAX = 0x10ffff,
};

struct range {
    uint32_t from, to;
};

struct reader {
    struct arena *arena;
    struct str s;
    size_t pos;
    struct strbuf *out, *why;
    VEC(struct str) names;
    size_t n_named;
    unsigned depth;
};

static bool alternatives(struct reader *r, unsigned *repeat);

__attribute__((format(printf, 2, 3))) static bool fail(struct reader *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(r->why, format, args);
    va_end(args);
    return false;
}

static bool at_end(const struct reader *r)
{
    return r->pos >= r->s.n;
}

static int peek(const struct reader *r)
{
    return at_end(r) ? -1 : (unsigned char)r->s.p[r->pos];
}

static bool take(struct reader *r, struct str text)
{
    if (!str_starts(str_sub(r->s, r->pos, r->s.n), text))
        return false;
    r->pos += text.n;
    return true;
}

static uint32_t take_rune(struct reader *r)
{
    uint32_t rune = 0;
    r->pos += utf8_decode(str_sub(r->s, r->pos, r->s.n), &rune);
    return rune;
}

/* What stands around the position, for messages. */
static struct str since(const struct reader *r, size_t from)
{
    return str_sub(r->s, from, r->pos > from ? r->pos : from + 1);
}

static void put_rune(struct reader *r, uint32_t rune)
{
    strbuf_printf(r->out, "\\x{%x}", rune);
}

static bool is_word(int c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* -- escapes -- */

static bool bad_escape(struct reader *r, size_t from)
{
    uint32_t rune;
    if (!at_end(r) && r->pos == from + 1)
        r->pos += utf8_decode(str_sub(r->s, r->pos, r->s.n), &rune);
    struct str text = since(r, from);
    return fail(r, _("invalid escape sequence %.*s"), STR_ARG(text));
}

/* Behind \x: two digits, or any number in braces. */
static bool hex_escape(struct reader *r, size_t from, uint32_t *rune)
{
    uint32_t value = 0;
    size_t digits = 0;
    bool braces = take(r, STR("{"));
    for (int d; (d = hex_digit(peek(r))) >= 0 && (braces || digits < 2); r->pos++, digits++)
        if ((value = value * 16 + (uint32_t)d) > RUNE_MAX)
            return bad_escape(r, from);
    if (!digits || (braces ? !take(r, STR("}")) : digits != 2))
        return bad_escape(r, from);
    *rune = value;
    return true;
}

/* Up to three octal digits; a lone one that is not 0 would be a back reference. */
static bool octal_escape(struct reader *r, size_t from, uint32_t *rune)
{
    int first = peek(r);
    uint32_t value = 0;
    size_t digits = 0;
    for (int c; digits < 3 && (c = peek(r)) >= '0' && c <= '7'; r->pos++, digits++)
        value = value * 8 + (uint32_t)(c - '0');
    if (first != '0' && digits < 2)
        return fail(r, _("back references such as %.*s are not supported"), STR_ARG(since(r, from)));
    *rune = value;
    return true;
}

/* An escape that stands for one code point; the position is behind the backslash, `from` at it. */
static bool rune_escape(struct reader *r, size_t from, uint32_t *rune)
{
    static const char names[] = "aftnrv", runes[] = "\a\f\t\n\r\v";
    int c = peek(r);
    const char *named = c > 0 ? strchr(names, c) : NULL;
    if (c >= '0' && c <= '7')
        return octal_escape(r, from, rune);
    if (c < 0)
        return fail(r, _("trailing backslash at the end of the pattern"));
    if (c == 'x') {
        r->pos++;
        return hex_escape(r, from, rune);
    }
    if (named)
        *rune = (unsigned char)runes[named - names];
    else if (c < 0x80 && (!is_word(c) || c == '_'))
        *rune = (uint32_t)c;
    else
        return bad_escape(r, from);
    r->pos++;
    return true;
}

/* \pL, \p{Greek}, \P…, \p{^…}: the same in PCRE2, except that it knows more names. */
static bool property(struct reader *r, size_t from)
{
    bool negated = peek(r) == 'P';
    r->pos++;
    struct str name;
    if (take(r, STR("{"))) {
        size_t close = str_find_byte(r->s, '}', r->pos);
        if (close == SIZE_MAX)
            return fail(r, _("invalid character class range %.*s"), STR_ARG(str_sub(r->s, from, r->s.n)));
        if (take(r, STR("^")))
            negated = !negated;
        name = str_sub(r->s, r->pos, close);
        r->pos = close + 1;
    } else {
        size_t start = r->pos;
        if (!at_end(r))
            take_rune(r);
        name = str_sub(r->s, start, r->pos);
    }
    for (size_t i = 0; i < name.n; i++)
        if (!is_word((unsigned char)name.p[i]))
            name.n = 0;
    if (!name.n)
        return fail(r, _("invalid character class range %.*s"), STR_ARG(since(r, from)));
    /* sc: since PCRE2 otherwise takes the name of a script for its extensions too; categories have short names. */
    bool script = name.n > 2 && !str_is(name, "Any");
    if (name.p[0] < 'A' || name.p[0] > 'Z')
        return fail(r, _("invalid character class range %.*s"), STR_ARG(since(r, from)));
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

static void put_range(struct reader *r, uint32_t from, uint32_t to)
{
    put_rune(r, from);
    if (to > from) {
        strbuf_addc(r->out, '-');
        put_rune(r, to);
    }
}

/* The ranges of a named class (or all others), as they stand inside [ ]. */
static void put_class(struct reader *r, size_t class, bool negated)
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

/* \d \s \w \D \S \W at the position behind the backslash: writes its ranges. */
static bool perl_class(struct reader *r)
{
    int c = peek(r);
    if (c <= 0 || !strchr("dswDSW", c))
        return false;
    char lower = (char)(c | 0x20);
    put_class(r, find_class(str_from(&lower, 1)), c < 'a');
    r->pos++;
    return true;
}

/* [:name:] or [:^name:] inside a class. *found tells whether there was one. */
static bool posix_class(struct reader *r, bool *found)
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
        return fail(r, _("invalid character class range %.*s"), STR_ARG(since(r, from)));
    put_class(r, class, negated);
    return true;
}

/* One end of a range. */
static bool class_rune(struct reader *r, uint32_t *rune)
{
    size_t from = r->pos;
    if (at_end(r))
        return fail(r, _("missing closing ] in %.*s"), STR_ARG(r->s));
    if (take(r, STR("\\")))
        return rune_escape(r, from, rune);
    *rune = take_rune(r);
    return true;
}

static bool class_range(struct reader *r)
{
    size_t from = r->pos;
    uint32_t low, high;
    if (!class_rune(r, &low))
        return false;
    high = low;
    if (peek(r) == '-' && r->pos + 1 < r->s.n && r->s.p[r->pos + 1] != ']') {
        r->pos++;
        if (!class_rune(r, &high))
            return false;
        if (high < low)
            return fail(r, _("invalid character class range %.*s"), STR_ARG(since(r, from)));
    }
    put_range(r, low, high);
    return true;
}

static bool class_item(struct reader *r)
{
    bool found;
    if (!posix_class(r, &found))
        return false;
    if (found)
        return true;
    if (peek(r) == '\\') {
        size_t from = r->pos++;
        if (peek(r) == 'p' || peek(r) == 'P')
            return property(r, from);
        if (perl_class(r))
            return true;
        r->pos = from;
    }
    return class_range(r);
}

static bool bracket(struct reader *r)
{
    size_t from = r->pos++;
    strbuf_addc(r->out, '[');
    if (take(r, STR("^")))
        strbuf_addc(r->out, '^');
    for (bool first = true; first || peek(r) != ']'; first = false) {
        if (at_end(r))
            return fail(r, _("missing closing ] in %.*s"), STR_ARG(str_sub(r->s, from, r->s.n)));
        if (!class_item(r))
            return false;
    }
    r->pos++;
    strbuf_addc(r->out, ']');
    return true;
}

/* -- groups -- */

/* (?i), (?s-m:…): letters i m s U, switched on or off. Stops behind ')' or ':'; *scoped: it was ':'. */
static bool flags(struct reader *r, size_t from, bool *scoped)
{
    bool minus = false, any = false;
    for (;;) {
        int c = peek(r);
        if (c == ')' || c == ':') {
            r->pos++;
            *scoped = c == ':';
            strbuf_addc(r->out, (char)c);
            return !minus || any || fail(r, _("invalid group %.*s"), STR_ARG(since(r, from)));
        }
        if (c <= 0 || !(strchr("imsU", c) || (c == '-' && !minus))) {
            if (!at_end(r))
                take_rune(r);
            return fail(r, _("invalid or unsupported group %.*s"), STR_ARG(since(r, from)));
        }
        any = c != '-';
        minus = minus || c == '-';
        strbuf_addc(r->out, (char)c);
        r->pos++;
    }
}

static bool named(struct reader *r, size_t from)
{
    size_t start = r->pos;
    while (is_word(peek(r)))
        r->pos++;
    struct str name = str_sub(r->s, start, r->pos);
    if (!name.n || !take(r, STR(">")))
        return fail(r, _("invalid group name in %.*s"), STR_ARG(since(r, from)));
    vec_push(r->arena, &r->names, name);
    r->n_named++;
    strbuf_addc(r->out, '(');
    return true;
}

/* What opens a group. *scoped false: it was (?i) alone, which holds until the end of the group around. */
static bool group_open(struct reader *r, size_t from, bool *scoped)
{
    *scoped = true;
    if (!take(r, STR("?"))) {
        vec_push(r->arena, &r->names, STR(""));
        strbuf_addc(r->out, '(');
        return true;
    }
    bool look =
        str_starts(str_sub(r->s, r->pos, r->s.n), STR("<=")) || str_starts(str_sub(r->s, r->pos, r->s.n), STR("<!"));
    if (!look && (take(r, STR("P<")) || take(r, STR("<"))))
        return named(r, from);
    strbuf_lit(r->out, "(?");
    return flags(r, from, scoped);
}

static bool group(struct reader *r, unsigned *repeat, bool *atom)
{
    size_t from = r->pos++;
    bool scoped;
    if (!group_open(r, from, &scoped))
        return false;
    *atom = scoped;
    if (!scoped)
        return true;
    if (++r->depth > DEPTH_MAX)
        return fail(r, _("more than %d groups within one another"), DEPTH_MAX);
    if (!alternatives(r, repeat))
        return false;
    r->depth--;
    if (!take(r, STR(")")))
        return fail(r, _("missing closing ) in %.*s"), STR_ARG(r->s));
    strbuf_addc(r->out, ')');
    return true;
}

/* -- atoms and repetition -- */

/* \Q…\E: plain text; the last character is an atom of its own. */
static bool quoted(struct reader *r, bool *atom)
{
    size_t end = str_find(r->s, STR("\\E"), r->pos);
    struct str text = str_sub(r->s, r->pos, end == SIZE_MAX ? r->s.n : end);
    *atom = text.n > 0;
    for (size_t i = 0; i < text.n;) {
        uint32_t rune;
        i += utf8_decode(str_sub(text, i, text.n), &rune);
        put_rune(r, rune);
    }
    r->pos = end == SIZE_MAX ? r->s.n : end + 2;
    return true;
}

static bool escape(struct reader *r, bool *atom)
{
    size_t from = r->pos++;
    int c = peek(r);
    uint32_t rune;
    if (take(r, STR("Q")))
        return quoted(r, atom);
    if (c == 'p' || c == 'P')
        return property(r, from);
    if (c > 0 && strchr("AbBz", c)) {
        r->pos++;
        strbuf_printf(r->out, "(?:\\%c)", c);
        return true;
    }
    strbuf_addc(r->out, '[');
    if (perl_class(r)) {
        strbuf_addc(r->out, ']');
        return true;
    }
    r->out->n--;
    if (!rune_escape(r, from, &rune))
        return false;
    put_rune(r, rune);
    return true;
}

static bool atom(struct reader *r, unsigned *repeat, bool *is_atom)
{
    int c = peek(r);
    *repeat = 1;
    *is_atom = true;
    if (c == '(')
        return group(r, repeat, is_atom);
    if (c == '[')
        return bracket(r);
    if (c == '\\')
        return escape(r, is_atom);
    if (c == '.' || c == '^' || c == '$') {
        r->pos++;
        strbuf_printf(r->out, "(?:%c)", c);
        return true;
    }
    put_rune(r, take_rune(r));
    return true;
}

/* {n}, {n,} or {n,m} at the position. False where it is none and so plain text. *max -1: without end. */
static bool read_counts(struct reader *r, int *min, int *max)
{
    size_t from = r->pos++;
    int *n[] = {min, max};
    for (int i = 0; i < 2; i++) {
        size_t digits = r->pos;
        *n[i] = 0;
        for (; peek(r) >= '0' && peek(r) <= '9'; r->pos++)
            *n[i] = *n[i] > REPEAT_MAX ? *n[i] : *n[i] * 10 + (peek(r) - '0');
        bool none = r->pos == digits, zeros = r->pos - digits > 1 && r->s.p[digits] == '0';
        if (zeros || (none && (i == 0 || peek(r) != '}')))
            break;
        if (none)
            *max = -1;
        else if (i == 0 && peek(r) == '}')
            *max = *min;
        if (take(r, STR("}")))
            return true;
        if (i == 1 || !take(r, STR(",")))
            break;
    }
    r->pos = from;
    return false;
}

static bool repetition(struct reader *r, size_t from, unsigned *repeat, bool has_atom, bool *found)
{
    int min = 0, max = 0, c = peek(r);
    bool counted = c == '{' && read_counts(r, &min, &max);
    *found = counted || c == '*' || c == '+' || c == '?';
    if (!*found)
        return true;
    if (!counted)
        r->pos++;
    if (!has_atom)
        return fail(r, _("missing argument to repetition operator: %.*s"), STR_ARG(since(r, from)));
    if (counted && (min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && min > max)))
        return fail(r, _("invalid repeat count %.*s: at most %d"), STR_ARG(since(r, from)), REPEAT_MAX);
    unsigned most = counted ? (unsigned)(max > min ? max : min) : 1;
    *repeat *= most > 1 ? most : 1;
    if (*repeat > REPEAT_MAX)
        return fail(r, _("invalid repeat count %.*s: nested repetitions multiply to more than %d"),
                    STR_ARG(since(r, from)), REPEAT_MAX);
    take(r, STR("?"));
    strbuf_add(r->out, since(r, from));
    return true;
}

/* One atom with its repetition operator. */
static bool piece(struct reader *r, unsigned *repeat)
{
    bool is_atom = false, found, again;
    size_t from = r->pos;
    if (!repetition(r, from, repeat, false, &found) || !atom(r, repeat, &is_atom))
        return false;
    from = r->pos;
    if (!repetition(r, from, repeat, is_atom, &found))
        return false;
    unsigned ignored = 1;
    size_t second = r->pos;
    if (!found)
        return true;
    if (!repetition(r, second, &ignored, true, &again) || again) {
        strbuf_clear(r->why);
        return fail(r, _("invalid nested repetition operator: %.*s"), STR_ARG(since(r, from)));
    }
    return true;
}

/* a|b|c up to a closing parenthesis or the end. *repeat: the largest product of repetitions inside. */
static bool alternatives(struct reader *r, unsigned *repeat)
{
    *repeat = 1;
    while (!at_end(r) && peek(r) != ')') {
        unsigned here = 1;
        if (take(r, STR("|"))) {
            strbuf_addc(r->out, '|');
            continue;
        }
        if (!piece(r, &here))
            return false;
        *repeat = here > *repeat ? here : *repeat;
    }
    return true;
}

bool pattern_read(struct arena *arena, struct str source, struct pattern *out, struct strbuf *why)
{
    STRBUF_AUTO text = STRBUF_INIT(16 * PATTERN_MAX);
    struct reader r = {.arena = arena, .s = source, .out = &text, .why = why};
    unsigned repeat;
    if (source.n > PATTERN_MAX)
        return fail(&r, _("the pattern is longer than %d bytes"), PATTERN_MAX);
    if (!alternatives(&r, &repeat))
        return false;
    if (!at_end(&r))
        return fail(&r, _("unexpected ) in %.*s"), STR_ARG(source));
    *out = (struct pattern){arena_str(arena, strbuf_str(&text)), r.names.v, r.names.n, r.n_named};
    return true;
}
