/* crypto: hashes of text and of files, bcrypt, RSA decryption, UUIDs and WireGuard keys. */
#include "base/rng.h"
#include "base/hex.h"
#include "funcs/base64.h"
#include "funcs/files.h"
#include "funcs/kit.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

/* -- hashes -- */

enum hash_of { HASH_TEXT, HASH_FILE };
enum hash_as { AS_HEX, AS_BASE64 };

static bool hash(struct func_call *call, const EVP_MD *algorithm, enum hash_of of, enum hash_as as)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    struct str s;
    if (of == HASH_TEXT) {
        s = kit_str(call, 0);
    } else if (!files_read(call, 0, &s)) {
        call->bad_arg = KIT_CALL;
        return false;
    }
    if (!EVP_Digest(s.p ? s.p : "", s.n, digest, &n, algorithm, NULL))
        return func_fail(call, KIT_CALL, _("the cryptographic library refuses this hash"));
    struct str bytes = str_from((const char *)digest, n);
    return kit_answer(call, value_string(as == AS_HEX ? hex_text(kit_arena(call), digest, n)
                                                      : base64_encode(kit_arena(call), bytes)));
}

#define HASH(noun, algorithm, of, as)                                                                                  \
    static bool noun##_impl(struct func_call *call)                                                                    \
    {                                                                                                                  \
        return hash(call, algorithm(), of, as);                                                                        \
    }
HASH(md5, EVP_md5, HASH_TEXT, AS_HEX)
HASH(sha1, EVP_sha1, HASH_TEXT, AS_HEX)
HASH(sha256, EVP_sha256, HASH_TEXT, AS_HEX)
HASH(sha512, EVP_sha512, HASH_TEXT, AS_HEX)
HASH(base64sha256, EVP_sha256, HASH_TEXT, AS_BASE64)
HASH(base64sha512, EVP_sha512, HASH_TEXT, AS_BASE64)
HASH(filemd5, EVP_md5, HASH_FILE, AS_HEX)
HASH(filesha1, EVP_sha1, HASH_FILE, AS_HEX)
HASH(filesha256, EVP_sha256, HASH_FILE, AS_HEX)
HASH(filesha512, EVP_sha512, HASH_FILE, AS_HEX)
HASH(filebase64sha256, EVP_sha256, HASH_FILE, AS_BASE64)
HASH(filebase64sha512, EVP_sha512, HASH_FILE, AS_BASE64)

/* -- bcrypt -- */

/* Each step doubles the time; 16 takes seconds, 31 would take days. */
enum { COST_DEFAULT = 10, COST_MIN = 4, COST_MAX = 16, BCRYPT_BYTES = 72, STEPS_OF_COST_4 = 1500 };

static bool bcrypt_cost(struct func_call *call, int64_t *cost)
{
    *cost = COST_DEFAULT;
    if (call->n > 2)
        return func_fail(call, KIT_CALL, _("bcrypt() takes one or two arguments, not %zu"), call->n);
    if (call->n < 2)
        return true;
    if (!kit_int(call, 1, KIT_CALL, _("invalid cost"), cost))
        return false;
    if (*cost > COST_MAX)
        return func_fail(call, KIT_CALL, _("the cost must be between %d and %d, and is %lld"), COST_MIN, COST_MAX,
                         (long long)*cost);
    if (*cost < COST_MIN)
        *cost = COST_DEFAULT;
    return true;
}

static bool bcrypt_impl(struct func_call *call)
{
    struct str password = kit_str(call, 0);
    struct crypt_data data = {0};
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    int64_t cost;
    if (!bcrypt_cost(call, &cost))
        return false;
    if (password.n > BCRYPT_BYTES || str_find_byte(password, '\0', 0) != SIZE_MAX)
        return func_fail(call, KIT_CALL, _("bcrypt takes at most %d bytes, none of them NUL, but the string has %zu"),
                         BCRYPT_BYTES, password.n);
    const char *text = arena_str(kit_arena(call), password).p;
    if (!crypt_gensalt_rn("$2a$", (unsigned long)cost, NULL, 0, setting, sizeof setting))
        return func_fail(call, KIT_CALL, _("this system's libcrypt has no bcrypt"));
    eval_charge(call->eval, (size_t)STEPS_OF_COST_4 << (cost - COST_MIN));
    if (!kit_goes_on(call))
        return false;
    const char *hashed = crypt_r(text, setting, &data);
    bool ok = hashed && hashed[0] != '*';
    struct str out = ok ? arena_str(kit_arena(call), str_c(hashed)) : STR("");
    explicit_bzero(&data, sizeof data);
    return ok ? kit_answer(call, value_string(out))
              : func_fail(call, KIT_CALL, _("this system's libcrypt has no bcrypt"));
}

/* -- RSA -- */

static void cleanup_pkey(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void cleanup_pkey_ctx(EVP_PKEY_CTX **ctx)
{
    EVP_PKEY_CTX_free(*ctx);
}

static int no_passphrase(char *buffer, int size, int writing, void *ctx)
{
    (void)buffer, (void)size, (void)writing, (void)ctx;
    return -1;
}

static EVP_PKEY *read_private_key(struct str pem)
{
    BIO *bio = pem.n <= INT32_MAX ? BIO_new_mem_buf(pem.p ? pem.p : "", (int)pem.n) : NULL;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    return key;
}

/* PKCS #1 v1.5. Newer libraries answer random text instead of failing on bad padding unless told not to. */
static bool rsa_decrypt(struct arena *arena, EVP_PKEY *key, struct str in, struct str *out)
{
    CLEANUP(cleanup_pkey_ctx) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    const unsigned char *bytes = (const unsigned char *)in.p;
    if (!ctx || EVP_PKEY_decrypt_init(ctx) <= 0 || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) <= 0)
        return false;
    EVP_PKEY_CTX_ctrl_str(ctx, "rsa_pkcs1_implicit_rejection", "0");
    size_t n = 0;
    if (EVP_PKEY_decrypt(ctx, NULL, &n, bytes, in.n) <= 0)
        return false;
    char *buffer = arena_alloc(arena, n + 1);
    bool ok = EVP_PKEY_decrypt(ctx, (unsigned char *)buffer, &n, bytes, in.n) > 0;
    *out = str_from(buffer, n);
    return ok;
}

static bool rsadecrypt_impl(struct func_call *call)
{
    struct str cipher, plain;
    size_t at;
    if (!base64_decode(kit_arena(call), kit_str(call, 0), &cipher, &at))
        return func_fail(call, 0, _("the cipher text is not base64 at byte %zu"), at);
    CLEANUP(cleanup_pkey) EVP_PKEY *key = read_private_key(kit_str(call, 1));
    if (!key || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return func_fail(call, 1, _("this is not an RSA private key in PEM without a passphrase"));
    if (!rsa_decrypt(kit_arena(call), key, cipher, &plain))
        return func_fail(call, KIT_CALL, _("the text cannot be decrypted with this key"));
    return kit_answer_str(call, plain);
}

/* -- UUID -- */

static bool uuid_impl(struct func_call *call)
{
    return kit_answer(call, value_string(rng_uuid(kit_arena(call))));
}

/* 8-4-4-4-12 hexadecimal digits, or 32 without dashes. */
static bool parse_hex_uuid(struct str s, unsigned char out[static 16])
{
    bool dashes = s.n == 36;
    size_t n = 0;
    if (!dashes && s.n != 32)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int value = hex_digit(s.p[i]);
        if (dashes && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (s.p[i] != '-')
                return false;
            continue;
        }
        if (value < 0)
            return false;
        out[n / 2] = (unsigned char)(n % 2 ? out[n / 2] | value : value << 4);
        n++;
    }
    return true;
}

static bool parse_uuid(struct str s, unsigned char out[static 16])
{
    if (s.n == 45 && strncasecmp(s.p, "urn:uuid:", 9) == 0)
        s = str_sub(s, 9, s.n);
    else if (s.n == 38)
        s = str_sub(s, 1, s.n - 1); /* in braces, whatever they are */
    return parse_hex_uuid(s, out);
}

/* The namespaces of RFC 9562 differ in one byte. */
static bool uuid_namespace(struct str name, unsigned char out[static 16])
{
    static const char *const names[] = {"dns", "url", "oid", NULL, "x500"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && str_eq(name, str_c(names[i]))) {
            parse_hex_uuid(STR("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), out);
            out[3] = (unsigned char)(out[3] + i);
            return true;
        }
    return parse_uuid(name, out);
}

static bool uuidv5_impl(struct func_call *call)
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    struct str name = kit_str(call, 1);
    if (!uuid_namespace(kit_str(call, 0), bytes))
        return func_fail(call, KIT_CALL, _("\"%.*s\" is no namespace: give dns, url, oid, x500 or a UUID"),
                         STR_ARG(kit_str(call, 0)));
    char *text = arena_alloc(kit_arena(call), 16 + name.n);
    memcpy(text, bytes, 16);
    if (name.n)
        memcpy(text + 16, name.p, name.n);
    if (!EVP_Digest(text, 16 + name.n, bytes, NULL, EVP_sha1(), NULL))
        return func_fail(call, KIT_CALL, _("the cryptographic library refuses this hash"));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x50);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    const char *h = hex_text(kit_arena(call), bytes, 16).p;
    return kit_answer(call, value_string(arena_printf(kit_arena(call), "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12,
                                                      h + 16, h + 20)));
}

/* -- WireGuard -- */

enum { X25519_BYTES = 32 };

static bool wireguard_public_key_impl(struct func_call *call)
{
    struct str private;
    unsigned char public[X25519_BYTES];
    size_t n = sizeof public, at;
    if (!base64_decode(kit_arena(call), kit_str(call, 0), &private, &at) || private.n != X25519_BYTES)
        return func_fail(call, 0, _("a WireGuard key is %d bytes in base64, as `wg genkey` prints them"), X25519_BYTES);
    CLEANUP(cleanup_pkey)
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, (const unsigned char *)private.p, private.n);
    if (!key || !EVP_PKEY_get_raw_public_key(key, public, &n))
        return func_fail(call, 0, _("the cryptographic library refuses this key"));
    return kit_answer(call,
                      value_string(base64_encode(kit_arena(call), str_from((const char *)public, sizeof public))));
}

#define TEXT_ROW(noun, doc_)                                                                                           \
    {                                                                                                                  \
        .name = #noun, .result_type = "string", .impl = noun##_impl, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,       \
        .params = PARAMS({"str", "string", 0, N_("The string.")})                                                      \
    }
#define FILE_ROW(noun, doc_)                                                                                           \
    {                                                                                                                  \
        .name = #noun, .result_type = "string", .impl = noun##_impl, .flags = FUNC_REFINE_NOT_NULL, .doc = doc_,       \
        .params = PARAMS({"path", "string", 0, N_("The name of the file.")})                                           \
    }

const struct func crypto_funcs[] = {
    TEXT_ROW(md5, N_("The MD5 hash of a string, in hexadecimal.")),
    TEXT_ROW(sha1, N_("The SHA-1 hash of a string, in hexadecimal.")),
    TEXT_ROW(sha256, N_("The SHA-256 hash of a string, in hexadecimal.")),
    TEXT_ROW(sha512, N_("The SHA-512 hash of a string, in hexadecimal.")),
    TEXT_ROW(base64sha256, N_("The SHA-256 hash of a string, in base64.")),
    TEXT_ROW(base64sha512, N_("The SHA-512 hash of a string, in base64.")),
    FILE_ROW(filemd5, N_("The MD5 hash of a file, in hexadecimal.")),
    FILE_ROW(filesha1, N_("The SHA-1 hash of a file, in hexadecimal.")),
    FILE_ROW(filesha256, N_("The SHA-256 hash of a file, in hexadecimal.")),
    FILE_ROW(filesha512, N_("The SHA-512 hash of a file, in hexadecimal.")),
    FILE_ROW(filebase64sha256, N_("The SHA-256 hash of a file, in base64.")),
    FILE_ROW(filebase64sha512, N_("The SHA-512 hash of a file, in base64.")),
    {.name = "bcrypt",
     .result_type = "string",
     .impl = bcrypt_impl,
     .flags = FUNC_IMPURE | FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"str", "string", 0, N_("The password, at most 72 bytes.")}),
     .rest = REST("cost", "number", 0, N_("The cost, 4 to 16; 10 where it is left out.")),
     .doc = N_("The bcrypt hash of a password, with a new salt at each apply.")},
    {.name = "rsadecrypt",
     .result_type = "string",
     .impl = rsadecrypt_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"ciphertext", "string", 0, N_("The cipher text in base64.")},
                      {"privatekey", "string", 0, N_("An RSA private key in PEM.")}),
     .doc = N_("Text that was encrypted for an RSA key (PKCS #1 v1.5).")},
    {.name = "uuid",
     .result_type = "string",
     .impl = uuid_impl,
     .params = NO_PARAMS,
     .flags = FUNC_IMPURE | FUNC_REFINE_NOT_NULL,
     .doc = N_("A new random UUID at each apply.")},
    {.name = "uuidv5",
     .result_type = "string",
     .impl = uuidv5_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"namespace", "string", 0, N_("dns, url, oid, x500 or a UUID.")},
                      {"name", "string", 0, N_("The name within the namespace.")}),
     .doc = N_("The UUID, version 5, of a name: always the same for the same name.")},
    {.name = "wireguard_public_key",
     .result_type = "string",
     .impl = wireguard_public_key_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"private_key", "string", 0, N_("The private key in base64.")}),
     .doc = N_("The public key that belongs to a WireGuard private key.")},
    {0},
};
