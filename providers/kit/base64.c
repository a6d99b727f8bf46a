#include "kit/kit.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct str kit_base64_encode(struct kit kit, struct str bytes)
{
    char *out = kit_alloc(kit, (bytes.n + 2) / 3 * 4 + 1);
    const unsigned char *in = (const unsigned char *)bytes.p;
    size_t n = 0;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t left = bytes.n - i;
        uint32_t group = (uint32_t)in[i] << 16;
        if (left > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (left > 2)
            group |= in[i + 2];
        out[n++] = alphabet[group >> 18];
        out[n++] = alphabet[group >> 12 & 63];
        out[n++] = left > 1 ? alphabet[group >> 6 & 63] : '=';
        out[n++] = left > 2 ? alphabet[group & 63] : '=';
    }
    return str_from(out, n);
}

static int digit(char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool kit_base64_decode(struct kit kit, struct str text, struct str *bytes)
{
    char *out = kit_alloc(kit, text.n / 4 * 3 + 4);
    size_t n = 0, digits = 0, padding = 0;
    uint32_t group = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\n' || c == '\r')
            continue;
        int d = c == '=' ? 0 : digit(c);
        if (d < 0 || (padding && c != '='))
            return false;
        padding += c == '=';
        group = group << 6 | (uint32_t)d;
        if (++digits % 4 == 0) {
            out[n++] = (char)(group >> 16);
            out[n++] = (char)(group >> 8);
            out[n++] = (char)group;
        }
    }
    if (digits % 4 || padding > 2 || padding > n)
        return false;
    out[n - padding] = 0;
    *bytes = str_from(out, n - padding);
    return true;
}
