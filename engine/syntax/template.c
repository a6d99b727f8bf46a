/*
 * template: strings with ${ } and %{ }, heredocs and bare templates. parts.c makes a flat list of parts; here
 * directives and what stands between them become a tree.
 */
#include "syntax/parts.h"

/* Parts being consumed; the last one is PART_END. */
struct cursor {
    struct parser *p;
    const struct part *next;
    bool failed; /* reported: the tree is not to be used */
};

static const char *part_name(enum part_kind kind)
{
    return kind == PART_ELSE ? "else" : kind == PART_ENDIF ? "endif" : kind == PART_ENDFOR ? "endfor" : "";
}

/* A directive that does not belong here. `inside` is the one that is open, NULL for none. */
static void fail_directive(struct cursor *c, const struct part *inside)
{
    struct parser *p = c->p;
    const struct part *part = c->next;
    const char *open = !inside ? NULL : inside->kind == PART_IF ? "if" : "for";
    c->failed = true;
    if (part->kind == PART_END)
        parser_error(p, part->span, _("Unexpected end of template"),
                     _("The directive \"%%{ %s\" has no \"%%{ end%s }\"."), open, open);
    else if (inside)
        parser_error(
            p, part->span,
            part->kind == PART_ELSE    ? _("Unexpected else directive")
            : part->kind == PART_ENDIF ? _("Unexpected endif directive")
                                       : _("Unexpected endfor directive"),
            _("\"%%{ %s }\" does not belong here: \"%%{ %s\" was opened last, and is ended by \"%%{ end%s }\"."),
            part_name(part->kind), open, open);
    else
        parser_error(p, part->span,
                     part->kind == PART_ELSE    ? _("Unexpected else directive")
                     : part->kind == PART_ENDIF ? _("Unexpected endif directive")
                                                : _("Unexpected endfor directive"),
                     _("\"%%{ %s }\" ends nothing: no directive is open here."), part_name(part->kind));
}

static struct expr *make_text(struct parser *p, const struct part *part)
{
    struct expr_string *e = NODE(p, expr_string, EXPR_STRING, part->span, 0);
    e->text = part->text;
    return &e->expr;
}

static const struct expr *build_directive(struct cursor *c);

/* One expression; NULL for text that was trimmed away, and after an error. */
static const struct expr *build_part(struct cursor *c)
{
    const struct part *part = c->next;
    if (part->kind == PART_IF || part->kind == PART_FOR)
        return build_directive(c);
    c->next++;
    if (part->kind == PART_VALUE)
        return part->expr;
    return part->text.n ? make_text(c->p, part) : NULL;
}

/* Expressions up to a directive that ends something, on the pile. Returns the height. */
static unsigned build_run(struct cursor *c)
{
    unsigned below = 0;
    while (c->next->kind < PART_ELSE && !c->p->broken && !c->failed) {
        const struct expr *e = build_part(c);
        if (!e)
            continue;
        below = taller(below, height(e));
        pile_push(c->p, &e, sizeof e);
    }
    return below;
}

/* What build_run left on the pile as one expression: text alone is EXPR_STRING. */
static const struct expr *finish_run(struct cursor *c, size_t mark, unsigned below, struct span span)
{
    size_t n;
    const struct expr *const *parts = pile_take(c->p, mark, sizeof *parts, &n);
    if (n > 1 || (n == 1 && parts[0]->kind != EXPR_STRING) || (n == 1 && c->p->broken)) {
        struct expr_template *e = NODE(c->p, expr_template, EXPR_TEMPLATE, span, below);
        e->parts = parts;
        e->n_parts = n;
        return &e->expr;
    }
    struct expr_string *e = NODE(c->p, expr_string, EXPR_STRING, span, 0);
    e->text = n ? expr_string(parts[0])->text : STR("");
    return &e->expr;
}

/* The run between two directives. */
static const struct expr *build_inner(struct cursor *c, struct span after)
{
    size_t mark = pile_mark(c->p);
    const struct part *first = c->next;
    unsigned below = build_run(c);
    struct span span = first == c->next ? span_end(after) : span_join(first->span, c->next[-1].span);
    return finish_run(c, mark, below, span);
}

static const struct expr *build_if(struct cursor *c)
{
    const struct part *open = c->next++;
    const struct expr *yes = build_inner(c, open->span), *no = NULL;
    if (c->next->kind == PART_ELSE && !c->failed) {
        const struct part *otherwise = c->next++;
        no = build_inner(c, otherwise->span);
    } else {
        struct expr_string *nothing =
            NODE(c->p, expr_string, EXPR_STRING, ((struct span){open->span.file, c->next->span.off, 0}), 0);
        nothing->text = STR("");
        no = &nothing->expr;
    }
    if (c->next->kind != PART_ENDIF && !c->failed)
        fail_directive(c, open);
    if (c->failed)
        return NULL;
    unsigned below = taller(height(open->expr), taller(height(yes), height(no)));
    struct expr_template_if *e =
        NODE(c->p, expr_template_if, EXPR_TEMPLATE_IF, span_join(open->span, c->next++->span), below);
    e->condition = open->expr;
    e->yes = yes;
    e->no = no;
    e->if_span = open->span;
    return &e->expr;
}

static const struct expr *build_for(struct cursor *c)
{
    const struct part *open = c->next++;
    const struct expr *body = build_inner(c, open->span);
    if (c->next->kind != PART_ENDFOR && !c->failed)
        fail_directive(c, open);
    if (c->failed)
        return NULL;
    unsigned below = taller(height(open->head->collection), height(body));
    struct expr_template_for *e =
        NODE(c->p, expr_template_for, EXPR_TEMPLATE_FOR, span_join(open->span, c->next++->span), below);
    e->key = open->head->key;
    e->value = open->head->value;
    e->collection = open->head->collection;
    e->body = body;
    e->for_span = open->span;
    return &e->expr;
}

static const struct expr *build_directive(struct cursor *c)
{
    const struct expr *e = NULL;
    if (parser_enter(c->p))
        e = c->next->kind == PART_IF ? build_if(c) : build_for(c);
    parser_leave(c->p);
    return e;
}

/* Any parts: they are moved to the arena, since building needs the pile. */
static const struct expr *build_tree(struct parser *p, const struct part *parts, size_t n, struct span span)
{
    struct part *moved = ARENA_ARRAY(p->arena, struct part, n);
    struct cursor c = {.p = p, .next = memcpy(moved, parts, n * sizeof *parts)};
    size_t mark = pile_mark(p);
    unsigned below = build_run(&c);
    if (c.next->kind != PART_END && !p->broken && !c.failed)
        fail_directive(&c, NULL);
    const struct expr *e = finish_run(&c, mark, below, span);
    return c.failed ? parser_invalid(p, span.off) : e;
}

/* Text and values alone, the usual case. */
static const struct expr *build_flat(struct parser *p, const struct part *parts, size_t n, struct span span)
{
    const struct expr **list = ARENA_ARRAY(p->arena, const struct expr *, n);
    unsigned below = 0;
    size_t kept = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (parts[i].kind == PART_TEXT && !parts[i].text.n)
            continue;
        list[kept] = parts[i].kind == PART_TEXT ? make_text(p, &parts[i]) : parts[i].expr;
        below = taller(below, height(list[kept++]));
    }
    struct expr_template *e = NODE(p, expr_template, EXPR_TEMPLATE, span, below);
    e->parts = list;
    e->n_parts = kept;
    return &e->expr;
}

static bool has_directives(const struct part *parts, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (parts[i].kind != PART_TEXT && parts[i].kind != PART_VALUE)
            return true;
    return false;
}

static const struct expr *build(struct parser *p, const struct part *parts, size_t n, struct span span)
{
    if (has_directives(parts, n))
        return build_tree(p, parts, n, span);
    if (n == 2 && parts[0].kind == PART_VALUE) {
        struct expr_wrap *e = NODE(p, expr_wrap, EXPR_WRAP, span, height(parts[0].expr));
        e->inner = parts[0].expr;
        return &e->expr;
    }
    if (n == 1 || (n == 2 && parts[0].kind == PART_TEXT)) {
        struct expr_string *e = NODE(p, expr_string, EXPR_STRING, span, 0);
        e->text = n == 1 ? STR("") : parts[0].text;
        return &e->expr;
    }
    return build_flat(p, parts, n, span);
}

/* The content up to and with the closing token. `start` is where the whole begins. */
static const struct expr *parse_parts(struct parser *p, enum token_kind end, uint32_t start, bool flush)
{
    size_t mark = pile_mark(p), n = parts_read(p, end, flush);
    if (!n)
        return parser_invalid(p, start);
    const struct expr *e = build(p, (const void *)(p->pile.p + mark), n, parser_from(p, start));
    p->pile.n = mark;
    return e;
}

const struct expr *parser_template(struct parser *p)
{
    const struct token *open = parser_next(p);
    bool heredoc = open->kind == TOKEN_OHEREDOC;
    return parse_parts(p, heredoc ? TOKEN_CHEREDOC : TOKEN_CQUOTE, open->off, open->flags & TOKEN_FLUSH);
}

const struct expr *parser_bare_template(struct parser *p)
{
    return parse_parts(p, TOKEN_EOF, p->tokens.v[0].off, false);
}
