/* render: a difference tree as indented text in the form that readers of plans know. */
#ifndef DETOUR_VIEW_HUMAN_RENDER_H
#define DETOUR_VIEW_HUMAN_RENDER_H

#include "view/difftree.h"
#include "view/term.h"

/* How a tree is drawn; copied and changed on the way down. */
struct render {
    struct strbuf *out;
    const struct term *term;
    struct arena *arena; /* scratch */
    bool no_null_suffix; /* inside something that goes as a whole: no "-> null" behind its parts */
    bool show_unchanged;
    bool hide_symbols; /* what is shown is no change: no columns for symbols */
};

/* "{", the body at one more than `indent`, "}": as it stands behind `resource "t" "n" `. */
void render_diff(struct render r, const struct diff *diff, unsigned indent);

/* The blanks in front of a line: four a level, and the columns of the symbol (or part of them) where there are any. */
void render_pad(struct render r, unsigned indent, unsigned symbol_columns);

/* The four columns of "  + ", "  ~ ", "  - " or blanks. */
void render_symbol(struct render r, enum diff_action action);

#endif
