#include "fixture.h"

CORE_SUITE(import);

#define IMPORT(to, id) "import {\n  to = " to "\n  id = " id "\n}\n"

static void exists(const char *name, const char *value)
{
    test_world_set("web", name, value);
}

static void apply_host(void)
{
    world_config(w, HOST("web"));
    apply();
    test_reset();
}

Test(import, an_object_that_is_as_configured_is_only_remembered)
{
    apply_host();
    exists("a", "1");
    world_config(w, HOST("web") THING("web", "a", "1") IMPORT("test_thing.a", "\"${test_host.web.id}/a\""));
    plan("");
    cr_assert(!plan_is_empty(w->plan) && w->plan->applyable && plan_count(w->plan).import == 1);
    SAME(arena_str(w->arena, w->plan->changes.v[1].import_id).p, "web/a");
    cr_assert(world_objects(w) == 1);
    apply();
    cr_assert(w->result.imported == 1 && w->result.added == 0 && w->result.changed == 0);
    cr_assert(test_count("apply") == 0, "%s", test_log());
    SAME(world_state(w, "test_thing.a", "value"), "\"1\"");
    plan("");
    cr_assert(plan_is_empty(w->plan) && plan_count(w->plan).import == 0);
}

Test(import, one_that_differs_is_changed_and_is_in_the_state_even_if_that_fails)
{
    apply_host();
    exists("a", "1");
    world_config(w, HOST("web") THING("web", "a", "2") IMPORT("test_thing.a", "\"web/a\""));
    plan("~ test_thing.a");
    cr_assert(plan_count(w->plan).import == 1 && plan_count(w->plan).change == 1);
    test_fail("apply", "a");
    cr_assert(!world_apply(w));
    SAME(world_state(w, "test_thing.a", "value"), "\"1\"");
    test_reset();
    plan("~ test_thing.a");
    cr_assert(plan_count(w->plan).import == 0);
    apply();
    SAME(test_world("web", "a"), "2");
}

Test(import, a_machine_that_comes_with_the_plan_can_be_looked_at)
{
    exists("web", "host");
    exists("a", "1");
    world_config(w, HOST("web") THING("web", "a", "1") IMPORT("test_thing.a", "\"web/a\"")
                        IMPORT("test_host.web", "\"web\""));
    plan("");
    cr_assert(plan_count(w->plan).import == 2);
    apply();
    cr_assert(world_objects(w) == 2 && test_count("apply") == 0);
    plan("");
    cr_assert(plan_is_empty(w->plan));
}

Test(import, all_of_a_lane_are_read_at_once)
{
    apply_host();
    exists("a", "1");
    exists("b", "2");
    world_config(
        w, HOST("web") "locals {\n  all = { a = \"1\", b = \"2\" }\n}\n"
                       "resource \"test_thing\" \"t\" {\n  for_each = local.all\n  host = test_host.web.id\n"
                       "  name = each.key\n  value = each.value\n}\n"
                       "import {\n  for_each = local.all\n  to = test_thing.t[each.key]\n  id = \"web/${each.key}\"\n"
                       "}\n");
    plan("");
    cr_assert(plan_count(w->plan).import == 2);
    cr_assert(test_count("read web: 2") == 1, "%s", test_log());
    apply();
    plan("");
    cr_assert(plan_is_empty(w->plan));
}

Test(import, into_modules_and_by_count)
{
    apply_host();
    exists("x", "1");
    world_file(w, "m/main.hcl",
               "variable \"n\" {}\nresource \"test_thing\" \"t\" {\n  count = 2\n  host = \"web\"\n"
               "  name = \"${var.n}${count.index}\"\n  value = \"1\"\n}\n");
    exists("p0", "1");
    exists("q1", "1");
    world_config(
        w, HOST("web") "module \"m\" {\n  source = \"./m\"\n  for_each = { p = 1, q = 2 }\n  n = each.key\n}\n"
                       "import {\n  for_each = { p = 0, q = 1 }\n  to = module.m[each.key].test_thing.t[each.value]\n"
                       "  id = \"web/${each.key}${each.value}\"\n}\n");
    plan("+ module.m[\"p\"].test_thing.t[1]\n+ module.m[\"q\"].test_thing.t[0]");
    cr_assert(plan_count(w->plan).import == 2);
    apply();
    cr_assert(w->result.imported == 2 && w->result.added == 2);
    plan("");
}

Test(import, what_a_machine_cannot_tell_comes_from_the_configuration_as_it_was)
{
    apply_host();
    exists("a", "old");
    exists("b", "1");
    exists("c", "1");
    world_config(w,
                 HOST("web")
                     THING("web", "a",
                           "new") "resource \"test_thing\" \"b\" {\n  host = \"web\"\n  name = \"b\"\n"
                                  "  value = \"1\"\n  secret = test_thing.a.value\n}\n"
                                  "resource \"test_thing\" \"c\" {\n  host = \"web\"\n  name = \"c\"\n  value = \"1\"\n"
                                  "  secret = \"s\"\n}\n" IMPORT("test_thing.a", "\"web/a\"")
                                      IMPORT("test_thing.b", "\"web/b\"") IMPORT("test_thing.c", "\"web/c\""));
    plan("~ test_thing.a\n~ test_thing.b");
    cr_assert(plan_count(w->plan).import == 3);
    SAME(arena_str(w->arena, value_attr(w->plan->changes.v[2].before, STR("secret")).u.string).p, "old");
}

Test(import, a_replacement_of_what_was_imported)
{
    apply_host();
    exists("a", "1");
    world_config(w, HOST("web") "resource \"test_thing\" \"a\" {\n  host = test_host.web.id\n  name = \"b\"\n"
                                "  value = \"1\"\n}\n" IMPORT("test_thing.a", "\"web/a\""));
    plan("-/+ test_thing.a replace_because_cannot_update");
    cr_assert(w->plan->changes.v[1].risks.n == 1 && w->plan->changes.v[1].risks.v[0].level == RISK_DANGER);
    apply();
    cr_assert(!test_world("web", "a") && test_world("web", "b"));
    cr_assert(w->result.imported == 1 && w->result.replaced == 1);
}

Test(import, saved_plans_and_digests_hold_imports)
{
    apply_host();
    exists("a", "1");
    world_config(w, HOST("web") THING("web", "a", "1") IMPORT("test_thing.a", "\"web/a\""));
    plan("");
    struct digest with = w->plan->digest;
    world_config(w, HOST("web") THING("web", "a", "1"));
    world_plan(w);
    cr_assert(memcmp(&with, &w->plan->digest, sizeof with));
}

Test(import, targets_leave_others_out)
{
    apply_host();
    exists("a", "1");
    exists("b", "1");
    world_config(w, HOST("web") THING("web", "a", "1") THING("web", "b", "1") IMPORT("test_thing.a", "\"web/a\"")
                        IMPORT("test_thing.b", "\"web/b\""));
    struct str target = STR("test_thing.a");
    world_plan_with(w, (struct plan_options){.targets = &target, .n_targets = 1});
    cr_assert(w->diags.n_errors == 0 && plan_count(w->plan).import == 1, "%s", world_problems(w));
}

Test(import, errors)
{
    static const struct {
        const char *hcl, *problem;
    } rows[] = {
        {IMPORT("test_thing.b", "\"web/a\""),
         "there is no test_thing.b in the root module. Did you mean test_thing.a?"},
        {IMPORT("test_thing.b", "\"web/a\""), "resource \"test_thing\" \"b\" {\n  host = …\n  name = …\n}"},
        {IMPORT("test_thin.a", "\"web/a\""), "There is no resource type \"test_thin\". Did you mean \"test_thing\"?"},
        {IMPORT("module.x.test_thing.a", "\"web/a\""), "no module block calls"},
        {IMPORT("test_thing.a", "\"web/zzz\""), "There is no test_thing \"web/zzz\" on web."},
        {IMPORT("test_thing.a", "\"zzz\""), "should be MACHINE/NAME"},
        {IMPORT("test_thing.a", "\"\""), "The id is empty"},
        {IMPORT("test_thing.a", "null"), "The id is null"},
        {IMPORT("test_thing.a", "detour_data.d.id"), "known only after apply"},
        {IMPORT("test_thing.a", "var.s"), "The id is sensitive"},
        {IMPORT("test_thing.a", "test_thing.a.id"), "Import refers to its own resource"},
        {IMPORT("test_thing.a", "[\"x\"]"), "string"},
        {IMPORT("test_thing.a[0]", "\"web/a\""), "neither count nor for_each"},
        {IMPORT("test_thing.c", "\"web/a\""), "must name one instance. Its keys: 0, 1."},
        {IMPORT("test_thing.c[7]", "\"web/a\""), "test_thing.c[7] is not among the instances that count makes"},
        {IMPORT("test_thing.c[\"x\"]", "\"web/a\""), "not among the instances"},
        {IMPORT("test_thing.a", "\"web/a\"") IMPORT("test_thing.a", "\"web/c0\""), "as \"web/a\" and as \"web/c0\""},
        {IMPORT("test_thing.c[0]", "\"web/a\"") IMPORT("test_thing.c[1]", "\"web/a\""),
         "\"web/a\" is to become test_thing.c[0] and test_thing.c[1]"},
        {IMPORT("test_thing.a", "\"web/k\""), "\"web/k\" is in the state already, as test_thing.k."},
        {IMPORT("test_thing.k", "\"web/a\""), "test_thing.k is managed already, as \"web/k\", which is another object"},
        {"import {\n  for_each = detour_data.d.output\n  to = test_thing.a\n  id = each.key\n}\n", "Invalid for_each"},
        {"import {\n  to = test_thing.a\n  id = \"web/a\"\n  provider = detour\n}\n", "goes through provider \"test\""},
        {"import {\n  for_each = { a = 1 }\n  to = upper(\"x\")\n  id = each.key\n}\n", "Invalid import target"},
    };
#define BASE                                                                                                           \
    HOST("web")                                                                                                        \
    THING("web", "a", "1")                                                                                             \
    THING("web", "k", "1")                                                                                             \
    "variable \"s\" {\n  default = \"web/a\"\n  sensitive = true\n}\n"                                                 \
    "resource \"detour_data\" \"d\" {\n  input = { a = 1 }\n}\nresource \"test_thing\" \"c\" {\n"                      \
    "  count = 2\n  host = \"web\"\n  name = \"c${count.index}\"\n}\n"
    world_config(w, HOST("web") THING("web", "k", "1"));
    apply();
    exists("a", "1");
    exists("c0", "1");
    world_config(w, "resource \"detour_data\" \"d\" {\n}\nresource \"test_host\" \"new\" {\n  name = \"new\"\n"
                    "  address = detour_data.d.id\n}\n" IMPORT("test_host.new", "\"new\""));
    plan_fails("How test_host.new is reached is known only after apply");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        world_config(w, arena_printf(w->arena, "%s%s", BASE, rows[i].hcl).p);
        plan_fails(rows[i].problem);
    }
}

Test(import, what_is_there_already_is_skipped)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    apply();
    test_reset();
    world_config(w, HOST("web") THING("web", "a", "1") IMPORT("test_thing.a", "\"web/a\""));
    plan("");
    cr_assert(plan_is_empty(w->plan) && plan_count(w->plan).import == 0);
    test_world_set("web", "a", NULL);
    plan("+ test_thing.a");
}

Test(import, blocks_stand_in_the_root_module)
{
    world_file(w, "m/main.hcl", HOST("web") IMPORT("test_host.web", "\"web\""));
    world_config(w, "module \"m\" {\n  source = \"./m\"\n}\n");
    plan_fails("only in the root module");
}

static bool command(const char *addr, const char *id)
{
    struct import_result result;
    world_open(w);
    bool ok = session_import(w->session, str_c(addr), str_c(id), &result, &w->diags);
    world_close(w);
    return ok;
}

Test(import, the_command_stores_one_object_and_does_nothing_else)
{
    apply_host();
    exists("a", "1");
    world_config(w, HOST("web") THING("web", "a", "2") THING("web", "b", "1"));
    cr_assert(command("test_thing.a", "web/a"), "%s", world_problems(w));
    cr_assert(world_objects(w) == 2 && test_count("apply") == 0);
    SAME(world_state(w, "test_thing.a", "value"), "\"1\"");
    plan("~ test_thing.a\n+ test_thing.b");
    cr_assert(!command("test_thing.a", "web/a") && strstr(world_problems(w), "in the state already"));
    cr_assert(!command("test_thing.x", "web/a") && strstr(world_problems(w), "Resource not configured"));
    cr_assert(!command("test_thing.b", "web/zzz") && strstr(world_problems(w), "Nothing to import"));
    cr_assert(!command("data.test_lookup.b", "web/zzz") && strstr(world_problems(w), "is a data source"));
    cr_assert(!command("test_thing.b[", "web/zzz"));
    exists("b", "1");
    world_config(w, HOST("web") THING("web", "a", "2") THING("web", "b", "1") IMPORT("test_thing.b", "\"web/b\""));
    cr_assert(!command("test_thing.b", "web/a"));
    cr_assert(command("test_thing.b", "web/b"), "%s", world_problems(w));
    world_file(w, "m/main.hcl", "resource \"test_thing\" \"t\" {\n  host = \"web\"\n  name = \"c\"\n}\n");
    world_config(w, HOST("web") "module \"m\" {\n  source = \"./m\"\n  for_each = { x = 1 }\n}\n");
    exists("c", "");
    cr_assert(!command("module.m.test_thing.t", "web/c") && strstr(world_problems(w), "No such instance"));
    cr_assert(!command("module.n.test_thing.t", "web/c") && strstr(world_problems(w), "no module block calls"));
    cr_assert(command("module.m[\"x\"].test_thing.t", "web/c"), "%s", world_problems(w));
    cr_assert(world_state(w, "module.m[\"x\"].test_thing.t", "id"));
    cr_assert(!command("test_thing.b", ""));
}
