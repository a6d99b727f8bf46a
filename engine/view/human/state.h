/* state: what is stored, for people. */
#ifndef DETOUR_VIEW_HUMAN_STATE_H
#define DETOUR_VIEW_HUMAN_STATE_H

#include "provider/registry.h"
#include "state/model.h"
#include "view/human/plan.h"

/* All objects, then the outputs. */
void human_state(struct strbuf *out, const struct snapshot *state, struct registry *registry,
                 const struct human_options *options);

/* One address with its deposed objects. Types that no registered provider knows are shown by what is stored. */
void human_state_instance(struct strbuf *out, const struct state_instance *instance, struct registry *registry,
                          const struct human_options *options);

/* name = value for each output behind `title`; nothing at all where there are none. */
void human_state_outputs(struct strbuf *out, const struct snapshot *state, const struct human_options *options,
                         const char *title);

#endif
