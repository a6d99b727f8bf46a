#include "graph/dag.h"

#include "base/vec.h"

#include <assert.h>
#include <stdlib.h>

struct edge {
    uint32_t node, need;
};

/* One direction of the edges, packed: those of node x are list[first[x]] … list[first[x + 1] - 1]. */
struct index {
    uint32_t *first, *list;
};

struct dag {
    struct arena *arena;
    uint32_t n;
    bool sealed;
    VEC(struct edge) edges;
    struct index needs, waiters;
};

struct dag *dag_new(struct arena *arena)
{
    struct dag *dag = ARENA_NEW(arena, struct dag);
    dag->arena = arena;
    return dag;
}

uint32_t dag_add(struct dag *dag)
{
    assert(!dag->sealed && dag->n < UINT32_MAX);
    return dag->n++;
}

void dag_edge(struct dag *dag, uint32_t node, uint32_t need)
{
    assert(!dag->sealed && node < dag->n && need < dag->n);
    struct edge edge = {node, need};
    vec_push(dag->arena, &dag->edges, edge);
}

/* Counting sort by one end of the edges. */
static struct index index_make(const struct dag *dag, bool by_need)
{
    struct index index = {ARENA_ARRAY(dag->arena, uint32_t, dag->n + 1),
                          ARENA_ARRAY(dag->arena, uint32_t, dag->edges.n)};
    vec_each (&dag->edges, i)
        index.first[(by_need ? dag->edges.v[i].need : dag->edges.v[i].node) + 1]++;
    for (uint32_t x = 0; x < dag->n; x++)
        index.first[x + 1] += index.first[x];
    uint32_t *fill = ARENA_ARRAY(dag->arena, uint32_t, dag->n);
    vec_each (&dag->edges, i) {
        struct edge e = dag->edges.v[i];
        uint32_t at = by_need ? e.need : e.node;
        index.list[index.first[at] + fill[at]++] = by_need ? e.node : e.need;
    }
    return index;
}

/* Keeps the first of equal edges: `last[x]` remembers the node that named x last. */
static void drop_repeated(struct dag *dag)
{
    struct index by_node = index_make(dag, false);
    uint32_t *last = ARENA_ARRAY(dag->arena, uint32_t, dag->n);
    dag->edges.n = 0;
    for (uint32_t x = 0; x < dag->n; x++)
        for (uint32_t i = by_node.first[x]; i < by_node.first[x + 1]; i++) {
            uint32_t need = by_node.list[i];
            if (last[need] == x + 1)
                continue;
            last[need] = x + 1;
            dag->edges.v[dag->edges.n++] = (struct edge){x, need};
        }
}

void dag_seal(struct dag *dag)
{
    assert(!dag->sealed);
    drop_repeated(dag);
    dag->needs = index_make(dag, false);
    dag->waiters = index_make(dag, true);
    dag->sealed = true;
}

uint32_t dag_size(const struct dag *dag)
{
    return dag->n;
}

static struct dag_list list_of(const struct index *index, uint32_t node)
{
    return (struct dag_list){index->list + index->first[node], index->first[node + 1] - index->first[node]};
}

struct dag_list dag_needs(const struct dag *dag, uint32_t node)
{
    assert(dag->sealed && node < dag->n);
    return list_of(&dag->needs, node);
}

struct dag_list dag_waiters(const struct dag *dag, uint32_t node)
{
    assert(dag->sealed && node < dag->n);
    return list_of(&dag->waiters, node);
}

/* Fills `order` with as many nodes as can be ordered; what is missing lies on cycles or behind them. `left` gets the
 * count of unmet needs. */
static uint32_t order_fill(const struct dag *dag, uint32_t *order, uint32_t *left)
{
    uint32_t n = 0;
    for (uint32_t x = 0; x < dag->n; x++) {
        left[x] = dag_needs(dag, x).n;
        if (left[x] == 0)
            order[n++] = x;
    }
    for (uint32_t i = 0; i < n; i++) {
        struct dag_list waiters = dag_waiters(dag, order[i]);
        for (uint32_t w = 0; w < waiters.n; w++)
            if (--left[waiters.v[w]] == 0)
                order[n++] = waiters.v[w];
    }
    return n;
}

bool dag_order(const struct dag *dag, uint32_t *order)
{
    uint32_t *left = heap_alloc((dag->n + 1) * sizeof *left);
    uint32_t n = order_fill(dag, order, left);
    free(left);
    return n == dag->n;
}

/* A need of x that is itself stuck; every stuck node has one. */
static uint32_t stuck_need(const struct dag *dag, const uint32_t *left, uint32_t x)
{
    struct dag_list needs = dag_needs(dag, x);
    for (uint32_t i = 0; i < needs.n; i++)
        if (left[needs.v[i]] > 0)
            return needs.v[i];
    assert(false && "a stuck node waits for a stuck node");
    return x;
}

size_t dag_cycle(const struct dag *dag, uint32_t *out)
{
    uint32_t *left = heap_alloc((dag->n + 1) * sizeof *left);
    uint32_t *seen_at = calloc(dag->n + 1, sizeof *seen_at);
    assert(seen_at);
    size_t length = 0;
    uint32_t x = 0;
    if (order_fill(dag, out, left) < dag->n) {
        while (left[x] == 0)
            x++;
        /* following stuck needs must come back to a node met before: from there on it is the cycle */
        uint32_t n = 0;
        for (; !seen_at[x]; x = stuck_need(dag, left, x)) {
            out[n++] = x;
            seen_at[x] = n;
        }
        length = n - (seen_at[x] - 1);
        memmove(out, out + seen_at[x] - 1, length * sizeof *out);
    }
    free(seen_at);
    free(left);
    return length;
}

static void close_over(const struct dag *dag, const struct index *index, bool *seen,
                       bool (*stop)(void *ctx, uint32_t node), void *ctx)
{
    uint32_t *queue = heap_alloc((dag->n + 1) * sizeof *queue), n = 0;
    for (uint32_t x = 0; x < dag->n; x++)
        if (seen[x])
            queue[n++] = x;
    for (uint32_t i = 0; i < n; i++) {
        if (stop && stop(ctx, queue[i]))
            continue;
        struct dag_list list = list_of(index, queue[i]);
        for (uint32_t k = 0; k < list.n; k++)
            if (!seen[list.v[k]]) {
                seen[list.v[k]] = true;
                queue[n++] = list.v[k];
            }
    }
    free(queue);
}

void dag_close_needs(const struct dag *dag, bool *seen, bool (*stop)(void *ctx, uint32_t node), void *ctx)
{
    assert(dag->sealed);
    close_over(dag, &dag->needs, seen, stop, ctx);
}

void dag_close_waiters(const struct dag *dag, bool *seen)
{
    assert(dag->sealed);
    close_over(dag, &dag->waiters, seen, NULL, NULL);
}
