/* json: values as JSON text with exact numbers, and JSON text as values. Standard: RFC 8259. */
#ifndef DETOUR_VALUE_JSON_H
#define DETOUR_VALUE_JSON_H

#include "value/value.h"

/* Arrays and objects within one another that a text may have: from outside as many as the parser of the language
 * allows; in our own files more, because values may be put into one another and types take two levels for each of
 * theirs. */
enum { JSON_NESTING = 1000, JSON_NESTING_OWN = 4 * JSON_NESTING };

enum json_style {
    JSON_COMPACT,   /* no blanks, UTF-8 as it is, < > & plain: for our own files */
    JSON_HTML_SAFE, /* as jsonencode(): < > & U+2028 U+2029 escaped */
    JSON_INDENTED,  /* two blanks a level */
};

/* Writes v, which must be wholly known and unmarked at least where it is written; unknown leaves are written as null,
 * keys sorted. False where it holds an infinity. */
bool json_write(struct strbuf *out, struct value v, enum json_style style);
void json_write_string(struct strbuf *out, struct str s, enum json_style style);

/* Where and why reading failed. */
struct json_error {
    size_t off;
    const char *why;
};
/* The value with the type that the text implies: objects, tuples, strings, numbers, bools, null of dynamic type.
 * Nesting is capped (JSON_NESTING); duplicate keys: the last wins. Strings without escapes borrow from `text`. */
bool json_read(struct arena *arena, struct str text, struct value *out, struct json_error *error);
/* The same into a known type, up to JSON_NESTING_OWN (numbers stay exact, no conversion through text); `error->why`
 * says what did not fit. */
bool json_read_as(struct arena *arena, struct str text, const struct type *type, struct value *out,
                  struct json_error *error);

#endif
