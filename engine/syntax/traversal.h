/* traversal: printing of references, as people write them. */
#ifndef DETOUR_SYNTAX_TRAVERSAL_H
#define DETOUR_SYNTAX_TRAVERSAL_H

#include "base/strbuf.h"
#include "syntax/ast.h"

/* Appends module.a["x"].b[0]: a legacy .0 is written [0]. */
void traversal_print(struct strbuf *out, const struct traversal *traversal);

/* Appends the steps alone: .b[0]. */
void traversal_print_steps(struct strbuf *out, const struct step *steps, size_t n);

/* Appends s in quotes, escaped so that it reads back as the same string. */
void traversal_print_quoted(struct strbuf *out, struct str s);

#endif
