/*
 * language: JSON schemas (draft 2020-12) of configurations and test files in JSON, made from the language's own blocks
 * and from what the providers offer.
 */
#ifndef DETOUR_VIEW_JSON_LANGUAGE_H
#define DETOUR_VIEW_JSON_LANGUAGE_H

#include "provider/registry.h"

enum language_file {
    LANGUAGE_CONFIGURATION, /* *.hcl.json */
    LANGUAGE_TESTS,         /* *.test.hcl.json */
};

/* It accepts templates wherever values may stand, so it cannot see what they make; it refuses what no template can
 * mend: unknown names, and values of another kind than the argument takes. */
void json_language(struct strbuf *out, struct registry *registry, enum language_file file);

#endif
