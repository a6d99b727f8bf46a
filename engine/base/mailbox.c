#include "base/mailbox.h"
#include "base/arena.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct letter {
    struct letter *next;
    void *item;
};

struct mailbox {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct letter *first, **last;
    bool closed;
};

struct mailbox *mailbox_new(void)
{
    struct mailbox *box = heap_alloc(sizeof *box);
    *box = (struct mailbox){0};
    box->last = &box->first;
    pthread_mutex_init(&box->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&box->arrived, &attr);
    pthread_condattr_destroy(&attr);
    return box;
}

void mailbox_free(struct mailbox *box)
{
    if (!box)
        return;
    for (struct letter *l = box->first, *next; l; l = next) {
        next = l->next;
        free(l);
    }
    pthread_cond_destroy(&box->arrived);
    pthread_mutex_destroy(&box->lock);
    free(box);
}

void mailbox_put(struct mailbox *box, void *item)
{
    struct letter *letter = heap_alloc(sizeof *letter);
    *letter = (struct letter){.item = item};
    pthread_mutex_lock(&box->lock);
    *box->last = letter;
    box->last = &letter->next;
    pthread_cond_signal(&box->arrived);
    pthread_mutex_unlock(&box->lock);
}

static void *unqueue(struct mailbox *box)
{
    struct letter *letter = box->first;
    if (!letter)
        return NULL;
    box->first = letter->next;
    if (!box->first)
        box->last = &box->first;
    void *item = letter->item;
    free(letter);
    return item;
}

void *mailbox_take(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    while (!box->first && !box->closed)
        pthread_cond_wait(&box->arrived, &box->lock);
    void *item = unqueue(box);
    pthread_mutex_unlock(&box->lock);
    return item;
}

void *mailbox_take_for(struct mailbox *box, unsigned timeout_ms, bool *timed_out)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    int rc = 0;
    pthread_mutex_lock(&box->lock);
    while (!box->first && !box->closed && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&box->arrived, &box->lock, &until);
    *timed_out = !box->first && !box->closed;
    void *item = unqueue(box);
    pthread_mutex_unlock(&box->lock);
    return item;
}

void mailbox_close(struct mailbox *box)
{
    pthread_mutex_lock(&box->lock);
    box->closed = true;
    pthread_cond_broadcast(&box->arrived);
    pthread_mutex_unlock(&box->lock);
}
