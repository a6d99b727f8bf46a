/*
 * secrets: the data key of one state, and who may open it. The key is random; the header of the state holds it wrapped
 * for recipients (public keys of age or SSH) and passphrases, as age files. Opening tries what the settings name, and
 * what lies in the usual places. Must not know values or where seals stand (encode, decode). Not thread-safe.
 */
#ifndef DETOUR_STATE_SECRETS_H
#define DETOUR_STATE_SECRETS_H

#include "base/fs.h"
#include "diag/diag.h"
#include "state/seal.h"

/* Something written in a configuration. */
struct secrets_text {
    struct str text;
    struct span span; /* file 0: from elsewhere */
};
struct secrets_texts {
    const struct secrets_text *v;
    size_t n;
};

/* Asks a person; false: nobody there. */
typedef bool secrets_ask(void *ctx, const char *question, struct arena *arena, struct str *answer);

/* detour { secrets { … } }. All is borrowed for the life of the secrets. */
struct secrets_settings {
    const struct vfs *vfs;           /* NULL: vfs_system */
    struct str folder;               /* that relative paths start from; empty: the current one */
    struct str default_key;          /* the file that is made where nothing else is said */
    struct str usual_key;            /* another one to look for: the state may have moved away from it */
    struct secrets_texts recipients; /* public keys */
    struct secrets_texts identity_files;
    struct secrets_text key_file; /* empty: none */
    struct secrets_texts command; /* prints private keys or a passphrase; empty: none */
    bool passphrase;              /* there is one, from: */
    struct secrets_text passphrase_env, passphrase_file;
    struct secrets_texts passphrase_command;
    struct str identities; /* text of an identity file */
    bool only_identities;  /* that, and nothing that may lie on the disk or in the environment */
    secrets_ask *ask;      /* NULL: nobody to ask */
    void *ask_ctx;
};

struct secrets;

/* No key yet. `settings` is copied, but not what it points to. */
struct secrets *secrets_new(const struct secrets_settings *settings);
/* With a key of its own that dies with it: for states that end with the process. */
struct secrets *secrets_throwaway(void);
/* Wipes all keys. NULL is fine. */
void secrets_free(struct secrets *secrets);

/* Reads the header of a state, a journal or a saved plan (JSON) and opens the key. The same header again costs nothing.
 * False with *why (a text of several sentences, in memory of the secrets): damaged, or nothing here opens it. */
bool secrets_take(struct secrets *secrets, struct str json, struct str *why);
/* Writes that header. Only while there is a key. */
void secrets_write(const struct secrets *secrets, struct strbuf *out);

/* The key, or NULL while there is none. Another one after secrets_renew and secrets_rekey. */
struct seal *secrets_seal(const struct secrets *secrets);

/* Checks the settings, and brings the key in line with them: *renewed where the header (or the key itself: a recipient
 * was taken off the list) is another now, so that all must be written again. Where there is no key, one is prepared. */
bool secrets_renew(struct secrets *secrets, bool *renewed, struct diags *diags);
/* Makes sure that there is a key: where there is none it is made, and its key file with it. Cheap when there is one. */
bool secrets_ensure(struct secrets *secrets, struct diags *diags);
/* A new key for the same people; passphrases are asked for anew. */
bool secrets_rekey(struct secrets *secrets, struct diags *diags);

/* A key file that was read, and that others than its owner may read, too; empty: none. */
struct str secrets_loose_key(const struct secrets *secrets);

/* Whether the header is in a file that the run reads from; kept here for the store. */
bool secrets_is_stored(const struct secrets *secrets);
void secrets_stored(struct secrets *secrets);
void secrets_forget_stored(struct secrets *secrets);

/* -- who may open them -- */
enum secrets_origin {
    SECRETS_CONFIGURED, /* listed in recipients */
    SECRETS_ADDED,      /* by a command */
    SECRETS_KEY,        /* of a key file or what the command prints */
};
struct secrets_recipient {
    struct str text, comment; /* "ssh-ed25519 AAAA…", "anna@laptop" */
    enum secrets_origin origin;
};
/* How many public keys the secrets are sealed for; each of them, i < count. */
size_t secrets_count(const struct secrets *secrets);
struct secrets_recipient secrets_recipient(const struct secrets *secrets, size_t i);
/* Whether a passphrase opens them, too. */
bool secrets_has_passphrase(const struct secrets *secrets);
/* The header changes; all must be written again. Removing makes a new key. False after a diagnostic. */
bool secrets_add(struct secrets *secrets, struct str recipient, struct diags *diags);
bool secrets_remove(struct secrets *secrets, struct str recipient, struct diags *diags);

/* Appends an age file that holds `plain` for everybody who opens the key. False after a diagnostic. */
bool secrets_export(struct secrets *secrets, struct strbuf *out, struct str plain, struct diags *diags);

#endif
