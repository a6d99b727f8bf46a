/* archive: unpacking, through libarchive. */
#ifndef DETOUR_MODULE_STORE_ARCHIVE_H
#define DETOUR_MODULE_STORE_ARCHIVE_H

#include "module_store/origin.h"
#include "module_store/tree.h"

/* Unpacks the archive in the file `path` into a tree that was begun, and finishes it. False with *tree->why: damaged
 * archives, and what no package may hold. */
bool archive_unpack(const char *path, enum origin_format format, struct tree *tree);

#endif
