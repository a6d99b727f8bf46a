/* junit: the report of a test suite in JUnit's XML, as continuous integration reads it. */
#ifndef DETOUR_VIEW_JUNIT_H
#define DETOUR_VIEW_JUNIT_H

#include "testing/testing.h"

/* Appends the whole document: a suite for each file, a case for each run. Well-formed whatever the report holds: what
 * XML cannot carry is replaced. */
void junit_report(struct strbuf *out, const struct sources *sources, const struct test_suite *suite);

#endif
