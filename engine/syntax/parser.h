/*
 * parser: what the files of the parser share, private to this folder: the token cursor, reporting and recovery, making
 * of nodes.
 *
 * Errors: parser_error reports and parsing goes on; parser_fail reports and sets `broken`, whereupon every function
 * returns what it has, at once, up to a place that can go on: the argument or block of a body, or a ${ } of a template.
 */
#ifndef DETOUR_SYNTAX_PARSER_H
#define DETOUR_SYNTAX_PARSER_H

#include "base/gettext.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "syntax/parse.h"
#include "syntax/scan.h"

struct parser {
    struct arena *arena;
    struct diags *diags;
    struct str text;
    uint32_t file;
    struct scanner *scanner; /* NULL: `tokens` are all */
    struct tokens tokens;    /* an instalment; pointers to tokens hold within one item of a root body */
    size_t at;               /* the next token; may be white space until parser_peek has looked */
    size_t prev;             /* the last token read */
    size_t item;             /* the first token of the argument or block at hand */
    bool newlines;           /* newlines count as tokens, they do not outside bodies and object constructors */
    bool broken;             /* a hard error was reported, all return */
    bool told_end;           /* that something is not closed at the end of the file */
    unsigned depth;          /* recursion of the parser */
    size_t n_reported;
    uint32_t reported_at; /* where the last report was: one problem, one report */
    VEC(size_t) bad;      /* the tokens that are no part of the language, all reported */
    bool told_utf8;
    struct pile {
        char *p;
        size_t n, cap;
    } pile; /* lists being collected, the innermost on top */
};

/* How many tokens recovery looks ahead for a closing bracket, so that many errors in a large file do not take forever.
 */
enum { PARSER_LOOK_AHEAD = 4096 };

/* -- tokens -- */

/* The next token that counts here. A comment that ends a line stands for its newline: see parser_kind. */
static inline const struct token *parser_peek(struct parser *p)
{
    const struct token *t = &p->tokens.v[p->at];
    while (t->kind == TOKEN_NEWLINE || t->kind == TOKEN_COMMENT) {
        if (p->newlines && (t->kind == TOKEN_NEWLINE || t->flags & TOKEN_HAS_NEWLINE))
            break;
        t = &p->tokens.v[++p->at];
    }
    return t;
}

/* The kind of the token at hand. */
static inline enum token_kind parser_kind(struct parser *p)
{
    enum token_kind kind = parser_peek(p)->kind;
    return kind == TOKEN_COMMENT ? TOKEN_NEWLINE : kind;
}

/* Reads the token that parser_peek has found, of that kind; the end of the file is read again and again. */
static inline void parser_advance(struct parser *p, enum token_kind kind)
{
    p->prev = p->at;
    if (kind != TOKEN_EOF)
        p->at++;
}

/* Reads the next token. */
static inline const struct token *parser_next(struct parser *p)
{
    const struct token *t = parser_peek(p);
    parser_advance(p, t->kind);
    return t;
}

/* Reads the next token where it is of that kind. */
static inline bool parser_take(struct parser *p, enum token_kind kind)
{
    if (parser_kind(p) != kind)
        return false;
    parser_advance(p, kind);
    return true;
}

/* Where the token stands. */
static inline struct span parser_span(const struct parser *p, const struct token *t)
{
    return (struct span){p->file, t->off, t->len};
}

/* From byte `off` to the end of the last token read. */
static inline struct span parser_from(const struct parser *p, uint32_t off)
{
    const struct token *last = &p->tokens.v[p->prev];
    uint32_t end = last->off + last->len;
    return (struct span){p->file, off, end > off ? end - off : 0};
}

/* The bytes of the token. */
static inline struct str parser_text(const struct parser *p, const struct token *t)
{
    return str_from(p->text.p + t->off, t->len);
}

/* Whether the token is that identifier. */
static inline bool parser_is_word(const struct parser *p, const struct token *t, struct str word)
{
    return t->kind == TOKEN_IDENT && str_eq(parser_text(p, t), word);
}

/* The token as a name, in NFC. */
struct name parser_name(struct parser *p, const struct token *t);

/* How to speak of the token in a message: its text in quotes, or what it is. */
struct str parser_found(struct parser *p, const struct token *t);

/* The index of the token that closes the bracket in which `from` stands, or of TOKEN_EOF. After
 * PARSER_LOOK_AHEAD tokens it answers the last one seen. */
size_t parser_closer(const struct parser *p, size_t from, enum token_kind open, enum token_kind close);

/* -- problems -- */

/* Reports; not while broken, not twice at one place, not in a statement that holds a token reported already, and not
 * beyond PARSE_ERRORS. */
void parser_error(struct parser *p, struct span at, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same, and sets `broken`. */
void parser_fail(struct parser *p, struct span at, const char *summary, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* After a report of something unexpected inside brackets: notes on which line the bracket at byte `open` was opened,
 * where that is another line. `before` is n_reported as it was before the report, which may have been suppressed. */
void parser_note_open(struct parser *p, size_t before, uint32_t open);

/* The line (from 1) of byte `off`. Reads the text from its start: for messages only. */
unsigned parser_line(const struct parser *p, uint32_t off);

/* Reports the tokens at hand that are no part of the language. */
void parser_check_tokens(struct parser *p);

/* Gets the next instalment of tokens and checks them. False at the end of the text. */
bool parser_more(struct parser *p);

/* After an error in the argument or block that began with token `item`: moves to the next one, or to the brace that
 * closes the body (if `nested`), and mends the state. */
void parser_recover(struct parser *p, size_t item, bool nested);

/* One level deeper; false, and broken, where that is too deep. Call parser_leave in either case. */
bool parser_enter(struct parser *p);
static inline void parser_leave(struct parser *p)
{
    p->depth--;
}

/* -- nodes and lists -- */

/* A zeroed node. `below` is the height of its tallest child, 0 for none. */
void *parser_node(struct parser *p, size_t size, enum expr_kind kind, struct span span, unsigned below);
#define NODE(p, type, kind, span, below) ((struct type *)parser_node((p), sizeof(struct type), (kind), (span), (below)))

/* EXPR_INVALID from byte `off` on. */
struct expr *parser_invalid(struct parser *p, uint32_t off);

/* The height of e as seen from its parent. */
static inline unsigned height(const struct expr *e)
{
    return e->height + 1u;
}

/* The larger height of two trees. */
static inline unsigned taller(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

/* `size_t mark = pile_mark(p); pile_push(p, &item, sizeof item); … items = pile_take(p, mark, sizeof *items, &n)`: a
 * list copied to the arena in the end. What an error leaves on the pile is dropped by whoever recovers. */
static inline size_t pile_mark(const struct parser *p)
{
    return p->pile.n;
}
__attribute__((cold)) void pile_grow(struct pile *pile); /* at least by 1024 bytes */
static inline void pile_push(struct parser *p, const void *item, size_t size)
{
    struct pile *pile = &p->pile;
    if (pile->cap - pile->n < size)
        pile_grow(pile);
    memcpy(pile->p + pile->n, item, size);
    pile->n += size;
}
void *pile_take(struct parser *p, size_t mark, size_t size, size_t *n);

/* -- grammar -- */

/* Operators, conditionals and all that binds tighter (expr.c). */
const struct expr *parser_expression(struct parser *p);

/* What stands before any .name or [index] (term.c), and that with those (postfix.c). `parser_postfix` is given the
 * term. */
const struct expr *parser_term(struct parser *p);
const struct expr *parser_postfix(struct parser *p, const struct expr *from);

/* The .name steps right behind a root name that has just been read, up to anything else (postfix.c). */
void parser_attr_steps(struct parser *p, struct traversal *traversal);

/* [ … ] and { … }, for-expressions included; the bracket is the next token (collection.c, forexpr.c). */
const struct expr *parser_tuple(struct parser *p);
const struct expr *parser_object(struct parser *p);
const struct expr *parser_for(struct parser *p, const struct token *open);

/* `for` has been read: names and collection up to the colon or closing brace (forexpr.c). */
struct for_head {
    struct name key, value;
    const struct expr *collection;
};
struct for_head parser_for_head(struct parser *p, const char *summary); /* marked with N_ */

/* A quoted string or heredoc with template sequences; its opening token is next. Or the rest of the tokens as a bare
 * template (template.c). */
const struct expr *parser_template(struct parser *p);
const struct expr *parser_bare_template(struct parser *p);

/* The text of a STRING, QUOTED_LIT or STRING_LIT token with escapes resolved, not yet in NFC (literal.c). */
struct str parser_literal(struct parser *p, const struct token *t);

/* A STRING token as EXPR_STRING and a NUMBER token as EXPR_NUMBER, both just read (literal.c). */
struct expr *parser_string(struct parser *p, const struct token *t);
struct expr *parser_number(struct parser *p, const struct token *t);

/* All tokens as a reference with literal keys (traversal.c). */
const struct traversal *parser_traversal(struct parser *p);

/* The bytes of a span as one expression, as parse_expression reads a file (parse.c). */
const struct expr *parser_expression_in(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        struct span span);

/* The body of a file whose tokens are known, all of them; they stay the caller's (parse.c). */
const struct body *parser_parse_tokens(struct arena *arena, struct diags *diags, const struct sources *sources,
                                       uint32_t file, struct tokens tokens);

/* Items up to the closing brace (which is read) or, in a root body, the end of the file (body.c). */
const struct body *parser_body(struct parser *p, const struct token *open);

#endif
