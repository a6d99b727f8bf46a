/*
 * build: the tree of tasks from the configuration. build.c makes the nodes, edges.c the edges and what follows from
 * them. Private to these two.
 */
#ifndef DETOUR_CORE_BUILD_H
#define DETOUR_CORE_BUILD_H

#include "core/run.h"

struct build {
    struct session *session;
    struct tree *tree;
    struct diags *diags;
    struct node *from; /* whose references are visited */
};

/* Edges from the node to all that it refers to, and to what goes before it for other reasons. */
void build_connect(struct build *b, struct node *node);

/* Fills in task->depends: the managed resources that it is made from, directly or through values. tree->order must be
 * known. */
void build_depends(struct tree *tree);

/* What is created before it is destroyed needs its own needs to be so too, or the order would go round in circles. */
void build_create_before_destroy(struct tree *tree);

#endif
