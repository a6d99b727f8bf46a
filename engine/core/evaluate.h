/*
 * evaluate: expressions against what the last plan or apply of a session found: what tests assert. Names mean what they
 * mean in the root module; until the next operation of the session.
 */
#ifndef DETOUR_CORE_EVALUATE_H
#define DETOUR_CORE_EVALUATE_H

#include "core/session.h"
#include "eval/eval.h"

/* An evaluation in the root module, made in `arena`, with results there; names that the module does not know are looked
 * up in `outer` (may be NULL). NULL before the first plan that got as far as evaluating. */
struct eval *session_eval(struct session *session, struct arena *arena, const struct scope *outer, struct diags *diags);

/* The outputs of the root module as an object, in `arena`; those that were not reached are unknown. */
struct value session_outputs(struct session *session, struct arena *arena);

#endif
