/* layout: the white space of the canonical style, on a list of tokens; private to the formatter. */
#ifndef DETOUR_SYNTAX_LAYOUT_H
#define DETOUR_SYNTAX_LAYOUT_H

#include "base/arena.h"
#include "syntax/token.h"

/* A token to print. Quoted strings are always in parts (no TOKEN_STRING). */
struct piece {
    enum token_kind kind;
    size_t spaces; /* before it */
    struct str text;
};

/* Sets the spaces before each piece; changes nothing else. Call it without the TOKEN_EOF. */
void layout_pieces(struct arena *arena, struct piece *pieces, size_t n);

#endif
