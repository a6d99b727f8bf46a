/* prompt: lines typed on a terminal, with editing, history and completion (libedit). */
#ifndef DETOUR_CLI_PROMPT_H
#define DETOUR_CLI_PROMPT_H

#include "core/console.h"

struct prompt;

/* One at a time per process. */
struct prompt *prompt_open(struct console *console);
/* The next entry, of one line or, while something in it is open, several; valid until the next call. False at the end.
 */
bool prompt_read(struct prompt *line, struct str *text);
/* Keeps the history in $XDG_STATE_HOME/detour/history (or ~/.local/state), 0600. */
void prompt_close(struct prompt *line);

#endif
