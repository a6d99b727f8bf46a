/* The web server's side of a conversation: what is asked of it, and what it answers. */
#ifndef DETOUR_TESTS_STATE_BACKEND_SERVER_H
#define DETOUR_TESTS_STATE_BACKEND_SERVER_H

#include "state/backend/config.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
    int fd;
    const char *const *answers; /* one for each request, NULL-ended */
    char seen[16][4096];
    int n;
    pthread_t thread;
};

static void *serve(void *ctx)
{
    struct server *s = ctx;
    while (s->answers[s->n]) {
        int c = accept(s->fd, NULL, NULL);
        size_t have = 0;
        char *in = s->seen[s->n];
        for (;;) {
            ssize_t got = read(c, in + have, sizeof s->seen[0] - 1 - have);
            if (got <= 0)
                break;
            have += (size_t)got;
            in[have] = '\0';
            char *body = strstr(in, "\r\n\r\n"), *length = strstr(in, "Content-Length:");
            if (body && (!length || (size_t)(in + have - body - 4) >= strtoul(length + 15, NULL, 10)))
                break;
        }
        const char *answer = s->answers[s->n++];
        if (write(c, answer, strlen(answer)) < 0)
            break;
        close(c);
    }
    return NULL;
}

/* Listens, and answers from a thread; returns the port. */
static unsigned server_start(struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    s->fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(bind(s->fd, (struct sockaddr *)&at, sizeof at), 0);
    cr_assert_eq(listen(s->fd, 8), 0);
    getsockname(s->fd, (struct sockaddr *)&at, &n);
    pthread_create(&s->thread, NULL, serve, s);
    return ntohs(at.sin_port);
}

static void stop(struct server *s)
{
    pthread_join(s->thread, NULL);
    close(s->fd);
}

#define ANSWER(status, body) "HTTP/1.1 " status " X\r\nConnection: close\r\n\r\n" body

#endif
