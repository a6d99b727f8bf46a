/* moved: what stands in place of a state that was moved to another backend, so that nobody starts anew where it was. */
#ifndef DETOUR_STATE_MOVED_H
#define DETOUR_STATE_MOVED_H

#include "base/strbuf.h"

struct moved {
    struct str lineage, to; /* to: the new place, for people */
    uint64_t serial;        /* as it was when it left */
};

/* The note as JSON, in the arena. */
struct str moved_text(struct arena *arena, const struct moved *moved);
/* Whether the text is such a note. */
bool moved_parse(struct arena *arena, struct str text, struct moved *out);

#endif
