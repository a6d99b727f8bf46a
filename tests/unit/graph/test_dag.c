#include "graph/dag.h"
#include "graph/dot.h"
#include "graph/walk.h"

#include <criterion/criterion.h>

static struct dag *make(struct arena *arena, uint32_t n, const uint32_t (*edges)[2], size_t n_edges)
{
    struct dag *dag = dag_new(arena);
    for (uint32_t i = 0; i < n; i++)
        dag_add(dag);
    for (size_t i = 0; i < n_edges; i++)
        dag_edge(dag, edges[i][0], edges[i][1]);
    dag_seal(dag);
    return dag;
}

static const uint32_t diamond[][2] = {{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 1}};

Test(dag, order_puts_needs_first)
{
    ARENA_AUTO arena = arena_new();
    struct dag *dag = make(arena, 4, diamond, 5);
    uint32_t order[4], at[4];
    cr_assert(dag_order(dag, order));
    for (uint32_t i = 0; i < 4; i++)
        at[order[i]] = i;
    cr_assert(at[3] < at[1] && at[3] < at[2] && at[1] < at[0] && at[2] < at[0]);
    cr_assert(dag_needs(dag, 0).n == 2, "a repeated edge counts once");
    cr_assert(dag_waiters(dag, 3).n == 2);
}

Test(dag, cycle_is_named_in_order)
{
    ARENA_AUTO arena = arena_new();
    static const uint32_t edges[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, 1}, {4, 0}};
    struct dag *dag = make(arena, 5, edges, 5);
    uint32_t out[5];
    cr_assert(!dag_order(dag, out));
    cr_assert(dag_cycle(dag, out) == 3);
    cr_assert(out[0] == 1 && out[1] == 2 && out[2] == 3);
    static const uint32_t self[][2] = {{0, 0}};
    cr_assert(dag_cycle(make(arena, 1, self, 1), out) == 1);
    cr_assert(dag_cycle(make(arena, 4, diamond, 5), out) == 0);
}

static bool stop_at_one(void *ctx, uint32_t node)
{
    (void)ctx;
    return node == 1;
}

Test(dag, closures)
{
    ARENA_AUTO arena = arena_new();
    static const uint32_t chain[][2] = {{0, 1}, {1, 2}, {3, 2}};
    struct dag *dag = make(arena, 4, chain, 3);
    bool seen[4] = {true};
    dag_close_needs(dag, seen, stop_at_one, NULL);
    cr_assert(seen[1] && !seen[2]);
    dag_close_needs(dag, seen, NULL, NULL);
    cr_assert(seen[2] && !seen[3]);
    bool waits[4] = {[2] = true};
    dag_close_waiters(dag, waits);
    cr_assert(waits[0] && waits[1] && waits[3]);
}

static void count(void *ctx, uint32_t node)
{
    (void)node;
    (*(int *)ctx)++;
}

Test(walk, failure_cuts_off_what_waits_and_nothing_else)
{
    ARENA_AUTO arena = arena_new();
    /* 0 <- 1 <- 2, 3 <- 4, and 5 waits for 2 and 4 */
    static const uint32_t edges[][2] = {{1, 0}, {2, 1}, {4, 3}, {5, 2}, {5, 4}};
    struct dag *dag = make(arena, 6, edges, 5);
    struct walk *walk = walk_new(arena, dag, NULL);
    uint32_t node, skipped = 0, done[6] = {0};
    while (walk_next(walk, &node)) {
        done[node] = 1;
        if (node == 1)
            walk_fail(walk, node, count, &skipped);
        else
            walk_done(walk, node);
    }
    cr_assert(skipped == 2 && walk_was_skipped(walk, 2) && walk_was_skipped(walk, 5));
    cr_assert(done[0] && done[3] && done[4] && !done[2] && !done[5]);
    cr_assert(walk_left(walk) == 0);
}

Test(walk, limited_to_some_nodes)
{
    ARENA_AUTO arena = arena_new();
    struct dag *dag = make(arena, 4, diamond, 5);
    bool only[4] = {true, true, false, false};
    struct walk *walk = walk_new(arena, dag, only);
    uint32_t a, b, c;
    cr_assert(walk_next(walk, &a) && a == 1 && !walk_next(walk, &b));
    walk_done(walk, a);
    cr_assert(walk_next(walk, &b) && b == 0);
    walk_done(walk, b);
    cr_assert(!walk_next(walk, &c) && walk_left(walk) == 0);
}

static struct str name_of(void *ctx, uint32_t node)
{
    (void)ctx;
    static const char *const names[] = {"a", "b\"", "", "d"};
    return str_c(names[node]);
}

Test(dot, leaves_out_the_nameless)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO out = STRBUF_INIT(4096);
    dot_write(&out, make(arena, 4, diamond, 5), name_of, NULL);
    struct str text = strbuf_str(&out);
    cr_assert(str_find(text, STR("\"a\" -> \"b\\\"\";"), 0) != SIZE_MAX);
    cr_assert(str_find(text, STR("\"b\\\"\" -> \"d\";"), 0) != SIZE_MAX);
    cr_assert(str_find(text, STR(" \"\""), 0) == SIZE_MAX);
}
