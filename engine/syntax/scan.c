#include "syntax/scan.h"
#include "base/arena.h"
#include "base/unicode.h"

#include <stdlib.h>

enum mode { MODE_CODE, MODE_SEQUENCE, MODE_QUOTED, MODE_HEREDOC, MODE_BARE };

/* One level of the mode stack. MODE_SEQUENCE is code inside ${ } or %{ }; everything else is as named. */
struct frame {
    enum mode mode;
    int braces;      /* MODE_CODE, MODE_SEQUENCE: how many are open within it */
    int brackets;    /* the same of ( and [ */
    bool line_start; /* MODE_HEREDOC: a marker may stand here */
    struct str marker;
};

struct scanner {
    const char *p; /* the text; offsets below count from here */
    size_t at, to;
    size_t bad;         /* the first invalid byte at or after `at`, once asked for; SIZE_MAX: none */
    size_t string_goes; /* quoted strings are taken to go on over newlines before this offset */
    bool no_comment_end;
    bool ended;
    size_t pause_at; /* pause behind the statement that brings this many tokens; SIZE_MAX: never */
    struct tokens tokens;
    struct frame *frames;
    size_t n_frames, cap_frames;
};

enum class {
    CLASS_PLAIN = 0,
    CLASS_SPACE = 1,    /* blank or tab */
    CLASS_ID_START = 2, /* ASCII letter or underscore */
    CLASS_ID = 4,       /* what may follow: those, digits and the dash */
    CLASS_DIGIT = 8,
    CLASS_QUOTED = 16, /* ends a run of text in a quoted string */
    CLASS_TEXT = 32,   /* ends a run of text in a heredoc or bare template */
    CLASS_HIGH = 64,   /* not ASCII; ends neither where it is valid UTF-8 */
};

/* clang-format off */
static const uint8_t classes[256] = {
    [' '] = CLASS_SPACE, ['\t'] = CLASS_SPACE,
    ['A' ... 'Z'] = CLASS_ID_START | CLASS_ID, ['a' ... 'z'] = CLASS_ID_START | CLASS_ID, ['_'] = CLASS_ID_START | CLASS_ID,
    ['-'] = CLASS_ID, ['0' ... '9'] = CLASS_ID | CLASS_DIGIT,
    ['"'] = CLASS_QUOTED, ['\\'] = CLASS_QUOTED,
    ['$'] = CLASS_QUOTED | CLASS_TEXT, ['%'] = CLASS_QUOTED | CLASS_TEXT,
    ['\r'] = CLASS_QUOTED | CLASS_TEXT, ['\n'] = CLASS_QUOTED | CLASS_TEXT,
    [0x80 ... 0xff] = CLASS_HIGH,
};
/* clang-format on */

static uint8_t class_at(const struct scanner *s, size_t at)
{
    return classes[(unsigned char)s->p[at]];
}

/* The byte at `at`, or NUL behind the end: no rule asks for a NUL. */
static char byte_at(const struct scanner *s, size_t at)
{
    return at < s->to ? s->p[at] : '\0';
}

static __attribute__((noinline)) void tokens_grow(struct tokens *tokens)
{
    tokens->cap = tokens->cap ? tokens->cap * 2 : 64;
    tokens->v = heap_realloc(tokens->v, tokens->cap * sizeof *tokens->v);
}

/* Emits [at, end) and moves behind it. */
static inline void emit(struct scanner *s, enum token_kind kind, size_t end, unsigned flags)
{
    if (s->tokens.n == s->tokens.cap)
        tokens_grow(&s->tokens);
    s->tokens.v[s->tokens.n++] =
        (struct token){(uint32_t)s->at, (uint32_t)(end - s->at), (uint8_t)kind, (uint8_t)flags};
    s->at = end;
}

/* The same for a token that is no part of the language. */
static void emit_bad(struct scanner *s, enum token_kind kind, size_t end)
{
    s->tokens.n_bad++;
    emit(s, kind, end, 0);
}

static struct frame *top(struct scanner *s)
{
    return &s->frames[s->n_frames - 1];
}

static void push(struct scanner *s, struct frame frame)
{
    if (s->n_frames == s->cap_frames) {
        s->cap_frames = s->cap_frames ? s->cap_frames * 2 : 8;
        s->frames = heap_realloc(s->frames, s->cap_frames * sizeof *s->frames);
    }
    s->frames[s->n_frames++] = frame;
}

static void pop(struct scanner *s)
{
    s->n_frames--;
}

/* Whether the byte at `at`, which starts a character, is not UTF-8. The text is checked ahead in long runs, once. */
static bool is_bad(struct scanner *s, size_t at)
{
    if (s->bad != SIZE_MAX && s->bad < at) {
        size_t found = utf8_invalid(str_from(s->p + at, s->to - at));
        s->bad = found == SIZE_MAX ? SIZE_MAX : at + found;
    }
    return s->bad == at;
}

/* The end of the run of characters that starts at `at` and holds none of class `stop`; *flags learns of non-ASCII ones.
 */
static size_t run_end(struct scanner *s, size_t at, uint8_t stop, unsigned *flags)
{
    for (; at < s->to; at++) {
        uint8_t class = class_at(s, at);
        if (class & stop)
            break;
        if (class & CLASS_HIGH) {
            if (is_bad(s, at))
                break;
            *flags |= TOKEN_NON_ASCII;
        }
    }
    return at;
}

/* --- code: names, numbers, comments --- */

/* The end of the identifier that starts at `at`, or `at` where there is none. */
static size_t ident_end(struct scanner *s, size_t at, unsigned *flags)
{
    size_t start = at;
    if (at < s->to && class_at(s, at) & CLASS_ID_START)
        at++;
    while (at < s->to) {
        while (at > start && at < s->to && class_at(s, at) & CLASS_ID)
            at++;
        uint8_t class = at < s->to ? class_at(s, at) : 0;
        uint32_t rune;
        size_t n = class & CLASS_HIGH ? utf8_decode(str_from(s->p + at, s->to - at), &rune) : 0;
        if (!n || !(at == start ? unicode_id_start(rune) : unicode_id_continue(rune)))
            break;
        *flags |= TOKEN_NON_ASCII;
        at += n;
    }
    return at;
}

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

/* --- code: strings and heredocs --- */

/* How many bytes the escape at a "$" or "%" takes: 3 for "$${", 4 for "$${~", else 1 for the character alone; 0 where
 * it opens a template sequence. */
static size_t sigil_length(const struct scanner *s, size_t at)
{
    char c = s->p[at];
    if (byte_at(s, at + 1) == '{')
        return 0;
    if (byte_at(s, at + 1) != c || byte_at(s, at + 2) != '{')
        return 1;
    return byte_at(s, at + 3) == '~' ? 4 : 3;
}

/* The offset of the quote that closes the string whose text starts at `at`; SIZE_MAX where something else comes first.
 */
static size_t plain_string_end(struct scanner *s, size_t at, unsigned *flags)
{
    while ((at = run_end(s, at, CLASS_QUOTED, flags)) < s->to) {
        char c = s->p[at];
        if (c == '"')
            return at;
        size_t n = 0;
        if (c == '$' || c == '%')
            n = sigil_length(s, at);
        else if (c == '\\' && at + 1 < s->to && s->p[at + 1] != '\r' && s->p[at + 1] != '\n')
            n = classes[(unsigned char)s->p[at + 1]] & CLASS_HIGH ? 1 : 2;
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
    push(s, (struct frame){.mode = MODE_QUOTED});
}

static size_t newline_length(const struct scanner *s, size_t at)
{
    char c = byte_at(s, at);
    return c == '\n' && at < s->to ? 1 : c == '\r' && byte_at(s, at + 1) == '\n' ? 2 : 0;
}

/* <<NAME or <<-NAME and the end of the line, nothing between; false where it is not that. */
static bool scan_heredoc(struct scanner *s)
{
    unsigned ignored = 0;
    bool flush = byte_at(s, s->at + 2) == '-';
    size_t name = s->at + 2 + flush, end = ident_end(s, name, &ignored), newline = newline_length(s, end);
    if (end == name || !newline)
        return false;
    struct str marker = str_from(s->p + name, end - name);
    emit(s, TOKEN_OHEREDOC, end + newline, flush ? TOKEN_FLUSH : 0);
    push(s, (struct frame){.mode = MODE_HEREDOC, .line_start = true, .marker = marker});
    return true;
}

/* --- code: symbols --- */

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

static void scan_other(struct scanner *s)
{
    unsigned flags = 0;
    size_t end = ident_end(s, s->at, &flags);
    if (end > s->at) {
        emit(s, TOKEN_IDENT, end, flags);
        return;
    }
    uint32_t rune;
    size_t n = utf8_decode(str_from(s->p + s->at, s->to - s->at), &rune);
    emit_bad(s, n ? TOKEN_INVALID : TOKEN_BAD_UTF8, s->at + (n ? n : 1));
}

/* clang-format off */
static const uint8_t singles[128] = {
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

/* Whether this is the place to pause: behind a statement of the outermost level. */
static bool may_pause(const struct scanner *s)
{
    const struct token *last = &s->tokens.v[s->tokens.n - 1];
    const struct frame *frame = &s->frames[s->n_frames - 1];
    return last->kind == TOKEN_NEWLINE && frame->mode == MODE_CODE && frame->braces <= 0 && frame->brackets <= 0;
}

/* An identifier, by the shortest way where it is ASCII. */
static void scan_word(struct scanner *s)
{
    size_t end = s->at + 1;
    unsigned flags = 0;
    while (end < s->to && class_at(s, end) & CLASS_ID)
        end++;
    if (end < s->to && class_at(s, end) & CLASS_HIGH)
        end = ident_end(s, s->at, &flags);
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
static void scan_code(struct scanner *s)
{
    size_t frames = s->n_frames;
    while (s->n_frames == frames && skip_spaces(s)) {
        unsigned char c = (unsigned char)s->p[s->at];
        if (classes[c] & CLASS_ID_START)
            scan_word(s);
        else if (s->tokens.n >= s->pause_at && may_pause(s))
            return;
        else if (c < 128 && singles[c])
            emit_single(s, singles[c]);
        else if (classes[c] & CLASS_DIGIT)
            emit(s, TOKEN_NUMBER, number_end(s, s->at), 0);
        else
            scan_symbol(s, c);
    }
}

/* --- templates --- */

/* At a "$" or "%": a template sequence, or text. */
static void scan_sigil(struct scanner *s, enum token_kind literal)
{
    size_t n = sigil_length(s, s->at);
    if (n) {
        emit(s, literal, s->at + n, n > 1 ? TOKEN_ESCAPES : 0);
        return;
    }
    bool trim = byte_at(s, s->at + 2) == '~';
    emit(s, s->p[s->at] == '$' ? TOKEN_INTERP : TOKEN_CONTROL, s->at + (trim ? 3 : 2), trim ? TOKEN_TRIM : 0);
    push(s, (struct frame){.mode = MODE_SEQUENCE});
}

enum { LOOK_AHEAD = 4096 };

/* Whether the line at `at` begins like an argument: name = */
static bool looks_like_argument(struct scanner *s, size_t at)
{
    unsigned ignored = 0;
    while (at < s->to && class_at(s, at) & CLASS_SPACE)
        at++;
    size_t end = ident_end(s, at, &ignored);
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
static void scan_quoted(struct scanner *s)
{
    unsigned flags = 0;
    size_t end = s->at;
    while ((end = run_end(s, end, CLASS_QUOTED, &flags)) < s->to && s->p[end] == '\\') {
        char next = byte_at(s, end + 1);
        if (end + 1 >= s->to || next == '\n' || next == '\r')
            break;
        end += classes[(unsigned char)next] & CLASS_HIGH ? 1 : 2;
        flags |= TOKEN_ESCAPES;
    }
    if (end > s->at)
        emit(s, TOKEN_QUOTED_LIT, end, flags);
    else
        scan_quoted_special(s);
}

/* One line, or what is left of it, up to a template sequence or what looks like one. */
static void scan_text(struct scanner *s, bool bare)
{
    unsigned flags = 0;
    size_t end = run_end(s, s->at, CLASS_TEXT, &flags), newline = newline_length(s, end);
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
    while (at < s->to && is_blank(s->p[at]) && !newline_length(s, at))
        at++;
    return at == s->to || newline_length(s, at) ? at : SIZE_MAX;
}

static void scan_heredoc_line(struct scanner *s)
{
    struct frame *frame = top(s);
    size_t end = frame->line_start ? marker_line_end(s, s->at, frame->marker) : SIZE_MAX;
    if (end == SIZE_MAX) {
        size_t line = s->at;
        frame->line_start = false; /* before scan_text, which may push and so move the frames */
        size_t frames = s->n_frames;
        scan_text(s, false);
        if (s->n_frames == frames && s->at > line && s->p[s->at - 1] == '\n')
            top(s)->line_start = true;
        return;
    }
    emit(s, TOKEN_CHEREDOC, end, 0);
    pop(s);
    if (newline_length(s, end))
        emit(s, TOKEN_NEWLINE, end + newline_length(s, end), 0);
}

/* Up to the end of the text, or a pause. */
static void scan_on(struct scanner *s)
{
    while (s->at < s->to && !(s->tokens.n >= s->pause_at && may_pause(s))) {
        switch (top(s)->mode) {
        case MODE_CODE:
        case MODE_SEQUENCE:
            scan_code(s);
            break;
        case MODE_QUOTED:
            scan_quoted(s);
            break;
        case MODE_HEREDOC:
            scan_heredoc_line(s);
            break;
        case MODE_BARE:
            scan_text(s, true);
            break;
        }
    }
    s->ended = s->at == s->to;
    size_t at = s->at;
    emit(s, TOKEN_EOF, at, 0);
}

static void scan_start(struct scanner *s, struct str text, size_t from, size_t to, enum scan_mode mode)
{
    *s = (struct scanner){.p = text.p, .at = from, .to = to, .pause_at = SIZE_MAX};
    size_t bad = utf8_invalid(str_from(text.p + from, to - from));
    s->bad = bad == SIZE_MAX ? SIZE_MAX : from + bad;
    if (from == 0 && str_starts(str_from(text.p, to), STR("\xEF\xBB\xBF")))
        s->at = 3;
    push(s, (struct frame){.mode = mode == SCAN_CODE ? MODE_CODE : MODE_BARE});
}

struct tokens scan_tokens(struct str text, size_t from, size_t to, enum scan_mode mode)
{
    struct scanner s;
    scan_start(&s, text, from, to, mode);
    scan_on(&s);
    free(s.frames);
    return s.tokens;
}

struct scanner *scan_open(struct str text, size_t from, size_t to, enum scan_mode mode, size_t instalment)
{
    struct scanner *s = heap_alloc(sizeof *s);
    scan_start(s, text, from, to, mode);
    s->pause_at = instalment;
    return s;
}

bool scan_more(struct scanner *s, struct tokens *tokens)
{
    if (s->ended)
        return false;
    s->tokens = *tokens;
    s->tokens.n = s->tokens.n_bad = 0;
    scan_on(s);
    *tokens = s->tokens;
    return true;
}

void scan_close(struct scanner *s)
{
    free(s->frames);
    free(s);
}

void tokens_free(struct tokens *tokens)
{
    free(tokens->v);
    *tokens = (struct tokens){0};
}

bool scan_is_identifier(struct str text)
{
    unsigned flags = 0;
    struct scanner s = {.p = text.p, .to = text.n};
    return text.n && ident_end(&s, 0, &flags) == text.n;
}
