#include "graph/walk.h"

#include <assert.h>

enum progress { PENDING, TAKEN, DONE, SKIPPED };

struct walk {
    const struct dag *dag;
    uint32_t *missing; /* needs not yet done */
    uint32_t *queue;   /* each node enters at most once */
    uint32_t head, tail, left;
    uint8_t *progress;
};

struct walk *walk_new(struct arena *arena, const struct dag *dag, const bool *only)
{
    uint32_t n = dag_size(dag);
    struct walk *walk = ARENA_NEW(arena, struct walk);
    *walk = (struct walk){.dag = dag,
                          .missing = ARENA_ARRAY(arena, uint32_t, n),
                          .queue = ARENA_ARRAY(arena, uint32_t, n),
                          .progress = ARENA_ARRAY(arena, uint8_t, n)};
    for (uint32_t x = 0; x < n; x++) {
        if (only && !only[x]) {
            walk->progress[x] = DONE;
            continue;
        }
        struct dag_list needs = dag_needs(dag, x);
        for (uint32_t i = 0; i < needs.n; i++)
            walk->missing[x] += !only || only[needs.v[i]];
        if (walk->missing[x] == 0)
            walk->queue[walk->tail++] = x;
        walk->left++;
    }
    return walk;
}

bool walk_next(struct walk *walk, uint32_t *node)
{
    if (walk->head == walk->tail)
        return false;
    *node = walk->queue[walk->head++];
    walk->progress[*node] = TAKEN;
    return true;
}

void walk_done(struct walk *walk, uint32_t node)
{
    assert(walk->progress[node] == TAKEN);
    walk->progress[node] = DONE;
    walk->left--;
    struct dag_list waiters = dag_waiters(walk->dag, node);
    for (uint32_t i = 0; i < waiters.n; i++) {
        uint32_t w = waiters.v[i];
        if (walk->progress[w] == PENDING && --walk->missing[w] == 0)
            walk->queue[walk->tail++] = w;
    }
}

void walk_fail(struct walk *walk, uint32_t node, void (*skipped)(void *ctx, uint32_t node), void *ctx)
{
    assert(walk->progress[node] == TAKEN);
    walk->progress[node] = DONE;
    walk->left--;
    /* skipped nodes never enter the queue, so its free end serves as the work list */
    uint32_t from = walk->tail, to = from;
    for (uint32_t x = node;; x = walk->queue[from++]) {
        struct dag_list waiters = dag_waiters(walk->dag, x);
        for (uint32_t i = 0; i < waiters.n; i++) {
            uint32_t w = waiters.v[i];
            if (walk->progress[w] != PENDING)
                continue;
            walk->progress[w] = SKIPPED;
            walk->left--;
            walk->queue[to++] = w;
            if (skipped)
                skipped(ctx, w);
        }
        if (from == to)
            break;
    }
}

uint32_t walk_left(const struct walk *walk)
{
    return walk->left;
}

bool walk_was_skipped(const struct walk *walk, uint32_t node)
{
    return walk->progress[node] == SKIPPED;
}
