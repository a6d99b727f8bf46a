/*
 * age: files of the format age-encryption.org/v1, written and read, for X25519 and ssh-ed25519 keys and for passphrases
 * (scrypt), on OpenSSL's primitives. What is made here opens with `age -d`, and the reverse.
 * Must not know states, files on disk or terminals.
 */
#ifndef DETOUR_STATE_AGE_H
#define DETOUR_STATE_AGE_H

#include "base/arena.h"
#include "base/strbuf.h"

enum { AGE_KEY_SIZE = 32, AGE_TAG_SIZE = 4 };

enum age_kind { AGE_X25519, AGE_SSH_ED25519 };

/* A public key to encrypt for. */
struct age_recipient {
    enum age_kind kind;
    unsigned char point[AGE_KEY_SIZE]; /* on Curve25519 */
    unsigned char tag[AGE_TAG_SIZE];   /* ssh: what a file says of whom it is for */
    unsigned char tweak[AGE_KEY_SIZE]; /* ssh: binds the key to its type */
    struct str text;                   /* "age1…", "ssh-ed25519 AAAA…": the same key has the same text */
    struct str comment;                /* of an SSH key: "anna@laptop" */
};

/* A private key. Holds a secret: wipe it with what it lies in. */
struct age_identity {
    unsigned char scalar[AGE_KEY_SIZE];
    struct age_recipient recipient;
};

/* Reads a public key, in the form of ~/.ssh/id_ed25519.pub or of age. False with *why set. */
bool age_recipient_parse(struct arena *arena, struct str text, struct age_recipient *out, const char **why);

struct age_identities {
    struct age_identity *v;
    size_t n;
};
/* Reads a file of private keys: lines of AGE-SECRET-KEY-1… with # comments between, or one unencrypted OpenSSH key.
 * `arena` should be wiped when freed. False with *why set: also for keys of other types, and encrypted ones. */
bool age_identities_parse(struct arena *arena, struct str text, struct age_identities *out, const char **why);
/* Whether the text looks like such a file (so that anything else may be taken for a passphrase). */
bool age_identities_likely(struct str text);

/* A new X25519 key, as the text of an identity file with its public key in a comment. */
void age_identity_generate(struct strbuf *out);

/* Whom a file is for: keys, or a passphrase (then no keys). */
struct age_to {
    const struct age_recipient *recipients;
    size_t n;
    struct str passphrase;
};
/* Appends an armored file (lines, the last with its newline) that holds `plain`. False where the buffer's cap is
 * reached or a recipient's key is no usable point. */
bool age_encrypt(struct strbuf *out, const struct age_to *to, struct str plain);

/* What may open a file. */
struct age_from {
    const struct age_identity *identities;
    size_t n;
    struct str passphrase; /* empty: none */
};
enum age_result {
    AGE_OPENED,
    AGE_NO_KEY,  /* it is for others, or the passphrase is another */
    AGE_DAMAGED, /* no such file, cut short or changed */
};
/* Opens an armored or binary file. `plain` lives in `arena`, which should be wiped when freed. */
enum age_result age_decrypt(struct arena *arena, struct str file, const struct age_from *from, struct str *plain);
/* Whether an armored file is for a passphrase; false also where it cannot be read. */
bool age_wants_passphrase(struct str file);

#endif
