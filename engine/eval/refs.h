/* refs: the static references of expressions and bodies: which root names they use, names bound by for expressions left
 * out. */
#ifndef DETOUR_EVAL_REFS_H
#define DETOUR_EVAL_REFS_H

#include "schema/schema.h"
#include "syntax/ast.h"

/* Called for each free traversal, in source order. */
typedef void refs_visit(void *ctx, const struct traversal *traversal);

/* All free traversals of an expression: names that `for` binds are not free within it. */
void refs_expr(const struct expr *expr, refs_visit *visit, void *ctx);
/* All expressions of a body, nested blocks included; the iterator names of `dynamic` blocks are bound inside them. */
void refs_body(const struct body *body, refs_visit *visit, void *ctx);

#endif
