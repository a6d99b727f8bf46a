#include "value/json.h"

#include "base/unicode.h"
#include "value/value_private.h"

enum { STEP = 2 };

static bool is_plain(char c, enum json_style style)
{
    unsigned char u = (unsigned char)c;
    if (u < 0x20 || u >= 0x80 || c == '"' || c == '\\')
        return false;
    return style != JSON_HTML_SAFE || (c != '<' && c != '>' && c != '&');
}

static void write_escaped(struct strbuf *out, unsigned char c)
{
    static const char named[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (const char *p = named; *p; p += 2)
        if ((unsigned char)p[0] == c) {
            strbuf_addc(out, '\\');
            strbuf_addc(out, p[1]);
            return;
        }
    strbuf_printf(out, "\\u%04x", c);
}

/* Writes what stands first in s and is not plain; returns its length. */
static size_t write_special(struct strbuf *out, struct str s, enum json_style style)
{
    uint32_t rune;
    size_t n = utf8_decode(s, &rune);
    if (n == 0) {
        strbuf_add_rune(out, 0xFFFD);
        return 1;
    }
    if (n == 1)
        write_escaped(out, (unsigned char)s.p[0]);
    else if (style == JSON_HTML_SAFE && (rune == 0x2028 || rune == 0x2029))
        strbuf_printf(out, "\\u%04x", rune);
    else
        strbuf_add(out, str_sub(s, 0, n));
    return n;
}

void json_write_string(struct strbuf *out, struct str s, enum json_style style)
{
    strbuf_addc(out, '"');
    while (s.n) {
        size_t plain = 0;
        while (plain < s.n && is_plain(s.p[plain], style))
            plain++;
        strbuf_add(out, str_sub(s, 0, plain));
        s = str_sub(s, plain, s.n);
        if (s.n)
            s = str_sub(s, write_special(out, s, style), s.n);
    }
    strbuf_addc(out, '"');
}

static bool write_value(struct strbuf *out, struct value v, enum json_style style, unsigned indent);

static void line(struct strbuf *out, enum json_style style, unsigned indent)
{
    if (style == JSON_INDENTED) {
        strbuf_addc(out, '\n');
        strbuf_add_n(out, ' ', indent);
    }
}

static bool write_parts(struct strbuf *out, struct value v, enum json_style style, unsigned indent)
{
    bool keyed = type_is_keyed(v.type), finite = true;
    struct value key, item;
    strbuf_addc(out, keyed ? '{' : '[');
    for (struct value_iter it = value_iter(v); !out->over && value_next(&it, &key, &item);) {
        if (it.i > 1)
            strbuf_addc(out, ',');
        line(out, style, indent + STEP);
        if (keyed) {
            json_write_string(out, key.u.string, style);
            strbuf_add(out, style == JSON_INDENTED ? STR(": ") : STR(":"));
        }
        finite &= write_value(out, item, style, indent + STEP);
    }
    if (v.n)
        line(out, style, indent);
    strbuf_addc(out, keyed ? '}' : ']');
    return finite;
}

static bool write_number(struct strbuf *out, struct number n)
{
    if (number_is_inf(n) || number_is_nan(n)) {
        strbuf_lit(out, "null");
        return false;
    }
    number_print(out, n);
    return true;
}

static bool write_value(struct strbuf *out, struct value v, enum json_style style, unsigned indent)
{
    if (v.state != VALUE_KNOWN) {
        strbuf_lit(out, "null");
        return true;
    }
    switch (v.type->kind) {
    case TYPE_BOOL:
        strbuf_add(out, v.u.boolean ? STR("true") : STR("false"));
        return true;
    case TYPE_NUMBER:
        return write_number(out, value_as_number(v));
    case TYPE_STRING:
        json_write_string(out, v.u.string, style);
        return true;
    default:
        return write_parts(out, v, style, indent);
    }
}

bool json_write(struct strbuf *out, struct value v, enum json_style style)
{
    return write_value(out, v, style, 0);
}
