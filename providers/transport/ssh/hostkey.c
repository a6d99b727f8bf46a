#include "transport/ssh/hostkey.h"
#include "transport/ssh/library.h"

const char *const hostkey_kinds[HOSTKEY_KINDS] = {
    "ssh-ed25519", "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521", "rsa-sha2-512,rsa-sha2-256"};

/* The first two words of "type base64 comment". */
static bool split_line(struct str line, struct str *type, struct str *base64)
{
    line = str_trim(line);
    size_t space = str_find_byte(line, ' ', 0);
    if (space == SIZE_MAX)
        return false;
    *type = str_sub(line, 0, space);
    *base64 = str_trim(str_sub(line, space, line.n));
    size_t end = str_find_byte(*base64, ' ', 0);
    if (end != SIZE_MAX)
        *base64 = str_sub(*base64, 0, end);
    return base64->n > 0;
}

const char *hostkey_first(struct str pin)
{
    if (str_starts(pin, STR("ssh-ed25519 ")))
        return hostkey_kinds[0];
    if (str_starts(pin, STR("ecdsa-")))
        return hostkey_kinds[1];
    if (str_starts(pin, STR("ssh-rsa ")))
        return hostkey_kinds[2];
    return HOSTKEY_ANY;
}

struct str transport_fingerprint(struct arena *arena, struct str host_key)
{
    struct str type, base64, text = {0};
    if (!ssh_library_load(NULL) || !split_line(host_key, &type, &base64))
        return text;
    ssh_key key = NULL;
    if (ssh_pki_import_pubkey_base64(arena_str(arena, base64).p, ssh_key_type_from_name(arena_str(arena, type).p),
                                     &key) != SSH_OK)
        return text;
    unsigned char *hash = NULL;
    size_t n = 0;
    if (ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &n) == SSH_OK) {
        char *printed = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, n);
        text = arena_str(arena, str_c(printed));
        ssh_string_free_char(printed);
        ssh_clean_pubkey_hash(&hash);
    }
    ssh_key_free(key);
    return text;
}

bool hostkey_matches(struct arena *arena, struct str pin, struct str key)
{
    struct str a, b, type_a, type_b;
    if (str_starts(pin, STR("SHA256:")))
        return str_eq(str_trim(pin), transport_fingerprint(arena, key));
    return split_line(pin, &type_a, &a) && split_line(key, &type_b, &b) && str_eq(type_a, type_b) && str_eq(a, b);
}

bool transport_pin_valid(struct str text)
{
    if (str_starts(text, STR("SHA256:")))
        return str_trim(text).n == 7 + 43;
    ARENA_AUTO arena = arena_new();
    return transport_fingerprint(arena, text).n > 0;
}
