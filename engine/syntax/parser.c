#include "syntax/parser.h"
#include "base/unicode.h"

struct name parser_name(struct parser *p, const struct token *t)
{
    struct str text = parser_text(p, t);
    if (t->flags & TOKEN_NON_ASCII)
        text = unicode_nfc(p->arena, text);
    return (struct name){text, parser_span(p, t)};
}

enum { FOUND_MAX = 40 };

struct str parser_found(struct parser *p, const struct token *t)
{
    if (t->kind == TOKEN_STRING && t->len <= FOUND_MAX)
        return parser_text(p, t);
    if ((t->kind == TOKEN_IDENT || t->kind == TOKEN_NUMBER) && t->len <= FOUND_MAX)
        return arena_printf(p->arena, "\"%.*s\"", STR_ARG(parser_text(p, t)));
    return token_kind_name(t->kind == TOKEN_COMMENT ? TOKEN_NEWLINE : t->kind);
}

size_t parser_closer(const struct parser *p, size_t from, enum token_kind open, enum token_kind close)
{
    size_t nest = 0;
    for (size_t i = from;; i++) {
        enum token_kind kind = p->tokens.v[i].kind;
        if (kind == open)
            nest++;
        else if (kind == TOKEN_EOF || (kind == close && nest == 0) || i - from > PARSER_LOOK_AHEAD)
            return i;
        else if (kind == close)
            nest--;
    }
}

/* -- problems -- */

static bool is_bad(enum token_kind kind)
{
    return kind >= TOKEN_BITWISE || kind == TOKEN_QUOTED_NEWLINE;
}

enum { SAME_LINE = 64 };

/* Whether the statement in which the parser stands holds a token reported already, up to here or further on in this
 * line: then whatever else seems wrong with it most likely comes from that. */
static bool is_tainted(struct parser *p)
{
    size_t low = 0, high = p->bad.n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (p->bad.v[mid] < p->item)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == p->bad.n)
        return false;
    size_t bad = p->bad.v[low];
    for (size_t i = p->at; i < bad; i++)
        if (i - p->at > SAME_LINE || p->tokens.v[i].kind == TOKEN_NEWLINE || p->tokens.v[i].flags & TOKEN_HAS_NEWLINE)
            return false;
    return true;
}

static void report(struct parser *p, struct span at, const char *summary, const char *format, va_list args)
{
    if (p->n_reported > PARSE_ERRORS || (p->n_reported && p->reported_at == at.off))
        return;
    p->reported_at = at.off;
    if (p->n_reported++ == PARSE_ERRORS) {
        diag_error(p->diags, at, _("Too many problems"),
                   _("This file has more syntax problems than the %d shown. Mend those first."), PARSE_ERRORS);
        return;
    }
    struct str detail = arena_vprintf(p->diags->arena, format, args);
    diag_error(p->diags, at, summary, "%.*s", STR_ARG(detail));
}

void parser_error(struct parser *p, struct span at, const char *summary, const char *format, ...)
{
    if (p->broken || is_tainted(p))
        return;
    va_list args;
    va_start(args, format);
    report(p, at, summary, format, args);
    va_end(args);
}

void parser_fail(struct parser *p, struct span at, const char *summary, const char *format, ...)
{
    if (!p->broken && !is_tainted(p)) {
        va_list args;
        va_start(args, format);
        report(p, at, summary, format, args);
        va_end(args);
    }
    p->broken = true;
    p->told_end |= p->tokens.v[p->at].kind == TOKEN_EOF;
}

static void bad_token(struct parser *p, const struct token *t, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void bad_token(struct parser *p, const struct token *t, const char *summary, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report(p, parser_span(p, t), summary, format, args);
    va_end(args);
}

unsigned parser_line(const struct parser *p, uint32_t off)
{
    unsigned line = 1;
    for (size_t at = str_find_byte(p->text, '\n', 0); at < off; at = str_find_byte(p->text, '\n', at + 1))
        line++;
    return line;
}

void parser_note_open(struct parser *p, size_t before, uint32_t open)
{
    if (p->n_reported == before || p->n_reported > PARSE_ERRORS)
        return;
    struct diag *diag = &p->diags->list.v[p->diags->list.n - 1];
    unsigned line = parser_line(p, open);
    if (line == parser_line(p, diag->subject.off))
        return;
    struct str bracket = arena_printf(p->arena, "\"%c\"", p->text.p[open]);
    diag_note(p->diags, diag, bracket,
              arena_printf(p->arena, _("was opened on line %u and is not closed before this"), line));
}

static const char *bitwise_hint(char c)
{
    return c == '&'   ? _("The language has no bitwise operators. For the boolean AND write \"&&\".")
           : c == '|' ? _("The language has no bitwise operators. For the boolean OR write \"||\".")
           : c == '~' ? _("The language has no bitwise operators. For the boolean NOT write \"!\".")
                      : _("The language has no bitwise operators, and none for powers: for those there is pow().");
}

static bool is_curly_quote(struct str s)
{
    return str_is(s, "\u201c") || str_is(s, "\u201d") || str_is(s, "\u2018") || str_is(s, "\u2019");
}

static void bad_character(struct parser *p, const struct token *t)
{
    struct str s = parser_text(p, t);
    uint32_t rune = 0;
    s = str_sub(s, 0, utf8_decode(s, &rune)); /* the token holds repetitions, too */
    if (is_curly_quote(s))
        bad_token(p, t, _("Invalid character"),
                  _("Curly quotes are not used within the language: write \"straight\" ones."));
    else if (rune == '\\')
        bad_token(p, t, _("Invalid character"), _("A backslash must be followed by the character that it escapes."));
    else if (rune < 0x20 || (rune >= 0x7f && rune < 0xa0))
        bad_token(p, t, _("Invalid character"), _("The control character U+%04X is not used within the language."),
                  rune);
    else
        bad_token(p, t, _("Invalid character"), _("The character \"%.*s\" (U+%04X) is not used within the language."),
                  STR_ARG(s), rune);
}

static void report_bad(struct parser *p, const struct token *t)
{
    switch (t->kind) {
    case TOKEN_BITWISE:
        bad_token(p, t, _("Unsupported operator"), "%s", bitwise_hint(p->text.p[t->off]));
        break;
    case TOKEN_SEMICOLON:
        bad_token(p, t, _("Invalid character"),
                  _("The character \";\" is not used within the language. Arguments and blocks end with their line; "
                    "items of collections are separated by commas."));
        break;
    case TOKEN_QUOTE:
        bad_token(p, t, _("Invalid character"),
                  _("Strings stand in double quotes (\"), not in single quotes or backticks. For several lines of text "
                    "there is the heredoc: <<EOT."));
        break;
    case TOKEN_QUOTED_NEWLINE:
        bad_token(
            p, t, _("Invalid multi-line string"),
            _("The line ends before the quoted string does. If the closing quote was forgotten, add it. For text of "
              "several lines write \\n for each newline, or use a heredoc: <<EOT."));
        break;
    case TOKEN_BAD_UTF8:
        bad_token(p, t, _("Invalid character encoding"),
                  _("The byte 0x%02X is not UTF-8 text here. Save the file in UTF-8."),
                  (unsigned char)p->text.p[t->off]);
        break;
    default:
        bad_character(p, t);
    }
}

/* What comes of a text that is cut off is not worth telling. */
static void report_over(struct parser *p)
{
    parser_fail(p, parser_span(p, &p->tokens.v[p->tokens.n - 1]), _("File too large"),
                _("This is the last of the %d words and signs that one text may have. Split it up into several files; "
                  "what is data rather than configuration can be read with file() and jsondecode()."),
                SCAN_TOKENS);
    p->n_reported = PARSE_ERRORS + 1;
}

void parser_check_tokens(struct parser *p)
{
    if (p->tokens.over)
        report_over(p);
    if (!p->tokens.n_bad)
        return;
    bool told_line = false;
    for (size_t i = 0; i < p->tokens.n; i++) {
        const struct token *t = &p->tokens.v[i];
        if (t->kind == TOKEN_NEWLINE || t->flags & TOKEN_HAS_NEWLINE)
            told_line = false;
        if (!is_bad(t->kind))
            continue;
        vec_push(p->arena, &p->bad, i);
        if (!told_line && !(p->told_utf8 && t->kind == TOKEN_BAD_UTF8))
            report_bad(p, t);
        told_line = true;
        p->told_utf8 |= t->kind == TOKEN_BAD_UTF8;
    }
}

bool parser_more(struct parser *p)
{
    if (!p->scanner || !scan_more(p->scanner, &p->tokens))
        return false;
    p->at = p->prev = p->item = p->bad.n = 0;
    parser_check_tokens(p);
    return true;
}

/* -- recovery -- */

static bool ends_line(const struct token *t)
{
    return t->kind == TOKEN_NEWLINE || (t->kind == TOKEN_COMMENT && t->flags & TOKEN_HAS_NEWLINE);
}

static size_t column(const struct parser *p, size_t token)
{
    size_t off = p->tokens.v[token].off, at = off;
    while (at > 0 && p->text.p[at - 1] != '\n')
        at--;
    return off - at;
}

/* Whether token i starts a line that looks like the next argument or block, or like the end of the body, going by how
 * far it is indented: for brackets that are never closed would otherwise hide the rest of the file. */
static bool looks_like_item(const struct parser *p, size_t i, size_t indent, bool nested)
{
    const struct token *t = &p->tokens.v[i];
    if (t->kind == TOKEN_CBRACE)
        return nested && column(p, i) < indent;
    if (t->kind != TOKEN_IDENT || column(p, i) > indent)
        return false;
    enum token_kind after = t[1].kind;
    return after == TOKEN_ASSIGN || after == TOKEN_OBRACE || after == TOKEN_STRING;
}

static int nesting(enum token_kind kind)
{
    if (kind == TOKEN_OQUOTE || kind == TOKEN_OHEREDOC)
        return 1;
    if (kind == TOKEN_CQUOTE || kind == TOKEN_CHEREDOC)
        return -1;
    return token_bracket(kind);
}

/* The first token of the line that token i is in. */
static size_t line_start(const struct parser *p, size_t i)
{
    while (i > 0 && !ends_line(&p->tokens.v[i - 1]))
        i--;
    return i;
}

/* The token to go on with: behind the end of a line, at the outermost bracket level or where the next item seems to
 * begin. That may be the line of the error itself: the bracket that was forgotten belongs to a line before. */
static size_t next_item(const struct parser *p, size_t item, bool nested)
{
    size_t indent = column(p, item), error = p->at, error_line = line_start(p, error);
    int nest = 0;
    for (size_t i = item;; i++) {
        const struct token *t = &p->tokens.v[i];
        if (t->kind == TOKEN_EOF)
            return i;
        if (i >= error && nest == 0 && t->kind == TOKEN_CBRACE && nested)
            return i;
        nest += nesting(t->kind);
        if (nest < 0 || t->kind == TOKEN_QUOTED_NEWLINE)
            nest = 0;
        if (ends_line(t) &&
            ((i >= error && nest == 0) || (i + 1 >= error_line && looks_like_item(p, i + 1, indent, nested))))
            return i + 1;
    }
}

void parser_recover(struct parser *p, size_t item, bool nested)
{
    size_t next = next_item(p, item, nested);
    p->at = next > item ? next : item + 1;
    p->prev = p->at - 1;
    p->broken = false;
    p->newlines = true;
}

bool parser_enter(struct parser *p)
{
    if (p->depth++ < PARSE_NESTING)
        return true;
    parser_fail(
        p, parser_span(p, parser_peek(p)), _("Nested too deeply"),
        _("Blocks, brackets and operators may stand within one another up to %d levels deep, and here that limit is "
          "passed."),
        PARSE_NESTING);
    return false;
}

/* -- nodes and lists -- */

void *parser_node(struct parser *p, size_t size, enum expr_kind kind, struct span span, unsigned below)
{
    if (below > PARSE_NESTING) {
        parser_fail(p, span, _("Nested too deeply"),
                    _("This expression combines more than %d operators or levels. Split it up, with local values."),
                    PARSE_NESTING);
        below = PARSE_NESTING;
    }
    struct expr *e = arena_alloc(p->arena, size);
    e->kind = kind;
    e->height = below & 0xffff;
    e->span = span;
    return e;
}

struct expr *parser_invalid(struct parser *p, uint32_t off)
{
    return parser_node(p, sizeof(struct expr), EXPR_INVALID, parser_from(p, off), 0);
}

void pile_grow(struct pile *pile)
{
    pile->cap = pile->cap ? pile->cap * 2 : 1024;
    pile->p = heap_realloc(pile->p, pile->cap);
}

void *pile_take(struct parser *p, size_t mark, size_t size, size_t *n)
{
    size_t bytes = p->pile.n - mark;
    *n = bytes / size;
    void *list = bytes ? memcpy(arena_alloc(p->arena, bytes), p->pile.p + mark, bytes) : NULL;
    p->pile.n = mark;
    return list;
}
