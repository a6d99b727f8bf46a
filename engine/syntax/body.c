/* body: arguments and blocks. */
#include "syntax/parser.h"
#include "base/map.h"
#include "base/unicode.h"

/* -- arguments -- */

static void fail_end_of_argument(struct parser *p, const struct token *t)
{
    if (t->kind == TOKEN_COMMA)
        parser_fail(p, parser_span(p, t), _("Unexpected comma after argument"),
                    _("Arguments are separated by newlines, not by commas."));
    else
        parser_fail(p, parser_span(p, t), _("Missing newline after argument"),
                    _("The argument is complete here, and the line must end; but found %.*s."),
                    STR_ARG(parser_found(p, t)));
}

/* `= expr`, and the end of the line unless the block is all on one line. */
static struct attribute *parse_attribute(struct parser *p, const struct token *ident, bool single_line)
{
    struct attribute *a = ARENA_NEW(p->arena, struct attribute);
    a->name = parser_name(p, ident);
    a->equals_span = parser_span(p, parser_next(p));
    a->expr = parser_expression(p);
    a->span = parser_from(p, ident->off);
    if (p->broken || single_line)
        return a;
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_NEWLINE)
        parser_next(p);
    else if (kind != TOKEN_EOF)
        fail_end_of_argument(p, parser_peek(p));
    return a;
}

/* -- block headers -- */

/* A quoted label that is in parts: never well-formed. */
static void fail_label(struct parser *p)
{
    const struct token *open = parser_next(p), *t = parser_peek(p);
    while (t->kind == TOKEN_QUOTED_LIT) {
        parser_next(p);
        t = parser_peek(p);
    }
    if (t->kind == TOKEN_INTERP || t->kind == TOKEN_CONTROL)
        parser_fail(p, parser_span(p, t), _("Invalid string literal"),
                    _("Labels are fixed text, without templates. For a literal \"%.2s\" write \"%c%.2s\"."),
                    p->text.p + t->off, p->text.p[t->off], p->text.p + t->off);
    else
        parser_fail(p, parser_span(p, t), _("Unterminated string literal"), _("The label \"%.*s has no closing quote."),
                    (int)(t->off > open->off ? t->off - open->off - 1 : 0), p->text.p + open->off + 1);
}

static void fail_header(struct parser *p, const struct token *ident)
{
    const struct token *t = parser_peek(p);
    struct str type = parser_text(p, ident);
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_ASSIGN)
        parser_fail(p, parser_span(p, t), _("Invalid block definition"),
                    _("\"=\" belongs to an argument, but \"%.*s\" is followed by a label and so begins a block."),
                    STR_ARG(type));
    else if (kind == TOKEN_NEWLINE)
        parser_fail(p, parser_span(p, t), _("Invalid block definition"),
                    _("The \"{\" of the block \"%.*s\" must be on the same line as its type and labels."),
                    STR_ARG(type));
    else
        parser_fail(p, parser_span(p, t), _("Invalid block definition"),
                    _("A quoted label or \"{\" is expected here for the block \"%.*s\", but found %.*s."),
                    STR_ARG(type), STR_ARG(parser_found(p, t)));
}

static struct label quoted_label(struct parser *p, const struct token *t)
{
    struct str text = parser_literal(p, t);
    if (t->flags & (TOKEN_NON_ASCII | TOKEN_ESCAPES))
        text = unicode_nfc(p->arena, text);
    return (struct label){text, parser_span(p, t), true};
}

static struct label read_label(struct parser *p)
{
    const struct token *t = parser_next(p);
    if (t->kind == TOKEN_STRING)
        return quoted_label(p, t);
    struct name name = parser_name(p, t);
    return (struct label){name.text, name.span, false};
}

/* Labels and the opening brace, which is read; false after an error, and then the labels before it are kept. */
static bool parse_header(struct parser *p, const struct token *ident, struct block *b)
{
    size_t mark = pile_mark(p);
    for (enum token_kind kind; !p->broken && (kind = parser_kind(p)) != TOKEN_OBRACE;) {
        if (kind == TOKEN_STRING || kind == TOKEN_IDENT) {
            struct label label = read_label(p);
            pile_push(p, &label, sizeof label);
        } else if (kind == TOKEN_OQUOTE) {
            fail_label(p);
        } else {
            fail_header(p, ident);
        }
    }
    b->labels = pile_take(p, mark, sizeof *b->labels, &b->n_labels);
    b->header_span = parser_from(p, ident->off);
    if (!p->broken)
        b->open_span = parser_span(p, parser_next(p));
    return !p->broken;
}

/* -- blocks on one line: type { name = value } -- */

static void fail_close_of_single(struct parser *p, const struct block *b)
{
    const struct token *t = parser_peek(p);
    const char *summary = _("Invalid single-argument block definition");
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_EOF)
        parser_fail(p, b->open_span, _("Unclosed configuration block"),
                    _("This \"{\" has no \"}\" before the end of the file."));
    else if (kind == TOKEN_NEWLINE)
        parser_fail(
            p, parser_span(p, t), summary,
            _("An argument on the line of the \"{\" makes a block of one line, which must be closed on that line: put "
              "\"}\" here, or the argument on a line of its own."));
    else
        parser_fail(
            p, parser_span(p, t), summary,
            _("A block of one line holds one argument: \"}\" is expected here, but found %.*s. For more arguments, put "
              "each on a line of its own."),
            STR_ARG(parser_found(p, t)));
}

static void fail_single_item(struct parser *p, const struct token *t)
{
    enum token_kind next = parser_kind(p);
    struct str name = parser_text(p, t);
    if (next == TOKEN_STRING || next == TOKEN_OQUOTE || next == TOKEN_OBRACE || next == TOKEN_IDENT)
        parser_fail(
            p, span_join(parser_span(p, t), parser_span(p, parser_peek(p))), _("Argument definition required"),
            _("A block of one line holds one argument and no blocks. If \"%.*s\" is an argument, write \"=\" and its "
              "value; if it is a block, put it on a line of its own."),
            STR_ARG(name));
    else
        parser_fail(p, parser_span(p, t), _("Argument or block definition required"),
                    _("\"%.*s\" alone says nothing: an argument is written \"%.*s = value\"."), STR_ARG(name),
                    STR_ARG(name));
}

static const struct body *parse_single(struct parser *p, const struct block *b)
{
    struct body *body = ARENA_NEW(p->arena, struct body);
    const struct token *t = parser_next(p);
    if (t->kind != TOKEN_IDENT)
        parser_fail(p, parser_span(p, t), _("Argument or block definition required"),
                    _("An argument is expected here, but found %.*s."), STR_ARG(parser_found(p, t)));
    else if (parser_kind(p) != TOKEN_ASSIGN)
        fail_single_item(p, t);
    if (p->broken)
        return body;
    struct body_item *item = ARENA_NEW(p->arena, struct body_item);
    item->attribute = parse_attribute(p, t, true);
    *body = (struct body){.items = item, .n_items = 1, .n_attributes = 1};
    if (!p->broken && !parser_take(p, TOKEN_CBRACE))
        fail_close_of_single(p, b);
    body->end_span = parser_span(p, &p->tokens.v[p->prev]);
    return body;
}

/* -- blocks -- */

static const struct body *parse_block_body(struct parser *p, const struct block *b, const struct token *open)
{
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_NEWLINE || kind == TOKEN_EOF || kind == TOKEN_CBRACE)
        return parser_body(p, open);
    return parse_single(p, b);
}

static void parse_end_of_block(struct parser *p, const struct block *b)
{
    enum token_kind kind = parser_kind(p);
    const struct token *t = parser_peek(p);
    if (kind == TOKEN_NEWLINE)
        parser_next(p);
    else if (kind != TOKEN_EOF)
        parser_fail(p, parser_span(p, t), _("Missing newline after block definition"),
                    _("The block \"%.*s\" is complete here, and the line must end; but found %.*s."),
                    STR_ARG(b->type.text), STR_ARG(parser_found(p, t)));
}

static struct block *parse_block(struct parser *p, const struct token *ident)
{
    static const struct body empty;
    struct block *b = ARENA_NEW(p->arena, struct block);
    *b = (struct block){.type = parser_name(p, ident), .body = &empty};
    b->header_span = b->type.span;
    if (parse_header(p, ident, b)) {
        const struct token *open = &p->tokens.v[p->prev];
        if (parser_enter(p))
            b->body = parse_block_body(p, b, open);
        parser_leave(p);
        b->close_span = b->body->end_span;
    }
    b->span = parser_from(p, ident->off);
    if (!p->broken)
        parse_end_of_block(p, b);
    return b;
}

/* -- bodies -- */

/* The items of one body while they are collected. */
struct collector {
    size_t mark, n_attributes;
    struct map names; /* filled once there are many */
};

enum { FEW = 16 };

static const struct attribute *find_attribute(struct parser *p, struct collector *c, struct str name)
{
    if (c->n_attributes > FEW)
        return map_get(&c->names, name);
    size_t n = (p->pile.n - c->mark) / sizeof(struct body_item);
    const struct body_item *items = (const void *)(p->pile.p + c->mark);
    for (size_t i = 0; i < n; i++)
        if (items[i].attribute && str_eq(items[i].attribute->name.text, name))
            return items[i].attribute;
    return NULL;
}

static void index_attributes(struct parser *p, struct collector *c)
{
    size_t n = (p->pile.n - c->mark) / sizeof(struct body_item);
    const struct body_item *items = (const void *)(p->pile.p + c->mark);
    for (size_t i = 0; i < n; i++)
        if (items[i].attribute)
            map_put(&c->names, items[i].attribute->name.text, (void *)items[i].attribute);
}

static void collect(struct parser *p, struct collector *c, struct body_item item)
{
    const struct attribute *a = item.attribute, *before = a ? find_attribute(p, c, a->name.text) : NULL;
    if (before) {
        bool told = p->n_reported <= PARSE_ERRORS;
        parser_error(p, a->name.span, _("Attribute redefined"),
                     _("The argument \"%.*s\" was set before, on line %u. Each argument may be set once."),
                     STR_ARG(a->name.text), told ? parser_line(p, before->name.span.off) : 0);
        return;
    }
    pile_push(p, &item, sizeof item);
    if (!a)
        return;
    c->n_attributes++;
    if (c->n_attributes == FEW + 1)
        index_attributes(p, c);
    else if (c->n_attributes > FEW)
        map_put(&c->names, a->name.text, (void *)a);
}

static struct body_item parse_item(struct parser *p)
{
    const struct token *ident = parser_next(p);
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_ASSIGN)
        return (struct body_item){.attribute = parse_attribute(p, ident, false)};
    if (kind == TOKEN_STRING || kind == TOKEN_OQUOTE || kind == TOKEN_OBRACE || kind == TOKEN_IDENT)
        return (struct body_item){.block = parse_block(p, ident)};
    struct str name = parser_text(p, ident);
    parser_fail(p, parser_span(p, ident), _("Argument or block definition required"),
                _("\"%.*s\" alone says nothing: an argument is written \"%.*s = value\", a block \"%.*s { … }\"."),
                STR_ARG(name), STR_ARG(name), STR_ARG(name));
    return (struct body_item){0};
}

static void fail_misplaced(struct parser *p)
{
    const struct token *t = parser_next(p);
    if (t->kind == TOKEN_STRING || t->kind == TOKEN_OQUOTE)
        parser_fail(p, parser_span(p, t), _("Invalid argument name"),
                    _("The name of an argument stands without quotes. (Names in quotes are for objects: name = { "
                      "\"key\" = … }.)"));
    else if (t->kind == TOKEN_CBRACE)
        parser_fail(p, parser_span(p, t), _("Argument or block definition required"),
                    _("This \"}\" closes no block: there is one too many, or a \"{\" is missing before."));
    else
        parser_fail(p, parser_span(p, t), _("Argument or block definition required"),
                    _("The name of an argument or the type of a block is expected here, but found %.*s."),
                    STR_ARG(parser_found(p, t)));
}

/* One item, and on with the next whatever happened. */
static void parse_one(struct parser *p, struct collector *c, bool nested)
{
    size_t outer = p->item, mark = pile_mark(p);
    unsigned depth = p->depth;
    struct body_item item = {0};
    parser_peek(p);
    size_t first = p->item = p->at;
    if (parser_kind(p) == TOKEN_IDENT)
        item = parse_item(p);
    else
        fail_misplaced(p);
    p->pile.n = mark;
    p->depth = depth;
    if (p->broken)
        parser_recover(p, first, nested);
    if (item.attribute || item.block)
        collect(p, c, item);
    p->item = outer;
}

/* Of blocks within one another, the innermost alone is told. */
static void tell_unclosed(struct parser *p, const struct token *open)
{
    if (!p->told_end)
        parser_error(
            p, parser_span(p, open), _("Unclosed configuration block"),
            _("This \"{\" has no \"}\" before the end of the file. A brace may be missing inside the block, too."));
    p->told_end = true;
}

static const struct token *parse_items(struct parser *p, struct collector *c, const struct token *open)
{
    for (;;) {
        switch (parser_kind(p)) {
        case TOKEN_NEWLINE:
            parser_next(p);
            continue;
        case TOKEN_EOF:
            if (!open && parser_more(p))
                continue;
            if (open)
                tell_unclosed(p, open);
            return parser_next(p);
        case TOKEN_CBRACE:
            if (open)
                return parser_next(p);
            /* fall through */
        default:
            parse_one(p, c, open != NULL);
        }
    }
}

const struct body *parser_body(struct parser *p, const struct token *open)
{
    struct collector c = {.mark = pile_mark(p), .names = MAP_INIT(p->arena)};
    const struct token *end = parse_items(p, &c, open);
    struct body *body = ARENA_NEW(p->arena, struct body);
    body->items = pile_take(p, c.mark, sizeof *body->items, &body->n_items);
    body->n_attributes = c.n_attributes;
    body->span = parser_from(p, open ? open->off : 0);
    body->end_span = parser_span(p, end);
    return body;
}
