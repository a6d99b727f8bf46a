/*
 * dag: a directed graph of numbered nodes: who waits for whom, in which order, and where it goes round in circles.
 * Owns nodes as numbers and edges between them. Must not know what a node stands for.
 * Add nodes and edges, seal once, then ask. Everything lives in the arena; all operations are linear.
 */
#ifndef DETOUR_GRAPH_DAG_H
#define DETOUR_GRAPH_DAG_H

#include "base/arena.h"

struct dag;

struct dag_list {
    const uint32_t *v;
    uint32_t n;
};

/* An empty graph in the arena. */
struct dag *dag_new(struct arena *arena);

/* A new node; numbers count from 0. Before dag_seal only, as dag_edge. */
uint32_t dag_add(struct dag *dag);
/* `node` waits for `need`. Repeated edges count once; an edge to itself is a cycle. */
void dag_edge(struct dag *dag, uint32_t node, uint32_t need);
/* No more nodes and edges: indexes them in both directions. */
void dag_seal(struct dag *dag);

/* How many nodes there are. */
uint32_t dag_size(const struct dag *dag);
/* What the node waits for, and who waits for it, in ascending order of the edges' insertion. */
struct dag_list dag_needs(const struct dag *dag, uint32_t node);
struct dag_list dag_waiters(const struct dag *dag, uint32_t node);

/* All nodes, each behind what it needs, otherwise by number as far as possible (deterministic). `order` has room for
 * dag_size. False where there is a cycle. */
bool dag_order(const struct dag *dag, uint32_t *order);

/* One cycle: each node waits for the next, the last one for the first. Answers its length, 0 where there is none; `out`
 * has room for dag_size. */
size_t dag_cycle(const struct dag *dag, uint32_t *out);

/* Sets seen[x] for all nodes that are set already and everything that they need, directly or not. `stop` (may be NULL)
 * names nodes whose own needs are not followed. */
void dag_close_needs(const struct dag *dag, bool *seen, bool (*stop)(void *ctx, uint32_t node), void *ctx);
/* The other way: everything that waits for them. */
void dag_close_waiters(const struct dag *dag, bool *seen);

#endif
