#include "base/digest.h"
#include "base/hex.h"

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
    return hex_text(arena, d.bytes, sizeof d.bytes);
}
