/* postfix: what follows a term: .name, [index], the legacy .0, and splats. */
#include "syntax/parser.h"

static struct step attr_step(struct parser *p, const struct token *dot, const struct token *t)
{
    struct name name = parser_name(p, t);
    struct span span = {p->file, dot->off, t->off + t->len - dot->off};
    return (struct step){.kind = STEP_ATTR, .span = span, .key_span = name.span, .text = name.text};
}

void parser_attr_steps(struct parser *p, struct traversal *traversal)
{
    const struct token *t = &p->tokens.v[p->at];
    size_t n = 0;
    while (t[2 * n].kind == TOKEN_DOT && t[2 * n + 1].kind == TOKEN_IDENT)
        n++;
    if (!n)
        return;
    struct step *steps = ARENA_ARRAY(p->arena, struct step, n);
    for (size_t i = 0; i < n; i++)
        steps[i] = attr_step(p, &t[2 * i], &t[2 * i + 1]);
    p->at += 2 * n;
    p->prev = p->at - 1;
    traversal->steps = steps;
    traversal->n_steps = n;
}

/* The steps of t and n more behind them. */
static void extend(struct parser *p, struct traversal *t, const struct step *steps, size_t n)
{
    if (t->n_steps) {
        struct step *all = ARENA_ARRAY(p->arena, struct step, t->n_steps + n);
        memcpy(all, t->steps, t->n_steps * sizeof *all);
        memcpy(all + t->n_steps, steps, n * sizeof *all);
        steps = all;
    }
    t->steps = steps;
    t->n_steps += n;
}

/* `e` with the steps that were collected on the pile since `mark`. */
static const struct expr *with_steps(struct parser *p, const struct expr *e, size_t mark)
{
    if (p->broken || pile_mark(p) == mark) /* after an error, what is on the pile may be anything */
        return e;
    size_t n;
    const struct step *steps = pile_take(p, mark, sizeof *steps, &n);
    struct span span = span_join(e->span, steps[n - 1].span);
    if (e->kind == EXPR_TRAVERSAL) {
        struct expr_traversal *t =
            (struct expr_traversal *)e; /* made just now by parser_term, and nobody has seen it */
        extend(p, &t->traversal, steps, n);
        t->traversal.span = t->expr.span = span;
        return e;
    }
    struct expr_relative *r = NODE(p, expr_relative, EXPR_RELATIVE, span, height(e));
    r->source = e;
    r->steps = steps;
    r->n_steps = n;
    return &r->expr;
}

static void push_attr(struct parser *p, const struct token *dot, const struct token *t)
{
    struct step step = attr_step(p, dot, t);
    pile_push(p, &step, sizeof step);
}

/* .0: a number that has been read. `blame` is what an error points at. */
static void push_legacy_index(struct parser *p, const struct token *dot, const struct token *t,
                              const struct token *blame)
{
    struct str text = parser_text(p, t);
    size_t point = str_find_byte(text, '.', 0);
    if (point != SIZE_MAX) {
        parser_error(p, parser_span(p, blame), _("Invalid legacy index syntax"),
                     _("\".%.*s\" reads as one number, not as two indexes. Write [%.*s][%.*s]."), STR_ARG(text),
                     (int)point, text.p, (int)(text.n - point - 1), text.p + point + 1);
        return;
    }
    struct expr *key = parser_number(p, t);
    if (key->kind == EXPR_INVALID)
        return;
    struct step step = {.kind = STEP_INDEX,
                        .legacy = true,
                        .span = parser_from(p, dot->off),
                        .key_span = key->span,
                        .text = text,
                        .key = key};
    pile_push(p, &step, sizeof step);
}

static void fail_attr(struct parser *p, const struct token *blame, const struct token *found)
{
    parser_fail(p, parser_span(p, blame), _("Invalid attribute name"),
                _("After a dot an attribute name is expected, but found %.*s."), STR_ARG(parser_found(p, found)));
}

/* The .name and .0 steps behind a `.*`, pushed on the pile. */
static void parse_splat_attrs(struct parser *p, const struct token *star)
{
    while (!p->broken && parser_kind(p) == TOKEN_DOT) {
        const struct token *dot = parser_next(p), *t = parser_peek(p);
        if (parser_take(p, TOKEN_IDENT))
            push_attr(p, dot, t);
        else if (parser_take(p, TOKEN_NUMBER))
            push_legacy_index(p, dot, t, star);
        else if (t->kind == TOKEN_STAR)
            parser_fail(p, parser_span(p, t), _("Nested splat expression not allowed"),
                        _("Within the elements of \".*\" there can be no other \".*\". Use [*] for both."));
        else
            fail_attr(p, star, t);
    }
}

static struct expr *make_item(struct parser *p, uint32_t off)
{
    return parser_node(p, sizeof(struct expr_item), EXPR_ITEM, parser_from(p, off), 0);
}

static const struct expr *make_splat(struct parser *p, const struct expr *source, const struct expr *item,
                                     const struct expr *each, bool full)
{
    unsigned below = taller(height(source), height(each));
    struct expr_splat *e = NODE(p, expr_splat, EXPR_SPLAT, span_join(source->span, each->span), below);
    e->source = source;
    e->item = item;
    e->each = each;
    e->full = full;
    e->marker_span = item->span;
    return &e->expr;
}

/* source.* — the dot and the star have been read. */
static const struct expr *parse_attr_splat(struct parser *p, const struct expr *source, const struct token *dot)
{
    const struct token *star = &p->tokens.v[p->prev];
    const struct expr *item = make_item(p, dot->off);
    size_t mark = pile_mark(p);
    parse_splat_attrs(p, star);
    return make_splat(p, source, item, with_steps(p, item, mark), false);
}

/* The brackets that end where the parser does not find their end: the place is that of the bracket that does close, or
 * the end. */
static void fail_bracket(struct parser *p, const struct token *open, const char *summary)
{
    const struct token *t = parser_peek(p);
    size_t closer = parser_closer(p, t->kind == TOKEN_EOF ? p->at : p->at + 1, TOKEN_OBRACKET, TOKEN_CBRACKET);
    struct str line = str_sub(p->text, open->off, str_find_byte(p->text, '\n', open->off));
    parser_fail(p, parser_span(p, &p->tokens.v[closer]), summary,
                _("The bracket opened at \"%.*s\" must be closed with \"]\" behind its index, but found %.*s."),
                (int)(line.n < 40 ? line.n : 40), line.p, STR_ARG(parser_found(p, t)));
}

/* source[*] — all of that has been read; what follows goes into each element. */
static const struct expr *parse_full_splat(struct parser *p, const struct expr *source, const struct token *open)
{
    struct expr *item = make_item(p, open->off);
    const struct expr *each = parser_enter(p) ? parser_postfix(p, item) : item;
    parser_leave(p);
    return make_splat(p, source, item, each, true);
}

static const struct expr *parse_key(struct parser *p, const struct token *open)
{
    bool newlines = p->newlines;
    p->newlines = false;
    const struct expr *key = parser_expression(p);
    if (!p->broken && !parser_take(p, TOKEN_CBRACKET))
        fail_bracket(p, open, _("Missing close bracket on index"));
    p->newlines = newlines;
    return key;
}

static bool is_literal(const struct expr *e)
{
    return e->kind == EXPR_NULL || e->kind == EXPR_BOOL || e->kind == EXPR_NUMBER || e->kind == EXPR_STRING;
}

static void push_index(struct parser *p, const struct token *open, const struct expr *key)
{
    struct step step = {.kind = STEP_INDEX, .span = parser_from(p, open->off), .key_span = key->span, .key = key};
    if (key->kind == EXPR_STRING)
        step.text = expr_string(key)->text;
    else if (key->kind == EXPR_NUMBER)
        step.text = expr_number(key)->text;
    pile_push(p, &step, sizeof step);
}

static const struct expr *make_index(struct parser *p, const struct token *open, const struct expr *collection,
                                     const struct expr *key)
{
    unsigned below = taller(height(collection), height(key));
    struct span bracket = parser_from(p, open->off);
    struct expr_index *e = NODE(p, expr_index, EXPR_INDEX, span_join(collection->span, bracket), below);
    e->collection = collection;
    e->key = key;
    e->open_span = parser_span(p, open);
    e->bracket_span = bracket;
    return &e->expr;
}

/* At a "[": a literal index becomes a step on the pile, anything else a node around `e`. */
static const struct expr *parse_bracket(struct parser *p, const struct expr *e, size_t mark)
{
    const struct token *open = parser_next(p);
    if (parser_take(p, TOKEN_STAR)) {
        if (parser_take(p, TOKEN_CBRACKET))
            return parse_full_splat(p, with_steps(p, e, mark), open);
        fail_bracket(p, open, _("Missing close bracket on splat index"));
        return e;
    }
    const struct expr *key = parse_key(p, open);
    if (p->broken)
        return e;
    if (!is_literal(key))
        return make_index(p, open, with_steps(p, e, mark), key);
    push_index(p, open, key);
    return e;
}

/* At a ".". */
static const struct expr *parse_dot(struct parser *p, const struct expr *e, size_t mark)
{
    const struct token *dot = parser_next(p), *t = parser_peek(p);
    if (parser_take(p, TOKEN_IDENT))
        push_attr(p, dot, t);
    else if (parser_take(p, TOKEN_NUMBER))
        push_legacy_index(p, dot, t, t);
    else if (parser_take(p, TOKEN_STAR))
        return parse_attr_splat(p, with_steps(p, e, mark), dot);
    else
        fail_attr(p, t, t);
    return e;
}

const struct expr *parser_postfix(struct parser *p, const struct expr *e)
{
    size_t mark = pile_mark(p);
    while (!p->broken) {
        enum token_kind kind = parser_kind(p);
        if (kind == TOKEN_DOT)
            e = parse_dot(p, e, mark);
        else if (kind == TOKEN_OBRACKET)
            e = parse_bracket(p, e, mark);
        else
            break;
    }
    return with_steps(p, e, mark);
}
