/*
 * str: borrowed slices of bytes, the one string type of the engine.
 * Owns nothing. May hold NUL bytes; is not NUL-terminated unless the maker says so.
 */
#ifndef DETOUR_BASE_STR_H
#define DETOUR_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

/* A slice of a string literal, usable in constant initialisers. */
#define STR(lit) ((struct str){(lit), sizeof(lit) - 1})
#define STR_INIT(lit)                                                                                                  \
    {                                                                                                                  \
        (lit), sizeof(lit) - 1                                                                                         \
    }
/* printf helpers: printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int)(s).n, (s).p

/* The bytes, borrowed. */
static inline struct str str_from(const char *p, size_t n)
{
    return (struct str){p, n};
}

/* Slice of a C string; NULL gives the empty slice. */
static inline struct str str_c(const char *c)
{
    return (struct str){c, c ? strlen(c) : 0};
}

/* Equal byte by byte. */
static inline bool str_eq(struct str a, struct str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

#define str_is(s, lit) str_eq((s), STR(lit))

/* Byte order, shorter first on a common prefix: <0, 0, >0. */
int str_cmp(struct str a, struct str b);

/* Whether it begins, or ends, with those bytes. The empty string does so with all. */
bool str_starts(struct str s, struct str prefix);
bool str_ends(struct str s, struct str suffix);

/* Offset of the first occurrence at or after `from`, or SIZE_MAX. An empty needle is found at `from`. */
size_t str_find(struct str s, struct str needle, size_t from);
size_t str_find_byte(struct str s, char c, size_t from);

/* The slice [from, to), both clamped to the string. */
struct str str_sub(struct str s, size_t from, size_t to);

/* Without the ASCII white space at both ends. */
struct str str_trim(struct str s);

/* Takes the next line off *rest, without its newline; false when nothing is left. */
bool str_next_line(struct str *rest, struct str *line);

/* 64-bit hash for tables; stable within a run only, and no defence against made-up collisions. */
uint64_t str_hash(struct str s);

/* Edit distance (Damerau-Levenshtein, adjacent swaps count one), capped at `max + 1`. */
unsigned str_distance(struct str a, struct str b, unsigned max);

#endif
