/*
 * json: configuration in JSON (*.hcl.json) as the same tree that the native syntax gives. JSON has no blocks, so the
 * caller says which properties stand for blocks; all others are arguments. Strings are templates, "//" in a body is a
 * comment, objects and arrays are as one expects.
 */
#ifndef DETOUR_SYNTAX_JSON_H
#define DETOUR_SYNTAX_JSON_H

#include "base/arena.h"
#include "diag/diag.h"
#include "syntax/ast.h"

/* A block type: its number of labels, each a level of objects, and what stands within it. The value of such a property
 * is an object, or an array of them for several blocks. */
struct json_block {
    const char *type;
    unsigned n_labels;
    const struct json_block *blocks;
    size_t n_blocks;
    const char *const
        *code; /* NULL-terminated, or NULL: arguments whose strings are expressions: "depends_on", "type" */
};

/* The body of a whole file. `root` describes it: its type is ignored. Problems are reported, and the body holds what is
 * well-formed; never NULL. Texts that cannot be parsed in place, for their escapes, are added to `sources`. */
const struct body *json_body(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t file,
                             const struct json_block *root);

/* A file of values for variables: an object whose strings are text, not templates. */
const struct body *json_values(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t file);

/* The blocks that an argument stands for which a schema, known only later, says to be blocks with that many labels (1
 * at most): an object, or an array of them, or null for none. What is not is reported. */
const struct block *const *json_attribute_blocks(struct arena *arena, struct diags *diags,
                                                 const struct attribute *attribute, unsigned n_labels, size_t *n);

#endif
