/*
 * strbuf: building strings, with a cap: what is longer than `max` is dropped and remembered in `over`.
 * Heap memory; release with strbuf_free or declare with STRBUF_AUTO.
 */
#ifndef DETOUR_BASE_STRBUF_H
#define DETOUR_BASE_STRBUF_H

#include "base/arena.h"

struct strbuf {
    char *p;
    size_t n, cap, max;
    bool over;
    bool wipe; /* memory is wiped before it is given back: for secrets */
};

enum { STRBUF_MAX = 1 << 30 };

#define STRBUF_INIT(max_) ((struct strbuf){.max = (max_)})
#define STRBUF_SECRET(max_) ((struct strbuf){.max = (max_), .wipe = true})
#define STRBUF_AUTO __attribute__((cleanup(strbuf_free))) struct strbuf

/* Gives the memory back; the buffer is empty then, and can be used again. */
void strbuf_free(struct strbuf *sb);

/* Empties the buffer and keeps its memory. */
void strbuf_clear(struct strbuf *sb);
void strbuf_add(struct strbuf *sb, struct str s);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_add_n(struct strbuf *sb, char c, size_t times);
#define strbuf_lit(sb, lit) strbuf_add((sb), STR(lit))
void strbuf_printf(struct strbuf *sb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Appends the code point as UTF-8. */
void strbuf_add_rune(struct strbuf *sb, uint32_t rune);

/* Room for `extra` more bytes at p + n, for direct writes; false when that exceeds the cap. The caller raises n. */
bool strbuf_reserve(struct strbuf *sb, size_t extra);

/* What was built, valid until the next change. */
static inline struct str strbuf_str(const struct strbuf *sb)
{
    return str_from(sb->p, sb->n);
}

#endif
