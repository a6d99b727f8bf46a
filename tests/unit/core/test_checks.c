#include "fixture.h"

CORE_SUITE(checks);

#define CHECK(arguments, condition)                                                                                    \
    "check \"c\" {\n  data \"test_lookup\" \"l\" {\n" arguments "  }\n  assert {\n    condition = " condition          \
    "\n    error_message = \"it says ${data.test_lookup.l.value}\"\n  }\n}\n"
#define LOOKUP "    host = \"web\"\n    name = \"a\"\n"
#define IS(value) "data.test_lookup.l.value == \"" value "\""

static void plan_tells(const char *changes, const char *problems)
{
    cr_assert(world_plan(w), "%s", world_problems(w));
    SAME(world_problems(w), problems);
    SAME(world_changes(w), changes);
}

#define READ "<= data.test_lookup.l read_because_check_nested"

Test(checks, data_is_read_while_planning_and_changes_nothing)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    cr_assert(world_apply(w));
    world_config(w, HOST("web") THING("web", "a", "1") CHECK(LOOKUP, IS("1")));
    plan_tells(READ, "");
    cr_assert(plan_is_empty(w->plan) && !w->plan->applyable && plan_count(w->plan).read == 0);
    cr_assert(w->plan->checks.n == 1 && w->plan->checks.v[0].status == CHECK_PASS);
    struct digest digest = w->plan->digest;
    world_config(w, HOST("web") THING("web", "a", "1") CHECK(LOOKUP, IS("2")));
    plan_tells(READ, "warning: Check failed: it says 1\n");
    cr_assert(w->plan->checks.v[0].status == CHECK_FAIL && !w->plan->errored);
    cr_assert(!memcmp(&digest, &w->plan->digest, sizeof digest));
}

Test(checks, data_is_read_again_when_all_is_done)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    cr_assert(world_apply(w));
    world_config(w, HOST("web") THING("web", "a", "2") CHECK(LOOKUP, IS("2")));
    plan_tells(READ "\n~ test_thing.a", "warning: Check failed: it says 1\n");
    test_reset();
    cr_assert(session_apply(w->session, w->plan, &w->result, &w->diags), "%s", world_problems(w));
    SAME(world_problems(w), "warning: Check failed: it says 1\n"); /* of the plan; the apply has none */
    const char *apply = strstr(test_log(), "apply web"), *read = strstr(test_log(), "read web");
    cr_assert(apply && read && apply < read, "%s", test_log());
    world_close(w);
    world_config(w, HOST("web") THING("web", "a", "3") CHECK(LOOKUP, IS("2")));
    cr_assert(world_apply(w));
    SAME(world_problems(w), "warning: Check failed: it says 3\n");
}

Test(checks, what_cannot_be_read_is_a_warning)
{
    world_config(w, HOST("web") CHECK("    host = \"far\"\n    name = \"a\"\n", IS("1")));
    test_fail("read", "@far");
    plan_tells(READ "\n+ test_host.web", "warning: Machine does not answer: far did not answer.\n");
    cr_assert(!w->plan->errored && w->plan->checks.v[0].status == CHECK_FAIL);
    SAME(w->plan->checks.v[0].problems.v[0].p, "far did not answer.");
    cr_assert(session_apply(w->session, w->plan, &w->result, &w->diags), "%s", world_problems(w));
    cr_assert(w->result.status == APPLY_DONE && w->result.failed == 0);
    world_close(w);
    world_config(w, HOST("web") CHECK("    host = \"web\"\n    name = 1 + null\n", IS("1")));
    cr_assert(world_plan(w) && !w->plan->errored && w->diags.n_errors == 0, "%s", world_problems(w));
    cr_assert(strstr(world_problems(w), "warning: "), "%s", world_problems(w));
    cr_assert(world_apply(w));
}

Test(checks, data_that_waits_for_changes_is_put_off)
{
    world_config(w, HOST("web") THING("web", "a", "1") CHECK(LOOKUP "    depends_on = [test_thing.a]\n", IS("1")));
    plan_tells("<= data.test_lookup.l read_because_dependency_pending\n+ test_host.web\n+ test_thing.a", "");
    cr_assert(w->plan->checks.v[0].status == CHECK_UNKNOWN);
    cr_assert(session_apply(w->session, w->plan, &w->result, &w->diags), "%s", world_problems(w));
    cr_assert(!strstr(world_problems(w), "Check failed"), "%s", world_problems(w));
    world_close(w);
    world_config(w, HOST("web") THING("web", "a", "1")
                        CHECK("    host = \"web\"\n    name = test_thing.a.name\n", IS("1")));
    plan_tells(READ, "");
    cr_assert(w->plan->checks.v[0].status == CHECK_PASS);
}

Test(checks, a_refresh_reads_no_data_when_it_is_applied)
{
    struct plan_options refresh = {.mode = PLAN_REFRESH_ONLY};
    world_config(w, HOST("web") THING("web", "a", "1"));
    cr_assert(world_apply(w));
    test_world_set("web", "a", "other");
    world_config(w, HOST("web") THING("web", "a", "1") THING("web", "b", "1")
                        CHECK(LOOKUP, IS("1")) "data \"test_lookup\" \"late\" {\n  host = \"web\"\n"
                                               "  name = test_thing.b.id\n}\n");
    cr_assert(world_apply_with(w, refresh), "%s", world_problems(w));
    SAME(world_state(w, "test_thing.a", "value"), "\"other\"");
}

Test(checks, data_in_modules_and_targets)
{
    world_file(w, "m/main.hcl", HOST("web") THING("web", "a", "1") CHECK(LOOKUP, IS("2")));
    world_config(w, "module \"m\" {\n  source = \"./m\"\n}\nresource \"detour_data\" \"d\" {\n}\n");
    cr_assert(world_apply(w));
    cr_assert(strstr(world_problems(w), "warning: Check failed: it says 1\n"), "%s", world_problems(w));
    struct str target = STR("module.m");
    world_plan_with(w, (struct plan_options){.targets = &target, .n_targets = 1});
    cr_assert(!strstr(world_problems(w), "Check failed"), "%s", world_problems(w));
    SAME(world_changes(w), "");
}

Test(checks, shape)
{
    world_config(w, HOST("web") CHECK(LOOKUP "    count = 2\n", IS("1")));
    world_plan(w);
    cr_assert(strstr(world_problems(w), "neither count nor for_each"), "%s", world_problems(w));
    world_config(w, HOST("web") CHECK(LOOKUP "    lifecycle {\n    }\n", IS("1")));
    world_plan(w);
    cr_assert(strstr(world_problems(w), "has no lifecycle"), "%s", world_problems(w));
}
