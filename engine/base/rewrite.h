/*
 * rewrite: files replaced without waiting for the disk, for what can be made again, such as formatted sources.
 *
 * Other programs see the old or the new content and nothing between; a power cut within the next seconds may bring the
 * old one back, and never half of either, since the text is on its way to the disk before it gets its name. Mode and
 * owner stay, and a symbolic link goes on pointing to what it points to.
 *
 * The new text is written to a spare file, which changes places with the old one; that is the spare of the next file.
 * To make a file and free one for each would be most of the cost: ext4 looks past every file that was freed within the
 * last minutes. A run that is killed leaves one spare behind, PATH.tmp.PID, with the old text of some file.
 */
#ifndef DETOUR_BASE_REWRITE_H
#define DETOUR_BASE_REWRITE_H

#include "base/str.h"

#include <stdbool.h>

/* One for each thread; {0} at first. */
struct rewriter {
    char *spare; /* its path, on the heap; NULL: none */
};

/* Replaces the file `path`. False and errno on failure; the old file is then untouched. */
bool rewriter_put(struct rewriter *r, const char *path, struct str data);

/* Removes the spare. */
void rewriter_end(struct rewriter *r);

#endif
