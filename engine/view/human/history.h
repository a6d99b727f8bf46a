/* history: the snapshots that there were, and what differs between two, for people. */
#ifndef DETOUR_VIEW_HUMAN_HISTORY_H
#define DETOUR_VIEW_HUMAN_HISTORY_H

#include "state/compare.h"
#include "state/history.h"
#include "view/human/state.h"

/* A table, newest first. */
void human_history(struct strbuf *out, const struct history *history, struct str lineage, const struct term *term);

/* Each object that differs under its header, then the outputs; a sentence where nothing does. Secrets are masked. */
void human_comparison(struct strbuf *out, const struct state_comparison *comparison, struct registry *registry,
                      const struct human_options *options);

#endif
