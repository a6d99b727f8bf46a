#include "base/strbuf.h"
#include "base/format.h"
#include "base/unicode.h"

#include <stdlib.h>

static void release(struct strbuf *sb)
{
    if (sb->wipe && sb->p)
        explicit_bzero(sb->p, sb->cap);
    free(sb->p);
}

void strbuf_free(struct strbuf *sb)
{
    release(sb);
    *sb = (struct strbuf){.max = sb->max, .wipe = sb->wipe};
}

void strbuf_clear(struct strbuf *sb)
{
    sb->n = 0;
    sb->over = false;
}

/* realloc may leave the old bytes behind. */
static void move(struct strbuf *sb, size_t cap)
{
    if (!sb->wipe) {
        sb->p = heap_realloc(sb->p, cap);
        return;
    }
    char *moved = heap_alloc(cap);
    if (sb->n)
        memcpy(moved, sb->p, sb->n);
    release(sb);
    sb->p = moved;
}

bool strbuf_reserve(struct strbuf *sb, size_t extra)
{
    size_t max = sb->max ? sb->max : STRBUF_MAX;
    if (extra > max || sb->n > max - extra) {
        sb->over = true;
        return false;
    }
    if (sb->n + extra > sb->cap) {
        size_t cap = sb->cap ? sb->cap * 2 : extra > 64 ? extra : 64; /* the first one is as large as it is asked for */
        while (cap < sb->n + extra)
            cap *= 2;
        move(sb, cap);
        sb->cap = cap;
    }
    return true;
}

void strbuf_add(struct strbuf *sb, struct str s)
{
    if (!s.n || !strbuf_reserve(sb, s.n))
        return;
    memcpy(sb->p + sb->n, s.p, s.n);
    sb->n += s.n;
}

void strbuf_addc(struct strbuf *sb, char c)
{
    if (strbuf_reserve(sb, 1))
        sb->p[sb->n++] = c;
}

void strbuf_add_n(struct strbuf *sb, char c, size_t times)
{
    if (!strbuf_reserve(sb, times) || !times)
        return;
    memset(sb->p + sb->n, c, times);
    sb->n += times;
}

void strbuf_vprintf(struct strbuf *sb, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    size_t room = sb->cap - sb->n, n = format_text(sb->p ? sb->p + sb->n : NULL, room, format, args);
    if (strbuf_reserve(sb, n + 1)) {
        if (n >= room)
            format_text(sb->p + sb->n, n + 1, format, again);
        sb->n += n;
    }
    va_end(again);
}

void strbuf_printf(struct strbuf *sb, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(sb, format, args);
    va_end(args);
}

void strbuf_add_rune(struct strbuf *sb, uint32_t rune)
{
    char bytes[4];
    strbuf_add(sb, str_from(bytes, utf8_encode(bytes, rune)));
}
