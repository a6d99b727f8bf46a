/* answer: what `console -json` says to one expression. */
#ifndef DETOUR_VIEW_JSON_ANSWER_H
#define DETOUR_VIEW_JSON_ANSWER_H

#include "diag/diag.h"
#include "value/value.h"
#include "base/strbuf.h"

/* One line: {"value","type","sensitive","unknown"}; where diags holds errors {"diagnostics":[…]} instead. */
void json_answer(struct strbuf *out, struct value v, const struct sources *sources, const struct diags *diags);

#endif
