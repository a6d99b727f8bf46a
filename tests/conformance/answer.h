/* answer: values as the case files write them: JSON, types, and trees of true for what is sensitive or unknown. */
#ifndef DETOUR_CONFORMANCE_ANSWER_H
#define DETOUR_CONFORMANCE_ANSWER_H

#include "base/strbuf.h"
#include "value/value.h"

/* The known part: unknown attributes left out, unknown elements null. */
void answer_value(struct strbuf *out, struct value v);
void answer_sensitive(struct strbuf *out, struct value v);
void answer_unknown(struct strbuf *out, struct value v);

/* The same JSON with its keys sorted and without blanks; for masks, branches that hold no true become false. */
bool answer_tidy(struct strbuf *out, struct arena *arena, struct str json, bool mask);

#endif
