/* gettext: _() around text that people read; N_() marks text in tables, translated where it is used. */
#ifndef DETOUR_BASE_GETTEXT_H
#define DETOUR_BASE_GETTEXT_H

#include <libintl.h>
#include <stdbool.h>

/* Set once, by gettext_start: there is a catalogue for the user's language. Without one, to ask for each text would
 * cost more than to print it. */
extern bool gettext_found;

/* Takes the user's locale for text and messages, and looks for the catalogue of `domain` below `folder`. */
void gettext_start(const char *domain, const char *folder);

#define _(text) (gettext_found ? gettext(text) : (text))
#define N_(text) text

#endif
