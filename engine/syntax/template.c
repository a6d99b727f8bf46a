/*
 * template: strings with ${ } and %{ }, heredocs and bare templates. First the tokens become a flat list of parts,
 * trimmed by ~ and, for <<-, by the common indentation; then directives and what stands between them become a tree.
 */
#include "syntax/parser.h"
#include "base/unicode.h"

enum part_kind { PART_TEXT, PART_VALUE, PART_IF, PART_FOR, PART_ELSE, PART_ENDIF, PART_ENDFOR, PART_END };

struct part {
    enum part_kind kind;
    bool non_ascii;          /* PART_TEXT */
    struct str text;         /* PART_TEXT */
    const struct expr *expr; /* PART_VALUE, PART_IF */
    struct for_head head;    /* PART_FOR */
    struct span span;
};

/* Parts while they are collected. */
struct reader {
    struct parser *p;
    enum token_kind end;
    size_t mark;
    uint32_t start;   /* where the content begins */
    bool trim_next;   /* the last sequence was closed by ~} */
    bool text_before; /* the last token was text, so ~ may trim it */
};

/* --- white space --- */

static bool is_space(uint32_t rune)
{
    return (rune >= 0x09 && rune <= 0x0d) || rune == ' ' || rune == 0x85 || rune == 0xa0 || rune == 0x1680 ||
           (rune >= 0x2000 && rune <= 0x200a) || rune == 0x2028 || rune == 0x2029 || rune == 0x202f || rune == 0x205f ||
           rune == 0x3000;
}

/* Bytes of white space at the start of s. */
static size_t leading_space(struct str s)
{
    size_t at = 0;
    uint32_t rune;
    for (size_t n; at < s.n && (n = utf8_decode(str_sub(s, at, s.n), &rune)) && is_space(rune);)
        at += n;
    return at;
}

static struct str trim_right(struct str s)
{
    while (s.n) {
        size_t at = s.n - 1;
        while (at > 0 && ((unsigned char)s.p[at] & 0xc0) == 0x80)
            at--;
        uint32_t rune;
        if (!utf8_decode(str_sub(s, at, s.n), &rune) || !is_space(rune))
            break;
        s.n = at;
    }
    return s;
}

/* --- tokens to parts --- */

static void push_part(struct reader *r, struct part part)
{
    pile_push(r->p, &part, sizeof part);
}

static void read_text(struct reader *r, bool trim)
{
    const struct token *t = parser_next(r->p);
    struct str text = t->kind == TOKEN_QUOTED_NEWLINE ? STR("\n") : parser_literal(r->p, t);
    if (trim)
        text = str_sub(text, leading_space(text), text.n);
    push_part(r, (struct part){.kind = PART_TEXT,
                               .text = text,
                               .non_ascii = t->flags & (TOKEN_NON_ASCII | TOKEN_ESCAPES),
                               .span = parser_span(r->p, t)});
    r->text_before = true;
}

static void trim_before(struct reader *r)
{
    struct part last;
    char *slot = r->p->pile.p + r->p->pile.n - sizeof last;
    memcpy(&last, slot, sizeof last);
    last.text = trim_right(last.text);
    memcpy(slot, &last, sizeof last);
}

static void fail_close(struct reader *r)
{
    struct parser *p = r->p;
    const struct token *t = parser_peek(p);
    bool quote =
        r->end == TOKEN_CQUOTE && (t->kind == TOKEN_CQUOTE || t->kind == TOKEN_OQUOTE || t->kind == TOKEN_STRING);
    if (t->kind == TOKEN_EOF || quote)
        parser_fail(p, (struct span){p->file, r->start, 1}, _("Unclosed template interpolation sequence"),
                    _("A \"${\" in this string has no \"}\"."));
    else
        parser_fail(p, parser_span(p, t), _("Extra characters after interpolation expression"),
                    _("\"}\" is expected here to end the \"${\", but found %.*s. If this was meant for another "
                      "language, such as a "
                      "shell, write \"$${\" for a literal \"${\"."),
                    STR_ARG(parser_found(p, t)));
}

/* The closing brace of a sequence, and its ~. */
static void read_close(struct reader *r)
{
    struct parser *p = r->p;
    r->trim_next = parser_peek(p)->flags & TOKEN_TRIM;
    parser_next(p);
}

static void read_value(struct reader *r)
{
    struct part part = {.kind = PART_VALUE, .expr = parser_expression(r->p)};
    if (!r->p->broken && parser_kind(r->p) != TOKEN_SEQ_END)
        fail_close(r);
    part.span = part.expr->span;
    if (!r->p->broken)
        read_close(r);
    push_part(r, part);
}

static struct part read_keyword(struct reader *r, const struct token *t)
{
    struct parser *p = r->p;
    struct str word = parser_text(p, t);
    if (str_is(word, "if"))
        return (struct part){.kind = PART_IF, .expr = parser_expression(p)};
    if (str_is(word, "for"))
        return (struct part){.kind = PART_FOR, .head = parser_for_head(p, _("Invalid 'for' directive"))};
    if (str_is(word, "else"))
        return (struct part){.kind = PART_ELSE};
    if (str_is(word, "endif"))
        return (struct part){.kind = PART_ENDIF};
    if (str_is(word, "endfor"))
        return (struct part){.kind = PART_ENDFOR};
    parser_fail(p, parser_span(p, t), _("Invalid template control keyword"),
                _("\"%.*s\" is no directive. There are if, else, endif, for and endfor."), STR_ARG(word));
    return (struct part){0};
}

static void read_directive(struct reader *r, const struct token *open)
{
    struct parser *p = r->p;
    const struct token *keyword = parser_peek(p);
    if (!parser_take(p, TOKEN_IDENT)) {
        parser_fail(p, parser_span(p, keyword), _("Invalid template directive"),
                    _("After \"%%{\" one of if, else, endif, for and endfor is expected, but found %.*s. For a literal "
                      "\"%%{\" write "
                      "\"%%%%{\"."),
                    STR_ARG(parser_found(p, keyword)));
        return;
    }
    struct part part = read_keyword(r, keyword);
    const struct token *close = parser_peek(p);
    if (!p->broken && close->kind != TOKEN_SEQ_END)
        parser_fail(p, parser_span(p, close), _("Extra characters in template directive"),
                    _("\"}\" is expected here to end the directive \"%.*s\", but found %.*s."),
                    STR_ARG(parser_text(p, keyword)), STR_ARG(parser_found(p, close)));
    if (p->broken)
        return;
    read_close(r);
    part.span = parser_from(p, open->off);
    push_part(r, part);
}

/* After an error inside a sequence: on behind its closing brace, where that is in this string, so that more than the
 * first mistake in a long template is told. */
static void recover_sequence(struct reader *r, size_t open, size_t mark, unsigned depth)
{
    struct parser *p = r->p;
    int nest = 1;
    for (size_t i = open + 1; i - open <= PARSER_LOOK_AHEAD; i++) {
        enum token_kind kind = p->tokens.v[i].kind;
        if (kind == TOKEN_EOF || kind == TOKEN_QUOTED_NEWLINE)
            return;
        nest += (kind == TOKEN_INTERP || kind == TOKEN_CONTROL) - (kind == TOKEN_SEQ_END);
        if (nest)
            continue;
        p->at = i + 1;
        p->prev = i;
        p->broken = false;
        p->depth = depth;
        p->pile.n = mark;
        push_part(r, (struct part){.kind = PART_VALUE, .expr = parser_invalid(p, p->tokens.v[open].off)});
        return;
    }
}

static void read_sequence(struct reader *r)
{
    struct parser *p = r->p;
    size_t mark = pile_mark(p);
    unsigned depth = p->depth;
    const struct token *open = parser_next(p);
    size_t first = p->prev;
    bool newlines = p->newlines;
    if (r->text_before && open->flags & TOKEN_TRIM)
        trim_before(r);
    r->text_before = false;
    p->newlines = false;
    if (open->kind == TOKEN_INTERP)
        read_value(r);
    else
        read_directive(r, open);
    if (p->broken)
        recover_sequence(r, first, mark, depth);
    p->newlines = newlines;
}

static void fail_unterminated(struct reader *r)
{
    struct parser *p = r->p;
    parser_fail(p, parser_span(p, parser_peek(p)), _("Unterminated template string"),
                r->end == TOKEN_CHEREDOC
                    ? _("The file ends before the heredoc does: its marker must stand on a line of its own.")
                    : _("The string has no closing quote."));
}

/* Reads one token, or one sequence; false at the end, which is read, and after an error. */
static bool read_part(struct reader *r)
{
    bool trim = r->trim_next;
    r->trim_next = false;
    const struct token *t = &r->p->tokens.v[r->p->at]; /* no white space between the tokens of a template */
    switch (t->kind) {
    case TOKEN_QUOTED_LIT:
    case TOKEN_STRING_LIT:
    case TOKEN_QUOTED_NEWLINE:
        read_text(r, trim);
        return true;
    case TOKEN_INTERP:
    case TOKEN_CONTROL:
        read_sequence(r);
        return !r->p->broken;
    case TOKEN_INVALID:
    case TOKEN_BAD_UTF8:
        parser_next(r->p);
        r->text_before = false;
        return true;
    default:
        if (t->kind == r->end)
            parser_next(r->p);
        else
            fail_unterminated(r);
        return false;
    }
}

/* --- <<- --- */

/* The indentation of a line's first part, in characters; SIZE_MAX where it does not count: a blank line. */
static size_t part_indent(const struct part *part)
{
    if (part->kind != PART_TEXT)
        return 0;
    struct str s = part->text;
    size_t space = leading_space(s);
    if (space == s.n && s.n && s.p[s.n - 1] == '\n')
        return SIZE_MAX;
    return unicode_length(str_sub(s, 0, space));
}

static struct str cut_graphemes(struct str s, size_t n)
{
    while (n-- && s.n)
        s = str_sub(s, unicode_grapheme(s), s.n);
    return s;
}

static bool ends_line(const struct part *part)
{
    return part->kind == PART_TEXT && part->text.n && part->text.p[part->text.n - 1] == '\n';
}

/* Removes from each line as much white space as all have in common. Trimming by ~ has been done, and counts. */
static void flush_parts(struct part *parts, size_t n)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        size_t indent = i == 0 || ends_line(&parts[i - 1]) ? part_indent(&parts[i]) : SIZE_MAX;
        if (indent < least)
            least = indent;
    }
    for (size_t i = n; i-- > 0 && least && least != SIZE_MAX;)
        if ((i == 0 || ends_line(&parts[i - 1])) && part_indent(&parts[i]) != SIZE_MAX)
            parts[i].text = cut_graphemes(parts[i].text, least);
}

/* --- runs of text to one --- */

/* Joins parts[from, to) of text. Where they lie behind one another in memory, as they mostly do, nothing is copied. */
static struct part meld(struct parser *p, const struct part *parts, size_t from, size_t to)
{
    struct part all = parts[from];
    bool adjacent = true;
    size_t total = 0;
    for (size_t i = from; i < to; i++) {
        adjacent &= i == from || parts[i].text.p == parts[i - 1].text.p + parts[i - 1].text.n;
        total += parts[i].text.n;
        all.non_ascii |= parts[i].non_ascii;
        all.span = span_join(all.span, parts[i].span);
    }
    if (!adjacent) {
        char *joined = arena_alloc(p->arena, total + 1);
        all.text.p = joined;
        for (size_t i = from; i < to; joined += parts[i++].text.n)
            if (parts[i].text.n)
                memcpy(joined, parts[i].text.p, parts[i].text.n);
    }
    all.text.n = total;
    if (all.non_ascii)
        all.text = unicode_nfc(p->arena, all.text);
    return all;
}

static size_t meld_all(struct parser *p, struct part *parts, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i + 1;
        while (parts[i].kind == PART_TEXT && end < n && parts[end].kind == PART_TEXT)
            end++;
        parts[kept++] = parts[i].kind == PART_TEXT ? meld(p, parts, i, end) : parts[i];
        i = end;
    }
    return kept;
}

/* --- parts to a tree --- */

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
    unsigned below = taller(height(open->head.collection), height(body));
    struct expr_template_for *e =
        NODE(c->p, expr_template_for, EXPR_TEMPLATE_FOR, span_join(open->span, c->next++->span), below);
    e->key = open->head.key;
    e->value = open->head.value;
    e->collection = open->head.collection;
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

static const struct expr *build(struct parser *p, const struct part *parts, struct span span)
{
    struct cursor c = {.p = p, .next = parts};
    if (parts[0].kind == PART_VALUE && parts[1].kind == PART_END) {
        struct expr_wrap *e = NODE(p, expr_wrap, EXPR_WRAP, span, height(parts[0].expr));
        e->inner = parts[0].expr;
        return &e->expr;
    }
    size_t mark = pile_mark(p);
    unsigned below = build_run(&c);
    if (c.next->kind != PART_END && !p->broken && !c.failed)
        fail_directive(&c, NULL);
    const struct expr *e = finish_run(&c, mark, below, span);
    return c.failed ? parser_invalid(p, span.off) : e;
}

/* --- */

/* The content up to and with the closing token. `start` is where the whole begins. */
static const struct expr *read_template(struct parser *p, enum token_kind end, uint32_t start, bool flush)
{
    struct reader r = {.p = p, .end = end, .mark = pile_mark(p), .start = p->tokens.v[p->at].off};
    while (read_part(&r))
        continue;
    if (p->broken)
        return parser_invalid(p, start);
    push_part(&r, (struct part){.kind = PART_END, .span = parser_span(p, &p->tokens.v[p->prev])});
    size_t n;
    struct part *parts = pile_take(p, r.mark, sizeof *parts, &n);
    if (flush)
        flush_parts(parts, n - 1);
    parts[meld_all(p, parts, n - 1)] = parts[n - 1];
    return build(p, parts, parser_from(p, start));
}

const struct expr *parser_template(struct parser *p)
{
    const struct token *open = parser_next(p);
    bool heredoc = open->kind == TOKEN_OHEREDOC;
    return read_template(p, heredoc ? TOKEN_CHEREDOC : TOKEN_CQUOTE, open->off, open->flags & TOKEN_FLUSH);
}

const struct expr *parser_bare_template(struct parser *p)
{
    return read_template(p, TOKEN_EOF, p->tokens.v[0].off, false);
}
