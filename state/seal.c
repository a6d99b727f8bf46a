#include "state/seal.h"
#include "base/rng.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { POOL = 64, SMALLEST = SEAL_NONCE_SIZE + SEAL_BLOCK + SEAL_TAG_SIZE, FIRST_SLOTS = 64, KEPT_MAX = 1 << 20 };

/* A seal as text, by the hash of its place. Of two places with one hash the later wins: the other is sealed anew. */
struct kept {
    uint64_t hash; /* 0: free */
    struct str text;
};

struct seal {
    unsigned char key[SEAL_KEY_SIZE];
    EVP_CIPHER_CTX *encrypt, *decrypt;         /* with the key in them */
    unsigned char pool[POOL][SEAL_NONCE_SIZE]; /* of random nonces */
    unsigned pooled;
    struct kept *kept;
    size_t n_kept, n_slots;
    struct arena *arena;  /* of their texts */
    unsigned char *bytes; /* room for one seal, and for what is in it */
    size_t room;
};

static void must(bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "detour: internal error: OpenSSL: AES-256-GCM failed\n");
    abort();
}

struct seal *seal_new(const unsigned char key[SEAL_KEY_SIZE])
{
    struct seal *s = heap_alloc(sizeof *s);
    *s = (struct seal){.encrypt = EVP_CIPHER_CTX_new(), .decrypt = EVP_CIPHER_CTX_new(), .arena = arena_new()};
    memcpy(s->key, key, SEAL_KEY_SIZE);
    must(s->encrypt && s->decrypt && EVP_EncryptInit_ex(s->encrypt, EVP_aes_256_gcm(), NULL, key, NULL) == 1 &&
         EVP_DecryptInit_ex(s->decrypt, EVP_aes_256_gcm(), NULL, key, NULL) == 1);
    return s;
}

void seal_free(struct seal *s)
{
    if (!s)
        return;
    EVP_CIPHER_CTX_free(s->encrypt);
    EVP_CIPHER_CTX_free(s->decrypt);
    if (s->bytes)
        explicit_bzero(s->bytes, s->room);
    free(s->bytes);
    free(s->kept);
    arena_free(s->arena);
    explicit_bzero(s, sizeof *s);
    free(s);
}

const unsigned char *seal_key(const struct seal *s)
{
    return s->key;
}

struct digest seal_derive(const struct seal *s, const char *label)
{
    return digest_hmac(str_from((const char *)s->key, SEAL_KEY_SIZE), str_c(label));
}

static unsigned char *room_for(struct seal *s, size_t n)
{
    if (s->room >= n)
        return s->bytes;
    if (s->bytes)
        explicit_bzero(s->bytes, s->room);
    free(s->bytes);
    s->room = n * 2;
    s->bytes = heap_alloc(s->room);
    return s->bytes;
}

/* -- seals that are known -- */

static struct kept *slot_of(const struct seal *s, uint64_t hash)
{
    size_t i = (size_t)hash & (s->n_slots - 1);
    while (s->kept[i].hash && s->kept[i].hash != hash)
        i = (i + 1) & (s->n_slots - 1);
    return &s->kept[i];
}

static void grow(struct seal *s)
{
    struct kept *old = s->kept;
    size_t n = s->n_slots;
    s->n_slots = n ? n * 2 : FIRST_SLOTS;
    s->kept = heap_alloc(s->n_slots * sizeof *s->kept);
    memset(s->kept, 0, s->n_slots * sizeof *s->kept);
    for (size_t i = 0; i < n; i++)
        if (old[i].hash)
            *slot_of(s, old[i].hash) = old[i];
    free(old);
}

static uint64_t hash_of(struct str where)
{
    uint64_t hash = str_hash(where);
    return hash ? hash : 1;
}

static void keep(struct seal *s, uint64_t hash, struct str text)
{
    if (2 * s->n_kept >= s->n_slots)
        grow(s);
    struct kept *slot = slot_of(s, hash);
    s->n_kept += slot->hash == 0;
    if (slot->text.n == text.n)
        memcpy((char *)(uintptr_t)slot->text.p, text.p, text.n);
    else
        slot->text = arena_str(s->arena, text);
    slot->hash = hash;
}

/* -- opening -- */

/* Strict base64, into `out`; 0 where it is not that. */
static size_t decode(unsigned char *out, struct str text)
{
    if (text.n == 0 || text.n % 4 || text.n > INT32_MAX)
        return 0;
    int n = EVP_DecodeBlock(out, (const unsigned char *)text.p, (int)text.n);
    size_t padding = (size_t)(text.p[text.n - 1] == '=') + (size_t)(text.p[text.n - 2] == '=');
    return n < 0 || (size_t)n != text.n / 4 * 3 ? 0 : (size_t)n - padding;
}

static bool decrypt(struct seal *s, struct str where, unsigned char *bytes, size_t n, unsigned char *plain)
{
    int got = 0, end = 0;
    size_t length = n - SEAL_NONCE_SIZE - SEAL_TAG_SIZE;
    EVP_CIPHER_CTX *ctx = s->decrypt;
    must(EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, bytes) == 1 &&
         EVP_DecryptUpdate(ctx, NULL, &got, (const unsigned char *)where.p, (int)where.n) == 1 &&
         EVP_DecryptUpdate(ctx, plain, &got, bytes + SEAL_NONCE_SIZE, (int)length) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_SIZE, bytes + n - SEAL_TAG_SIZE) == 1);
    return EVP_DecryptFinal_ex(ctx, plain + got, &end) == 1;
}

/* The content ends with a byte 0x80, then zeros. */
static bool unpad(struct str *content)
{
    while (content->n && content->p[content->n - 1] == 0)
        content->n--;
    if (!content->n || (unsigned char)content->p[content->n - 1] != 0x80)
        return false;
    content->n--;
    return true;
}

/* Into the seal's own room, until it is used again. */
static enum seal_result open_here(struct seal *s, struct str where, struct str text, struct str *plain)
{
    size_t half = text.n / 4 * 3 + 16;
    unsigned char *bytes = room_for(s, 2 * half), *out = bytes + half;
    size_t n = decode(bytes, text);
    if (n < SMALLEST)
        return SEAL_CUT;
    if (!decrypt(s, where, bytes, n, out))
        return SEAL_WRONG;
    *plain = str_from((char *)out, n - SEAL_NONCE_SIZE - SEAL_TAG_SIZE);
    return unpad(plain) ? SEAL_OPENED : SEAL_WRONG;
}

enum seal_result seal_get(struct seal *s, struct arena *arena, struct str where, struct str text, struct str *plain)
{
    enum seal_result result = open_here(s, where, text, plain);
    if (result != SEAL_OPENED)
        return result;
    *plain = arena_str(arena, *plain);
    if (text.n <= KEPT_MAX)
        keep(s, hash_of(where), text);
    return SEAL_OPENED;
}

/* -- sealing -- */

static void next_nonce(struct seal *s, unsigned char nonce[SEAL_NONCE_SIZE])
{
    if (s->pooled == 0) {
        rng_bytes(s->pool, sizeof s->pool);
        s->pooled = POOL;
    }
    memcpy(nonce, s->pool[--s->pooled], SEAL_NONCE_SIZE);
}

static size_t pad(unsigned char *out, struct str plain)
{
    size_t n = (plain.n + SEAL_BLOCK) / SEAL_BLOCK * SEAL_BLOCK;
    if (plain.n)
        memcpy(out, plain.p, plain.n);
    out[plain.n] = 0x80;
    memset(out + plain.n + 1, 0, n - plain.n - 1);
    return n;
}

static size_t encrypt(struct seal *s, struct str where, struct str plain, unsigned char *bytes)
{
    int got = 0, end = 0;
    EVP_CIPHER_CTX *ctx = s->encrypt;
    next_nonce(s, bytes);
    size_t n = pad(bytes + SEAL_NONCE_SIZE, plain);
    must(EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, bytes) == 1 &&
         EVP_EncryptUpdate(ctx, NULL, &got, (const unsigned char *)where.p, (int)where.n) == 1 &&
         EVP_EncryptUpdate(ctx, bytes + SEAL_NONCE_SIZE, &got, bytes + SEAL_NONCE_SIZE, (int)n) == 1 &&
         EVP_EncryptFinal_ex(ctx, bytes + SEAL_NONCE_SIZE + got, &end) == 1 &&
         EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE, bytes + SEAL_NONCE_SIZE + n) == 1);
    return SEAL_NONCE_SIZE + n + SEAL_TAG_SIZE;
}

static bool put_kept(struct seal *s, struct strbuf *out, uint64_t hash, struct str where, struct str plain)
{
    struct str content;
    const struct kept *known = s->n_slots ? slot_of(s, hash) : NULL;
    if (!known || !known->hash || open_here(s, where, known->text, &content) != SEAL_OPENED || content.n != plain.n ||
        CRYPTO_memcmp(content.p, plain.p, plain.n) != 0)
        return false;
    strbuf_add(out, known->text);
    return true;
}

void seal_put(struct seal *s, struct strbuf *out, struct str where, struct str plain)
{
    uint64_t hash = hash_of(where);
    if (put_kept(s, out, hash, where, plain))
        return;
    if (plain.n > STRBUF_MAX) {
        out->over = true;
        return;
    }
    unsigned char *bytes = room_for(s, plain.n + SMALLEST + SEAL_BLOCK);
    size_t n = encrypt(s, where, plain, bytes), length = (n + 2) / 3 * 4;
    if (!strbuf_reserve(out, length + 1))
        return;
    EVP_EncodeBlock((unsigned char *)out->p + out->n, bytes, (int)n);
    if (length <= KEPT_MAX)
        keep(s, hash, str_from(out->p + out->n, length));
    out->n += length;
}
