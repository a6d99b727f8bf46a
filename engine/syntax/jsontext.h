/* jsontext: the text of a JSON file as values with spans; private to json.c. */
#ifndef DETOUR_SYNTAX_JSONTEXT_H
#define DETOUR_SYNTAX_JSONTEXT_H

#include "base/arena.h"
#include "diag/diag.h"

enum json_kind { JSON_NULL, JSON_TRUE, JSON_FALSE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json_value;

struct json_member {
    const struct json_value *key; /* JSON_STRING */
    const struct json_value *value;
};

struct json_value {
    enum json_kind kind;
    bool escapes;                          /* JSON_STRING: `text` differs from the source between the quotes */
    struct span span;                      /* quotes and brackets included */
    struct str text;                       /* JSON_NUMBER: as written; JSON_STRING: decoded */
    const struct json_value *const *items; /* JSON_ARRAY */
    const struct json_member *members;     /* JSON_OBJECT */
    size_t n;
};

/* The value that makes up the whole file, or NULL after an error (the first is reported). Nesting is capped at
 * PARSE_NESTING. */
const struct json_value *jsontext_parse(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        uint32_t file);

#endif
