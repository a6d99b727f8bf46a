/*
 * format: vsnprintf, several times as fast for the few conversions that nearly all of our text is made of:
 * %s %.*s %c %d %u %lld %zu %%. A format with any other goes to the C library as a whole.
 */
#ifndef DETOUR_BASE_FORMAT_H
#define DETOUR_BASE_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes up to cap bytes, the last of them NUL; returns the length of the whole text, as vsnprintf does. */
size_t format_text(char *out, size_t cap, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

#endif
