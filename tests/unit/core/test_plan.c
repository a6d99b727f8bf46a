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
TestSuite(plan, .init = setup, .fini = teardown);

Test(plan, create_is_followed_by_nothing)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = \"x\"\n}\n"
                    "output \"o\" {\n  value = detour_data.a.output\n}\n");
    cr_assert(world_plan(w), "%s", world_problems(w));
    SAME(world_problems(w), "");
    SAME(world_changes(w), "+ detour_data.a");
    cr_assert(world_apply(w), "%s", world_problems(w));
    SAME(world_state(w, "detour_data.a", "output"), "\"x\"");
    SAME(world_output(w, "o"), "\"x\"");
    cr_assert(world_plan(w));
    SAME(world_changes(w), "");
    cr_assert(plan_is_empty(w->plan));
}
