/* term: colours and symbols of text for people; the only place that knows ANSI codes. */
#ifndef DETOUR_VIEW_TERM_H
#define DETOUR_VIEW_TERM_H

#include "base/strbuf.h"

struct term {
    bool color;
    bool moves;     /* its cursor can be moved */
    unsigned width; /* columns to wrap prose at; 0: never */
};

enum term_ink { INK_NONE, INK_BOLD, INK_GREEN, INK_YELLOW, INK_RED, INK_CYAN, INK_DIM, INK_BOLD_RED };

/* What terminal the file descriptor is: colour only where it is one, NO_COLOR is unset or empty, TERM is not "dumb" and
 * `no_color` is false. */
struct term term_of_fd(int fd, bool no_color);

/* "\033[…m" or "" */
const char *term_on(const struct term *term, enum term_ink ink);
const char *term_off(const struct term *term);

/* Appends `text` in that ink. */
void term_paint(struct strbuf *out, const struct term *term, enum term_ink ink, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
