/* hcl: values as text of the language and back, for providers; what is written is formatted as `detour fmt` has it. */
#ifndef DETOUR_PROVIDER_HCL_H
#define DETOUR_PROVIDER_HCL_H

#include "value/value.h"

/* The expression that has the value, which is wholly known and unmarked; sets become tuples. */
struct str hcl_expression(struct arena *arena, struct value v);

/* The attributes of an object, or the elements of a map, as arguments of a body, one after the other. */
struct str hcl_body(struct arena *arena, struct value v);

/* The object whose attributes a body of arguments sets. False where the text is not such a body, or has blocks,
 * references or calls; *why says so with line and column. */
bool hcl_decode(struct arena *arena, struct str text, struct value *out, struct str *why);

#endif
