/* link: what an SSH session and the local machine have in common; private to transport/. */
#ifndef DETOUR_TRANSPORT_LINK_H
#define DETOUR_TRANSPORT_LINK_H

#include "transport/frame.h"

#include <errno.h>

/* A script on its way: what came back so far. */
struct exchange {
    struct arena *arena;
    const struct transport_job *job;
    struct transport_answer *answer;
    struct frame frame;
    struct strbuf noise;
    uint64_t deadline_ns;
    bool stopping; /* the user's wish to stop has been passed on */
    int exit_status;
};

struct link_ops {
    /* Sends `script` to `command` and pumps both outputs into the exchange until it ends. */
    bool (*run)(struct transport *transport, struct str script, struct exchange *exchange,
                struct transport_problem *problem);
    void (*close)(struct transport *transport);
};

struct transport {
    const struct link_ops *ops;
    bool sudo;
    char *place;    /* "root@10.0.0.2:22" or "this machine" for messages; malloc */
    char *host_key; /* malloc; NULL for the local machine */
};

/* Fills *problem; returns false, so that callers can return it. */
bool link_problem(struct transport_problem *problem, enum transport_status status, struct str summary,
                  struct str detail);

/* What the command to run is: "sh -s", with sudo where asked. */
const char *link_command(const struct transport *transport);

/* Takes bytes of the script's output (the answer), or of its errors (noise, up to a cap). */
void link_output(struct exchange *exchange, const char *bytes, size_t n);
void link_noise(struct exchange *exchange, const char *bytes, size_t n);

enum link_wish { LINK_GO_ON, LINK_ASK_TO_STOP, LINK_HANG_UP };

/* Called about five times a second: what the clock and the user want. On LINK_HANG_UP *problem is filled. */
enum link_wish link_tick(struct transport *transport, struct exchange *exchange, struct transport_problem *problem);

/* The file whose existence asks the script to stop. */
struct str link_stop_file(struct arena *arena, const struct exchange *exchange);

/* Opens the session; NULL with *problem filled. The local machine needs none, and always opens. */
struct transport *link_ssh_open(struct arena *arena, const struct transport_target *target,
                                struct transport_problem *problem);
struct transport *link_local_open(const struct transport_target *target);

#endif
