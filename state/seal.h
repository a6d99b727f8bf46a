/*
 * seal: secrets one by one under the data key of a state: AES-256-GCM with a random nonce, bound to the place where the
 * secret stands, as base64. README.md has the exact bytes. A secret that did not change keeps its seal.
 * Must not know where the key comes from (secrets.h). Not thread-safe.
 */
#ifndef DETOUR_STATE_SEAL_H
#define DETOUR_STATE_SEAL_H

#include "base/digest.h"
#include "base/strbuf.h"

enum { SEAL_KEY_SIZE = 32, SEAL_NONCE_SIZE = 12, SEAL_TAG_SIZE = 16, SEAL_BLOCK = 32 };

struct seal;

/* A data key, ready for use. */
struct seal *seal_new(const unsigned char key[SEAL_KEY_SIZE]);
/* Wipes the key. NULL is fine. */
void seal_free(struct seal *seal);
/* The data key itself, for wrapping. */
const unsigned char *seal_key(const struct seal *seal);

/* Appends the seal of `plain` at the place `where`: the one that was read or written there before, where it holds the
 * same. */
void seal_put(struct seal *seal, struct strbuf *out, struct str where, struct str plain);

enum seal_result {
    SEAL_OPENED,
    SEAL_CUT,   /* no whole seal */
    SEAL_WRONG, /* changed, or of another place or key */
};
/* Opens a seal; `plain` lives in `arena`, which should be wiped when freed. */
enum seal_result seal_get(struct seal *seal, struct arena *arena, struct str where, struct str text, struct str *plain);

/* A key for something else, which does not tell the data key. */
struct digest seal_derive(const struct seal *seal, const char *label);

#endif
