#include "syntax/parser.h"

#include <stdlib.h>

/* A parser at the first token of text[from, to). False where the text is too long to be scanned: reported. */
static bool start(struct parser *p, uint32_t from, uint32_t to, enum scan_mode mode, size_t instalment)
{
    if (to > p->text.n)
        to = (uint32_t)p->text.n;
    if (from > to)
        from = to;
    if (to - from > PARSE_SIZE) {
        diag_error(p->diags, (struct span){p->file, from, 0}, _("File too large"),
                   _("This text has %u bytes; configuration may have %d at most. Split it up into several files."),
                   to - from, PARSE_SIZE);
        return false;
    }
    p->scanner = scan_open(p->text, from, to, mode, instalment);
    return parser_more(p);
}

static struct parser parser_on(struct arena *arena, struct diags *diags, const struct sources *sources, uint32_t file)
{
    const struct source *source = sources_get(sources, file);
    return (struct parser){
        .arena = arena, .diags = diags, .file = file, .text = source ? source->text : (struct str){"", 0}};
}

static void finish(struct parser *p)
{
    scan_close(p->scanner);
    tokens_free(&p->tokens);
    free(p->pile.p);
}

static struct expr *invalid_file(struct parser *p)
{
    return parser_node(p, sizeof(struct expr), EXPR_INVALID, (struct span){p->file, 0, 0}, 0);
}

/* What follows something that should be the whole text. */
static void check_end(struct parser *p)
{
    const struct token *t = parser_peek(p);
    if (!p->broken && t->kind != TOKEN_EOF)
        parser_fail(p, parser_span(p, t), _("Extra characters after expression"),
                    _("The expression is complete before this, and nothing may follow it; but found %.*s."),
                    STR_ARG(parser_found(p, t)));
}

enum { INSTALMENT = 1000 };

const struct body *parse_body(struct arena *arena, struct diags *diags, const struct sources *sources, uint32_t file)
{
    struct parser p = parser_on(arena, diags, sources, file);
    if (!start(&p, 0, UINT32_MAX, SCAN_CODE, INSTALMENT))
        return ARENA_NEW(arena, struct body);
    p.newlines = true;
    const struct body *body = parser_body(&p, NULL);
    finish(&p);
    return body;
}

const struct body *parser_parse_tokens(struct arena *arena, struct diags *diags, const struct sources *sources,
                                       uint32_t file, struct tokens tokens)
{
    struct parser p = parser_on(arena, diags, sources, file);
    p.tokens = tokens;
    p.newlines = true;
    parser_check_tokens(&p);
    const struct body *body = parser_body(&p, NULL);
    free(p.pile.p);
    return body;
}

const struct expr *parser_expression_in(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        struct span span)
{
    struct parser p = parser_on(arena, diags, sources, span.file);
    if (!start(&p, span.off, span.off + span.len, SCAN_CODE, SIZE_MAX))
        return invalid_file(&p);
    const struct expr *e = parser_expression(&p);
    check_end(&p);
    if (p.broken)
        e = invalid_file(&p);
    finish(&p);
    return e;
}

const struct expr *parse_expression(struct arena *arena, struct diags *diags, const struct sources *sources,
                                    uint32_t file)
{
    const struct source *source = sources_get(sources, file);
    size_t n = source ? source->text.n : 0;
    return parser_expression_in(arena, diags, sources,
                                (struct span){file, 0, n < UINT32_MAX ? (uint32_t)n : UINT32_MAX});
}

const struct expr *parse_template(struct arena *arena, struct diags *diags, const struct sources *sources,
                                  uint32_t file, uint32_t from, uint32_t to)
{
    struct parser p = parser_on(arena, diags, sources, file);
    if (!start(&p, from, to, SCAN_TEMPLATE, SIZE_MAX))
        return invalid_file(&p);
    const struct expr *e = parser_bare_template(&p);
    finish(&p);
    return e;
}

const struct traversal *parse_traversal(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        uint32_t file)
{
    struct parser p = parser_on(arena, diags, sources, file);
    if (!start(&p, 0, UINT32_MAX, SCAN_CODE, SIZE_MAX))
        return NULL;
    const struct traversal *traversal = parser_traversal(&p);
    bool ok = !p.broken && !p.n_reported;
    finish(&p);
    return ok ? traversal : NULL;
}
