/* hex: bytes as hexadecimal digits and back. Lower case is written, both are read. */
#ifndef DETOUR_BASE_HEX_H
#define DETOUR_BASE_HEX_H

#include "base/arena.h"

/* The value of a hexadecimal digit, -1 where it is none. */
static inline int hex_digit(int c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Writes 2 * n digits, no NUL. */
static inline void hex_write(char *out, const void *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned byte = ((const unsigned char *)bytes)[i];
        out[2 * i] = "0123456789abcdef"[byte >> 4];
        out[2 * i + 1] = "0123456789abcdef"[byte & 15];
    }
}

/* The digits of n bytes, in the arena. */
static inline struct str hex_text(struct arena *arena, const void *bytes, size_t n)
{
    char *out = arena_alloc(arena, 2 * n + 1);
    hex_write(out, bytes, n);
    return str_from(out, 2 * n);
}

#endif
