/*
 * snippet: one diagnostic as text: severity and summary, file and line, the source with carets, the values in play, the
 * detail.
 */
#ifndef DETOUR_DIAG_SNIPPET_H
#define DETOUR_DIAG_SNIPPET_H

#include "base/strbuf.h"
#include "diag/diag.h"

struct snippet_style {
    bool color;     /* ANSI colours */
    unsigned width; /* columns to wrap the detail at; 0: do not wrap */
};

/* Appends the rendering of `diag` to `out`, ending in a newline. Carets are placed by display width. `sources` may be
 * NULL: then no snippet is shown. */
void snippet_render(struct strbuf *out, const struct sources *sources, const struct diag *diag,
                    struct snippet_style style);

/* Appends prose, each line of it wrapped at blanks and ended; lines that start with a blank are quoted output and stay
 * as they are. `width` 0: none is wrapped. */
void snippet_wrap(struct strbuf *out, struct str text, unsigned width);

#endif
