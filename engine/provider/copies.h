/* copies: secrets that a provider put into what it computed. Private to provider/. */
#ifndef DETOUR_PROVIDER_COPIES_H
#define DETOUR_PROVIDER_COPIES_H

#include "schema/schema.h"
#include "value/path.h"

enum { COPIES_SHORTEST = 6 /* bytes of a text that is looked for within others: shorter ones are there by chance */ };

/*
 * The object with marks on what its computed attributes repeat of its secrets: an attribute that equals one with
 * secrets is marked as that one is; a text that holds a secret text is marked as a whole.
 */
struct value copies_mark(struct arena *arena, const struct schema *schema, struct value object);

#endif
