/*
 * tree: a folder that holds what was fetched: how it is filled, so that nothing gets out of it, and the digest of its
 * content. Owns what may be in a package, the caps on it, and the canonical form that is hashed.
 *
 * The digest is SHA-256 over this text: the line "detour module tree 1", then for each file and symbolic link, in the
 * byte order of their paths, one line
 *     KIND LENGTH PATH SHA256
 * KIND is "file", "exec" (a file that its owner may execute) or "link"; LENGTH is the number of bytes of PATH, which
 * is relative and separated by slashes; SHA256 is that of the content, for a link of the path it names, in lower-case
 * hexadecimal. Folders count by what they hold. Times, owners and other modes do not count.
 */
#ifndef DETOUR_MODULE_STORE_TREE_H
#define DETOUR_MODULE_STORE_TREE_H

#include "base/digest.h"
#include "base/vec.h"

enum {
    TREE_FILES_MAX = 50000,
    TREE_FILE_MAX = 64 << 20,   /* bytes in a file */
    TREE_BYTES_MAX = 256 << 20, /* in all of them */
    TREE_PATH_MAX = 1024,
};

enum tree_kind { TREE_FILE, TREE_EXECUTABLE, TREE_LINK };

struct tree_link {
    struct str path, target;
};

/* A tree that is being filled. */
struct tree {
    struct arena *arena;
    int root; /* the folder, open */
    size_t n, bytes;
    VEC(struct tree_link) links; /* made last, so that no file is written through one */
    struct str *why;
};

/* Begins to fill the empty folder `path`, which is made. False with *why. tree_end in any case. */
bool tree_begin(struct tree *tree, struct arena *arena, const char *path, struct str *why);

/* Whether one more object of that size may be added; false with *why. To be asked before its content is read. */
bool tree_has_room(struct tree *tree, struct str path, uint64_t size);

/* Says of `path` that the tree has no room for it; false. */
bool tree_full(struct tree *tree, struct str path);

/* Adds a file, or a link to `content`. False with *why for a path that is not one within the tree, for what is there
 * already, beyond the caps, and when the disk fails. */
bool tree_put(struct tree *tree, struct str path, enum tree_kind kind, struct str content);

/* Makes the links; false with *why where one leads out of the tree. */
bool tree_finish(struct tree *tree);

/* Closes the folder; what was written stays. */
void tree_end(struct tree *tree);
#define TREE_AUTO __attribute__((cleanup(tree_end))) struct tree

/* The digest of the folder. False with *why where it cannot be read, holds anything but files, folders and links, or is
 * beyond the caps. */
bool tree_digest(struct arena *arena, const char *path, struct digest *digest, struct str *why);

/* Removes the folder with all in it, not following links; one that is not there is fine. False and errno. */
bool tree_remove(const char *path);

#endif
