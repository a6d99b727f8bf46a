#include "funcs/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str base64_encode(struct arena *arena, struct str data)
{
    char *out = arena_calloc(arena, data.n / 3 + 1, 4);
    size_t n = 0;
    for (size_t i = 0; i < data.n; i += 3) {
        size_t left = data.n - i;
        uint32_t bits = (uint32_t)(unsigned char)data.p[i] << 16;
        bits |= left > 1 ? (uint32_t)(unsigned char)data.p[i + 1] << 8 : 0;
        bits |= left > 2 ? (uint32_t)(unsigned char)data.p[i + 2] : 0;
        out[n++] = digits[bits >> 18];
        out[n++] = digits[bits >> 12 & 63];
        out[n++] = left > 1 ? digits[bits >> 6 & 63] : '=';
        out[n++] = left > 2 ? digits[bits & 63] : '=';
    }
    return str_from(out, n);
}

static int digit_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

struct decoder {
    uint32_t bits;
    unsigned digits, padding; /* in the group of four at hand */
    char *out;
    size_t n;
};

/* A group of four is complete. */
static void flush(struct decoder *d)
{
    for (unsigned i = 0; i < 3 - d->padding; i++)
        d->out[d->n++] = (char)(d->bits >> (16 - 8 * i));
    d->bits = d->digits = 0;
}

static bool feed(struct decoder *d, char c)
{
    int value = digit_value(c);
    if (c == '=' && d->digits >= 2)
        d->padding++;
    else if (value < 0 || d->padding)
        return false;
    d->bits = d->bits << 6 | (uint32_t)(value < 0 ? 0 : value);
    if (++d->digits == 4)
        flush(d);
    return true;
}

bool base64_decode(struct arena *arena, struct str text, struct str *out, size_t *at)
{
    struct decoder d = {.out = arena_calloc(arena, text.n / 4 + 1, 3)};
    for (*at = 0; *at < text.n; ++*at) {
        char c = text.p[*at];
        if (c != '\n' && c != '\r' && !feed(&d, c))
            return false;
    }
    *out = str_from(d.out, d.n);
    return d.digits == 0;
}
