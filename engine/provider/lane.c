#include "provider/lane.h"

#include "base/mailbox.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

/* How many lanes may work at once. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    unsigned free;
};

struct lane_thread {
    struct lane lane; /* first: what callers hold */
    struct lanes *lanes;
    struct mailbox *inbox; /* struct call */
    pthread_t thread;
    bool started;
};

struct lanes {
    struct arena *arena;
    struct map by_name;   /* instance key NUL name -> struct lane_thread */
    struct mailbox *back; /* struct lane_event, on the heap */
    struct gate gate;
    const atomic_bool *cancelled;
    size_t running;
};

struct lanes *lanes_new(unsigned parallelism, const atomic_bool *cancelled)
{
    struct arena *arena = arena_new();
    struct lanes *lanes = ARENA_NEW(arena, struct lanes);
    *lanes = (struct lanes){.arena = arena, .by_name = MAP_INIT(arena), .back = mailbox_new(), .cancelled = cancelled};
    pthread_mutex_init(&lanes->gate.mutex, NULL);
    pthread_cond_init(&lanes->gate.freed, NULL);
    lanes->gate.free = parallelism ? parallelism : 10;
    return lanes;
}

static void gate_enter(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    while (!gate->free)
        pthread_cond_wait(&gate->freed, &gate->mutex);
    gate->free--;
    pthread_mutex_unlock(&gate->mutex);
}

static void gate_leave(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->free++;
    pthread_cond_signal(&gate->freed);
    pthread_mutex_unlock(&gate->mutex);
}

static void send_back(struct lane_thread *t, struct lane_event event)
{
    struct lane_event *box = heap_alloc(sizeof *box);
    *box = event;
    box->lane = &t->lane;
    mailbox_put(t->lanes->back, box);
}

static void on_progress(void *ctx, struct call *call, size_t request, struct str text)
{
    send_back(ctx, (struct lane_event){.kind = LANE_PROGRESS, .call = call, .request = request, .text = text});
}

static void on_done(void *ctx, struct call *call, size_t request)
{
    send_back(ctx, (struct lane_event){.kind = LANE_DONE, .call = call, .request = request});
}

static void *lane_main(void *arg)
{
    struct lane_thread *t = arg;
    const struct call_hooks hooks = {
        .ctx = t, .progress = on_progress, .done = on_done, .cancelled = t->lanes->cancelled};
    for (struct call *call; (call = mailbox_take(t->inbox));) {
        gate_enter(&t->lanes->gate);
        call_run(call, &hooks);
        gate_leave(&t->lanes->gate);
        send_back(t, (struct lane_event){.kind = LANE_FINISHED, .call = call});
    }
    return NULL;
}

static void thread_end(struct lane_thread *t)
{
    if (!t->started)
        return;
    mailbox_close(t->inbox);
    pthread_join(t->thread, NULL);
    mailbox_free(t->inbox);
}

void lanes_free(struct lanes *lanes)
{
    if (!lanes)
        return;
    map_each (&lanes->by_name, i)
        thread_end(lanes->by_name.entries[i].value);
    mailbox_close(lanes->back);
    for (struct lane_event *event; (event = mailbox_take(lanes->back)); free(event))
        if (event->kind == LANE_FINISHED)
            call_free(event->call);
    mailbox_free(lanes->back);
    pthread_cond_destroy(&lanes->gate.freed);
    pthread_mutex_destroy(&lanes->gate.mutex);
    arena_free(lanes->arena);
}

struct lane *lanes_get(struct lanes *lanes, const struct instance *instance, struct str name)
{
    char buffer[512];
    size_t n = instance->key.n + 1 + name.n;
    char *text = n <= sizeof buffer ? buffer : arena_alloc(lanes->arena, n);
    memcpy(text, instance->key.p, instance->key.n);
    text[instance->key.n] = '\0';
    if (name.n)
        memcpy(text + instance->key.n + 1, name.p, name.n);
    struct lane_thread *t = map_get(&lanes->by_name, str_from(text, n));
    if (t)
        return &t->lane;
    t = ARENA_NEW(lanes->arena, struct lane_thread);
    t->lanes = lanes;
    t->lane = (struct lane){.instance = instance, .name = arena_str(lanes->arena, name)};
    map_put(&lanes->by_name, arena_str(lanes->arena, str_from(text, n)), t);
    return &t->lane;
}

void lane_submit(struct lane *lane, struct call *call)
{
    struct lane_thread *t = (struct lane_thread *)lane;
    if (!t->started) {
        t->inbox = mailbox_new();
        int failed = pthread_create(&t->thread, NULL, lane_main, t);
        assert(!failed && "a thread for a lane");
        (void)failed;
        t->started = true;
    }
    t->lane.running++;
    t->lanes->running++;
    mailbox_put(t->inbox, call);
}

bool lanes_wait(struct lanes *lanes, unsigned timeout_ms, struct lane_event *event)
{
    bool timed_out = false;
    struct lane_event *box = mailbox_take_for(lanes->back, timeout_ms, &timed_out);
    if (!box)
        return false;
    *event = *box;
    free(box);
    if (event->kind == LANE_FINISHED) {
        event->lane->running--;
        lanes->running--;
    }
    return true;
}

size_t lanes_running(const struct lanes *lanes)
{
    return lanes->running;
}

size_t lanes_count(const struct lanes *lanes)
{
    return lanes->by_name.n;
}

struct lane *lanes_at(const struct lanes *lanes, size_t i)
{
    return lanes->by_name.entries[i].value;
}
