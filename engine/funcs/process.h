/* process: running a program of this machine and reading what it prints. No shell takes part. */
#ifndef DETOUR_FUNCS_PROCESS_H
#define DETOUR_FUNCS_PROCESS_H

#include "base/strbuf.h"

enum { PROCESS_SECONDS = 60 }; /* a program that takes longer is killed */

/*
 * Runs argv (ended by NULL, found in PATH) in `folder` (empty: the current one) with `input` on its standard input, and
 * gathers its output. False, with the reason in `why` (its last words among them), where it cannot be started, does not
 * end in time, prints more than out->max bytes, or fails.
 */
bool process_run(const char *const *argv, struct str folder, struct str input, struct strbuf *out, struct strbuf *why);

#endif
