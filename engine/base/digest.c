#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

struct digest digest_sha256(struct str s)
{
    struct digest d;
    if (EVP_Digest(s.p, s.n, d.bytes, NULL, EVP_sha256(), NULL) != 1)
        abort();
    return d;
}

struct digest digest_hmac(struct str key, struct str s)
{
    struct digest d;
    if (!HMAC(EVP_sha256(), key.p, (int)key.n, (const unsigned char *)s.p, s.n, d.bytes, NULL))
        abort();
    return d;
}

struct str digest_hex(struct arena *arena, struct digest d)
{
    static const char hex[] = "0123456789abcdef";
    char text[64];
    for (size_t i = 0; i < sizeof d.bytes; i++) {
        text[2 * i] = hex[d.bytes[i] >> 4];
        text[2 * i + 1] = hex[d.bytes[i] & 15];
    }
    return arena_str(arena, str_from(text, sizeof text));
}
