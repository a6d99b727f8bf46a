#include "syntax/jsontext.h"
#include "base/gettext.h"
#include "base/unicode.h"
#include "base/vec.h"
#include "syntax/parse.h"

struct reader {
    struct arena *arena;
    struct diags *diags;
    struct str text;
    uint32_t file;
    size_t at, n_values;
    unsigned depth;
};

enum { VALUES_MAX = 2 << 20 }; /* of one text, so that what is made of them fits into half a gigabyte */

static struct span span_from(const struct reader *r, size_t from, size_t to)
{
    return (struct span){r->file, (uint32_t)from, (uint32_t)(to - from)};
}

static char peek(const struct reader *r)
{
    return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

static void skip_space(struct reader *r)
{
    while (r->at < r->text.n && memchr(" \t\r\n", r->text.p[r->at], 4))
        r->at++;
}

static const char *found(const struct reader *r)
{
    return r->at < r->text.n ? _("this") : _("the end of the file");
}

/* Reports what stands at `at`; answers NULL for the caller to return. */
static void *fail(struct reader *r, const char *expected)
{
    size_t n = r->at < r->text.n ? unicode_grapheme(str_sub(r->text, r->at, r->text.n)) : 0;
    diag_error(r->diags, span_from(r, r->at, r->at + n), _("Invalid JSON"), _("%s is expected here, but found %s."),
               expected, found(r));
    return NULL;
}

static struct json_value *make(struct reader *r, enum json_kind kind, size_t from)
{
    struct json_value *v = ARENA_NEW(r->arena, struct json_value);
    v->kind = kind;
    v->span = span_from(r, from, r->at);
    return v;
}

/* -- strings -- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits at `at`, or -1. */
static int32_t hex4(const struct reader *r, size_t at)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        int digit = at + i < r->text.n ? hex_digit(r->text.p[at + i]) : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* \uXXXX, or two of them that make a pair. */
static bool read_unicode(struct reader *r, char *out, size_t *n)
{
    size_t from = r->at;
    int32_t rune = hex4(r, from + 2), low = -1;
    r->at += 6;
    if (rune >= 0xd800 && rune < 0xdc00 && peek(r) == '\\' && r->at + 1 < r->text.n && r->text.p[r->at + 1] == 'u') {
        low = hex4(r, r->at + 2);
        rune = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00) : -1;
        r->at += 6;
    }
    if (rune < 0 || (rune >= 0xd800 && rune < 0xe000)) {
        r->at = r->at > r->text.n ? r->text.n : r->at;
        diag_error(r->diags, span_from(r, from, r->at), _("Invalid escape sequence"),
                   _("\\u must be followed by four hexadecimal digits that make a character."));
        return false;
    }
    *n += utf8_encode(out + *n, (uint32_t)rune);
    return true;
}

static bool read_escape(struct reader *r, char *out, size_t *n)
{
    static const char letters[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    char c = r->at + 1 < r->text.n ? r->text.p[r->at + 1] : '\0';
    if (c == 'u')
        return read_unicode(r, out, n);
    const char *known = c ? strchr(letters, c) : NULL;
    if (!known) {
        diag_error(r->diags, span_from(r, r->at, r->at + (r->at + 1 < r->text.n ? 2 : 1)), _("Invalid escape sequence"),
                   _("In JSON there are \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t and \\uXXXX."));
        return false;
    }
    out[(*n)++] = meaning[known - letters];
    r->at += 2;
    return true;
}

/* The offset of the closing quote; *escapes where there are any. SIZE_MAX where there is none. */
static size_t string_end(const struct reader *r, bool *escapes)
{
    for (size_t at = r->at; at < r->text.n; at++) {
        if (r->text.p[at] == '"')
            return at;
        if (r->text.p[at] == '\\') {
            *escapes = true;
            at++;
        }
    }
    return SIZE_MAX;
}

static bool decode(struct reader *r, size_t end, struct json_value *v)
{
    char *out = arena_alloc(r->arena, end - r->at + 1);
    size_t n = 0;
    while (r->at < end) {
        if (r->text.p[r->at] != '\\')
            out[n++] = r->text.p[r->at++];
        else if (!read_escape(r, out, &n))
            return false;
    }
    v->text = str_from(out, n);
    return true;
}

static bool check_characters(struct reader *r, size_t from, size_t end)
{
    for (size_t at = from; at < end; at++) {
        if ((unsigned char)r->text.p[at] >= 0x20)
            continue;
        diag_error(r->diags, span_from(r, at, at + 1), _("Invalid JSON"),
                   _("Control characters and newlines may not stand in a string: write \\n or \\uXXXX."));
        return false;
    }
    return true;
}

/* At a quote. */
static struct json_value *read_string(struct reader *r)
{
    size_t from = r->at++;
    bool escapes = false;
    size_t end = string_end(r, &escapes);
    if (end == SIZE_MAX) {
        diag_error(r->diags, span_from(r, from, from + 1), _("Invalid JSON"), _("This string has no closing quote."));
        return NULL;
    }
    if (!check_characters(r, r->at, end))
        return NULL;
    struct json_value *v = make(r, JSON_STRING, from);
    v->escapes = escapes;
    v->text = str_sub(r->text, r->at, end);
    if (escapes && !decode(r, end, v))
        return NULL;
    r->at = end + 1;
    v->span = span_from(r, from, r->at);
    return v;
}

/* -- numbers and words -- */

static bool read_digits(struct reader *r)
{
    size_t from = r->at;
    while (peek(r) >= '0' && peek(r) <= '9')
        r->at++;
    return r->at > from;
}

static struct json_value *read_number(struct reader *r)
{
    size_t from = r->at;
    r->at += peek(r) == '-';
    bool zero = peek(r) == '0';
    size_t digits = r->at;
    if (!read_digits(r) || (zero && r->at > digits + 1))
        return fail(r, _("A number"));
    if (peek(r) == '.') {
        r->at++;
        if (!read_digits(r))
            return fail(r, _("A digit"));
    }
    if (peek(r) == 'e' || peek(r) == 'E') {
        r->at++;
        r->at += peek(r) == '+' || peek(r) == '-';
        if (!read_digits(r))
            return fail(r, _("A digit"));
    }
    struct json_value *v = make(r, JSON_NUMBER, from);
    v->text = str_sub(r->text, from, r->at);
    return v;
}

static struct json_value *read_word(struct reader *r)
{
    static const struct {
        struct str word;
        enum json_kind kind;
    } words[] = {{STR_INIT("null"), JSON_NULL}, {STR_INIT("true"), JSON_TRUE}, {STR_INIT("false"), JSON_FALSE}};
    size_t from = r->at;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_starts(str_sub(r->text, from, r->text.n), words[i].word))
            continue;
        r->at += words[i].word.n;
        return make(r, words[i].kind, from);
    }
    return fail(r, _("A JSON value (an object, an array, a string, a number, true, false or null)"));
}

/* -- collections -- */

static struct json_value *read_value(struct reader *r);

/* After an item: true where another follows, false at the closing bracket, which is read, and after an error. */
static bool read_separator(struct reader *r, char close, bool *ok)
{
    skip_space(r);
    char c = peek(r);
    if (c == ',') {
        r->at++;
        skip_space(r);
        return true;
    }
    if (c == close)
        r->at++;
    else
        fail(r, close == ']' ? _("\",\" or \"]\"") : _("\",\" or \"}\"")), *ok = false;
    return false;
}

static struct json_value *read_array(struct reader *r)
{
    size_t from = r->at++;
    VEC(const struct json_value *) items = {0};
    bool ok = true, more;
    skip_space(r);
    if (peek(r) == ']')
        r->at++;
    else
        do {
            const struct json_value *item = read_value(r);
            if (!item)
                return NULL;
            vec_push(r->arena, &items, item);
            more = read_separator(r, ']', &ok);
        } while (more);
    struct json_value *v = make(r, JSON_ARRAY, from);
    v->items = items.v;
    v->n = items.n;
    return ok ? v : NULL;
}

static bool read_member(struct reader *r, struct json_member *member)
{
    if (peek(r) != '"') {
        fail(r, _("A property name in double quotes"));
        return false;
    }
    member->key = read_string(r);
    if (!member->key)
        return false;
    skip_space(r);
    if (peek(r) != ':') {
        fail(r, _("\":\" after the property name"));
        return false;
    }
    r->at++;
    member->value = read_value(r);
    return member->value;
}

static struct json_value *read_object(struct reader *r)
{
    size_t from = r->at++;
    VEC(struct json_member) members = {0};
    bool ok = true, more;
    skip_space(r);
    if (peek(r) == '}')
        r->at++;
    else
        do {
            struct json_member member;
            if (!read_member(r, &member))
                return NULL;
            vec_push(r->arena, &members, member);
            more = read_separator(r, '}', &ok);
        } while (more);
    struct json_value *v = make(r, JSON_OBJECT, from);
    v->members = members.v;
    v->n = members.n;
    return ok ? v : NULL;
}

static struct json_value *read_nested(struct reader *r)
{
    if (r->depth >= PARSE_NESTING) {
        diag_error(r->diags, span_from(r, r->at, r->at + 1), _("Nested too deeply"),
                   _("Objects and arrays may stand within one another up to %d levels deep."), PARSE_NESTING);
        return NULL;
    }
    r->depth++;
    struct json_value *v = peek(r) == '{' ? read_object(r) : read_array(r);
    r->depth--;
    return v;
}

static void *too_many(struct reader *r)
{
    diag_error(
        r->diags, span_from(r, r->at, r->at), _("File too large"),
        _("This is the last of the %d values that one text may have. Split it up into several files; what is data "
          "rather than configuration can be read with file() and jsondecode()."),
        VALUES_MAX);
    return NULL;
}

static struct json_value *read_value(struct reader *r)
{
    skip_space(r);
    char c = peek(r);
    if (++r->n_values > VALUES_MAX)
        return too_many(r);
    if (c == '{' || c == '[')
        return read_nested(r);
    if (c == '"')
        return read_string(r);
    if (c == '-' || (c >= '0' && c <= '9'))
        return read_number(r);
    return read_word(r);
}

/* Whether all is UTF-8; otherwise reported. */
static bool check_encoding(struct reader *r)
{
    size_t bad = utf8_invalid(r->text);
    if (bad == SIZE_MAX)
        return true;
    diag_error(r->diags, span_from(r, bad, bad + 1), _("Invalid character encoding"),
               _("The byte 0x%02X is not UTF-8 text here. Save the file in UTF-8."), (unsigned char)r->text.p[bad]);
    return false;
}

const struct json_value *jsontext_parse(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        uint32_t file)
{
    struct reader r = {.arena = arena, .diags = diags, .text = sources_get(sources, file)->text, .file = file};
    if (r.text.n > PARSE_SIZE) {
        diag_error(diags, (struct span){file, 0, 0}, _("File too large"),
                   _("This text has %zu bytes; configuration may have %d at most."), r.text.n, PARSE_SIZE);
        return NULL;
    }
    if (!check_encoding(&r))
        return NULL;
    if (str_starts(r.text, STR("\xEF\xBB\xBF")))
        r.at = 3;
    const struct json_value *v = read_value(&r);
    skip_space(&r);
    if (v && r.at < r.text.n)
        return fail(&r, _("The end of the file"));
    return v;
}
