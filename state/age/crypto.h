/* crypto: the primitives that age is made of. Private to state/age. OpenSSL's own failures (out of memory) abort. */
#ifndef DETOUR_STATE_AGE_CRYPTO_H
#define DETOUR_STATE_AGE_CRYPTO_H

#include "base/arena.h"

enum { CRYPTO_KEY = 32, CRYPTO_TAG = 16, CRYPTO_NONCE = 12 };

/* HKDF-SHA-256 (RFC 5869), 32 bytes of it. */
void crypto_hkdf(unsigned char out[CRYPTO_KEY], struct str secret, struct str salt, const char *info);
/* X25519 (RFC 7748); false where the result is all zero: the point is a bad one. */
bool crypto_x25519(unsigned char out[CRYPTO_KEY], const unsigned char scalar[CRYPTO_KEY],
                   const unsigned char point[CRYPTO_KEY]);
/* The public key of a scalar. */
void crypto_x25519_public(unsigned char out[CRYPTO_KEY], const unsigned char scalar[CRYPTO_KEY]);
/* The point of Curve25519 that belongs to a public key of Ed25519; false where there is none. */
bool crypto_ed25519_to_x25519(unsigned char out[CRYPTO_KEY], const unsigned char point[CRYPTO_KEY]);
/* The scalar and the public key (of Ed25519) of a seed. */
void crypto_ed25519_seed(const unsigned char seed[CRYPTO_KEY], unsigned char scalar[CRYPTO_KEY],
                         unsigned char public_key[CRYPTO_KEY]);
/* scrypt (RFC 7914) with N = 2^log_n, r = 8, p = 1. False where there is not enough memory. */
bool crypto_scrypt(unsigned char out[CRYPTO_KEY], struct str passphrase, struct str salt, unsigned log_n);
/* ChaCha20-Poly1305 (RFC 8439): `out` takes n + 16 bytes, or n - 16 when opening. */
void crypto_seal(unsigned char *out, const unsigned char key[CRYPTO_KEY], const unsigned char nonce[CRYPTO_NONCE],
                 struct str plain);
bool crypto_open(unsigned char *out, const unsigned char key[CRYPTO_KEY], const unsigned char nonce[CRYPTO_NONCE],
                 struct str sealed);

#endif
