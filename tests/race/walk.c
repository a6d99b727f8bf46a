/*
 * A graph carried through by the thread that owns the walk while others do the work: what a node's work wrote is seen
 * by the work of all that wait for it, and a failure cuts off exactly those behind it.
 */
#include "base/mailbox.h"
#include "crew.h"
#include "graph/walk.h"

enum { NODES = 4000, FAILING = 97 };

struct task {
    uint32_t node;
    bool failed;
    unsigned depth; /* written by the worker of the node, read by those of its waiters: unsynchronised on purpose */
    const struct dag *dag;
};

static struct task tasks[NODES];
static struct mailbox *work, *answers;

static void *worker(void *arg)
{
    (void)arg;
    for (struct task *task; (task = mailbox_take(work));) {
        struct dag_list needs = dag_needs(task->dag, task->node);
        for (uint32_t i = 0; i < needs.n; i++)
            if (tasks[needs.v[i]].depth >= task->depth)
                task->depth = tasks[needs.v[i]].depth + 1;
        task->failed = task->node % FAILING == FAILING - 1;
        mailbox_put(answers, task);
    }
    return NULL;
}

/* Each node waits for two earlier ones; those below 50 for none. */
static struct dag *make_dag(struct arena *arena)
{
    struct dag *dag = dag_new(arena);
    for (uint32_t i = 0; i < NODES; i++) {
        tasks[i] = (struct task){.node = dag_add(dag), .dag = dag, .depth = 1};
        if (i < 50)
            continue;
        dag_edge(dag, i, i - 50);
        dag_edge(dag, i, i * 7u % (i - 49));
    }
    dag_seal(dag);
    return dag;
}

static void run(struct walk *walk)
{
    for (unsigned running = 0; walk_left(walk);) {
        for (uint32_t node; walk_next(walk, &node); running++)
            mailbox_put(work, &tasks[node]);
        expect(running > 0, "something is ready or running while nodes are left");
        struct task *task = mailbox_take(answers);
        running--;
        if (task->failed)
            walk_fail(walk, task->node, NULL, NULL);
        else
            walk_done(walk, task->node);
    }
}

static void check(const struct walk *walk, const struct dag *dag)
{
    for (uint32_t i = 0; i < NODES; i++) {
        struct dag_list needs = dag_needs(dag, i);
        bool cut = false;
        for (uint32_t n = 0; n < needs.n; n++) {
            cut |= tasks[needs.v[n]].failed || walk_was_skipped(walk, needs.v[n]);
            expect(walk_was_skipped(walk, i) || tasks[i].depth > tasks[needs.v[n]].depth, "a need comes first");
        }
        expect(cut == walk_was_skipped(walk, i), "a failure cuts off what is behind it");
    }
}

int main(void)
{
    struct arena *arena = arena_new();
    struct dag *dag = make_dag(arena);
    struct walk *walk = walk_new(arena, dag, NULL);
    work = mailbox_new();
    answers = mailbox_new();
    char unused[CREW];
    struct crew crew = crew_start(worker, unused, 1);
    run(walk);
    mailbox_close(work);
    crew_join(&crew);
    check(walk, dag);
    mailbox_free(work);
    mailbox_free(answers);
    arena_free(arena);
    return 0;
}
