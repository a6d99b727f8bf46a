/*
 * unicode: UTF-8, grapheme clusters, normalisation, display width and identifier classes, all through libunistring.
 */
#ifndef DETOUR_BASE_UNICODE_H
#define DETOUR_BASE_UNICODE_H

#include "base/arena.h"

/* Decodes the code point at s.p (s.n > 0) into *rune and returns its length, or 0 where the bytes are not UTF-8. */
size_t utf8_decode(struct str s, uint32_t *rune);

/* Writes the code point (≤ U+10FFFF) and returns its length, 1 to 4. */
size_t utf8_encode(char out[static 4], uint32_t rune);

/* Offset of the first byte that is not valid UTF-8, or SIZE_MAX where all of it is. */
size_t utf8_invalid(struct str s);

/* Length in bytes of the grapheme cluster (UAX #29) at the start of s; invalid bytes count as clusters of one byte. */
size_t unicode_grapheme(struct str s);

/* Number of grapheme clusters. */
size_t unicode_length(struct str s);

/* Terminal columns that s takes, by East Asian width and combining class; tabs and control characters count one. */
size_t unicode_width(struct str s);

/* s in normalization form C; returns s itself where it already is, else a copy in `arena`. s must be valid UTF-8. */
struct str unicode_nfc(struct arena *arena, struct str s);

/* The part of s that stays as it is whatever text follows: normalised, and without a last cluster that may still
 * change. s need not end where a code point does. */
struct str unicode_settled(struct arena *arena, struct str s);

/* Whether a code point shows: letters, marks, numbers, punctuation, symbols and the plain space. */
bool unicode_printable(uint32_t rune);

/* Identifier classes of UAX #31 (ID_Start, ID_Continue). */
bool unicode_id_start(uint32_t rune);
bool unicode_id_continue(uint32_t rune);

#endif
