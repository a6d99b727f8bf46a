/* keyring: what is here to open secrets with: private keys and a passphrase, looked for when first needed. Private to
 * state/secrets.c. */
#ifndef DETOUR_STATE_KEYRING_H
#define DETOUR_STATE_KEYRING_H

#include "base/vec.h"
#include "state/age/age.h"
#include "state/secrets.h"

struct keyring {
    struct arena *arena; /* wiped */
    const struct secrets_settings *settings;
    VEC(struct age_identity) identities;
    struct str loose;    /* the first key file that others may read, too; empty: none */
    struct strbuf tried; /* "detour.state.key: No such file or directory; …" */
    bool files_read, command_run;
    struct str passphrase, environment; /* the latter: as the environment had it */
    bool passphrase_sought;
};

/* `settings` must outlive it; nothing is read yet. */
void keyring_init(struct keyring *ring, struct arena *arena, const struct secrets_settings *settings);
void keyring_free(struct keyring *ring);

/* Reads the files of private keys, once. What cannot be read is noted in `tried`. */
void keyring_read_files(struct keyring *ring);
/* Runs the command, once: private keys, or the passphrase. */
void keyring_run_command(struct keyring *ring);
/* The passphrase, sought once; empty where there is none. */
struct str keyring_passphrase(struct keyring *ring);
/* A new one: asked for twice where a person types it, else from where the old one comes, or from
 * DETOUR_NEW_PASSPHRASE. Empty after a diagnostic. */
struct str keyring_new_passphrase(struct keyring *ring, struct diags *diags);

/* The private keys in one file; n 0 where there is none (noted in `tried`, errno says why where it cannot be read). */
struct age_identities keyring_file(struct keyring *ring, struct str path);
/* The path as files are opened: ~/ is the home folder, other relative ones start in the folder of the settings. */
struct str keyring_path(struct keyring *ring, struct str path);

#endif
