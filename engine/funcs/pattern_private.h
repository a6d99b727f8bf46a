/* pattern_private: what the two files of patterns share: pattern.c reads groups and repetition, pattern_class.c what
 * stands for one character. */
#ifndef DETOUR_FUNCS_PATTERN_PRIVATE_H
#define DETOUR_FUNCS_PATTERN_PRIVATE_H

#include "funcs/regex.h"

struct pattern_reader {
    struct arena *arena;
    struct str s;
    size_t pos;
    struct strbuf *out, *why;
    VEC(struct str) names;
    size_t n_named;
    unsigned depth;
};

/* Says why in r->why. False. */
bool pattern_fail(struct pattern_reader *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool pattern_at_end(const struct pattern_reader *r)
{
    return r->pos >= r->s.n;
}

/* The byte at the position; -1 at the end. */
static inline int pattern_peek(const struct pattern_reader *r)
{
    return pattern_at_end(r) ? -1 : (unsigned char)r->s.p[r->pos];
}

/* Takes the text, where it stands at the position. False where it does not. */
bool pattern_take(struct pattern_reader *r, struct str text);
/* Takes one code point; the position is not at the end. */
uint32_t pattern_take_rune(struct pattern_reader *r);
/* What stands around the position, for messages. */
struct str pattern_since(const struct pattern_reader *r, size_t from);
/* Writes a code point, for PCRE2. */
void pattern_put_rune(struct pattern_reader *r, uint32_t rune);
/* A letter, a digit or _ of ASCII. */
bool pattern_is_word(int c);

/* An escape that stands for one code point; the position is behind the backslash, `from` at it. */
bool pattern_rune(struct pattern_reader *r, size_t from, uint32_t *rune);
/* \pL, \p{Greek}, \P…, \p{^…}: the same in PCRE2, except that it knows more names. */
bool pattern_property(struct pattern_reader *r, size_t from);
/* \d \s \w \D \S \W at the position behind the backslash: writes its ranges, without brackets. False where it is
 * none. */
bool pattern_perl_class(struct pattern_reader *r);
/* A class in brackets, the position at the first. */
bool pattern_bracket(struct pattern_reader *r);

#endif
