/* plan: a plan as one JSON document, format_version 1.2, with the names that readers of Terraform's plans know. */
#ifndef DETOUR_VIEW_JSON_PLAN_H
#define DETOUR_VIEW_JSON_PLAN_H

#include "base/strbuf.h"

struct plan;
struct snapshot;
struct config;
struct registry;

/* `state` is the prior state (may be NULL: none); `config` the configuration that the plan was made from, whose
 * providers the registry has. */
void json_plan(struct strbuf *out, const struct plan *plan, const struct snapshot *state, const struct config *config,
               struct registry *registry, const char *version);

#endif
