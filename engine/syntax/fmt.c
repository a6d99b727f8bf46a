#include "syntax/fmt.h"
#include "base/unicode.h"
#include "syntax/layout.h"
#include "syntax/parser.h"

#include <ctype.h>
#include <stdlib.h>

/* The tokens of the file become pieces, in order; at some places others are put in. */
struct rewriter {
    struct arena *arena;
    struct str text;
    struct tokens tokens;
    size_t at;         /* the next token */
    uint32_t last_end; /* of the token before it */
    struct piece *out; /* on the heap: they are many, and need no zeroing */
    size_t n_out, cap_out;
};

static void put_piece(struct rewriter *r, struct piece piece)
{
    HEAP_ROOM(r->out, r->n_out, r->cap_out, 64);
    r->out[r->n_out++] = piece;
}

/* A sign, or a word of ASCII. */
static void put(struct rewriter *r, enum token_kind kind, size_t spaces, struct str text)
{
    put_piece(r, layout_piece(kind, spaces, text, true));
}

/* A quoted string; `inner` is written as it is in source. */
static void put_quoted(struct rewriter *r, size_t spaces, struct str inner, bool ascii)
{
    put(r, TOKEN_OQUOTE, spaces, STR("\""));
    if (inner.n)
        put_piece(r, layout_piece(TOKEN_QUOTED_LIT, 0, inner, ascii));
    put(r, TOKEN_CQUOTE, 0, STR("\""));
}

static void copy_token(struct rewriter *r)
{
    const struct token *t = &r->tokens.v[r->at++];
    struct str text = str_from(r->text.p + t->off, t->len);
    size_t spaces = t->off - r->last_end;
    bool ascii = !(t->flags & TOKEN_NON_ASCII);
    r->last_end = t->off + t->len;
    if (t->kind == TOKEN_STRING)
        put_quoted(r, spaces, str_sub(text, 1, text.n - 1), ascii);
    else
        put_piece(r, layout_piece(t->kind, spaces, text, ascii));
}

/* Copies the tokens before byte `off`. */
static void copy_to(struct rewriter *r, uint32_t off)
{
    while (r->tokens.v[r->at].kind != TOKEN_EOF && r->tokens.v[r->at].off < off)
        copy_token(r);
}

/* Passes over the tokens before byte `off`. */
static void skip_to(struct rewriter *r, uint32_t off)
{
    while (r->tokens.v[r->at].kind != TOKEN_EOF && r->tokens.v[r->at].off < off) {
        const struct token *t = &r->tokens.v[r->at++];
        r->last_end = t->off + t->len;
    }
}

/* -- "${x}" -- */

/* Tokens [from, to). */
struct range {
    size_t from, to;
};

static struct range range_of(const struct rewriter *r, struct span span)
{
    struct range range = {r->at, r->at};
    while (r->tokens.v[range.from].off < span.off)
        range.from++;
    range.to = range.from;
    while (r->tokens.v[range.to].kind != TOKEN_EOF && r->tokens.v[range.to].off < span.off + span.len)
        range.to++;
    return range;
}

static enum token_kind kind_at(const struct rewriter *r, size_t i)
{
    return (enum token_kind)r->tokens.v[i].kind;
}

/* Whether the tokens are one "${ … }" around tokens that are no template of their own (but for strings within). */
static bool is_wrapped(const struct rewriter *r, struct range range)
{
    if (range.to - range.from < 5 || kind_at(r, range.from) != TOKEN_OQUOTE ||
        kind_at(r, range.from + 1) != TOKEN_INTERP || kind_at(r, range.to - 2) != TOKEN_SEQ_END ||
        kind_at(r, range.to - 1) != TOKEN_CQUOTE)
        return false;
    int quotes = 0;
    for (size_t i = range.from + 2; i < range.to - 2; i++) {
        enum token_kind kind = kind_at(r, i);
        quotes += (kind == TOKEN_OQUOTE) - (kind == TOKEN_CQUOTE);
        if (quotes == 0 && (kind == TOKEN_INTERP || kind == TOKEN_SEQ_END || kind == TOKEN_QUOTED_LIT))
            return false;
    }
    return true;
}

static bool is_newline(const struct token *t)
{
    return t->kind == TOKEN_NEWLINE || t->flags & TOKEN_HAS_NEWLINE;
}

/* Whether the whole range stands in one pair of parentheses. */
static bool is_parenthesized(const struct rewriter *r, struct range range)
{
    if (kind_at(r, range.from) != TOKEN_OPAREN || kind_at(r, range.to - 1) != TOKEN_CPAREN)
        return false;
    int depth = 0;
    for (size_t i = range.from; i + 1 < range.to; i++) {
        depth += (kind_at(r, i) == TOKEN_OPAREN) - (kind_at(r, i) == TOKEN_CPAREN);
        if (depth == 0)
            return false;
    }
    return true;
}

static bool needs_parentheses(const struct rewriter *r, struct range inner)
{
    for (size_t i = inner.from; i < inner.to; i++)
        if (is_newline(&r->tokens.v[i]))
            return !is_parenthesized(r, inner);
    return false;
}

static void rewrite_wrap(struct rewriter *r, struct range range)
{
    struct range inner = {range.from + 2, range.to - 2};
    while (inner.from < inner.to && kind_at(r, inner.from) == TOKEN_NEWLINE)
        inner.from++;
    while (inner.to > inner.from && kind_at(r, inner.to - 1) == TOKEN_NEWLINE)
        inner.to--;
    uint32_t end = r->tokens.v[range.to].off;
    bool parens = needs_parentheses(r, inner);
    skip_to(r, r->tokens.v[inner.from].off);
    if (parens)
        put(r, TOKEN_OPAREN, 0, STR("("));
    copy_to(r, r->tokens.v[inner.to].off);
    if (parens)
        put(r, TOKEN_CPAREN, 0, STR(")"));
    skip_to(r, end);
}

/* -- types of variables -- */

static const struct {
    struct str source, element; /* type(element); no element: the type alone */
    struct str type;
} old_types[] = {
    {STR_INIT("list"), STR_INIT("any"), STR_INIT("list")},
    {STR_INIT("map"), STR_INIT("any"), STR_INIT("map")},
    {STR_INIT("set"), STR_INIT("any"), STR_INIT("set")},
    {STR_INIT("\"string\""), STR_INIT(""), STR_INIT("string")},
    {STR_INIT("\"list\""), STR_INIT("string"), STR_INIT("list")},
    {STR_INIT("\"map\""), STR_INIT("string"), STR_INIT("map")},
};

static void rewrite_type(struct rewriter *r, struct range range)
{
    const struct token *t = &r->tokens.v[range.from];
    struct str text = str_from(r->text.p + t->off, t->len);
    for (size_t i = 0; range.to - range.from == 1 && i < sizeof old_types / sizeof *old_types; i++) {
        if (!str_eq(text, old_types[i].source))
            continue;
        skip_to(r, r->tokens.v[range.to].off);
        put(r, TOKEN_IDENT, 0, old_types[i].type);
        if (!old_types[i].element.n)
            return;
        put(r, TOKEN_OPAREN, 0, STR("("));
        put(r, TOKEN_IDENT, 0, old_types[i].element);
        put(r, TOKEN_CPAREN, 0, STR(")"));
        return;
    }
}

/* -- blocks -- */

static void escape_rune(struct strbuf *out, struct str rest, size_t n, uint32_t rune)
{
    static const char plain[] = "\n\r\t\"\\", letters[] = "nrt\"\\";
    const char *found = rune && rune < 0x80 ? strchr(plain, (int)rune) : NULL;
    bool sigil = (rune == '$' || rune == '%') && rest.n > 1 && rest.p[1] == '{';
    if (found)
        strbuf_printf(out, "\\%c", letters[found - plain]);
    else if (!unicode_printable(rune))
        strbuf_printf(out, rune < 0x10000 ? "\\u%04x" : "\\U%08x", rune);
    else
        strbuf_add(out, str_sub(rest, 0, n));
    if (sigil)
        strbuf_addc(out, (char)rune);
}

/* Letters, digits, dashes and underscores, as nearly all labels are. */
static bool is_plain(struct str label)
{
    for (size_t i = 0; i < label.n; i++)
        if (!isalnum((unsigned char)label.p[i]) && label.p[i] != '_' && label.p[i] != '-')
            return false;
    return true;
}

/* A label as it stands between quotes. */
static struct str escape_label(struct rewriter *r, struct str label)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    for (size_t at = 0; at < label.n;) {
        uint32_t rune;
        struct str rest = str_sub(label, at, label.n);
        size_t n = utf8_decode(rest, &rune);
        escape_rune(&out, rest, n ? n : 1, n ? rune : 0xfffd);
        at += n ? n : 1;
    }
    return arena_str(r->arena, strbuf_str(&out));
}

static void put_label(struct rewriter *r, struct str label)
{
    bool plain = is_plain(label);
    put_quoted(r, 0, plain ? label : escape_label(r, label), plain);
}

/* Labels are written anew, without the comments that may stand before or among them. */
static void rewrite_labels(struct rewriter *r, const struct block *b)
{
    if (!b->n_labels)
        return;
    struct span last = b->labels[b->n_labels - 1].span;
    for (size_t i = 0; i < b->n_labels; i++)
        put_label(r, b->labels[i].text);
    skip_to(r, last.off + last.len);
}

static void rewrite_attribute(struct rewriter *r, const struct attribute *a, bool type)
{
    copy_to(r, a->expr->span.off);
    if (!type && kind_at(r, r->at) != TOKEN_OQUOTE)
        return;
    struct range range = range_of(r, a->expr->span);
    if (type)
        rewrite_type(r, range);
    else if (is_wrapped(r, range))
        rewrite_wrap(r, range);
}

/* `variable`: the body is that of a variable block at the root. */
static void rewrite_body(struct rewriter *r, const struct body *body, unsigned depth, bool variable)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *a = body->items[i].attribute;
        const struct block *b = body->items[i].block;
        if (a) {
            rewrite_attribute(r, a, variable && str_is(a->name.text, "type"));
            continue;
        }
        copy_to(r, b->type.span.off + b->type.span.len);
        rewrite_labels(r, b);
        rewrite_body(r, b->body, depth + 1, depth == 0 && str_is(b->type.text, "variable"));
    }
}

/* -- -- -- */

static struct str print(const struct rewriter *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n_out; i++)
        n += r->out[i].spaces + (size_t)r->out[i].n;
    char *text = arena_alloc(r->arena, n + 1), *at = text;
    for (size_t i = 0; i < r->n_out; i++) {
        const struct piece *piece = &r->out[i];
        for (uint32_t k = 0; k < piece->spaces; k++)
            *at++ = ' ';
        if (piece->n == 1)
            *at = *piece->p;
        else
            memcpy(at, piece->p, piece->n);
        at += piece->n;
    }
    return str_from(text, n);
}

static struct str format(struct rewriter *r, const struct body *body)
{
    r->cap_out = r->tokens.n + r->tokens.n / 4 + 8;
    r->out = heap_alloc(r->cap_out * sizeof *r->out);
    rewrite_body(r, body, 0, false);
    copy_to(r, UINT32_MAX);
    layout_pieces(r->out, r->n_out);
    put(r, TOKEN_EOF, r->text.n - r->last_end, STR(""));
    struct str result = print(r);
    free(r->out);
    return result;
}

struct str fmt_source(struct arena *arena, struct diags *diags, const struct sources *sources, uint32_t file)
{
    struct str text = sources_get(sources, file)->text;
    size_t errors = diags->n_errors;
    if (text.n > PARSE_SIZE) {
        parse_body(arena, diags, sources, file); /* tells so */
        return text;
    }
    struct rewriter r = {.arena = arena, .text = text, .tokens = scan_tokens(text, 0, text.n, SCAN_CODE)};
    const struct body *body = parser_parse_tokens(arena, diags, sources, file, r.tokens);
    struct str result = diags->n_errors > errors ? text : format(&r, body);
    tokens_free(&r.tokens);
    return result;
}
