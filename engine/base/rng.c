#include "base/rng.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void rng_bytes(void *out, size_t n)
{
    char *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            perror("detour: getrandom");
            abort();
        }
        p += got;
        n -= (size_t)got;
    }
}

void rng_uuid_text(char out[static UUID_LEN])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char b[16];
    rng_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof b; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex[b[i] >> 4];
        *out++ = hex[b[i] & 15];
    }
}

struct str rng_uuid(struct arena *arena)
{
    char text[UUID_LEN];
    rng_uuid_text(text);
    return arena_str(arena, str_from(text, sizeof text));
}
