/* memory: a state that ends with the process, for tests of configurations. Nobody else can see it, so its lock is free.
 */
#include "state/backend/backend.h"

struct memory {
    struct backend base;
    bool exists, open;
    struct strbuf snapshot, journal;
};

static struct memory *memory_of(struct backend *b)
{
    return (struct memory *)b;
}

static enum lock_outcome memory_lock(struct backend *b, struct arena *arena, const struct lock_holder *mine,
                                     struct lock_holder *holder)
{
    (void)b;
    (void)arena;
    (void)mine;
    (void)holder;
    return LOCK_TAKEN;
}

static bool memory_unlock(struct backend *b)
{
    (void)b;
    return true;
}

static bool memory_holder(struct backend *b, struct arena *arena, struct lock_holder *holder, bool *held)
{
    (void)b;
    (void)arena;
    (void)holder;
    *held = false;
    return true;
}

static bool memory_force_unlock(struct backend *b, const struct lock_holder *holder)
{
    (void)b;
    (void)holder;
    return true;
}

static bool memory_read(struct backend *b, struct arena *arena, struct backend_texts *out)
{
    struct memory *m = memory_of(b);
    *out = (struct backend_texts){.exists = m->exists, .snapshot = arena_str(arena, strbuf_str(&m->snapshot))};
    if (m->open)
        vec_push(arena, &out->journals,
                 ((struct backend_journal){b->journal, arena_str(arena, strbuf_str(&m->journal))}));
    return true;
}

static bool memory_write(struct backend *b, struct str text)
{
    struct memory *m = memory_of(b);
    strbuf_clear(&m->snapshot);
    strbuf_add(&m->snapshot, text);
    return m->exists = true;
}

static bool memory_append(struct backend *b, struct str records)
{
    strbuf_add(&memory_of(b)->journal, records);
    return true;
}

static bool memory_journal_open(struct backend *b, struct str begin)
{
    memory_of(b)->open = true;
    strbuf_clear(&memory_of(b)->journal);
    return memory_append(b, begin);
}

static void memory_journal_close(struct backend *b)
{
    (void)b;
}

static bool memory_journal_drop(struct backend *b, struct str name)
{
    (void)name;
    memory_of(b)->open = false;
    strbuf_clear(&memory_of(b)->journal);
    return true;
}

static bool memory_set_aside(struct backend *b, const struct backend_journal *journal, const char *kind, bool copy,
                             struct str *kept)
{
    (void)kind;
    *kept = journal->name;
    return copy || memory_journal_drop(b, journal->name);
}

static void memory_close(struct backend *b)
{
    strbuf_free(&memory_of(b)->snapshot);
    strbuf_free(&memory_of(b)->journal);
    arena_free(b->arena);
}

struct backend *backend_memory(void)
{
    static const struct backend_ops ops = {
        .lock = memory_lock,
        .unlock = memory_unlock,
        .holder = memory_holder,
        .force_unlock = memory_force_unlock,
        .read = memory_read,
        .write = memory_write,
        .journal_open = memory_journal_open,
        .journal_append = memory_append,
        .journal_close = memory_journal_close,
        .journal_drop = memory_journal_drop,
        .journal_set_aside = memory_set_aside,
        .close = memory_close,
    };
    struct arena *arena = arena_new();
    struct memory *m = ARENA_NEW(arena, struct memory);
    *m = (struct memory){
        .base = {.ops = &ops,
                 .arena = arena,
                 .place = STR("(memory)"),
                 .journal = STR("(journal in memory)"),
                 .lock = STR("(lock in memory)")},
        .snapshot = STRBUF_SECRET(BACKEND_SIZE_MAX),
        .journal = STRBUF_SECRET(BACKEND_SIZE_MAX),
    };
    return &m->base;
}
