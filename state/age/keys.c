/* Public and private keys as people have them: age's own and OpenSSH's. */
#include "base/gettext.h"
#include "base/rng.h"
#include "base/vec.h"
#include "state/age/age.h"
#include "state/age/crypto.h"
#include "state/age/text.h"

#include <openssl/evp.h>

#define SSH_LABEL "age-encryption.org/v1/ssh-ed25519"
#define SSH_TYPE "ssh-ed25519"
#define SECRET_PREFIX "age-secret-key-"
#define OPENSSH_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define OPENSSH_END "-----END OPENSSH PRIVATE KEY-----"

static bool wrong(const char **why, const char *what)
{
    *why = what;
    return false;
}

/* -- the wire format of SSH: a length in four bytes, then the bytes -- */

static bool take_number(struct str *rest, uint32_t *out)
{
    const unsigned char *p = (const unsigned char *)rest->p;
    if (rest->n < 4)
        return false;
    *out = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    *rest = str_sub(*rest, 4, rest->n);
    return true;
}

static bool take_text(struct str *rest, struct str *out)
{
    uint32_t n;
    if (!take_number(rest, &n) || n > rest->n)
        return false;
    *out = str_sub(*rest, 0, n);
    *rest = str_sub(*rest, n, rest->n);
    return true;
}

static void put_text(struct strbuf *out, struct str text)
{
    const char length[] = {(char)(text.n >> 24), (char)(text.n >> 16), (char)(text.n >> 8), (char)text.n};
    strbuf_add(out, str_from(length, sizeof length));
    strbuf_add(out, text);
}

/* -- recipients -- */

static bool ssh_recipient(struct arena *arena, const unsigned char point[AGE_KEY_SIZE], struct age_recipient *out)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    STRBUF_AUTO wire = STRBUF_INIT(256);
    STRBUF_AUTO text = STRBUF_INIT(256);
    put_text(&wire, STR(SSH_TYPE));
    put_text(&wire, str_from((const char *)point, AGE_KEY_SIZE));
    out->kind = AGE_SSH_ED25519;
    if (!crypto_ed25519_to_x25519(out->point, point) || !EVP_Digest(wire.p, wire.n, hash, NULL, EVP_sha256(), NULL))
        return false;
    memcpy(out->tag, hash, sizeof out->tag);
    crypto_hkdf(out->tweak, STR(""), strbuf_str(&wire), SSH_LABEL);
    strbuf_lit(&text, SSH_TYPE " ");
    text_base64(&text, wire.p, wire.n, true);
    out->text = arena_str(arena, strbuf_str(&text));
    return true;
}

/* "ssh-ed25519 AAAA… comment" */
static bool read_ssh_recipient(struct arena *arena, struct str text, struct age_recipient *out, const char **why)
{
    struct str rest = str_trim(str_sub(text, strlen(SSH_TYPE), text.n)), blob, type, point;
    size_t blank = str_find_byte(rest, ' ', 0);
    if (!text_base64_read(arena, str_sub(rest, 0, blank), true, &blob) || !take_text(&blob, &type) ||
        !take_text(&blob, &point) || !str_is(type, SSH_TYPE) || point.n != AGE_KEY_SIZE || blob.n ||
        !ssh_recipient(arena, (const unsigned char *)point.p, out))
        return wrong(why, N_("the key is cut short or damaged"));
    if (blank != SIZE_MAX)
        out->comment = arena_str(arena, str_trim(str_sub(rest, blank, rest.n)));
    return true;
}

static void x25519_recipient(struct arena *arena, const void *point, struct age_recipient *out)
{
    STRBUF_AUTO text = STRBUF_INIT(256);
    out->kind = AGE_X25519;
    memcpy(out->point, point, AGE_KEY_SIZE);
    text_bech32(&text, STR("age"), point, AGE_KEY_SIZE);
    out->text = arena_str(arena, strbuf_str(&text));
}

bool age_recipient_parse(struct arena *arena, struct str text, struct age_recipient *out, const char **why)
{
    struct str point;
    *out = (struct age_recipient){0};
    text = str_trim(text);
    if (str_starts(text, STR(SSH_TYPE " ")))
        return read_ssh_recipient(arena, text, out, why);
    if (str_starts(text, STR("age1"))) {
        if (!text_bech32_read(arena, text, STR("age"), &point) || point.n != AGE_KEY_SIZE)
            return wrong(why, N_("the key is cut short or mistyped"));
        x25519_recipient(arena, point.p, out);
        return true;
    }
    if (str_starts(text, STR("AGE-SECRET-KEY-")) || str_starts(text, STR("-----BEGIN")))
        return wrong(why, N_("this is a private key; recipients are public keys (\"age1…\", or the .pub file)"));
    if (str_starts(text, STR("ssh-")) || str_starts(text, STR("ecdsa-")) || str_starts(text, STR("sk-")))
        return wrong(why,
                     N_("of SSH keys only those of the type ssh-ed25519 can be used; make one with \"ssh-keygen -t "
                        "ed25519\""));
    return wrong(why, N_("a public key was expected: \"ssh-ed25519 AAAA…\" or \"age1…\""));
}

/* -- identities -- */

static bool read_age_identity(struct arena *arena, struct str line, struct age_identity *out)
{
    struct str secret;
    unsigned char point[AGE_KEY_SIZE];
    if (!text_bech32_read(arena, line, STR(SECRET_PREFIX), &secret) || secret.n != AGE_KEY_SIZE)
        return false;
    memcpy(out->scalar, secret.p, AGE_KEY_SIZE);
    crypto_x25519_public(point, out->scalar);
    x25519_recipient(arena, point, &out->recipient);
    return true;
}

static bool is_age_identity(struct str line)
{
    return str_starts(line, STR("AGE-SECRET-KEY-"));
}

static bool read_age_identities(struct arena *arena, struct str text, struct age_identities *out, const char **why)
{
    VEC(struct age_identity) list = {0};
    struct str line;
    while (str_next_line(&text, &line)) {
        struct age_identity identity = {0};
        line = str_trim(line);
        if (!line.n || line.p[0] == '#')
            continue;
        if (!is_age_identity(line))
            return wrong(why, N_("no private key of age (AGE-SECRET-KEY-1…) and none of OpenSSH"));
        if (!read_age_identity(arena, line, &identity))
            return wrong(why, N_("a key in it is cut short or mistyped"));
        vec_push(arena, &list, identity);
    }
    *out = (struct age_identities){list.v, list.n};
    return list.n > 0 || wrong(why, N_("there is no key in it"));
}

/* Without the lines of armor and line ends. */
static bool openssh_bytes(struct arena *arena, struct str text, struct str *out)
{
    STRBUF_AUTO joined = STRBUF_SECRET(1 << 16);
    struct str line;
    bool ended = false;
    str_next_line(&text, &line);
    while (!ended && str_next_line(&text, &line)) {
        line = str_trim(line);
        ended = str_is(line, OPENSSH_END);
        if (!ended)
            strbuf_add(&joined, line);
    }
    return ended && !joined.over && text_base64_read(arena, strbuf_str(&joined), true, out);
}

/* The part that a passphrase would encrypt: two equal numbers, then type, public key, seed and public key. */
static bool openssh_secret(struct arena *arena, struct str part, struct age_identity *out, const char **why)
{
    uint32_t check, again;
    struct str type, public_key, both;
    unsigned char derived[AGE_KEY_SIZE];
    if (!take_number(&part, &check) || !take_number(&part, &again) || check != again || !take_text(&part, &type))
        return wrong(why, N_("the key is damaged"));
    if (!str_is(type, SSH_TYPE))
        return wrong(why,
                     N_("of SSH keys only those of the type ssh-ed25519 can be used; make one with \"ssh-keygen -t "
                        "ed25519\""));
    if (!take_text(&part, &public_key) || !take_text(&part, &both) || public_key.n != AGE_KEY_SIZE ||
        both.n != 2 * AGE_KEY_SIZE)
        return wrong(why, N_("the key is damaged"));
    crypto_ed25519_seed((const unsigned char *)both.p, out->scalar, derived);
    if (memcmp(derived, public_key.p, AGE_KEY_SIZE) != 0 || !ssh_recipient(arena, derived, &out->recipient))
        return wrong(why, N_("the key is damaged"));
    return true;
}

static bool read_openssh(struct arena *arena, struct str text, struct age_identities *out, const char **why)
{
    struct str bytes, cipher, kdf, options, public_key, part;
    struct age_identity *identity = ARENA_NEW(arena, struct age_identity);
    uint32_t n;
    if (!openssh_bytes(arena, text, &bytes) || !str_starts(bytes, STR("openssh-key-v1\0")))
        return wrong(why, N_("the key is cut short or damaged"));
    bytes = str_sub(bytes, sizeof "openssh-key-v1", bytes.n);
    if (!take_text(&bytes, &cipher) || !take_text(&bytes, &kdf) || !take_text(&bytes, &options) ||
        !take_number(&bytes, &n))
        return wrong(why, N_("the key is cut short or damaged"));
    if (!str_is(cipher, "none"))
        return wrong(why,
                     N_("the key is protected by a passphrase, and an SSH agent only signs: it cannot open secrets. "
                        "Make a key of its own with \"age-keygen -o ~/.config/detour/key.txt\" (or \"ssh-keygen -t "
                        "ed25519 -N ''\"), name it in identity_files, and have somebody who can open the secrets add "
                        "its public key with \"detour secrets recipients add\""));
    if (n != 1 || !take_text(&bytes, &public_key) || !take_text(&bytes, &part))
        return wrong(why, N_("the key is cut short or damaged"));
    *out = (struct age_identities){identity, 1};
    return openssh_secret(arena, part, identity, why);
}

bool age_identities_likely(struct str text)
{
    struct str line;
    text = str_trim(text);
    if (str_starts(text, STR("-----BEGIN")))
        return true;
    while (str_next_line(&text, &line))
        if (is_age_identity(str_trim(line)))
            return true;
    return false;
}

bool age_identities_parse(struct arena *arena, struct str text, struct age_identities *out, const char **why)
{
    *out = (struct age_identities){0};
    text = str_trim(text);
    if (str_starts(text, STR(OPENSSH_BEGIN)))
        return read_openssh(arena, text, out, why);
    if (str_starts(text, STR("-----BEGIN")))
        return wrong(why,
                     N_("the key has an older format; \"ssh-keygen -p -f FILE\" rewrites it (only ssh-ed25519 keys can "
                        "be used)"));
    return read_age_identities(arena, text, out, why);
}

void age_identity_generate(struct strbuf *out)
{
    unsigned char scalar[AGE_KEY_SIZE], point[AGE_KEY_SIZE];
    STRBUF_AUTO secret = STRBUF_SECRET(256);
    rng_bytes(scalar, sizeof scalar);
    crypto_x25519_public(point, scalar);
    text_bech32(&secret, STR(SECRET_PREFIX), scalar, sizeof scalar);
    for (size_t i = 0; i < secret.n; i++)
        if (secret.p[i] >= 'a' && secret.p[i] <= 'z')
            secret.p[i] = (char)(secret.p[i] & ~0x20);
    strbuf_lit(out, "# public key: ");
    text_bech32(out, STR("age"), point, sizeof point);
    strbuf_addc(out, '\n');
    strbuf_add(out, strbuf_str(&secret));
    strbuf_addc(out, '\n');
    explicit_bzero(scalar, sizeof scalar);
}
