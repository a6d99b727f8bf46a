/* crew: a few threads that do the same thing with a number each, and a way to stop when something is not so. */
#ifndef DETOUR_TEST_RACE_CREW_H
#define DETOUR_TEST_RACE_CREW_H

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { CREW = 4 };

struct crew {
    pthread_t threads[CREW];
};

static inline void expect(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "not so: %s\n", what);
    exit(1);
}

/* Thread i runs work(args + i * size). */
static inline struct crew crew_start(void *(*work)(void *), void *args, size_t size)
{
    struct crew crew;
    for (size_t i = 0; i < CREW; i++)
        expect(pthread_create(&crew.threads[i], NULL, work, (char *)args + i * size) == 0, "a thread starts");
    return crew;
}

static inline void crew_join(struct crew *crew)
{
    for (size_t i = 0; i < CREW; i++)
        pthread_join(crew->threads[i], NULL);
}

#endif
