/* secrets_private: what the files of secrets share: secrets.c opens, wrap.c makes keys and wraps them, key_file.c
 * writes the file of a private key, recipients.c is what people do by hand. */
#ifndef DETOUR_STATE_SECRETS_PRIVATE_H
#define DETOUR_STATE_SECRETS_PRIVATE_H

#include "state/keyring.h"

struct entry {
    struct age_recipient key;
    enum secrets_origin origin;
};

/* Of one data key: whom it is wrapped for, and the wrappings. */
struct header {
    VEC(struct entry) entries;
    VEC(struct str) wrapped; /* age files: one for the recipients, one for the passphrase */
    bool passphrase;
    struct str text; /* as it was read; empty: it was made here */
};

struct secrets {
    struct arena *arena; /* wiped */
    struct secrets_settings settings;
    struct keyring ring;
    struct header header;
    struct seal *seal;   /* NULL: no key */
    struct str key_file; /* to be written, with key_text, before the key is used; empty: none */
    struct str key_text;
    bool stored;
};

enum { WRAPPED_MAX = 1 << 16 };

/* -- secrets.c -- */
/* What the private keys at hand open; NULL: nothing. */
struct seal *secrets_open_with_keys(struct secrets *s, const struct header *h, bool *damaged);
/* Whom it is for, for messages. */
void secrets_name_entries(struct strbuf *out, const struct header *h);
/* The header and the key of `s` from now on. */
void secrets_use(struct secrets *s, const struct header *h, struct seal *seal);

/* -- wrap.c -- */
/* The entry of the public key with that text, or NULL. */
struct entry *secrets_entry_find(const struct header *h, struct str text);
/* Whether it is new. */
bool secrets_entry_add(struct secrets *s, struct header *h, const struct age_recipient *key,
                       enum secrets_origin origin);
bool secrets_wants_passphrase(const struct secrets *s);
/* The same key for the people in `h`: the passphrase that opens it stays, or comes where the settings want one. */
bool secrets_rewrap(struct secrets *s, struct header *h, struct diags *diags);
/* A new data key for them. */
bool secrets_make_key(struct secrets *s, struct header *h, struct diags *diags);

/* -- key_file.c -- */
/* Writes the private key that waits in `key_text`, keeps it out of git, and says so. */
bool secrets_write_key_file(struct secrets *s, struct diags *diags);

#endif
