/* layout: the white space of the canonical style, on a list of tokens; private to the formatter. */
#ifndef DETOUR_SYNTAX_LAYOUT_H
#define DETOUR_SYNTAX_LAYOUT_H

#include "syntax/token.h"

/* A token to print. Quoted strings are always in parts (no TOKEN_STRING). */
struct piece {
    const char *p; /* n bytes */
    uint32_t n;
    uint32_t spaces;  /* before it */
    uint32_t columns; /* grapheme clusters */
    uint8_t kind;     /* enum token_kind */
};

/* `ascii` is what the scanner knows of a TOKEN_IDENT or TOKEN_QUOTED_LIT; for other kinds it says nothing. */
struct piece layout_piece(enum token_kind kind, size_t spaces, struct str text, bool ascii);

/* Sets the spaces before each piece; changes nothing else. Call it without the TOKEN_EOF. */
void layout_pieces(struct piece *pieces, size_t n);

#endif
