/* process: running a program of this machine and reading what it prints. No shell takes part. */
#ifndef DETOUR_BASE_PROCESS_H
#define DETOUR_BASE_PROCESS_H

#include "base/strbuf.h"

#include <sys/types.h>

enum { PROCESS_SECONDS = 60 };

struct process {
    const char *const *argv;  /* ended by NULL; argv[0] is found in PATH */
    struct str folder;        /* empty: the current one */
    struct str input;         /* on its standard input */
    char *const *environment; /* ended by NULL; NULL: that of this program */
    unsigned seconds;         /* killed when it takes longer; 0: PROCESS_SECONDS */
    bool no_terminal;         /* in a session of its own: it cannot ask anybody anything */
    volatile pid_t *running;  /* its process group while it runs, else 0, for signal handlers; may be NULL */
};

/*
 * Runs a program and gathers its output. False, with the reason in `why` (its last words among them), where it does not
 * end in time, prints more than out->max bytes, or fails: errno is 0 then; or where it cannot be started: errno says
 * why, ENOENT where there is no such program.
 */
bool process_run(const struct process *process, struct strbuf *out, struct strbuf *why);

#endif
