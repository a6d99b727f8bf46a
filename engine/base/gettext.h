/* gettext: _() around text that people read; N_() marks text in tables, translated where it is used. */
#ifndef DETOUR_BASE_GETTEXT_H
#define DETOUR_BASE_GETTEXT_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text

#endif
