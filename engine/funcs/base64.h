/* base64: RFC 4648 §4 with padding; line ends inside are passed over when reading. */
#ifndef DETOUR_FUNCS_BASE64_H
#define DETOUR_FUNCS_BASE64_H

#include "base/strbuf.h"

/* The encoded text, in `arena`. */
struct str base64_encode(struct arena *arena, struct str data);

/* The decoded bytes, in `arena`; false, with the offset of the first wrong byte in *at, where the text is not base64.
 */
bool base64_decode(struct arena *arena, struct str text, struct str *out, size_t *at);

#endif
