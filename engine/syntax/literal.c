/* literal: text of strings, and numbers. */
#include "syntax/parser.h"
#include "base/hex.h"
#include "base/unicode.h"

struct decoder {
    struct parser *p;
    struct str s;   /* the token without its quotes */
    uint32_t off;   /* where s starts in the file */
    bool backslash; /* quoted: \n and the like count */
    char *out;
    size_t n;
};

static struct span escape_span(const struct decoder *d, size_t at, size_t len)
{
    return (struct span){d->p->file, d->off + (uint32_t)at, (uint32_t)len};
}

static void out_rune(struct decoder *d, uint32_t rune)
{
    d->n += utf8_encode(d->out + d->n, rune);
}

/* \uXXXX or \UXXXXXXXX at `at`; returns its length. */
static size_t decode_unicode(struct decoder *d, size_t at)
{
    size_t want = d->s.p[at + 1] == 'u' ? 4 : 8, n = 0;
    uint32_t rune = 0;
    while (n < want && at + 2 + n < d->s.n && hex_digit(d->s.p[at + 2 + n]) >= 0)
        rune = rune << 4 | (uint32_t)hex_digit(d->s.p[at + 2 + n++]);
    struct span span = escape_span(d, at, n + 2);
    if (n < want)
        parser_error(d->p, span, _("Invalid escape sequence"),
                     _("\\%c must be followed by %zu hexadecimal digits; here are %zu."), d->s.p[at + 1], want, n);
    else if (rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
        parser_error(d->p, span, _("Invalid escape sequence"), _("There is no character U+%04X."), rune);
    else
        out_rune(d, rune);
    return n + 2;
}

static size_t decode_unknown(struct decoder *d, size_t at)
{
    size_t n = unicode_grapheme(str_sub(d->s, at + 1, d->s.n));
    parser_error(
        d->p, escape_span(d, at, n + 1), _("Invalid escape sequence"),
        _("\"\\%.*s\" is no escape sequence. There are \\n, \\r, \\t, \\\", \\\\, \\uXXXX and \\UXXXXXXXX; for a "
          "backslash write \\\\."),
        (int)n, d->s.p + at + 1);
    return n + 1;
}

static size_t decode_backslash(struct decoder *d, size_t at)
{
    static const char plain[] = "nrt\"\\", meaning[] = "\n\r\t\"\\";
    char c = d->s.p[at + 1];
    const char *found = c ? strchr(plain, c) : NULL;
    if (found) {
        d->out[d->n++] = meaning[found - plain];
        return 2;
    }
    return c == 'u' || c == 'U' ? decode_unicode(d, at) : decode_unknown(d, at);
}

static bool is_escaped_sequence(struct str s, size_t at)
{
    return at + 2 < s.n && (s.p[at] == '$' || s.p[at] == '%') && s.p[at + 1] == s.p[at] && s.p[at + 2] == '{';
}

static struct str decode(struct decoder *d)
{
    d->out = arena_alloc(d->p->arena, d->s.n + 1); /* an escape is never shorter than what it stands for */
    for (size_t at = 0; at < d->s.n;) {
        if (d->backslash && d->s.p[at] == '\\' && at + 1 < d->s.n) {
            at += decode_backslash(d, at);
        } else if (is_escaped_sequence(d->s, at)) {
            d->out[d->n++] = d->s.p[at];
            d->out[d->n++] = '{';
            at += 3;
        } else {
            d->out[d->n++] = d->s.p[at++];
        }
    }
    return str_from(d->out, d->n);
}

struct str parser_literal(struct parser *p, const struct token *t)
{
    bool quotes = t->kind == TOKEN_STRING;
    struct str s = parser_text(p, t);
    if (quotes)
        s = str_from(s.p + 1, s.n - 2);
    if (!(t->flags & TOKEN_ESCAPES))
        return s;
    struct decoder d = {.p = p, .s = s, .off = t->off + quotes, .backslash = t->kind != TOKEN_STRING_LIT};
    return decode(&d);
}

struct expr *parser_string(struct parser *p, const struct token *t)
{
    struct expr_string *e = NODE(p, expr_string, EXPR_STRING, parser_span(p, t), 0);
    e->text = parser_literal(p, t);
    if (t->flags & (TOKEN_NON_ASCII | TOKEN_ESCAPES))
        e->text = unicode_nfc(p->arena, e->text);
    return &e->expr;
}

/* digits [. digits] [e [sign] digits] */
static bool is_number(struct str s)
{
    bool dot = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == 'e' || c == 'E') {
            struct str exponent = str_sub(s, i + 1, s.n);
            return str_find_byte(exponent, '.', 0) == SIZE_MAX && str_find_byte(exponent, 'e', 0) == SIZE_MAX &&
                   str_find_byte(exponent, 'E', 0) == SIZE_MAX;
        }
        if (c == '.' && dot)
            return false;
        dot |= c == '.';
    }
    return true;
}

struct expr *parser_number(struct parser *p, const struct token *t)
{
    struct str text = parser_text(p, t);
    if (!is_number(text)) {
        parser_error(p, parser_span(p, t), _("Invalid number literal"), _("\"%.*s\" is not a number."), STR_ARG(text));
        return parser_invalid(p, t->off);
    }
    struct expr_number *e = NODE(p, expr_number, EXPR_NUMBER, parser_span(p, t), 0);
    e->text = text;
    return &e->expr;
}
