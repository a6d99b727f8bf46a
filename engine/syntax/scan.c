#include "syntax/scan.h"
#include "base/arena.h"
#include "base/unicode.h"
#include "syntax/scanner.h"

#include <stdlib.h>

/* clang-format off */
const uint8_t scanner_classes[256] = {
    [' '] = CLASS_SPACE, ['\t'] = CLASS_SPACE,
    ['A' ... 'Z'] = CLASS_ID_START | CLASS_ID, ['a' ... 'z'] = CLASS_ID_START | CLASS_ID, ['_'] = CLASS_ID_START | CLASS_ID,
    ['-'] = CLASS_ID, ['0' ... '9'] = CLASS_ID | CLASS_DIGIT,
    ['"'] = CLASS_QUOTED, ['\\'] = CLASS_QUOTED,
    ['$'] = CLASS_QUOTED | CLASS_TEXT, ['%'] = CLASS_QUOTED | CLASS_TEXT,
    ['\r'] = CLASS_QUOTED | CLASS_TEXT, ['\n'] = CLASS_QUOTED | CLASS_TEXT,
    [0x80 ... 0xff] = CLASS_HIGH,
};
/* clang-format on */

void scanner_grow(struct scanner *s, size_t end)
{
    struct tokens *tokens = &s->tokens;
    if (s->n_before + tokens->n >= SCAN_TOKENS && end < s->to) {
        s->to = end;
        tokens->over = true;
    }
    tokens->cap = tokens->cap ? tokens->cap * 2 : 64;
    tokens->v = heap_realloc(tokens->v, tokens->cap * sizeof *tokens->v);
}

void scanner_push(struct scanner *s, struct frame frame)
{
    HEAP_ROOM(s->frames, s->n_frames, s->cap_frames, 8);
    s->frames[s->n_frames++] = frame;
}

bool scanner_may_pause(const struct scanner *s)
{
    const struct token *last = &s->tokens.v[s->tokens.n - 1];
    const struct frame *frame = &s->frames[s->n_frames - 1];
    return last->kind == TOKEN_NEWLINE && frame->mode == MODE_CODE && frame->braces <= 0 && frame->brackets <= 0;
}

/* The text is checked ahead in long runs, once. */
static bool is_bad(struct scanner *s, size_t at)
{
    if (s->bad != SIZE_MAX && s->bad < at) {
        size_t found = utf8_invalid(str_from(s->p + at, s->to - at));
        s->bad = found == SIZE_MAX ? SIZE_MAX : at + found;
    }
    return s->bad == at;
}

size_t scanner_run_end(struct scanner *s, size_t at, uint8_t stop, unsigned *flags)
{
    for (at = plain_end(s, at, stop | CLASS_HIGH); at < s->to; at++) {
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

size_t scanner_ident_end(struct scanner *s, size_t at, unsigned *flags)
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

size_t scanner_sigil_length(const struct scanner *s, size_t at)
{
    char c = s->p[at];
    if (byte_at(s, at + 1) == '{')
        return 0;
    if (byte_at(s, at + 1) != c || byte_at(s, at + 2) != '{')
        return 1;
    return byte_at(s, at + 3) == '~' ? 4 : 3;
}

size_t scanner_newline_length(const struct scanner *s, size_t at)
{
    char c = byte_at(s, at);
    return c == '\n' && at < s->to ? 1 : c == '\r' && byte_at(s, at + 1) == '\n' ? 2 : 0;
}

/* Up to the end of the text, or a pause. */
static void scan_on(struct scanner *s)
{
    while (s->at < s->to && !(s->tokens.n >= s->pause_at && scanner_may_pause(s))) {
        switch (top(s)->mode) {
        case MODE_CODE:
        case MODE_SEQUENCE:
            scanner_code(s);
            break;
        case MODE_QUOTED:
            scanner_quoted(s);
            break;
        case MODE_HEREDOC:
            scanner_heredoc_line(s);
            break;
        case MODE_BARE:
            scanner_text(s, true);
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
    scanner_push(s, (struct frame){.mode = mode == SCAN_CODE ? MODE_CODE : MODE_BARE});
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
    s->n_before += s->tokens.n;
    s->tokens.n = s->tokens.n_bad = 0;
    if (s->n_before > SCAN_TOKENS) {
        s->to = s->at;
        s->tokens.over = true;
    }
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
