/* digest: SHA-256 (FIPS 180-4) through OpenSSL. */
#ifndef DETOUR_BASE_DIGEST_H
#define DETOUR_BASE_DIGEST_H

#include "base/arena.h"

struct digest {
    unsigned char bytes[32];
};

/* SHA-256 (FIPS 180-4) of the bytes. */
struct digest digest_sha256(struct str s);

/* HMAC-SHA-256 (RFC 2104) of s under key. */
struct digest digest_hmac(struct str key, struct str s);

/* Lower-case hexadecimal, 64 characters. */
struct str digest_hex(struct arena *arena, struct digest d);

#endif
