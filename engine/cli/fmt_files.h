/* fmt_files: many files formatted by all processors at once. */
#ifndef DETOUR_CLI_FMT_FILES_H
#define DETOUR_CLI_FMT_FILES_H

#include "base/str.h"

enum fmt_outcome {
    FMT_LEFT, /* nothing was done, for whatever reason: one by one the caller finds it again, and tells */
    FMT_SAME, /* it is formatted */
    FMT_CHANGED,
};

/* Formats n files (names end in NUL) and rewrites those that change where `write`; outcomes[i] tells of paths[i]. */
void fmt_files(const struct str *paths, size_t n, bool write, enum fmt_outcome *outcomes);

#endif
