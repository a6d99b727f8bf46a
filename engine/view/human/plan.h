/*
 * plan: a whole plan for people: legend, each change under its header, outputs, the count.
 */
#ifndef DETOUR_VIEW_HUMAN_PLAN_H
#define DETOUR_VIEW_HUMAN_PLAN_H

#include "plan/plan.h"
#include "view/term.h"

struct human_options {
    struct term term;
    bool show_digest; /* the line that `apply -digest` takes */
};

/* Appends the plan, "No changes." where there is nothing to do; ends in a newline. */
void human_plan(struct strbuf *out, const struct plan *plan, const struct human_options *options);

/* One change: its header, its notes and its body. */
void human_change(struct strbuf *out, const struct change *change, const struct human_options *options);

/* "Plan: 1 to import, 2 to add, 1 to change, 0 to destroy." without a newline. */
void human_counts(struct strbuf *out, const struct plan *plan, const struct term *term);

#endif
