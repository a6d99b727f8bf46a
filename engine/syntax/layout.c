/*
 * layout: three passes over lines. A line has up to three cells: what leads, an assignment ("= value", where its
 * brackets are balanced) and a trailing comment. First each line is indented, then pieces are spaced within cells, and
 * last the assignments and comments of neighbouring lines are aligned.
 */
#include "syntax/layout.h"
#include "base/arena.h"
#include "base/unicode.h"

#include <stdlib.h>

static bool is_ascii(struct str text)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= text.n; i += sizeof word) {
        memcpy(&word, text.p + i, sizeof word);
        if (word & 0x8080808080808080u)
            return false;
    }
    for (; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

/* Columns that the text of such a token takes: bytes, but where it can be anything else than ASCII, or hold CR LF,
 * which is one. */
static size_t text_columns(enum token_kind kind, struct str text, bool ascii)
{
    switch (kind) {
    case TOKEN_NEWLINE:
    case TOKEN_COMMENT:
    case TOKEN_OHEREDOC:
    case TOKEN_CHEREDOC:
    case TOKEN_STRING_LIT:
        return text.n > 1 && (memchr(text.p, '\r', text.n) || !is_ascii(text)) ? unicode_length(text) : text.n;
    case TOKEN_IDENT:
    case TOKEN_QUOTED_LIT:
        return ascii ? text.n : unicode_length(text);
    default:
        return text.n;
    }
}

struct piece layout_piece(enum token_kind kind, size_t spaces, struct str text, bool ascii)
{
    size_t columns = text_columns(kind, text, ascii);
    return (struct piece){text.p, (uint32_t)text.n, (uint32_t)spaces, (uint32_t)columns, (uint8_t)kind};
}

/* Cells are [start, assign), [assign, comment) and [comment, end). */
struct line {
    size_t start, assign, comment, end;
    size_t width; /* columns before the cell that is being aligned */
};

struct layout {
    struct piece *v;
    struct line *lines;
    size_t n_lines;
    int *indents; /* brackets that each level of indentation has opened */
    size_t n_indents, cap_indents;
};

static bool ends_line(const struct piece *piece)
{
    if (piece->kind == TOKEN_COMMENT)
        return piece->n && piece->p[piece->n - 1] == '\n';
    return piece->kind == TOKEN_NEWLINE;
}

/* Brackets opened less those closed in [from, to). */
static int net_brackets(const struct layout *l, size_t from, size_t to)
{
    int net = 0;
    for (size_t i = from; i < to; i++)
        net += token_bracket(l->v[i].kind);
    return net;
}

static struct line make_line(const struct layout *l, size_t start, size_t end)
{
    struct line line = {start, end, end, end, 0};
    if (end - start > 1 && l->v[end - 1].kind == TOKEN_COMMENT)
        line.assign = line.comment = end - 1;
    for (size_t i = start + 1; i < line.comment; i++) {
        if (l->v[i].kind != TOKEN_ASSIGN)
            continue;
        if (net_brackets(l, i, line.comment) == 0)
            line.assign = i;
        break;
    }
    return line;
}

static void split_lines(struct layout *l, size_t n)
{
    size_t newlines = 0, start = 0;
    for (size_t i = 0; i < n; i++)
        newlines += ends_line(&l->v[i]);
    l->lines = heap_alloc((newlines + 1) * sizeof *l->lines);
    for (size_t i = 0; i < n; i++) {
        if (!ends_line(&l->v[i]))
            continue;
        l->lines[l->n_lines++] = make_line(l, start, i + 1);
        start = i + 1;
    }
    if (start < n)
        l->lines[l->n_lines++] = make_line(l, start, n);
}

/* -- indentation -- */

static void indent(struct layout *l, int opened)
{
    HEAP_ROOM(l->indents, l->n_indents, l->cap_indents, 16);
    l->indents[l->n_indents++] = opened;
}

/* Takes back the levels that `closed` brackets had opened. */
static void outdent(struct layout *l, int closed)
{
    while (closed > 0 && l->n_indents) {
        int *level = &l->indents[l->n_indents - 1];
        int taken = closed < *level ? closed : *level;
        *level -= taken;
        closed -= taken;
        if (*level == 0)
            l->n_indents--;
    }
}

/* The brackets of a line; those within a heredoc that starts in its leading cell do not count. */
static int line_brackets(const struct layout *l, const struct line *line)
{
    size_t lead_end = line->start;
    while (lead_end < line->assign && l->v[lead_end].kind != TOKEN_OHEREDOC)
        lead_end++;
    return net_brackets(l, line->start, lead_end) + net_brackets(l, line->assign, line->comment);
}

static void indent_line(struct layout *l, const struct line *line)
{
    struct piece *first = &l->v[line->start];
    if (first->kind == TOKEN_NEWLINE) {
        first->spaces = 0;
        return;
    }
    int net = line_brackets(l, line);
    if (net < 0)
        outdent(l, -net);
    first->spaces = (uint32_t)(2 * l->n_indents);
    if (net > 0)
        indent(l, net);
}

/* -- spaces between pieces -- */

static bool is_text(enum token_kind kind)
{
    return kind == TOKEN_QUOTED_LIT || kind == TOKEN_STRING_LIT;
}

/* Whether a minus behind `before` negates, rather than subtracts: going by whether an expression can end there. */
static bool is_negation(enum token_kind before)
{
    switch (before) {
    case TOKEN_EOF: /* nothing before it */
    case TOKEN_OPAREN:
    case TOKEN_OBRACE:
    case TOKEN_OBRACKET:
    case TOKEN_ASSIGN:
    case TOKEN_COLON:
    case TOKEN_COMMA:
    case TOKEN_QUESTION:
    case TOKEN_PLUS:
    case TOKEN_STAR:
    case TOKEN_SLASH:
    case TOKEN_PERCENT:
    case TOKEN_MINUS:
    case TOKEN_EQ:
    case TOKEN_NE:
    case TOKEN_GT:
    case TOKEN_GE:
    case TOKEN_LT:
    case TOKEN_LE:
    case TOKEN_AND:
    case TOKEN_OR:
    case TOKEN_BANG:
        return true;
    default:
        return false;
    }
}

/* Pairs that are decided by names and punctuation; -1 where they say nothing. */
static int space_by_punctuation(enum token_kind piece, enum token_kind after)
{
    if (after == TOKEN_NEWLINE)
        return 0;
    if (piece == TOKEN_IDENT && (after == TOKEN_OPAREN || after == TOKEN_DOUBLE_COLON))
        return 0;
    if (piece == TOKEN_DOUBLE_COLON && after == TOKEN_IDENT)
        return 0;
    if (piece == TOKEN_DOT || after == TOKEN_DOT || after == TOKEN_COMMA || after == TOKEN_ELLIPSIS)
        return 0;
    if (piece == TOKEN_COMMA)
        return 1;
    if (is_text(piece) || piece == TOKEN_OQUOTE || piece == TOKEN_OHEREDOC)
        return 0;
    if (is_text(after) || after == TOKEN_CQUOTE || after == TOKEN_CHEREDOC)
        return 0;
    return -1;
}

static bool space_by_brackets(enum token_kind piece, enum token_kind after)
{
    if (piece == TOKEN_OBRACE || after == TOKEN_CBRACE)
        return piece != TOKEN_OBRACE || after != TOKEN_CBRACE;
    if ((piece == TOKEN_INTERP || piece == TOKEN_CONTROL) && after == TOKEN_OBRACE)
        return true;
    if (piece == TOKEN_CBRACE && after == TOKEN_SEQ_END)
        return true;
    if (piece == TOKEN_SEQ_END && (after == TOKEN_INTERP || after == TOKEN_CONTROL))
        return false;
    return token_bracket(piece) <= 0 && token_bracket(after) >= 0;
}

/* Whether a space stands between `piece` and `after`; `before` is TOKEN_EOF where the piece is the first of its cell.
 */
static bool space_after(const struct piece *piece, enum token_kind before, enum token_kind after)
{
    int decided = space_by_punctuation(piece->kind, after);
    if (decided >= 0)
        return decided;
    if (piece->kind == TOKEN_IDENT && before == TOKEN_IDENT && piece->n == 2 && memcmp(piece->p, "in", 2) == 0)
        return true; /* "for x in [" is no index */
    if (after == TOKEN_OBRACKET &&
        (piece->kind == TOKEN_IDENT || piece->kind == TOKEN_NUMBER || token_bracket(piece->kind) < 0))
        return false;
    if (piece->kind == TOKEN_BANG)
        return false;
    if (piece->kind == TOKEN_MINUS)
        return !is_negation(before);
    return space_by_brackets(piece->kind, after);
}

/* Whether "0." and what follows would read as one number without a space: the steps of `a.0. 1`, or of `a.0. e5`. */
static bool would_merge(enum token_kind before, const struct piece *piece, const struct piece *after)
{
    if (before != TOKEN_NUMBER || piece->kind != TOKEN_DOT)
        return false;
    if (after->kind != TOKEN_IDENT)
        return after->kind == TOKEN_NUMBER;
    size_t digit = after->n > 2 && after->p[1] == '-' ? 2 : 1;
    return (after->p[0] | 0x20) == 'e' && after->n > digit && after->p[digit] >= '0' && after->p[digit] <= '9';
}

static void space_cell(struct layout *l, size_t from, size_t to)
{
    enum token_kind before = TOKEN_EOF;
    for (size_t i = from; i + 1 < to; i++) {
        const struct piece *piece = &l->v[i];
        l->v[i + 1].spaces = would_merge(before, piece, piece + 1) || space_after(piece, before, piece[1].kind);
        before = l->v[i].kind;
    }
}

static void space_line(struct layout *l, const struct line *line)
{
    space_cell(l, line->start, line->assign);
    if (line->assign < line->comment)
        l->v[line->assign].spaces = 1;
    space_cell(l, line->assign, line->comment);
}

/* -- alignment -- */

static size_t columns(const struct layout *l, size_t from, size_t to)
{
    size_t n = 0;
    for (size_t i = from; i < to; i++)
        n += l->v[i].spaces + l->v[i].columns;
    return n;
}

/* The piece that begins the cell to align: the assignment, or else the comment; SIZE_MAX where the line has none. */
static size_t cell_start(const struct line *line, bool comments)
{
    if (comments)
        return line->comment < line->end ? line->comment : SIZE_MAX;
    return line->assign < line->comment ? line->assign : SIZE_MAX;
}

/* Aligns the cells of lines [from, to), which all have one. */
static void align_run(struct layout *l, size_t from, size_t to, bool comments)
{
    size_t widest = 0;
    for (size_t i = from; i < to; i++) {
        struct line *line = &l->lines[i];
        line->width = columns(l, line->start, cell_start(line, comments));
        widest = line->width > widest ? line->width : widest;
    }
    for (size_t i = from; i < to; i++) {
        const struct line *line = &l->lines[i];
        l->v[cell_start(line, comments)].spaces = (uint32_t)(widest - line->width + 1);
    }
}

static void align(struct layout *l, bool comments)
{
    for (size_t i = 0; i < l->n_lines;) {
        size_t end = i;
        while (end < l->n_lines && cell_start(&l->lines[end], comments) != SIZE_MAX)
            end++;
        align_run(l, i, end, comments);
        i = end > i ? end : i + 1;
    }
}

void layout_pieces(struct piece *pieces, size_t n)
{
    struct layout l = {.v = pieces};
    split_lines(&l, n);
    for (size_t i = 0; i < l.n_lines; i++) {
        indent_line(&l, &l.lines[i]);
        space_line(&l, &l.lines[i]);
    }
    align(&l, false);
    align(&l, true);
    free(l.lines);
    free(l.indents);
}
