/* mailbox: a thread-safe queue of pointers; how work reaches the one owner of a lane and results come back. */
#ifndef DETOUR_BASE_MAILBOX_H
#define DETOUR_BASE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

struct mailbox;

/* A new, open mailbox; release it with mailbox_free once nobody waits on it. */
struct mailbox *mailbox_new(void);
void mailbox_free(struct mailbox *box);

/* Puts an item; never blocks. Must not be called after mailbox_close. */
void mailbox_put(struct mailbox *box, void *item);

/* Waits for the next item; NULL once the mailbox is closed and empty. */
void *mailbox_take(struct mailbox *box);

/* As mailbox_take, but gives up after `timeout_ms`: NULL with *timed_out set. */
void *mailbox_take_for(struct mailbox *box, unsigned timeout_ms, bool *timed_out);

/* No more items will come: waiting takers return once the queue is empty. */
void mailbox_close(struct mailbox *box);

#endif
