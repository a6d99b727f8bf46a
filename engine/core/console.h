/*
 * console: expressions against a configuration and its state, without reading or changing anything. What resources are
 * is what the state says; one that it does not have yet is what its configuration says, and the rest of it is unknown.
 */
#ifndef DETOUR_CORE_CONSOLE_H
#define DETOUR_CORE_CONSOLE_H

#include "core/session.h"

struct console;

/* Evaluates the configuration against the stored state; NULL after diagnostics. `planning`: answers are what a plan
 * would know, so that timestamp() and the like are unknown. Belongs to the session's arena; takes no lock. */
struct console *console_open(struct session *session, bool planning, struct diags *diags);

/* The value of `text`, in `arena`; positions in diagnostics count from the start of the text. An expression with errors
 * answers an unknown value. Sources of earlier answers are kept. */
struct value console_eval(struct console *console, struct arena *arena, struct str text, struct diags *diags);

/* Whether the text ends within brackets, a template or a heredoc, so that another line may follow. */
bool console_goes_on(struct str text);

/* Names that complete `prefix` ("var.na", "length", "local."), sorted, in `arena`. */
size_t console_complete(struct console *console, struct arena *arena, struct str prefix, struct str **names);

#endif
