/* tests: what `test` tells programs, one JSON object a line, with the names that readers of Terraform's stream know. */
#ifndef DETOUR_VIEW_JSON_TESTS_H
#define DETOUR_VIEW_JSON_TESTS_H

#include "testing/testing.h"

/* Appends the lines of the event: what it is, and with the end of a run or file its diagnostics. */
void stream_test_event(struct strbuf *out, const struct sources *sources, const struct test_event *event, bool verbose);

#endif
