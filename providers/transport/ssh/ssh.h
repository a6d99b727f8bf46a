/* ssh: the session behind a transport; private to ssh/. */
#ifndef DETOUR_TRANSPORT_SSH_H
#define DETOUR_TRANSPORT_SSH_H

#include "transport/link.h"
#include "transport/ssh/library.h"

struct ssh {
    struct transport base;
    ssh_session session;
};

/* The `run` of link_ops, over the session. */
bool link_ssh_run(struct transport *transport, struct str script, struct exchange *exchange,
                  struct transport_problem *problem);

#endif
