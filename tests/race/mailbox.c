/*
 * A mailbox with many writers and one reader, as results come back to a session: each item arrives once, each writer's
 * in its order, with what it points to; then a closed one with many readers, as work goes out.
 */
#include "base/mailbox.h"
#include "crew.h"

enum { ITEMS = 5000 };

struct item {
    unsigned writer, serial;
};

struct writer {
    struct mailbox *box;
    unsigned number, taken;
    struct item items[ITEMS];
};

static void *put_all(void *arg)
{
    struct writer *w = arg;
    for (unsigned i = 0; i < ITEMS; i++) {
        w->items[i] = (struct item){w->number, i};
        mailbox_put(w->box, &w->items[i]);
    }
    return NULL;
}

static void *take_all(void *arg)
{
    struct writer *w = arg;
    for (struct item *item; (item = mailbox_take(w->box)); w->taken++)
        item->serial++;
    return NULL;
}

static void collect(struct mailbox *box)
{
    unsigned next[CREW] = {0};
    for (unsigned left = CREW * ITEMS; left;) {
        bool timed_out;
        struct item *item = left % 2 ? mailbox_take(box) : mailbox_take_for(box, 50, &timed_out);
        if (!item)
            continue;
        expect(item->serial == next[item->writer]++, "items of one writer arrive in its order");
        left--;
    }
}

int main(void)
{
    struct writer *writers = calloc(CREW, sizeof *writers);
    struct mailbox *box = mailbox_new();
    for (unsigned i = 0; i < CREW; i++)
        writers[i].box = box, writers[i].number = i;
    struct crew crew = crew_start(put_all, writers, sizeof *writers);
    collect(box);
    crew_join(&crew);

    crew = crew_start(take_all, writers, sizeof *writers);
    for (unsigned i = 0; i < ITEMS; i++)
        mailbox_put(box, &writers[0].items[i]);
    mailbox_close(box);
    crew_join(&crew);
    unsigned taken = 0;
    for (unsigned i = 0; i < CREW; i++)
        taken += writers[i].taken;
    expect(taken == ITEMS, "each item is taken once");
    mailbox_free(box);
    free(writers);
    return 0;
}
