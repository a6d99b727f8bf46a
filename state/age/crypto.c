#include "state/age/crypto.h"
#include "base/digest.h"
#include "base/strbuf.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "detour: internal error: OpenSSL: %s failed\n", what);
    abort();
}

void crypto_hkdf(unsigned char out[CRYPTO_KEY], struct str secret, struct str salt, const char *info)
{
    char block[128];
    size_t n = strlen(info);
    struct digest prk = digest_hmac(salt.n ? salt : STR("\0"), secret); /* HMAC pads keys with zeros: the same */
    memcpy(block, info, n);
    block[n] = 1;
    struct digest okm = digest_hmac(str_from((char *)prk.bytes, sizeof prk.bytes), str_from(block, n + 1));
    memcpy(out, okm.bytes, CRYPTO_KEY);
    explicit_bzero(&prk, sizeof prk);
    explicit_bzero(&okm, sizeof okm);
}

/* -- curves -- */

bool crypto_x25519(unsigned char out[CRYPTO_KEY], const unsigned char scalar[CRYPTO_KEY],
                   const unsigned char point[CRYPTO_KEY])
{
    size_t n = CRYPTO_KEY;
    EVP_PKEY *mine = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, scalar, CRYPTO_KEY);
    EVP_PKEY *theirs = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, point, CRYPTO_KEY);
    EVP_PKEY_CTX *ctx = mine ? EVP_PKEY_CTX_new(mine, NULL) : NULL;
    must(mine && theirs && ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, theirs) == 1,
         "X25519");
    bool ok = EVP_PKEY_derive(ctx, out, &n) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(mine);
    return ok;
}

static void public_of(int type, unsigned char out[CRYPTO_KEY], const unsigned char secret[CRYPTO_KEY])
{
    size_t n = CRYPTO_KEY;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(type, NULL, secret, CRYPTO_KEY);
    must(key && EVP_PKEY_get_raw_public_key(key, out, &n) == 1, "a public key");
    EVP_PKEY_free(key);
}

void crypto_x25519_public(unsigned char out[CRYPTO_KEY], const unsigned char scalar[CRYPTO_KEY])
{
    public_of(EVP_PKEY_X25519, out, scalar);
}

void crypto_ed25519_seed(const unsigned char seed[CRYPTO_KEY], unsigned char scalar[CRYPTO_KEY],
                         unsigned char public_key[CRYPTO_KEY])
{
    unsigned char hash[SHA512_DIGEST_LENGTH];
    must(EVP_Digest(seed, CRYPTO_KEY, hash, NULL, EVP_sha512(), NULL) == 1, "SHA-512");
    memcpy(scalar, hash, CRYPTO_KEY);
    explicit_bzero(hash, sizeof hash);
    public_of(EVP_PKEY_ED25519, public_key, seed);
}

/* u = (1 + y) / (1 - y) modulo 2^255 - 19. */
static bool montgomery(BN_CTX *ctx, BIGNUM *u, BIGNUM *y)
{
    BIGNUM *p = BN_CTX_get(ctx), *under = BN_CTX_get(ctx), *over = BN_CTX_get(ctx);
    must(over && BN_set_word(p, 1) && BN_lshift(p, p, 255) && BN_sub_word(p, 19), "BN");
    if (BN_cmp(y, p) >= 0)
        return false;
    must(BN_copy(over, y) && BN_add_word(over, 1) && BN_set_word(under, 1) && BN_mod_sub(under, under, y, p, ctx),
         "BN");
    if (BN_is_zero(under))
        return false;
    must(BN_mod_inverse(under, under, p, ctx) && BN_mod_mul(u, over, under, p, ctx), "BN");
    return true;
}

bool crypto_ed25519_to_x25519(unsigned char out[CRYPTO_KEY], const unsigned char point[CRYPTO_KEY])
{
    unsigned char text[CRYPTO_KEY];
    memcpy(text, point, sizeof text);
    text[CRYPTO_KEY - 1] &= 0x7f; /* the sign of x */
    BN_CTX *ctx = BN_CTX_new();
    must(ctx, "BN");
    BN_CTX_start(ctx);
    BIGNUM *y = BN_CTX_get(ctx), *u = BN_CTX_get(ctx);
    must(u && BN_lebin2bn(text, CRYPTO_KEY, y), "BN");
    bool ok = montgomery(ctx, u, y) && BN_bn2lebinpad(u, out, CRYPTO_KEY) == CRYPTO_KEY;
    BN_CTX_end(ctx);
    BN_CTX_free(ctx);
    return ok;
}

/* -- passphrases -- */

bool crypto_scrypt(unsigned char out[CRYPTO_KEY], struct str passphrase, struct str salt, unsigned log_n)
{
    uint64_t n = 1ull << log_n, memory = (n + 32) * 1024 + (1 << 20);
    return EVP_PBE_scrypt(passphrase.p, passphrase.n, (const unsigned char *)salt.p, salt.n, n, 8, 1, memory, out,
                          CRYPTO_KEY) == 1;
}

/* -- ChaCha20-Poly1305 -- */

void crypto_seal(unsigned char *out, const unsigned char key[CRYPTO_KEY], const unsigned char nonce[CRYPTO_NONCE],
                 struct str plain)
{
    int n = 0, end = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(ctx && EVP_EncryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
             EVP_EncryptUpdate(ctx, out, &n, (const unsigned char *)plain.p, (int)plain.n) == 1 &&
             EVP_EncryptFinal_ex(ctx, out + n, &end) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_TAG, out + plain.n) == 1,
         "ChaCha20-Poly1305");
    EVP_CIPHER_CTX_free(ctx);
}

bool crypto_open(unsigned char *out, const unsigned char key[CRYPTO_KEY], const unsigned char nonce[CRYPTO_NONCE],
                 struct str sealed)
{
    if (sealed.n < CRYPTO_TAG)
        return false;
    int n = 0, end = 0;
    size_t length = sealed.n - CRYPTO_TAG;
    unsigned char tag[CRYPTO_TAG];
    memcpy(tag, sealed.p + length, sizeof tag);
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    must(ctx && EVP_DecryptInit_ex(ctx, EVP_chacha20_poly1305(), NULL, key, nonce) == 1 &&
             EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CRYPTO_TAG, tag) == 1 &&
             EVP_DecryptUpdate(ctx, out, &n, (const unsigned char *)sealed.p, (int)length) == 1,
         "ChaCha20-Poly1305");
    bool ok = EVP_DecryptFinal_ex(ctx, out + n, &end) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok && length)
        explicit_bzero(out, length);
    return ok;
}
