#include "value/json_private.h"

#include "base/gettext.h"
#include "base/hex.h"
#include "base/unicode.h"

/* The scanner of the JSON reader: strings and numbers, by RFC 8259 and not a blank more. */

bool json_fail_at(struct json_reader *r, size_t off, const char *why)
{
    if (!r->error->why)
        *r->error = (struct json_error){off, why};
    return false;
}

bool json_fail(struct json_reader *r, const char *why)
{
    return json_fail_at(r, r->at, why);
}

/* -- strings -- */

static int hex4(struct json_reader *r, size_t at)
{
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        int digit = i < r->text.n ? hex_digit(r->text.p[i]) : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static bool is_high(int unit)
{
    return unit >= 0xD800 && unit < 0xDC00;
}

static bool is_low(int unit)
{
    return unit >= 0xDC00 && unit < 0xE000;
}

/* \uXXXX, r->at behind the u; halves of surrogate pairs that stand alone become U+FFFD. */
static bool read_unicode_escape(struct json_reader *r, struct strbuf *out)
{
    int unit = hex4(r, r->at), second = -1;
    if (unit < 0)
        return json_fail(r, _("four hexadecimal digits must follow \\u"));
    r->at += 4;
    if (is_high(unit) && r->at + 2 <= r->text.n && r->text.p[r->at] == '\\' && r->text.p[r->at + 1] == 'u')
        second = hex4(r, r->at + 2);
    if (is_high(unit) && is_low(second)) {
        r->at += 6;
        unit = 0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00);
    } else if (is_high(unit) || is_low(unit)) {
        unit = 0xFFFD;
    }
    strbuf_add_rune(out, (uint32_t)unit);
    return true;
}

static bool read_escape(struct json_reader *r, struct strbuf *out)
{
    static const char plain[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    r->at++; /* the backslash */
    int c = json_peek(r);
    if (c == 'u') {
        r->at++;
        return read_unicode_escape(r, out);
    }
    for (const char *p = plain; *p; p += 2)
        if (c == p[0]) {
            strbuf_addc(out, p[1]);
            r->at++;
            return true;
        }
    return json_fail(r, _("this escape is not one of JSON"));
}

static bool finish_string(struct json_reader *r, size_t start, struct str raw, bool copied, struct str *out)
{
    if (utf8_invalid(raw) != SIZE_MAX)
        return json_fail_at(r, start, _("this text is not UTF-8"));
    *out = unicode_nfc(r->arena, raw);
    if (copied && out->p == raw.p)
        *out = arena_str(r->arena, raw);
    return true;
}

/* The rest of a string that has escapes: `start` is where its text begins. */
static bool read_with_escapes(struct json_reader *r, size_t start, struct str *out)
{
    STRBUF_AUTO made = STRBUF_INIT(0);
    strbuf_add(&made, str_sub(r->text, start, r->at));
    for (;;) {
        int c = json_peek(r);
        if (c == '"')
            break;
        if (c < 0)
            return json_fail_at(r, start, _("this string is not closed"));
        if (c < 0x20)
            return json_fail(r, _("control characters must be escaped in a string"));
        if (c == '\\') {
            if (!read_escape(r, &made))
                return false;
            continue;
        }
        strbuf_addc(&made, (char)c);
        r->at++;
    }
    r->at++;
    return finish_string(r, start, strbuf_str(&made), true, out);
}

bool json_read_string(struct json_reader *r, struct str *out)
{
    const char *text = r->text.p, *end = text + r->text.n, *p = text + r->at + 1;
    size_t start = r->at + 1;
    unsigned char all = 0;
    for (; p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\'; p++)
        all |= (unsigned char)*p;
    r->at = (size_t)(p - text);
    if (p == end || *p != '"')
        return read_with_escapes(r, start, out);
    *out = str_sub(r->text, start, r->at++);
    return all < 0x80 || finish_string(r, start, *out, false, out);
}

/* -- numbers -- */

static size_t digits(struct json_reader *r)
{
    size_t start = r->at;
    while (json_peek(r) >= '0' && json_peek(r) <= '9')
        r->at++;
    return r->at - start;
}

static bool scan_number(struct json_reader *r)
{
    if (json_peek(r) == '-')
        r->at++;
    bool zero = json_peek(r) == '0';
    size_t whole = digits(r);
    if (whole == 0 || (zero && whole > 1))
        return false;
    if (json_peek(r) == '.') {
        r->at++;
        if (!digits(r))
            return false;
    }
    if (json_peek(r) == 'e' || json_peek(r) == 'E') {
        r->at++;
        if (json_peek(r) == '+' || json_peek(r) == '-')
            r->at++;
        return digits(r) > 0;
    }
    return true;
}

bool json_read_number(struct json_reader *r, struct value *out)
{
    size_t start = r->at;
    struct number n;
    if (!scan_number(r))
        return json_fail(r, _("this is not a number as JSON writes them"));
    if (!number_parse(r->arena, str_sub(r->text, start, r->at), &n))
        return json_fail_at(r, start, _("this number is too large"));
    *out = value_number(n);
    return true;
}
