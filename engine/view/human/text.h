/* text: strings inside a rendered plan: quoted, as line diffs, or as the JSON that they hold. */
#ifndef DETOUR_VIEW_HUMAN_TEXT_H
#define DETOUR_VIEW_HUMAN_TEXT_H

#include "view/human/render.h"

/* A primitive difference that is a string before or after. */
void text_render(struct render r, const struct diff *diff, unsigned indent);

/* A string in double quotes, control characters escaped. */
void text_quote(struct strbuf *out, struct str s);

/* " # forces replacement" where it does. */
void render_forces(struct render r, const struct diff *diff);
/* " -> null" behind what goes. */
void render_null_suffix(struct render r, const struct diff *diff);

#endif
