#include "syntax/traversal.h"
#include "syntax/parser.h"

/* -- printing -- */

static void print_escape(struct strbuf *out, unsigned char c)
{
    static const char plain[] = "\n\r\t\"\\", letters[] = "nrt\"\\";
    const char *found = c ? strchr(plain, c) : NULL;
    if (found)
        strbuf_printf(out, "\\%c", letters[found - plain]);
    else if (c < 0x20 || c == 0x7f)
        strbuf_printf(out, "\\u%04x", c);
    else
        strbuf_addc(out, (char)c);
}

void traversal_print_quoted(struct strbuf *out, struct str s)
{
    strbuf_addc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if ((s.p[i] == '$' || s.p[i] == '%') && i + 1 < s.n && s.p[i + 1] == '{')
            strbuf_addc(out, s.p[i]);
        print_escape(out, (unsigned char)s.p[i]);
    }
    strbuf_addc(out, '"');
}

static void print_key(struct strbuf *out, const struct step *step)
{
    if (step->key->kind == EXPR_STRING)
        traversal_print_quoted(out, step->text);
    else
        strbuf_add(out, step->key->kind == EXPR_NUMBER ? step->text : expr_keyword(step->key));
}

void traversal_print_steps(struct strbuf *out, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        strbuf_addc(out, steps[i].kind == STEP_ATTR ? '.' : '[');
        if (steps[i].kind == STEP_ATTR) {
            strbuf_add(out, steps[i].text);
            continue;
        }
        print_key(out, &steps[i]);
        strbuf_addc(out, ']');
    }
}

void traversal_print(struct strbuf *out, const struct traversal *traversal)
{
    strbuf_add(out, traversal->root.text);
    traversal_print_steps(out, traversal->steps, traversal->n_steps);
}

/* -- reading -- */

static void read_attr(struct parser *p, const struct token *dot)
{
    const struct token *t = parser_peek(p);
    if (!parser_take(p, TOKEN_IDENT)) {
        parser_fail(p, parser_span(p, t), _("Attribute name required"),
                    t->kind == TOKEN_STAR ? _("A splat (.*) may not be used here, found %.*s.")
                                          : _("After a dot a name is expected, but found %.*s."),
                    STR_ARG(parser_found(p, t)));
        return;
    }
    struct name name = parser_name(p, t);
    struct step step = {.kind = STEP_ATTR, .span = parser_from(p, dot->off), .key_span = name.span, .text = name.text};
    pile_push(p, &step, sizeof step);
}

static const struct expr *read_key(struct parser *p)
{
    const struct token *t = parser_peek(p);
    if (parser_take(p, TOKEN_STRING))
        return parser_string(p, t);
    if (parser_take(p, TOKEN_NUMBER))
        return parser_number(p, t);
    parser_fail(p, parser_span(p, t), _("Index value required"),
                _("Between the brackets a number or a quoted string is expected, but found %.*s."),
                STR_ARG(parser_found(p, t)));
    return NULL;
}

static void read_index(struct parser *p, const struct token *open)
{
    const struct expr *key = read_key(p);
    const struct token *close = parser_peek(p);
    if (!p->broken && !parser_take(p, TOKEN_CBRACKET))
        parser_fail(p, parser_span(p, close), _("Unclosed index brackets"),
                    _("After the index \"]\" is expected, but found %.*s."), STR_ARG(parser_found(p, close)));
    if (p->broken || key->kind == EXPR_INVALID)
        return;
    struct step step = {.kind = STEP_INDEX, .span = parser_from(p, open->off), .key_span = key->span, .key = key};
    step.text = key->kind == EXPR_STRING ? expr_string(key)->text : expr_number(key)->text;
    pile_push(p, &step, sizeof step);
}

static void read_steps(struct parser *p)
{
    while (!p->broken) {
        const struct token *t = parser_peek(p);
        if (parser_take(p, TOKEN_DOT))
            read_attr(p, t);
        else if (parser_take(p, TOKEN_OBRACKET))
            read_index(p, t);
        else if (t->kind == TOKEN_EOF)
            return;
        else
            parser_fail(p, parser_span(p, t), _("Invalid character"),
                        _("\".name\" or \"[index]\" is expected here, but found %.*s."), STR_ARG(parser_found(p, t)));
    }
}

const struct traversal *parser_traversal(struct parser *p)
{
    const struct token *t = parser_peek(p);
    struct traversal *traversal = ARENA_NEW(p->arena, struct traversal);
    if (!parser_take(p, TOKEN_IDENT)) {
        parser_fail(p, parser_span(p, t), _("Variable name required"),
                    _("A name is expected at the start, but found %.*s."), STR_ARG(parser_found(p, t)));
        return traversal;
    }
    traversal->root = parser_name(p, t);
    size_t mark = pile_mark(p);
    read_steps(p);
    traversal->steps = pile_take(p, mark, sizeof *traversal->steps, &traversal->n_steps);
    traversal->span = parser_from(p, t->off);
    return traversal;
}
