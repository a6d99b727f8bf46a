/*
 * cut: takes JSON text apart into slices without building values, so that each value can be read with its own type.
 * Checks only what it needs for that; what reads a slice checks the rest.
 */
#ifndef DETOUR_STATE_CUT_H
#define DETOUR_STATE_CUT_H

#include "base/str.h"

struct cut {
    struct str text;
    size_t at; /* offset of the next byte to look at; of the culprit after an error */
    bool object, started;
    const char *why; /* set after an error */
};

/* Starts on the members of an object ('{') or the elements of an array ('['). */
struct cut cut_open(struct str text, char bracket);

/* The next member, its key without quotes (NULL for arrays), and the text of its value; false at the end, or with `why`
 * set. At the end nothing but blanks may follow. */
bool cut_next(struct cut *cut, struct str *key, struct str *value);

#endif
