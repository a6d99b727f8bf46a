/*
 * repository: a git repository, through the program git: which commit a tag or branch is, and the files of a commit.
 *
 * git is started without a shell and without a terminal, with the protocols of the source alone, hooks off. Nothing is
 * checked out: the files are read out of the object store as they were committed, so no filter or attribute that a
 * repository asks for takes effect.
 */
#ifndef DETOUR_MODULE_STORE_REPOSITORY_H
#define DETOUR_MODULE_STORE_REPOSITORY_H

#include "module_store/origin.h"
#include "module_store/tree.h"

#include <sys/types.h>

struct repository {
    struct arena *arena;
    const struct origin *origin;
    const char *dir;         /* of the object store, which does not exist yet */
    volatile pid_t *running; /* see struct process */
    bool ready;              /* the object store was made */
    size_t n_submodules;     /* found and left out */
    struct str *why;
};

enum repository_answer {
    REPOSITORY_OK,
    REPOSITORY_FAILED, /* *why says how */
    REPOSITORY_GONE,   /* everything was fetched, and the commit is not in it */
};

/* The commit that the origin's ref names now, as the server says. Asks nobody where the ref is a whole commit. False
 * with *why. */
bool repository_resolve(struct repository *repository, struct str *commit);

/* Fetches a commit into the object store. An abbreviated one is completed. */
enum repository_answer repository_fetch(struct repository *repository, struct str *commit);

/* Fills the tree, which was begun, with the files of a commit that was fetched, and finishes it. False with
 * *tree->why. */
bool repository_export(struct repository *repository, struct str commit, struct tree *tree);

#endif
