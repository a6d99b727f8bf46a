/*
 * place: where the state of a session is: the backend that the configuration names, with what -backend-config and the
 * environment add. Remembers in .detour/backend where it was last and how far it had come, so that another place,
 * another lineage or an older serial is noticed instead of being taken for an empty state.
 */
#ifndef DETOUR_CORE_PLACE_H
#define DETOUR_CORE_PLACE_H

#include "core/session.h"
#include "state/store.h"

struct place;
struct backend_config;

/* The backend, opened at the first call; NULL after a diagnostic: settings that cannot be, a state that is elsewhere
 * still, one that waits to be pushed. The session owns it. */
struct backend *place_backend(struct session *session, struct diags *diags);
/* The same without a look at what is remembered: for the commands that mend that. */
struct backend *place_backend_any(struct session *session, struct diags *diags);
void place_close(struct place *place);
/* The file that the key of the secrets is kept beside: the state where it is in files, else where it would be. */
struct str place_beside(struct session *session);

/* Whether the state that was read may be the one that was here last; remembers it. False after a diagnostic. */
bool place_check(struct session *session, const struct snapshot *snapshot, struct diags *diags);
/* Forgets what is remembered. */
void place_forget(struct session *session);
/* The backend of the default environment, for the caller to close; NULL after a diagnostic. */
struct backend *place_default(struct session *session, struct diags *diags);
/* Whether the environment of the session is in the list; false after a diagnostic with near names. */
bool env_is_known(struct session *session, struct diags *diags);
/* Makes the environments that moved from one place to another known there: all of them with the default state (`to` is
 * locked), the session's own with its state. A warning where it cannot. */
void env_carry(struct session *session, struct backend *from, struct backend *to, struct diags *diags);
/* Remembers place, lineage and serial. Where that cannot be written, nothing is remembered. */
void place_remember(struct session *session, const struct snapshot *snapshot);

/* The file for a state that a remote backend did not take; NULL where the state is in files. Known after place_backend.
 */
const char *place_rescue_file(const struct session *session);

/* Its name alone. */
struct str rescue_name(const struct session *session);
/* The command that stores what is in that file. */
const char *rescue_command(const struct session *session);
/* True where no such file waits to be stored, or where it was stored just now, for the user agreed. False after a
 * diagnostic. */
bool rescue_stored(struct session *session, struct diags *diags);

/* What was remembered; `config` NULL: nothing, or what it names is no backend any more. */
struct place_memory {
    struct backend_config *config;
    struct str lineage;
    uint64_t serial;
};
/* False after a diagnostic: the file is damaged. */
bool place_memory(struct session *session, struct place_memory *out, struct diags *diags);
/* The place of the last run: what is remembered; without that, the files of the folder, for they are where a state is
 * that nobody moved yet. NULL after a diagnostic. */
struct backend_config *place_last(struct session *session, const struct place_memory *memory, struct diags *diags);
/* Where the configuration says that the state is; NULL after a diagnostic. */
struct backend_config *place_config(struct session *session, struct diags *diags);

#endif
