/* token: what the scanner makes of the text: 12-byte records that tile the file but for spaces and tabs. */
#ifndef DETOUR_SYNTAX_TOKEN_H
#define DETOUR_SYNTAX_TOKEN_H

#include "base/str.h"

enum token_kind {
    TOKEN_EOF,
    TOKEN_NEWLINE,
    TOKEN_COMMENT, /* # and // comments hold their newline (TOKEN_HAS_NEWLINE) */
    TOKEN_IDENT,
    TOKEN_NUMBER, /* starts with a digit; may still be malformed: 1.2.3 */
    /* quoted strings: in one piece where they are closed and hold no template sequence, else in parts */
    TOKEN_STRING,
    TOKEN_OQUOTE,
    TOKEN_QUOTED_LIT,
    TOKEN_CQUOTE,
    TOKEN_QUOTED_NEWLINE, /* always an error */
    /* heredocs: the opening line with its newline, one literal per line or piece of one, the marker of the last line */
    TOKEN_OHEREDOC,
    TOKEN_STRING_LIT, /* also the literals of a bare template */
    TOKEN_CHEREDOC,
    TOKEN_INTERP,  /* ${ and ${~ (TOKEN_TRIM) */
    TOKEN_CONTROL, /* %{ and %{~ (TOKEN_TRIM) */
    TOKEN_SEQ_END, /* } and ~} (TOKEN_TRIM) that end those two */
    /* brackets */
    TOKEN_OBRACE,
    TOKEN_CBRACE,
    TOKEN_OBRACKET,
    TOKEN_CBRACKET,
    TOKEN_OPAREN,
    TOKEN_CPAREN,
    /* operators and separators */
    TOKEN_ASSIGN,
    TOKEN_DOT,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_DOUBLE_COLON,
    TOKEN_ELLIPSIS,
    TOKEN_FAT_ARROW,
    TOKEN_QUESTION,
    TOKEN_STAR,
    TOKEN_SLASH,
    TOKEN_PERCENT,
    TOKEN_PLUS,
    TOKEN_MINUS,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_LT,
    TOKEN_GT,
    TOKEN_LE,
    TOKEN_GE,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_BANG,
    /* not part of the language, each reported by the parser */
    TOKEN_BITWISE,   /* & | ^ ~ */
    TOKEN_SEMICOLON, /* ; */
    TOKEN_QUOTE,     /* ' and ` */
    TOKEN_INVALID,   /* any other character */
    TOKEN_BAD_UTF8,  /* one byte that is not UTF-8 */
};

enum token_flags {
    TOKEN_HAS_NEWLINE = 1, /* COMMENT: ends in a newline */
    TOKEN_TRIM = 2,        /* INTERP, CONTROL, SEQ_END: written with ~ */
    TOKEN_FLUSH = 4,       /* OHEREDOC: <<- */
    TOKEN_ESCAPES = 8,     /* STRING, QUOTED_LIT, STRING_LIT: the text differs from the source (\n, $${) */
    TOKEN_NON_ASCII = 16,  /* IDENT, STRING, QUOTED_LIT, STRING_LIT: may need NFC */
};

struct token {
    uint32_t off, len;
    uint8_t kind, flags;
};

/* How people call it: "a newline", "the end of the file", "\"=\"" … for messages. */
struct str token_kind_name(enum token_kind kind);

/* What +1 opens and -1 closes: braces, brackets, parentheses, template sequences; 0 for all else. */
static inline int token_bracket(enum token_kind kind)
{
    const uint64_t one = 1, opening = one << TOKEN_OBRACE | one << TOKEN_OBRACKET | one << TOKEN_OPAREN |
                                      one << TOKEN_INTERP | one << TOKEN_CONTROL;
    const uint64_t closing = one << TOKEN_CBRACE | one << TOKEN_CBRACKET | one << TOKEN_CPAREN | one << TOKEN_SEQ_END;
    return (int)(opening >> kind & 1) - (int)(closing >> kind & 1);
}

#endif
