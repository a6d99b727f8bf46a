/* text: bytes as text in the ways of age: base64 without padding, Bech32, armor. Private to state/age. */
#ifndef DETOUR_STATE_AGE_TEXT_H
#define DETOUR_STATE_AGE_TEXT_H

#include "base/strbuf.h"

enum { TEXT_COLUMNS = 64 };

/* Appends base64, padded or not. */
void text_base64(struct strbuf *out, const void *bytes, size_t n, bool padded);
/* The reverse, strict: no blanks, no bits left over, padded or not as said. False where it is not that. */
bool text_base64_read(struct arena *arena, struct str text, bool padded, struct str *bytes);

/* Bech32 (BIP 173, of any length) in lower case; and back, from either case. */
void text_bech32(struct strbuf *out, struct str prefix, const void *bytes, size_t n);
bool text_bech32_read(struct arena *arena, struct str text, struct str prefix, struct str *bytes);

/* Lines of 64 columns between BEGIN and END. */
void text_armor(struct strbuf *out, struct str bytes);
/* The bytes between; false where it is not armor. Blanks around it are fine. */
bool text_armor_read(struct arena *arena, struct str text, struct str *bytes);
bool text_is_armor(struct str text);

#endif
