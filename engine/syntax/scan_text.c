/* scan_text: what stands between quotes, in heredocs and in bare templates. */
#include "syntax/scanner.h"

/* At a "$" or "%": a template sequence, or text. */
static void scan_sigil(struct scanner *s, enum token_kind literal)
{
    size_t n = scanner_sigil_length(s, s->at);
    if (n) {
        emit(s, literal, s->at + n, n > 1 ? TOKEN_ESCAPES : 0);
        return;
    }
    bool trim = byte_at(s, s->at + 2) == '~';
    emit(s, s->p[s->at] == '$' ? TOKEN_INTERP : TOKEN_CONTROL, s->at + (trim ? 3 : 2), trim ? TOKEN_TRIM : 0);
    scanner_push(s, (struct frame){.mode = MODE_SEQUENCE});
}

enum { LOOK_AHEAD = 4096 };

/* Whether the line at `at` begins like an argument: name = */
static bool looks_like_argument(struct scanner *s, size_t at)
{
    unsigned ignored = 0;
    while (at < s->to && class_at(s, at) & CLASS_SPACE)
        at++;
    size_t end = scanner_ident_end(s, at, &ignored);
    if (end == at)
        return false;
    while (end < s->to && class_at(s, end) & CLASS_SPACE)
        end++;
    return byte_at(s, end) == '=' && byte_at(s, end + 1) != '=';
}

/* Whether a quoted string that meets the end of a line before `at` was meant to span lines, rather than being short of
 * its closing quote: it was where the next line that has quotes has an odd number of them, and no line up to that looks
 * like an argument. */
static bool string_goes_on(struct scanner *s, size_t at)
{
    if (at < s->string_goes)
        return true;
    size_t quotes = 0, limit = s->to - at > LOOK_AHEAD ? at + LOOK_AHEAD : s->to;
    for (size_t i = at; i < limit; i++) {
        if ((i == at || s->p[i - 1] == '\n') && looks_like_argument(s, i))
            return false;
        if (s->p[i] == '\\')
            i++;
        else if (s->p[i] == '"')
            quotes++;
        else if (s->p[i] == '\n' && quotes)
            limit = i;
    }
    if (quotes % 2 == 0)
        return false;
    s->string_goes = limit;
    return true;
}

/* A newline inside quotes. Where the closing quote seems forgotten, all strings up to the surrounding file or heredoc
 * end here, so that the next line is read as code again; an empty newline token ends the argument. */
static void scan_quoted_newline(struct scanner *s)
{
    size_t end = s->at;
    while (end < s->to && (s->p[end] == '\n' || s->p[end] == '\r'))
        end++;
    emit_bad(s, TOKEN_QUOTED_NEWLINE, end);
    if (string_goes_on(s, end))
        return;
    while (top(s)->mode == MODE_QUOTED ||
           (top(s)->mode == MODE_SEQUENCE && s->frames[s->n_frames - 2].mode == MODE_QUOTED))
        pop(s);
    emit(s, TOKEN_NEWLINE, end, 0);
}

static void scan_quoted_special(struct scanner *s)
{
    char c = s->p[s->at];
    if (c == '"') {
        emit(s, TOKEN_CQUOTE, s->at + 1, 0);
        pop(s);
    } else if (c == '$' || c == '%') {
        scan_sigil(s, TOKEN_QUOTED_LIT);
    } else if (c == '\r' || c == '\n') {
        scan_quoted_newline(s);
    } else if (c == '\\') {
        emit_bad(s, TOKEN_INVALID, s->at + 1);
    } else {
        emit_bad(s, TOKEN_BAD_UTF8, s->at + 1);
    }
}

/* A run of text with its backslash escapes: one literal. */
void scanner_quoted(struct scanner *s)
{
    unsigned flags = 0;
    size_t end = s->at;
    while ((end = scanner_run_end(s, end, CLASS_QUOTED, &flags)) < s->to && s->p[end] == '\\') {
        char next = byte_at(s, end + 1);
        if (end + 1 >= s->to || next == '\n' || next == '\r')
            break;
        end += scanner_classes[(unsigned char)next] & CLASS_HIGH ? 1 : 2;
        flags |= TOKEN_ESCAPES;
    }
    if (end > s->at)
        emit(s, TOKEN_QUOTED_LIT, end, flags);
    else
        scan_quoted_special(s);
}

/* One line, or what is left of it, up to a template sequence or what looks like one. */
void scanner_text(struct scanner *s, bool bare)
{
    unsigned flags = 0;
    size_t end = scanner_run_end(s, s->at, CLASS_TEXT, &flags), newline = scanner_newline_length(s, end);
    if (end == s->at && !newline && (s->p[end] == '$' || s->p[end] == '%'))
        scan_sigil(s, TOKEN_STRING_LIT);
    else if (end > s->at || newline)
        emit(s, TOKEN_STRING_LIT, end + newline, flags);
    else if (s->p[end] == '\r' && bare)
        emit(s, TOKEN_STRING_LIT, end + 1, 0);
    else
        emit_bad(s, s->p[end] == '\r' ? TOKEN_INVALID : TOKEN_BAD_UTF8, end + 1);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* The end of the line at `at` (before its newline) where it holds the marker and blanks only; SIZE_MAX where it does
 * not. */
static size_t marker_line_end(const struct scanner *s, size_t at, struct str marker)
{
    while (at < s->to && is_blank(s->p[at]))
        at++;
    if (s->to - at < marker.n || memcmp(s->p + at, marker.p, marker.n) != 0)
        return SIZE_MAX;
    at += marker.n;
    while (at < s->to && is_blank(s->p[at]) && !scanner_newline_length(s, at))
        at++;
    return at == s->to || scanner_newline_length(s, at) ? at : SIZE_MAX;
}

void scanner_heredoc_line(struct scanner *s)
{
    struct frame *frame = top(s);
    size_t end = frame->line_start ? marker_line_end(s, s->at, frame->marker) : SIZE_MAX;
    if (end == SIZE_MAX) {
        size_t line = s->at;
        frame->line_start = false; /* before scan_text, which may push and so move the frames */
        size_t frames = s->n_frames;
        scanner_text(s, false);
        if (s->n_frames == frames && s->at > line && s->p[s->at - 1] == '\n')
            top(s)->line_start = true;
        return;
    }
    emit(s, TOKEN_CHEREDOC, end, 0);
    pop(s);
    if (scanner_newline_length(s, end))
        emit(s, TOKEN_NEWLINE, end + scanner_newline_length(s, end), 0);
}
