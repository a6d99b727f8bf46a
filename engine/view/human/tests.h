/* tests: what `test` tells people, event by event. */
#ifndef DETOUR_VIEW_HUMAN_TESTS_H
#define DETOUR_VIEW_HUMAN_TESTS_H

#include "provider/registry.h"
#include "testing/testing.h"
#include "view/human/plan.h"

struct human_tests {
    struct human_options options;
    struct registry *registry;
    bool verbose;       /* show what runs planned, or what there is after them */
    struct strbuf held; /* that, until the line of the run itself; the caller frees it */
};

/* Appends what the event has to say; nothing for most. */
void human_tests_event(struct strbuf *out, struct human_tests *view, const struct test_event *event);

/* "Success! 4 passed, 0 failed." */
void human_tests_summary(struct strbuf *out, const struct term *term, const struct test_suite *suite);

/* What could not be taken down after a file, and has to be cleaned up by hand; nothing where all was. */
void human_tests_left(struct strbuf *out, const struct test_file *file);

#endif
