/*
 * parse: text to tree. Each function reports any number of problems, and always goes on to the next argument or block,
 * so that one run shows them all. Nesting is capped (PARSE_NESTING), and so is the number of problems told per call.
 * The tree lives in `arena`, borrows text from `sources`, and is good to use even after errors: what was wrong is
 * EXPR_INVALID or left out.
 */
#ifndef DETOUR_SYNTAX_PARSE_H
#define DETOUR_SYNTAX_PARSE_H

#include "base/arena.h"
#include "diag/diag.h"
#include "syntax/ast.h"

enum {
    PARSE_NESTING = 1000,  /* brackets, blocks, templates and operators within one another */
    PARSE_ERRORS = 100,    /* problems reported by one call */
    PARSE_SIZE = 64 << 20, /* bytes in a file */
};

/* A whole configuration file: arguments and blocks. Never NULL. */
const struct body *parse_body(struct arena *arena, struct diags *diags, const struct sources *sources, uint32_t file);

/* A file whose whole text is one expression (console, -var). Newlines inside are white space. Never NULL. */
const struct expr *parse_expression(struct arena *arena, struct diags *diags, const struct sources *sources,
                                    uint32_t file);

/* The bytes [from, to) of a file as a template without quotes around it (templatefile, templatestring, JSON strings):
 * `to` may be UINT32_MAX for the end. Answers EXPR_STRING, EXPR_WRAP or EXPR_TEMPLATE, or EXPR_INVALID. Never NULL. */
const struct expr *parse_template(struct arena *arena, struct diags *diags, const struct sources *sources,
                                  uint32_t file, uint32_t from, uint32_t to);

/* A file whose whole text is a traversal with literal keys, as on the command line: module.a["x"].detour_data.b[0].
 * NULL where it is not (reported). */
const struct traversal *parse_traversal(struct arena *arena, struct diags *diags, const struct sources *sources,
                                        uint32_t file);

#endif
