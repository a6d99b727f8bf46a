/* providers: which providers a configuration uses where, and what providers offer, for people. */
#ifndef DETOUR_VIEW_HUMAN_PROVIDERS_H
#define DETOUR_VIEW_HUMAN_PROVIDERS_H

#include "config/config.h"
#include "provider/registry.h"
#include "view/term.h"

struct snapshot;

/* The tree of modules with the providers of each, then those of the state (NULL: none). */
void human_providers(struct strbuf *out, const struct config *config, struct registry *registry,
                     const struct snapshot *state);

/* All types of all providers, a line each. */
void human_types(struct strbuf *out, const struct registry *registry, const struct term *term);

/* One type with its attributes and blocks. */
void human_type(struct strbuf *out, const struct provider_type *type, const struct term *term);

#endif
