/*
 * progress: what a session is doing, as lines on stdout: what runs, on which machine, for how long. On a terminal the
 * lines of what is running are repainted at the bottom; elsewhere each long piece of work says so every ten seconds.
 */
#ifndef DETOUR_CLI_PROGRESS_H
#define DETOUR_CLI_PROGRESS_H

#include "cli/cli.h"

struct progress;

/* `json`: events go out as the JSON stream instead. */
struct progress *progress_new(struct cli *cli, bool json);
struct session_events progress_events(struct progress *progress);

#endif
