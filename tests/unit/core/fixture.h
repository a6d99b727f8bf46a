/* fixture: a world for each test of a suite: CORE_SUITE(name), then w, apply(), plan("+ a.b"), plan_fails("…"). */
#ifndef DETOUR_TEST_CORE_FIXTURE_H
#define DETOUR_TEST_CORE_FIXTURE_H

#include "world.h"

#include <criterion/criterion.h>

#define SAME(got, want) cr_assert(!strcmp((got), (want)), "got:\n%s\nwant:\n%s", (got), (want))

static struct world *w;

static void setup(void)
{
    w = world_new();
}

static void teardown(void)
{
    world_free(w);
}

#define CORE_SUITE(name) TestSuite(name, .init = setup, .fini = teardown)

#define HOST(name) "resource \"test_host\" \"" name "\" {\n  name = \"" name "\"\n}\n"
/* A thing whose value is that string. */
#define THING(host, label, value)                                                                                      \
    "resource \"test_thing\" \"" label "\" {\n  host = test_host." host ".id\n  name = \"" label                       \
    "\"\n  value = \"" value "\"\n}\n"

static inline void apply(void)
{
    cr_assert(world_apply(w), "%s", world_problems(w));
}

/* A plan without problems that makes these changes. */
static inline void plan(const char *changes)
{
    cr_assert(world_plan(w), "%s", world_problems(w));
    cr_assert(w->diags.n_errors == 0, "%s", world_problems(w));
    SAME(world_changes(w), changes);
}

static inline void plan_fails(const char *problem)
{
    struct plan *p = world_plan(w);
    cr_assert(!p || p->errored);
    cr_assert(strstr(world_problems(w), problem), "got:\n%s\nwant in it:\n%s", world_problems(w), problem);
}

#endif
