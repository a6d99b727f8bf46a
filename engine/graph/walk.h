/*
 * walk: carries work through a dag with ready counters: what is ready, what its end makes ready, what a failure cuts
 * off. Single owner: the thread that evaluates. The threads of a run are the lanes (provider/lane); they answer by
 * mailbox, so nothing here needs a lock.
 */
#ifndef DETOUR_GRAPH_WALK_H
#define DETOUR_GRAPH_WALK_H

#include "graph/dag.h"

struct walk;

/* A walk over a sealed, acyclic dag. `only` (dag_size flags, or NULL for all) limits it: other nodes are as good as
 * done. */
struct walk *walk_new(struct arena *arena, const struct dag *dag, const bool *only);

/* The next node that is ready, first come, first served; false where none is ready now. */
bool walk_next(struct walk *walk, uint32_t *node);

/* The node has been worked on: those that waited for it alone become ready. */
void walk_done(struct walk *walk, uint32_t node);

/* The node failed: all that waits for it, directly or not, never becomes ready and counts as finished. `skipped` (may
 * be NULL) is called for each of them, once. */
void walk_fail(struct walk *walk, uint32_t node, void (*skipped)(void *ctx, uint32_t node), void *ctx);

/* Nodes neither done, failed nor skipped. */
uint32_t walk_left(const struct walk *walk);
/* Whether the node was cut off by a failure. */
bool walk_was_skipped(const struct walk *walk, uint32_t node);

#endif
