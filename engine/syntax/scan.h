/*
 * scan: text to tokens, by a hand-written scanner with a stack of modes: code, quoted string, heredoc, bare template. A
 * template sequence pushes code on top of the string it stands in, and the brace that ends it pops back. Must not know
 * grammar or diagnostics: what is wrong becomes a token that says so, and the parser reports it.
 */
#ifndef DETOUR_SYNTAX_SCAN_H
#define DETOUR_SYNTAX_SCAN_H

#include "syntax/token.h"

enum scan_mode {
    SCAN_CODE,     /* a file or an expression */
    SCAN_TEMPLATE, /* text with ${ } and %{ } */
};

/* Heap memory: release with tokens_free. The last token is TOKEN_EOF, and the only one of its kind. */
struct tokens {
    struct token *v;
    size_t n, cap;
    size_t n_bad; /* those that are no part of the language: TOKEN_BITWISE and the like, TOKEN_QUOTED_NEWLINE */
    bool over;    /* the text goes on, but has more than SCAN_TOKENS: TOKEN_EOF stands where that is */
};

/* The most tokens of one text, so that what is made of them fits into half a gigabyte: some 250,000 resources. */
enum { SCAN_TOKENS = 3 << 20 };

/* Scans text[from, to). Offsets count from the start of `text`; to - from must fit in 31 bits. A byte order mark at
 * `from` 0 is skipped. Any bytes are accepted, in time linear in their number. */
struct tokens scan_tokens(struct str text, size_t from, size_t to, enum scan_mode mode);

/* Gives the memory of the list back; the list is empty then. */
void tokens_free(struct tokens *tokens);

/* The same by instalments of `instalment` tokens or some more (SIZE_MAX: all at once), so that the tokens of a large
 * file need not be in memory together. */
struct scanner *scan_open(struct str text, size_t from, size_t to, enum scan_mode mode, size_t instalment);
void scan_close(struct scanner *scanner);

/* Replaces what is in `tokens` by the next instalment, which ends behind a newline that no bracket surrounds, and so at
 * the end of a statement, or at the end of the text; a TOKEN_EOF follows either way. False where nothing is left. */
bool scan_more(struct scanner *scanner, struct tokens *tokens);

#endif
