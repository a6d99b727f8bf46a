/* collection: tuple and object constructors. */
#include "syntax/parser.h"

/* An item must be followed by a separator or the closing bracket; `what` is the summary for anything else. */
static void fail_item(struct parser *p, const struct token *open, bool object)
{
    const struct token *t = parser_peek(p);
    size_t before = p->n_reported;
    if (t->kind == TOKEN_EOF) {
        parser_fail(p, parser_span(p, open),
                    object ? _("Unterminated object constructor expression")
                           : _("Unterminated tuple constructor expression"),
                    object ? _("This \"{\" has no \"}\" before the end of the file.")
                           : _("This \"[\" has no \"]\" before the end of the file."));
        return;
    }
    if (object)
        parser_fail(
            p, parser_span(p, t), _("Missing attribute separator"),
            _("Attributes of an object are separated by newlines or commas: one of these or \"}\" is expected here, "
              "but found %.*s."),
            STR_ARG(parser_found(p, t)));
    else
        parser_fail(p, parser_span(p, t), _("Missing item separator"),
                    _("Items of a list are separated by commas: \",\" or \"]\" is expected here, but found %.*s."),
                    STR_ARG(parser_found(p, t)));
    parser_note_open(p, before, open->off);
}

/* -- tuples -- */

static unsigned parse_tuple_items(struct parser *p, const struct token *open)
{
    unsigned below = 0;
    while (!p->broken && parser_kind(p) != TOKEN_CBRACKET) {
        const struct expr *item = parser_expression(p);
        if (p->broken)
            break;
        below = taller(below, height(item));
        pile_push(p, &item, sizeof item);
        if (!parser_take(p, TOKEN_COMMA) && parser_kind(p) != TOKEN_CBRACKET)
            fail_item(p, open, false);
    }
    return below;
}

const struct expr *parser_tuple(struct parser *p)
{
    const struct token *open = parser_next(p);
    bool newlines = p->newlines;
    p->newlines = false;
    if (parser_is_word(p, parser_peek(p), STR("for"))) {
        const struct expr *e = parser_for(p, open);
        p->newlines = newlines;
        return e;
    }
    size_t mark = pile_mark(p);
    unsigned below = parse_tuple_items(p, open);
    if (p->broken)
        return parser_invalid(p, open->off);
    struct span close = parser_span(p, parser_next(p));
    p->newlines = newlines;
    struct expr_tuple *e = NODE(p, expr_tuple, EXPR_TUPLE, parser_from(p, open->off), below);
    e->items = pile_take(p, mark, sizeof *e->items, &e->n_items);
    e->open_span = parser_span(p, open);
    e->close_span = close;
    return &e->expr;
}

/* -- objects -- */

static void fail_key(struct parser *p, const struct token *open)
{
    const struct token *t = parser_peek(p);
    enum token_kind kind = parser_kind(p);
    if (kind == TOKEN_EOF)
        fail_item(p, open, true);
    else if (kind == TOKEN_NEWLINE || kind == TOKEN_COMMA)
        parser_fail(
            p, parser_span(p, t), _("Missing attribute value"),
            _("An attribute of an object is written \"name = value\", on one line. Here \"=\" is expected, but found "
              "%.*s."),
            STR_ARG(parser_found(p, t)));
    else
        parser_fail(p, parser_span(p, t), _("Missing key/value separator"),
                    _("An attribute of an object is written \"name = value\". Here \"=\" is expected, but found %.*s. "
                      "A name with "
                      "dots or blanks in it must stand in quotes."),
                    STR_ARG(parser_found(p, t)));
}

/* key = value; false after an error. */
static bool parse_object_item(struct parser *p, const struct token *open, struct object_item *item)
{
    item->key = parser_expression(p);
    if (p->broken)
        return false;
    item->name = expr_keyword(item->key);
    if (!parser_take(p, TOKEN_ASSIGN) && !parser_take(p, TOKEN_COLON)) {
        fail_key(p, open);
        return false;
    }
    item->value = parser_expression(p);
    return !p->broken;
}

static unsigned parse_object_items(struct parser *p, const struct token *open)
{
    unsigned below = 0;
    while (!p->broken && parser_kind(p) != TOKEN_CBRACE) {
        if (parser_take(p, TOKEN_NEWLINE))
            continue;
        struct object_item item;
        if (!parse_object_item(p, open, &item))
            break;
        below = taller(below, taller(height(item.key), height(item.value)));
        pile_push(p, &item, sizeof item);
        if (!parser_take(p, TOKEN_COMMA) && !parser_take(p, TOKEN_NEWLINE) && parser_kind(p) != TOKEN_CBRACE)
            fail_item(p, open, true);
    }
    return below;
}

const struct expr *parser_object(struct parser *p)
{
    const struct token *open = parser_next(p);
    bool newlines = p->newlines;
    p->newlines = false; /* newlines before a "for" do not count; before an item they never do */
    const struct expr *loop = parser_is_word(p, parser_peek(p), STR("for")) ? parser_for(p, open) : NULL;
    p->newlines = loop ? newlines : true;
    if (loop)
        return loop;
    size_t mark = pile_mark(p);
    unsigned below = parse_object_items(p, open);
    if (p->broken)
        return parser_invalid(p, open->off);
    struct span close = parser_span(p, parser_next(p));
    p->newlines = newlines;
    struct expr_object *e = NODE(p, expr_object, EXPR_OBJECT, parser_from(p, open->off), below);
    e->items = pile_take(p, mark, sizeof *e->items, &e->n_items);
    e->open_span = parser_span(p, open);
    e->close_span = close;
    return &e->expr;
}
