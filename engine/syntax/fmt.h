/*
 * fmt: source text in the canonical style. White space is laid out anew within lines; lines, blank lines and comments
 * stay. Besides,
 * "${x}" around a whole argument becomes x, block labels get quotes, and a variable's old-style type ("string", list)
 * its new form.
 */
#ifndef DETOUR_SYNTAX_FMT_H
#define DETOUR_SYNTAX_FMT_H

#include "base/arena.h"
#include "diag/diag.h"

/* The formatted text of a file, in `arena`, which takes all that is made on the way, too: reset it between files. Where
 * the file has syntax errors they are reported, and the answer is its own text. */
struct str fmt_source(struct arena *arena, struct diags *diags, const struct sources *sources, uint32_t file);

#endif
