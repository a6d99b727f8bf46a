/* convert_private: what the files of convert share. */
#ifndef DETOUR_VALUE_CONVERT_PRIVATE_H
#define DETOUR_VALUE_CONVERT_PRIVATE_H

#include "value/convert.h"

/* As convert_unify, NULL for n == 0; without `allow_unsafe` only conversions count that never fail. */
const struct type *unify_types(const struct type *const *types, size_t n, bool allow_unsafe);

/* The element type for a tuple or an object that is read as list(any), set(any) or map(any): NULL where there is none.
 */
const struct type *unify_parts(const struct type *from, const struct type *to, bool allow_unsafe);

/* `to` with every "any" inside replaced by what stands there in `from`. */
const struct type *type_fill_dynamic(const struct type *from, const struct type *to);

/* Why `from` cannot be converted to `to`; *where is extended to the part that does not fit. */
void mismatch_explain(struct arena *arena, const struct type *from, const struct type *to, struct path *where,
                      struct strbuf *why);

#endif
