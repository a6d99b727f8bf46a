/* scan_code: names, numbers, comments, symbols, and where strings and heredocs begin. */
#include "base/unicode.h"
#include "syntax/scanner.h"

/* Digits, dots and exponents, as long as they last; but a dot is no end. What is malformed (1.2.3) is for the parser to
 * tell. */
static size_t number_end(const struct scanner *s, size_t at)
{
    size_t end = at;
    while (at < s->to) {
        char c = s->p[at];
        if (class_at(s, at) & CLASS_DIGIT) {
            end = ++at;
        } else if (c == '.') {
            at++;
        } else if (c == 'e' || c == 'E') {
            size_t sign = byte_at(s, at + 1) == '+' || byte_at(s, at + 1) == '-';
            if (at + 1 + sign >= s->to || !(class_at(s, at + 1 + sign) & CLASS_DIGIT))
                break;
            end = at += 2 + sign;
        } else {
            break;
        }
    }
    return end;
}

static void scan_line_comment(struct scanner *s)
{
    const char *newline = memchr(s->p + s->at, '\n', s->to - s->at);
    emit(s, TOKEN_COMMENT, newline ? (size_t)(newline + 1 - s->p) : s->to, newline ? TOKEN_HAS_NEWLINE : 0);
}

/* False where the comment is not closed: then it is a slash and a star. */
static bool scan_block_comment(struct scanner *s)
{
    if (s->no_comment_end)
        return false;
    const char *from = s->p + s->at + 2;
    const char *end = memmem(from, (size_t)(s->p + s->to - from), "*/", 2);
    if (end)
        emit(s, TOKEN_COMMENT, (size_t)(end + 2 - s->p), 0);
    s->no_comment_end = !end;
    return end != NULL;
}

static void scan_slash(struct scanner *s)
{
    char next = byte_at(s, s->at + 1);
    if (next == '/')
        scan_line_comment(s);
    else if (next != '*' || !scan_block_comment(s))
        emit(s, TOKEN_SLASH, s->at + 1, 0);
}

/* -- strings and heredocs -- */

/* The offset of the quote that closes the string whose text starts at `at`; SIZE_MAX where something else comes first.
 */
static size_t plain_string_end(struct scanner *s, size_t at, unsigned *flags)
{
    while ((at = scanner_run_end(s, at, CLASS_QUOTED, flags)) < s->to) {
        char c = s->p[at];
        if (c == '"')
            return at;
        size_t n = 0;
        if (c == '$' || c == '%')
            n = scanner_sigil_length(s, at);
        else if (c == '\\' && at + 1 < s->to && s->p[at + 1] != '\r' && s->p[at + 1] != '\n')
            n = scanner_classes[(unsigned char)s->p[at + 1]] & CLASS_HIGH ? 1 : 2;
        if (!n)
            return SIZE_MAX;
        if (c == '\\' || n > 1)
            *flags |= TOKEN_ESCAPES;
        at += n;
    }
    return SIZE_MAX;
}

static void scan_string(struct scanner *s)
{
    unsigned flags = 0;
    size_t end = plain_string_end(s, s->at + 1, &flags);
    if (end != SIZE_MAX) {
        emit(s, TOKEN_STRING, end + 1, flags);
        return;
    }
    emit(s, TOKEN_OQUOTE, s->at + 1, 0);
    scanner_push(s, (struct frame){.mode = MODE_QUOTED});
}

/* <<NAME or <<-NAME and the end of the line, nothing between; false where it is not that. */
static bool scan_heredoc(struct scanner *s)
{
    unsigned ignored = 0;
    bool flush = byte_at(s, s->at + 2) == '-';
    size_t name = s->at + 2 + flush, end = scanner_ident_end(s, name, &ignored),
           newline = scanner_newline_length(s, end);
    if (end == name || !newline)
        return false;
    struct str marker = str_from(s->p + name, end - name);
    emit(s, TOKEN_OHEREDOC, end + newline, flush ? TOKEN_FLUSH : 0);
    scanner_push(s, (struct frame){.mode = MODE_HEREDOC, .line_start = true, .marker = marker});
    return true;
}

/* -- symbols -- */

static void scan_less(struct scanner *s)
{
    char next = byte_at(s, s->at + 1);
    if (next == '<' && scan_heredoc(s))
        return;
    emit(s, next == '=' ? TOKEN_LE : TOKEN_LT, s->at + (next == '=' ? 2 : 1), 0);
}

static void scan_close_brace(struct scanner *s, size_t end, bool trim)
{
    struct frame *frame = top(s);
    bool ends = frame->mode == MODE_SEQUENCE && frame->braces == 0;
    if (!ends)
        frame->braces--;
    emit(s, ends || trim ? TOKEN_SEQ_END : TOKEN_CBRACE, end, trim ? TOKEN_TRIM : 0);
    if (ends)
        pop(s);
}

static void scan_dot(struct scanner *s)
{
    bool three = byte_at(s, s->at + 1) == '.' && byte_at(s, s->at + 2) == '.';
    emit(s, three ? TOKEN_ELLIPSIS : TOKEN_DOT, s->at + (three ? 3 : 1), 0);
}

static void scan_assign(struct scanner *s)
{
    char next = byte_at(s, s->at + 1);
    enum token_kind kind = next == '=' ? TOKEN_EQ : next == '>' ? TOKEN_FAT_ARROW : TOKEN_ASSIGN;
    emit(s, kind, s->at + (kind == TOKEN_ASSIGN ? 1 : 2), 0);
}

/* `two` where the next byte is `second`, else `one`. */
static void scan_pair(struct scanner *s, char second, enum token_kind two, enum token_kind one)
{
    bool pair = byte_at(s, s->at + 1) == second;
    s->tokens.n_bad += !pair && one >= TOKEN_BITWISE;
    emit(s, pair ? two : one, s->at + (pair ? 2 : 1), 0);
}

/* A character that the language does not use, or a byte that is no character; with all that repeat it, so that files
 * that are no text at all do not become a token for each byte. */
static void scan_invalid(struct scanner *s)
{
    uint32_t first, rune;
    size_t n = utf8_decode(str_from(s->p + s->at, s->to - s->at), &first), end = s->at + (n ? n : 1);
    while (end < s->to && utf8_decode(str_from(s->p + end, s->to - end), &rune) == n && (!n || rune == first))
        end += n ? n : 1;
    emit_bad(s, n ? TOKEN_INVALID : TOKEN_BAD_UTF8, end);
}

static void scan_other(struct scanner *s)
{
    unsigned flags = 0;
    size_t end = scanner_ident_end(s, s->at, &flags);
    if (end > s->at) {
        emit(s, TOKEN_IDENT, end, flags);
        return;
    }
    scan_invalid(s);
}

/* clang-format off */
static const uint8_t singles[256] = {
    [','] = TOKEN_COMMA, ['*'] = TOKEN_STAR, ['%'] = TOKEN_PERCENT, ['+'] = TOKEN_PLUS, ['-'] = TOKEN_MINUS, ['?'] = TOKEN_QUESTION,
    ['^'] = TOKEN_BITWISE, [';'] = TOKEN_SEMICOLON, ['`'] = TOKEN_QUOTE, ['\''] = TOKEN_QUOTE, ['\n'] = TOKEN_NEWLINE,
};
/* clang-format on */

static inline void emit_single(struct scanner *s, enum token_kind kind)
{
    s->tokens.n_bad += kind >= TOKEN_BITWISE;
    emit(s, kind, s->at + 1, 0);
}

static void scan_symbol(struct scanner *s, unsigned char c)
{
    switch (c) {
    case '(':
    case '[':
        top(s)->brackets++;
        emit(s, c == '(' ? TOKEN_OPAREN : TOKEN_OBRACKET, s->at + 1, 0);
        break;
    case ')':
    case ']':
        top(s)->brackets--;
        emit(s, c == ')' ? TOKEN_CPAREN : TOKEN_CBRACKET, s->at + 1, 0);
        break;
    case '"':
        scan_string(s);
        break;
    case '#':
        scan_line_comment(s);
        break;
    case '/':
        scan_slash(s);
        break;
    case '.':
        scan_dot(s);
        break;
    case '=':
        scan_assign(s);
        break;
    case '{':
        top(s)->braces++;
        emit(s, TOKEN_OBRACE, s->at + 1, 0);
        break;
    case '}':
        scan_close_brace(s, s->at + 1, false);
        break;
    case '<':
        scan_less(s);
        break;
    case '~':
        if (byte_at(s, s->at + 1) == '}')
            scan_close_brace(s, s->at + 2, true);
        else
            emit_bad(s, TOKEN_BITWISE, s->at + 1);
        break;
    case ':':
        scan_pair(s, ':', TOKEN_DOUBLE_COLON, TOKEN_COLON);
        break;
    case '>':
        scan_pair(s, '=', TOKEN_GE, TOKEN_GT);
        break;
    case '!':
        scan_pair(s, '=', TOKEN_NE, TOKEN_BANG);
        break;
    case '&':
        scan_pair(s, '&', TOKEN_AND, TOKEN_BITWISE);
        break;
    case '|':
        scan_pair(s, '|', TOKEN_OR, TOKEN_BITWISE);
        break;
    case '\r':
        scan_pair(s, '\n', TOKEN_NEWLINE, TOKEN_INVALID);
        break;
    default:
        scan_other(s);
    }
}

/* An identifier, by the shortest way where it is ASCII. */
static void scan_word(struct scanner *s)
{
    size_t end = class_end(s, s->at + 1, CLASS_ID);
    unsigned flags = 0;
    if (end < s->to && class_at(s, end) & CLASS_HIGH)
        end = scanner_ident_end(s, s->at, &flags);
    emit(s, TOKEN_IDENT, end, flags);
}

/* Moves to the next character that is not white space; false at the end. */
static inline bool skip_spaces(struct scanner *s)
{
    size_t at = s->at;
    while (at < s->to && class_at(s, at) & CLASS_SPACE)
        at++;
    s->at = at;
    return at < s->to;
}

/* Until a token begins or ends a template, or a pause. */
void scanner_code(struct scanner *s)
{
    size_t frames = s->n_frames;
    while (skip_spaces(s)) {
        unsigned char c = (unsigned char)s->p[s->at];
        if (scanner_classes[c] & CLASS_ID_START)
            scan_word(s);
        else if (s->tokens.n >= s->pause_at && scanner_may_pause(s))
            return;
        else if (singles[c])
            emit_single(s, singles[c]);
        else if (scanner_classes[c] & CLASS_DIGIT)
            emit(s, TOKEN_NUMBER, number_end(s, s->at), 0);
        else
            scan_symbol(s, c);
        if (s->n_frames != frames)
            return;
    }
}
