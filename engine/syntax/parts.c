/* parts: tokens of a template to a flat list of parts. */
#include "syntax/parts.h"
#include "base/unicode.h"

/* Parts while they are collected. */
struct reader {
    struct parser *p;
    enum token_kind end;
    uint32_t start;   /* where the content begins */
    bool trim_next;   /* the last sequence was closed by ~} */
    bool text_before; /* the last token was text, so ~ may trim it */
};

/* -- white space -- */

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

/* -- tokens to parts -- */

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
    if (str_is(word, "for")) {
        struct for_head *head = ARENA_NEW(p->arena, struct for_head);
        *head = parser_for_head(p, N_("Invalid 'for' directive"));
        return (struct part){.kind = PART_FOR, .head = head};
    }
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

/* -- <<- -- */

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

/* -- runs of text to one -- */

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

/* -- -- -- */

size_t parts_read(struct parser *p, enum token_kind end, bool flush)
{
    struct reader r = {.p = p, .end = end, .start = p->tokens.v[p->at].off};
    size_t mark = pile_mark(p);
    while (read_part(&r))
        continue;
    if (p->broken)
        return 0;
    push_part(&r, (struct part){.kind = PART_END, .span = parser_span(p, &p->tokens.v[p->prev])});
    struct part *parts = (void *)(p->pile.p + mark);
    size_t n = (p->pile.n - mark) / sizeof *parts - 1;
    if (flush)
        flush_parts(parts, n);
    size_t kept = meld_all(p, parts, n);
    parts[kept] = parts[n];
    return kept + 1;
}
