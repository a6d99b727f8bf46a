/* dot: a dag as text for Graphviz. */
#ifndef DETOUR_GRAPH_DOT_H
#define DETOUR_GRAPH_DOT_H

#include "base/strbuf.h"
#include "graph/dag.h"

/* Appends a digraph; `name` answers a node's label, or the empty slice to leave the node out (its edges too). */
void dot_write(struct strbuf *out, const struct dag *dag, struct str (*name)(void *ctx, uint32_t node), void *ctx);

#endif
