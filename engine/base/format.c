#include "base/format.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct target {
    char *out;
    size_t cap, n;
    va_list args;
};

static void put(struct target *t, const char *p, size_t n)
{
    if (t->n < t->cap && n)
        memcpy(t->out + t->n, p, n < t->cap - t->n ? n : t->cap - t->n);
    t->n += n;
}

static void put_number(struct target *t, unsigned long long magnitude, bool negative)
{
    char digits[24], *p = digits + sizeof digits;
    do
        *--p = (char)('0' + magnitude % 10);
    while (magnitude /= 10);
    if (negative)
        *--p = '-';
    put(t, p, (size_t)(digits + sizeof digits - p));
}

static void put_signed(struct target *t, long long n)
{
    put_number(t, n < 0 ? 0 - (unsigned long long)n : (unsigned long long)n, n < 0);
}

static void put_slice(struct target *t)
{
    int n = va_arg(t->args, int);
    const char *p = va_arg(t->args, const char *);
    put(t, p, !p ? 0 : n < 0 ? strlen(p) : strnlen(p, (size_t)n));
}

static size_t convert_long(struct target *t, const char *conversion)
{
    if (strncmp(conversion, ".*s", 3) == 0) {
        put_slice(t);
        return 3;
    }
    if (strncmp(conversion, "lld", 3) == 0) {
        put_signed(t, va_arg(t->args, long long));
        return 3;
    }
    if (strncmp(conversion, "zu", 2) == 0) {
        put_number(t, va_arg(t->args, size_t), false);
        return 2;
    }
    return 0;
}

/* The conversion behind a percent sign; returns its length, 0 where it is none of ours. */
static size_t convert(struct target *t, const char *conversion)
{
    switch (*conversion) {
    case 's': {
        const char *p = va_arg(t->args, const char *), *shown = p ? p : "(null)";
        put(t, shown, strlen(shown));
        return 1;
    }
    case 'c':
        put(t, (char[]){(char)va_arg(t->args, int)}, 1);
        return 1;
    case 'd':
        put_signed(t, va_arg(t->args, int));
        return 1;
    case 'u':
        put_number(t, va_arg(t->args, unsigned), false);
        return 1;
    case '%':
        put(t, "%", 1);
        return 1;
    default:
        return convert_long(t, conversion);
    }
}

static bool convert_all(struct target *t, const char *format)
{
    for (const char *percent; (percent = strchr(format, '%'));) {
        put(t, format, (size_t)(percent - format));
        size_t n = convert(t, percent + 1);
        if (!n)
            return false;
        format = percent + 1 + n;
    }
    put(t, format, strlen(format));
    return true;
}

size_t format_text(char *out, size_t cap, const char *format, va_list args)
{
    struct target t = {.out = out, .cap = cap};
    va_copy(t.args, args);
    bool ours = convert_all(&t, format);
    va_end(t.args);
    if (!ours) {
        int n = vsnprintf(out, cap, format, args);
        return n < 0 ? 0 : (size_t)n;
    }
    if (cap)
        out[t.n < cap ? t.n : cap - 1] = '\0';
    return t.n;
}
