/* unified: two texts as a unified diff, as `diff -u` prints it. */
#ifndef DETOUR_VIEW_UNIFIED_H
#define DETOUR_VIEW_UNIFIED_H

#include "base/strbuf.h"
#include "view/term.h"

/* Appends the diff with its two headers; nothing where the texts are equal. */
void unified_diff(struct strbuf *out, struct str old_name, struct str new_name, struct str before, struct str after,
                  const struct term *term);

#endif
