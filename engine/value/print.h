/* print: values as people write them; the only way by which views show a value, and it cannot reveal a marked leaf. */
#ifndef DETOUR_VALUE_PRINT_H
#define DETOUR_VALUE_PRINT_H

#include "value/value.h"

/* HCL syntax over several lines as `terraform console` answers: {\n  "a" = 1\n}, tolist([…]), (sensitive value), (known
 * after apply). */
void value_print(struct strbuf *out, struct value v, unsigned indent);

/* One line, cut to `max` bytes with "…", for messages: "abc", 1, ["a", "b"], object with 3 attributes. */
struct str value_brief(struct arena *arena, struct value v, size_t max);

/* A string in HCL's quotes: escapes for ", \, control characters, and ${ %{. */
void print_quoted(struct strbuf *out, struct str s);

/* Whether s can be written as a bare identifier (object keys). */
bool print_is_identifier(struct str s);

#endif
