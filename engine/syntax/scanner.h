/*
 * scanner: what the files of the scanner share, private to this folder: its state and how it looks at characters.
 * scan.c drives, one file scans code (scan_code.c), one the text of templates (scan_text.c).
 */
#ifndef DETOUR_SYNTAX_SCANNER_H
#define DETOUR_SYNTAX_SCANNER_H

#include "syntax/scan.h"

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
    size_t n_before; /* tokens of the instalments before */
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

extern const uint8_t scanner_classes[256];

/* The class of the byte there. */
static inline uint8_t class_at(const struct scanner *s, size_t at)
{
    return scanner_classes[(unsigned char)s->p[at]];
}

/* The end of the run of characters of that class that starts at `at`: four by four, as most are short. */
static inline size_t class_end(const struct scanner *s, size_t at, uint8_t class)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t to = s->to;
    while (to - at >= 4 && scanner_classes[p[at]] & scanner_classes[p[at + 1]] & scanner_classes[p[at + 2]] &
                               scanner_classes[p[at + 3]] & class)
        at += 4;
    while (at < to && scanner_classes[p[at]] & class)
        at++;
    return at;
}

/* The same of characters that are of none of the classes, but it may end early. */
static inline size_t plain_end(const struct scanner *s, size_t at, uint8_t classes)
{
    const unsigned char *p = (const unsigned char *)s->p;
    while (s->to - at >= 4 && !((scanner_classes[p[at]] | scanner_classes[p[at + 1]] | scanner_classes[p[at + 2]] |
                                 scanner_classes[p[at + 3]]) &
                                classes))
        at += 4;
    return at;
}

/* The byte at `at`, or NUL behind the end: no rule asks for a NUL. */
static inline char byte_at(const struct scanner *s, size_t at)
{
    return at < s->to ? s->p[at] : '\0';
}

/* Makes room for more tokens; ends the text at `end` where it has too many. */
__attribute__((cold)) void scanner_grow(struct scanner *s, size_t end);

/* Emits [at, end) and moves behind it. Inlined everywhere, since it costs about as much as finding a token's end. */
__attribute__((always_inline)) static inline void emit(struct scanner *s, enum token_kind kind, size_t end,
                                                       unsigned flags)
{
    if (s->tokens.n == s->tokens.cap)
        scanner_grow(s, end);
    s->tokens.v[s->tokens.n++] =
        (struct token){(uint32_t)s->at, (uint32_t)(end - s->at), (uint8_t)kind, (uint8_t)flags};
    s->at = end;
}

/* The same for a token that is no part of the language. */
static inline void emit_bad(struct scanner *s, enum token_kind kind, size_t end)
{
    s->tokens.n_bad++;
    emit(s, kind, end, 0);
}

/* The innermost frame. */
static inline struct frame *top(struct scanner *s)
{
    return &s->frames[s->n_frames - 1];
}

/* Leaves the innermost frame. */
static inline void pop(struct scanner *s)
{
    s->n_frames--;
}

/* Enters a frame: a template, an interpolation, a bracket. */
void scanner_push(struct scanner *s, struct frame frame);

/* Whether this is the place to pause: behind a statement of the outermost level. */
bool scanner_may_pause(const struct scanner *s);

/* The end of the run of characters that starts at `at` and holds none of class `stop`; *flags learns of non-ASCII ones.
 */
size_t scanner_run_end(struct scanner *s, size_t at, uint8_t stop, unsigned *flags);

/* The end of the identifier that starts at `at`, or `at` where there is none. */
size_t scanner_ident_end(struct scanner *s, size_t at, unsigned *flags);

/* How many bytes the escape at a "$" or "%" takes: 3 for "$${", 4 for "$${~", else 1 for the character alone; 0 where
 * it opens a template sequence. */
size_t scanner_sigil_length(const struct scanner *s, size_t at);

/* 1 or 2 for LF or CR LF at `at`, else 0. */
size_t scanner_newline_length(const struct scanner *s, size_t at);

/* Code, until a token begins or ends a template, or a pause (scan_code.c). */
void scanner_code(struct scanner *s);

/* The next token or two of a quoted string; of a heredoc; of a bare template or a line of a heredoc (scan_text.c). */
void scanner_quoted(struct scanner *s);
void scanner_heredoc_line(struct scanner *s);
void scanner_text(struct scanner *s, bool bare);

#endif
