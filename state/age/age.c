/* The files: a header of stanzas, one for each key that opens it, then the payload in chunks. */
#include "state/age/age.h"
#include "base/digest.h"
#include "base/rng.h"
#include "base/vec.h"
#include "state/age/crypto.h"
#include "state/age/text.h"

#include <openssl/crypto.h>

#define INTRO "age-encryption.org/v1\n"
#define X25519_LABEL "age-encryption.org/v1/X25519"
#define SSH_LABEL "age-encryption.org/v1/ssh-ed25519"
#define SCRYPT_LABEL "age-encryption.org/v1/scrypt"

enum {
    FILE_KEY = 16,
    WRAPPED = FILE_KEY + CRYPTO_TAG,
    SALT = 16,
    CHUNK = 1 << 16,
    STANZAS_MAX = 1000,
    LOG_N = 17,     /* 128 MiB and a third of a second */
    LOG_N_MAX = 20, /* what others may make us spend */
};

static const unsigned char zero_nonce[CRYPTO_NONCE];

/* -- the file key, wrapped -- */

/* The key that wraps the file key between an ephemeral share and a recipient. */
static bool wrap_key(unsigned char out[CRYPTO_KEY], const struct age_recipient *to, unsigned char shared[CRYPTO_KEY],
                     const unsigned char share[CRYPTO_KEY])
{
    unsigned char salt[2 * CRYPTO_KEY];
    memcpy(salt, share, CRYPTO_KEY);
    memcpy(salt + CRYPTO_KEY, to->point, CRYPTO_KEY);
    bool ssh = to->kind == AGE_SSH_ED25519;
    bool ok = !ssh || crypto_x25519(shared, to->tweak, shared);
    if (ok)
        crypto_hkdf(out, str_from((char *)shared, CRYPTO_KEY), str_from((char *)salt, sizeof salt),
                    ssh ? SSH_LABEL : X25519_LABEL);
    explicit_bzero(shared, CRYPTO_KEY);
    return ok;
}

static void put_wrapped(struct strbuf *out, const unsigned char key[CRYPTO_KEY], const unsigned char file_key[FILE_KEY])
{
    unsigned char wrapped[WRAPPED];
    crypto_seal(wrapped, key, zero_nonce, str_from((const char *)file_key, FILE_KEY));
    strbuf_addc(out, '\n');
    text_base64(out, wrapped, sizeof wrapped, false);
    strbuf_addc(out, '\n');
}

static bool put_recipient(struct strbuf *out, const struct age_recipient *to, const unsigned char file_key[FILE_KEY])
{
    unsigned char ephemeral[CRYPTO_KEY], share[CRYPTO_KEY], shared[CRYPTO_KEY], key[CRYPTO_KEY];
    rng_bytes(ephemeral, sizeof ephemeral);
    crypto_x25519_public(share, ephemeral);
    bool ok = crypto_x25519(shared, ephemeral, to->point) && wrap_key(key, to, shared, share);
    explicit_bzero(ephemeral, sizeof ephemeral);
    if (!ok)
        return false;
    strbuf_add(out, to->kind == AGE_SSH_ED25519 ? STR("-> ssh-ed25519 ") : STR("-> X25519 "));
    if (to->kind == AGE_SSH_ED25519) {
        text_base64(out, to->tag, sizeof to->tag, false);
        strbuf_addc(out, ' ');
    }
    text_base64(out, share, sizeof share, false);
    put_wrapped(out, key, file_key);
    explicit_bzero(key, sizeof key);
    return true;
}

static bool passphrase_key(unsigned char out[CRYPTO_KEY], struct str passphrase, struct str salt, unsigned log_n)
{
    char labelled[sizeof SCRYPT_LABEL - 1 + SALT];
    memcpy(labelled, SCRYPT_LABEL, sizeof SCRYPT_LABEL - 1);
    memcpy(labelled + sizeof SCRYPT_LABEL - 1, salt.p, SALT);
    return crypto_scrypt(out, passphrase, str_from(labelled, sizeof labelled), log_n);
}

static bool put_passphrase(struct strbuf *out, struct str passphrase, const unsigned char file_key[FILE_KEY])
{
    unsigned char key[CRYPTO_KEY];
    char salt[SALT];
    rng_bytes(salt, sizeof salt);
    if (!passphrase_key(key, passphrase, str_from(salt, sizeof salt), LOG_N))
        return false;
    strbuf_lit(out, "-> scrypt ");
    text_base64(out, salt, sizeof salt, false);
    strbuf_printf(out, " %d", LOG_N);
    put_wrapped(out, key, file_key);
    explicit_bzero(key, sizeof key);
    return true;
}

/* -- header and payload -- */

static struct digest header_mac(const unsigned char file_key[FILE_KEY], struct str header)
{
    unsigned char key[CRYPTO_KEY];
    crypto_hkdf(key, str_from((const char *)file_key, FILE_KEY), STR(""), "header");
    struct digest mac = digest_hmac(str_from((char *)key, sizeof key), header);
    explicit_bzero(key, sizeof key);
    return mac;
}

static void payload_key(unsigned char out[CRYPTO_KEY], const unsigned char file_key[FILE_KEY], struct str nonce)
{
    crypto_hkdf(out, str_from((const char *)file_key, FILE_KEY), nonce, "payload");
}

/* A counter of eleven bytes and whether it is the last chunk. */
static void chunk_nonce(unsigned char nonce[CRYPTO_NONCE], uint64_t counter, bool last)
{
    memset(nonce, 0, CRYPTO_NONCE);
    for (size_t i = 0; i < 8; i++)
        nonce[10 - i] = (unsigned char)(counter >> 8 * i);
    nonce[11] = last;
}

static bool put_header(struct strbuf *out, const struct age_to *to, const unsigned char file_key[FILE_KEY])
{
    strbuf_lit(out, INTRO);
    if (to->passphrase.n && !put_passphrase(out, to->passphrase, file_key))
        return false;
    for (size_t i = 0; !to->passphrase.n && i < to->n; i++)
        if (!put_recipient(out, &to->recipients[i], file_key))
            return false;
    strbuf_lit(out, "---");
    struct digest mac = header_mac(file_key, strbuf_str(out));
    strbuf_addc(out, ' ');
    text_base64(out, mac.bytes, sizeof mac.bytes, false);
    strbuf_addc(out, '\n');
    return true;
}

static bool put_payload(struct strbuf *out, struct str plain, const unsigned char file_key[FILE_KEY])
{
    unsigned char key[CRYPTO_KEY], nonce[CRYPTO_NONCE];
    char salt[SALT];
    rng_bytes(salt, sizeof salt);
    strbuf_add(out, str_from(salt, sizeof salt));
    payload_key(key, file_key, str_from(salt, sizeof salt));
    bool ok = true, last = false;
    for (uint64_t i = 0; ok && !last; i++) {
        struct str chunk = str_sub(plain, i * CHUNK, (i + 1) * CHUNK);
        last = (i + 1) * CHUNK >= plain.n;
        chunk_nonce(nonce, i, last);
        ok = strbuf_reserve(out, chunk.n + CRYPTO_TAG);
        if (ok) {
            crypto_seal((unsigned char *)out->p + out->n, key, nonce, chunk);
            out->n += chunk.n + CRYPTO_TAG;
        }
    }
    explicit_bzero(key, sizeof key);
    return ok;
}

bool age_encrypt(struct strbuf *out, const struct age_to *to, struct str plain)
{
    unsigned char file_key[FILE_KEY];
    STRBUF_AUTO file = STRBUF_INIT(STRBUF_MAX);
    rng_bytes(file_key, sizeof file_key);
    bool ok = put_header(&file, to, file_key) && put_payload(&file, plain, file_key);
    explicit_bzero(file_key, sizeof file_key);
    if (ok)
        text_armor(out, strbuf_str(&file));
    return ok && !out->over;
}

/* -- reading -- */

struct stanza {
    struct str type, args[2];
    size_t n_args;
    struct str body;
};

struct header {
    VEC(struct stanza) stanzas;
    struct str covered; /* by the MAC */
    struct str mac, payload;
};

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 33 || s.p[i] > 126)
            return false;
    return s.n > 0;
}

/* "type arg arg": of stanzas that we do not know only the form counts. */
static bool read_words(struct str line, struct stanza *out)
{
    for (size_t i = 0, at = 0; at <= line.n; i++) {
        size_t blank = str_find_byte(line, ' ', at);
        struct str word = str_sub(line, at, blank);
        at = blank == SIZE_MAX ? line.n + 1 : blank + 1;
        if (!is_word(word))
            return false;
        if (i == 0)
            out->type = word;
        else if (i <= 2)
            out->args[i - 1] = word;
        out->n_args = i;
    }
    return out->type.n > 0;
}

/* Lines of 64 columns, the last one shorter (maybe empty). */
static bool read_body(struct arena *arena, struct str *rest, struct str *out)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 16);
    struct str line;
    do {
        if (!str_next_line(rest, &line) || line.n > TEXT_COLUMNS)
            return false;
        strbuf_add(&text, line);
    } while (line.n == TEXT_COLUMNS);
    return !text.over && text_base64_read(arena, strbuf_str(&text), false, out);
}

static bool read_header(struct arena *arena, struct str file, struct header *out)
{
    struct str rest = file, line;
    if (!str_starts(file, STR(INTRO)))
        return false;
    rest = str_sub(file, strlen(INTRO), file.n);
    while (str_next_line(&rest, &line) && str_starts(line, STR("-> "))) {
        struct stanza stanza = {0};
        if (out->stanzas.n == STANZAS_MAX || !read_words(str_sub(line, 3, line.n), &stanza) ||
            !read_body(arena, &rest, &stanza.body))
            return false;
        vec_push(arena, &out->stanzas, stanza);
    }
    if (out->stanzas.n == 0 || !str_starts(line, STR("--- ")) ||
        !text_base64_read(arena, str_sub(line, 4, line.n), false, &out->mac) || out->mac.n != sizeof(struct digest))
        return false;
    out->covered = str_from(file.p, (size_t)(line.p - file.p) + 3);
    out->payload = rest;
    return true;
}

static bool read_share(struct arena *arena, struct str arg, unsigned char out[CRYPTO_KEY])
{
    struct str bytes;
    if (!text_base64_read(arena, arg, false, &bytes) || bytes.n != CRYPTO_KEY)
        return false;
    memcpy(out, bytes.p, CRYPTO_KEY);
    return true;
}

static bool for_identity(struct arena *arena, const struct stanza *s, const struct age_identity *identity)
{
    struct str tag;
    if (identity->recipient.kind == AGE_X25519)
        return str_is(s->type, "X25519") && s->n_args == 1;
    return str_is(s->type, "ssh-ed25519") && s->n_args == 2 && text_base64_read(arena, s->args[0], false, &tag) &&
           str_eq(tag, str_from((const char *)identity->recipient.tag, AGE_TAG_SIZE));
}

static bool unwrap_identity(struct arena *arena, const struct stanza *s, const struct age_identity *identity,
                            unsigned char file_key[FILE_KEY])
{
    unsigned char share[CRYPTO_KEY], shared[CRYPTO_KEY], key[CRYPTO_KEY];
    if (!for_identity(arena, s, identity) || s->body.n != WRAPPED ||
        !read_share(arena, s->args[s->n_args - 1], share) || !crypto_x25519(shared, identity->scalar, share) ||
        !wrap_key(key, &identity->recipient, shared, share))
        return false;
    bool ok = crypto_open(file_key, key, zero_nonce, s->body);
    explicit_bzero(key, sizeof key);
    return ok;
}

static bool is_scrypt(const struct header *h)
{
    return h->stanzas.n == 1 && str_is(h->stanzas.v[0].type, "scrypt") && h->stanzas.v[0].n_args == 2;
}

static bool read_log_n(struct str text, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9' || (i == 0 && text.p[i] == '0') ||
            (*out = *out * 10 + (unsigned)(text.p[i] - '0')) > LOG_N_MAX)
            return false;
    return text.n > 0;
}

static bool unwrap_passphrase(struct arena *arena, const struct stanza *s, struct str passphrase,
                              unsigned char file_key[FILE_KEY])
{
    struct str salt;
    unsigned log_n;
    unsigned char key[CRYPTO_KEY];
    if (!text_base64_read(arena, s->args[0], false, &salt) || salt.n != SALT || !read_log_n(s->args[1], &log_n) ||
        s->body.n != WRAPPED || !passphrase_key(key, passphrase, salt, log_n))
        return false;
    bool ok = crypto_open(file_key, key, zero_nonce, s->body);
    explicit_bzero(key, sizeof key);
    return ok;
}

static bool find_file_key(struct arena *arena, const struct header *h, const struct age_from *from,
                          unsigned char file_key[FILE_KEY])
{
    if (is_scrypt(h))
        return from->passphrase.n && unwrap_passphrase(arena, &h->stanzas.v[0], from->passphrase, file_key);
    vec_each (&h->stanzas, i)
        for (size_t k = 0; k < from->n; k++)
            if (unwrap_identity(arena, &h->stanzas.v[i], &from->identities[k], file_key))
                return true;
    return false;
}

/* A chunk that is not the last is full, and the last one is empty only where it is the first. */
static bool read_payload(struct arena *arena, struct str payload, const unsigned char file_key[FILE_KEY],
                         struct str *plain)
{
    enum { SEALED_CHUNK = CHUNK + CRYPTO_TAG };
    unsigned char key[CRYPTO_KEY], nonce[CRYPTO_NONCE];
    if (payload.n < SALT + CRYPTO_TAG)
        return false;
    payload_key(key, file_key, str_sub(payload, 0, SALT));
    struct str rest = str_sub(payload, SALT, payload.n);
    unsigned char *out = arena_alloc(arena, rest.n);
    size_t n = 0;
    bool ok = true;
    for (uint64_t i = 0; ok && rest.n; i++) {
        struct str chunk = str_sub(rest, 0, SEALED_CHUNK);
        rest = str_sub(rest, chunk.n, rest.n);
        chunk_nonce(nonce, i, rest.n == 0);
        ok = chunk.n >= CRYPTO_TAG && (i == 0 || chunk.n > CRYPTO_TAG) && crypto_open(out + n, key, nonce, chunk);
        n += ok ? chunk.n - CRYPTO_TAG : 0;
    }
    explicit_bzero(key, sizeof key);
    *plain = str_from((char *)out, n);
    return ok;
}

static enum age_result open_header(struct arena *arena, const struct header *h, const struct age_from *from,
                                   struct str *plain)
{
    unsigned char file_key[FILE_KEY];
    if (!find_file_key(arena, h, from, file_key))
        return AGE_NO_KEY;
    struct digest mac = header_mac(file_key, h->covered);
    bool ok =
        CRYPTO_memcmp(mac.bytes, h->mac.p, sizeof mac.bytes) == 0 && read_payload(arena, h->payload, file_key, plain);
    explicit_bzero(file_key, sizeof file_key);
    return ok ? AGE_OPENED : AGE_DAMAGED;
}

enum age_result age_decrypt(struct arena *arena, struct str file, const struct age_from *from, struct str *plain)
{
    struct header h = {0};
    *plain = (struct str){0};
    if ((text_is_armor(file) && !text_armor_read(arena, file, &file)) || !read_header(arena, file, &h))
        return AGE_DAMAGED;
    return open_header(arena, &h, from, plain);
}

bool age_wants_passphrase(struct str file)
{
    ARENA_AUTO arena = arena_new();
    struct header h = {0};
    return (!text_is_armor(file) || text_armor_read(arena, file, &file)) && read_header(arena, file, &h) &&
           is_scrypt(&h);
}
