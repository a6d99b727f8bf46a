/* decode_private: what the files of decode share: decode.c reads records and objects, decode_value.c values with their
 * types, marks and seals. */
#ifndef DETOUR_STATE_DECODE_PRIVATE_H
#define DETOUR_STATE_DECODE_PRIVATE_H

#include "state/cut.h"
#include "state/decode.h"
#include "value/path.h"

/* -- decode.c -- */
/* decode_fail with what `c` says is wrong. */
bool decode_fail_cut(struct decoder *d, const struct cut *c);

/* -- decode_value.c -- */
/* The value of the record, of the type that it names, marked; `where` says whose it is, for its seals. */
bool decode_value(struct decoder *d, const struct fields *f, struct value *out);
/* Opens the seal (a JSON text) of the place that stands in `where`; `path` (or NULL) names it in messages. */
bool decode_seal(struct decoder *d, struct str json, const struct path *path, struct str *plain);

#endif
