#include "fixture.h"

#include <stdio.h>

CORE_SUITE(plan);

Test(plan, create_is_followed_by_nothing)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = \"x\"\n}\n"
                    "output \"o\" {\n  value = detour_data.a.output\n}\n");
    plan("+ detour_data.a");
    apply();
    SAME(world_state(w, "detour_data.a", "output"), "\"x\"");
    SAME(world_output(w, "o"), "\"x\"");
    plan("");
    cr_assert(plan_is_empty(w->plan));
    cr_assert(!w->plan->applyable);
}

Test(plan, update_and_replace)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = \"x\"\n  triggers_replace = 1\n}\n");
    apply();
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = { b = [1] }\n  triggers_replace = 1\n}\n");
    plan("~ detour_data.a");
    apply();
    SAME(world_state(w, "detour_data.a", "output"), "object with 1 attribute");
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = { b = [1] }\n  triggers_replace = 2\n}\n");
    plan("-/+ detour_data.a replace_because_cannot_update");
    cr_assert(w->plan->changes.v[0].replace_because.list.n == 1);
    apply();
    plan("");
}

Test(plan, create_before_destroy_spreads_to_what_it_needs)
{
    const char *form = "resource \"detour_data\" \"a\" {\n  triggers_replace = %d\n}\n"
                       "resource \"detour_data\" \"b\" {\n  triggers_replace = detour_data.a.id\n"
                       "  lifecycle {\n    create_before_destroy = true\n  }\n}\n";
    char text[512];
    snprintf(text, sizeof text, form, 1);
    world_config(w, text);
    apply();
    char again[512];
    snprintf(again, sizeof again, form, 2);
    world_config(w, again);
    plan("+/- detour_data.a replace_because_cannot_update\n+/- detour_data.b replace_because_cannot_update");
    apply();
    cr_assert(world_objects(w) == 2);
    plan("");
}

Test(plan, count_for_each_and_orphans)
{
    world_config(
        w,
        "resource \"detour_data\" \"c\" {\n  count = 3\n  input = count.index\n}\n"
        "resource \"detour_data\" \"e\" {\n  for_each = { a = 1, b = 2 }\n  input = \"${each.key}${each.value}\"\n}\n"
        "output \"all\" {\n  value = detour_data.c[*].input\n}\n"
        "output \"one\" {\n  value = detour_data.e[\"b\"].input\n}\n");
    plan("+ detour_data.c[0]\n+ detour_data.c[1]\n+ detour_data.c[2]\n+ detour_data.e[\"a\"]\n+ detour_data.e[\"b\"]");
    apply();
    SAME(world_output(w, "all"), "[0, 1, 2]");
    SAME(world_output(w, "one"), "\"b2\"");
    world_config(
        w, "resource \"detour_data\" \"c\" {\n  count = 1\n  input = count.index\n}\n"
           "resource \"detour_data\" \"e\" {\n  for_each = { a = 1 }\n  input = \"${each.key}${each.value}\"\n}\n");
    plan("- detour_data.c[1] delete_because_count_index\n- detour_data.c[2] delete_because_count_index\n"
         "- detour_data.e[\"b\"] delete_because_each_key");
    world_config(w, "resource \"detour_data\" \"c\" {\n  input = 0\n}\n");
    plan("- detour_data.c[1] delete_because_wrong_repetition\n- detour_data.c[2] delete_because_wrong_repetition\n"
         "- detour_data.e[\"a\"] delete_because_no_resource_config\n"
         "- detour_data.e[\"b\"] delete_because_no_resource_config");
    apply();
    cr_assert(world_objects(w) == 1);
}

Test(plan, modules)
{
    world_file(w, "app/main.hcl",
               "variable \"name\" {\n  type = string\n}\nresource \"detour_data\" \"a\" {\n  input = var.name\n}\n"
               "output \"got\" {\n  value = detour_data.a.output\n}\n");
    world_config(w, "module \"app\" {\n  source = \"./app\"\n  for_each = toset([\"x\", \"y\"])\n  name = each.key\n}\n"
                    "output \"all\" {\n  value = [for m in module.app : m.got]\n}\n"
                    "output \"one\" {\n  value = module.app[\"y\"].got\n}\n");
    w->funcs = NULL;
    plan_fails("Function calls not allowed");
    world_config(w, "module \"app\" {\n  source = \"./app\"\n  for_each = { x = 1, y = 2 }\n  name = each.key\n}\n"
                    "output \"all\" {\n  value = [for m in module.app : m.got]\n}\n"
                    "output \"one\" {\n  value = module.app[\"y\"].got\n}\n");
    plan("+ module.app[\"x\"].detour_data.a\n+ module.app[\"y\"].detour_data.a");
    apply();
    SAME(world_output(w, "all"), "[\"x\", \"y\"]");
    SAME(world_output(w, "one"), "\"y\"");
    world_config(w, "module \"app\" {\n  source = \"./app\"\n  for_each = { y = 2 }\n  name = each.key\n}\n");
    plan("- module.app[\"x\"].detour_data.a delete_because_no_module");
    world_config(w, "");
    plan("- module.app[\"x\"].detour_data.a delete_because_no_module\n"
         "- module.app[\"y\"].detour_data.a delete_because_no_module");
    apply();
    cr_assert(world_objects(w) == 0);
}

Test(plan, a_read_is_one_call_per_lane)
{
    world_config(w, HOST("web") HOST("db") THING("web", "a", "1") THING("web", "b", "2") THING("db", "c", "3"));
    apply();
    test_reset();
    plan("");
    SAME(test_log(), test_count("read web: 3") ? test_log() : "read web: 3 and read db: 2");
    cr_assert(test_count("read") == 2 && test_count("read web: 3") == 1 && test_count("read db: 2") == 1);
}

Test(plan, no_refresh_reads_nothing)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    apply();
    test_reset();
    cr_assert(world_plan_with(w, (struct plan_options){.no_refresh = true}));
    cr_assert(test_count("read") == 0);
}

Test(plan, drift_is_found_and_mended)
{
    world_config(w, HOST("web") THING("web", "a", "1") THING("web", "b", "2"));
    apply();
    test_world_set("web", "a", "changed");
    test_world_set("web", "b", NULL);
    plan("~ test_thing.a\n+ test_thing.b");
    cr_assert(w->plan->drift.n == 2 && w->plan->drift.v[0].action == ACTION_UPDATE &&
              w->plan->drift.v[1].action == ACTION_DELETE);
    apply();
    SAME(test_world("web", "a"), "1");
    SAME(test_world("web", "b"), "2");
    plan("");
}

Test(plan, what_changes_were_made_from_is_named_where_there_is_drift)
{
    world_config(w, HOST("web") THING("web", "a", "1") "locals {\n  v = test_thing.a.value\n}\n"
                                                       "resource \"detour_data\" \"b\" {\n  input = local.v\n}\n");
    apply();
    test_world_set("web", "a", "changed");
    world_config(
        w, HOST("web") "resource \"test_thing\" \"a\" {\n  host = test_host.web.id\n  name = \"a\"\n  value = \"1\"\n"
                       "  lifecycle {\n    ignore_changes = [value]\n  }\n}\nlocals {\n  v = test_thing.a.value\n}\n"
                       "resource \"detour_data\" \"b\" {\n  input = local.v\n}\n");
    plan("~ detour_data.b");
    cr_assert(w->plan->drift.n == 1 && w->plan->relevant.n == 1);
    cr_assert(str_is(w->plan->relevant.v[0].resource, "test_thing.a") && w->plan->relevant.v[0].attribute.n == 1);
}

Test(plan, a_moved_machine_is_read_at_its_new_address)
{
    world_config(w, "resource \"test_host\" \"web\" {\n  name = \"web\"\n  address = \"10.0.0.1\"\n}\n");
    apply();
    world_config(w, "locals {\n  address = \"10.0.0.2\"\n}\nresource \"test_host\" \"web\" {\n  name = \"web\"\n"
                    "  address = local.address\n}\n");
    test_reset();
    plan("~ test_host.web");
    cr_assert(test_count("read web: 1 at 10.0.0.2") == 1, "%s", test_log());
}

Test(plan, a_lane_that_does_not_answer_fails_its_own_objects_only)
{
    world_config(w, HOST("web") HOST("db") THING("web", "a", "1") THING("db", "c", "3"));
    apply();
    world_config(w, HOST("web") HOST("db") THING("web", "a", "9") THING("db", "c", "9"));
    test_fail("read", "@web");
    struct plan *p = world_plan(w);
    cr_assert(p && p->errored && !p->applyable);
    SAME(world_changes(w), "~ test_thing.c");
    SAME(world_problems(w),
         "Machine does not answer: web did not answer.\n\nThe same goes for 1 more: test_thing.a.\n\n"
         "If it is gone for good, with all that was on it, forget that: detour state rm 'test_host.web' "
         "'test_thing.a'\n");
}

Test(plan, create_only_changes_are_told_and_ignored)
{
    world_config(
        w, "resource \"test_thing\" \"a\" {\n  host = \"h\"\n  name = \"a\"\n  note = \"one\"\n  value = \"v\"\n}\n");
    apply();
    world_config(
        w, "resource \"test_thing\" \"a\" {\n  host = \"h\"\n  name = \"a\"\n  note = \"two\"\n  value = \"v\"\n}\n");
    plan("");
    cr_assert(w->plan->changes.v[0].risks.n == 1 && w->plan->changes.v[0].risks.v[0].level == RISK_NOTE);
    world_config(
        w, "resource \"test_thing\" \"a\" {\n  host = \"h\"\n  name = \"a\"\n  note = \"two\"\n  value = \"w\"\n}\n");
    plan("~ test_thing.a");
    apply();
    SAME(world_state(w, "test_thing.a", "note"), "\"one\"");
}

Test(plan, ignore_changes)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = { a = 1, b = 1 }\n}\n");
    apply();
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = { a = 2, b = 1 }\n  lifecycle {\n    ignore_changes = "
                    "[input]\n  }\n}\n");
    plan("");
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = { a = 2, b = 2 }\n  lifecycle {\n    ignore_changes = "
                    "[input.a]\n  }\n}\n");
    plan("~ detour_data.a");
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = 3\n  lifecycle {\n    ignore_changes = all\n  }\n}\n");
    plan("");
}

Test(plan, prevent_destroy_outlives_its_block)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  triggers_replace = 1\n  lifecycle {\n    prevent_destroy = "
                    "true\n  }\n}\n");
    apply();
    world_config(w, "resource \"detour_data\" \"a\" {\n  triggers_replace = 2\n  lifecycle {\n    prevent_destroy = "
                    "true\n  }\n}\n");
    plan_fails("detour_data.a is protected by prevent_destroy");
    cr_assert(w->diags.list.v[0].code == DIAG_PROTECTED);
    world_config(w, "");
    plan_fails("Object is protected");
    struct plan *p = world_plan_with(w, (struct plan_options){.mode = PLAN_DESTROY});
    cr_assert(p && p->errored);
    world_config(w, "resource \"detour_data\" \"a\" {\n  triggers_replace = 1\n}\n");
    apply();
    world_config(w, "");
    plan("- detour_data.a delete_because_no_resource_config");
}

Test(plan, prevent_destroy_on_a_module_by_variable)
{
    world_file(w, "app/main.hcl", "resource \"detour_data\" \"a\" {\n  triggers_replace = 1\n}\n");
    world_config(w, "variable \"keep\" {\n  default = true\n}\nmodule \"app\" {\n  source = \"./app\"\n  lifecycle {\n"
                    "    prevent_destroy = var.keep\n  }\n}\n");
    apply();
    world_config(w, "");
    plan_fails("module.app.detour_data.a is protected");
}

Test(plan, targets_and_replace)
{
    world_config(w,
                 "resource \"detour_data\" \"a\" {\n  input = 1\n}\nresource \"detour_data\" \"b\" {\n  input = "
                 "detour_data.a.id\n}\n"
                 "resource \"detour_data\" \"c\" {\n  count = 2\n}\noutput \"b\" {\n  value = detour_data.b.id\n}\n");
    struct str targets[] = {STR("detour_data.b"), STR("detour_data.c[1]")};
    struct plan_options options = {.targets = targets, .n_targets = 2};
    cr_assert(world_plan_with(w, options));
    SAME(world_changes(w), "+ detour_data.a\n+ detour_data.b\n+ detour_data.c[1]");
    cr_assert(!w->plan->complete);
    cr_assert(world_apply_with(w, options), "%s", world_problems(w));
    cr_assert(world_objects(w) == 3 && world_output(w, "b"));
    plan("+ detour_data.c[0]");
    struct str replaces[] = {STR("detour_data.a")};
    cr_assert(world_plan_with(w, (struct plan_options){.replaces = replaces, .n_replaces = 1}));
    SAME(world_changes(w), "-/+ detour_data.a replace_by_request\n~ detour_data.b\n+ detour_data.c[0]");
    struct str nothing[] = {STR("detour_data.zzz")};
    world_plan_with(w, (struct plan_options){.targets = nothing, .n_targets = 1});
    cr_assert(strstr(world_problems(w), "Unknown target"), "%s", world_problems(w));
}

Test(plan, replace_triggered_by)
{
    const char *form =
        "resource \"detour_data\" \"a\" {\n  input = %d\n}\nresource \"detour_data\" \"b\" {\n  lifecycle {\n"
        "    replace_triggered_by = [detour_data.a%s]\n  }\n}\n";
    char one[300], two[300], three[300];
    snprintf(one, sizeof one, form, 1, "");
    snprintf(two, sizeof two, form, 2, "");
    snprintf(three, sizeof three, form, 3, ".id");
    world_config(w, one);
    apply();
    world_config(w, two);
    plan("~ detour_data.a\n-/+ detour_data.b replace_by_triggers");
    apply();
    world_config(w, three);
    plan("~ detour_data.a");
}

Test(plan, data_sources_are_read_now_or_put_off)
{
    test_world_set("h", "x", "found");
    world_config(w, "data \"test_lookup\" \"x\" {\n  host = \"h\"\n  name = \"x\"\n}\ndata \"test_lookup\" \"y\" {\n  "
                    "host = \"h\"\n"
                    "  name = \"y\"\n}\nresource \"detour_data\" \"a\" {\n  input = data.test_lookup.x.value\n}\n");
    plan("+ detour_data.a");
    cr_assert(test_count("read h: 2") == 1, "%s", test_log());
    cr_assert(w->plan->reads.n == 2);
    world_config(
        w, "resource \"detour_data\" \"a\" {\n  input = \"x\"\n}\ndata \"test_lookup\" \"x\" {\n  host = \"h\"\n"
           "  name = detour_data.a.output\n}\noutput \"v\" {\n  value = data.test_lookup.x.value\n}\n"
           "data \"test_lookup\" \"later\" {\n  host = \"h\"\n  name = \"x\"\n  depends_on = [detour_data.a]\n}\n");
    plan("<= data.test_lookup.later read_because_dependency_pending\n<= data.test_lookup.x "
         "read_because_config_unknown\n+ detour_data.a");
    apply();
    SAME(world_output(w, "v"), "\"found\"");
}

Test(plan, a_machine_to_be_made_is_asked_later)
{
    const char *config = HOST("web") "data \"test_lookup\" \"x\" {\n  host = test_host.web.id\n  name = \"x\"\n}\n";
    world_config(w, config);
    test_world_set("web", "x", "found");
    plan("<= data.test_lookup.x read_because_dependency_pending\n+ test_host.web");
    apply();
    test_reset();
    plan("");
    cr_assert(w->plan->reads.n == 1);
}

Test(plan, conditions_and_validations)
{
    world_config(w, "variable \"n\" {\n  default = 1\n  validation {\n    condition = var.n > 1\n    error_message = "
                    "\"n is too small\"\n  }\n}\n");
    plan_fails("n is too small");
    world_config(w, "locals {\n  no = false\n}\nresource \"detour_data\" \"a\" {\n  input = 1\n  lifecycle {\n    "
                    "precondition {\n      condition = local.no\n"
                    "      error_message = \"not now\"\n    }\n  }\n}\n");
    plan_fails("not now");
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = 1\n  lifecycle {\n    postcondition {\n      "
                    "condition = self.input == 2\n"
                    "      error_message = \"wrong input\"\n    }\n  }\n}\n");
    plan_fails("wrong input");
    cr_assert(w->plan->checks.n == 1 && w->plan->checks.v[0].status == CHECK_FAIL);
}

Test(plan, sensitive_values_stay_marked)
{
    world_config(w, "variable \"s\" {\n  sensitive = true\n  default = \"hush\"\n}\nresource \"detour_data\" \"a\" {\n "
                    " input = var.s\n}\n");
    plan("+ detour_data.a");
    cr_assert(value_has_secret(w->plan->changes.v[0].after));
    apply();
    plan("");
    world_config(w, "variable \"s\" {\n  sensitive = true\n  default = \"hush\"\n}\nresource \"detour_data\" \"a\" {\n "
                    " input = var.s\n}\n"
                    "output \"o\" {\n  value = detour_data.a.input\n}\n");
    plan_fails("Output refers to a sensitive value");
    world_config(w, "resource \"test_thing\" \"a\" {\n  host = \"h\"\n  name = \"a\"\n  secret = \"hush\"\n}\n");
    plan("- detour_data.a delete_because_no_resource_config\n+ test_thing.a");
    cr_assert(value_has_secret(w->plan->changes.v[1].after));
}

Test(plan, cycles_are_named_in_order)
{
    world_config(w, "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n");
    plan_fails("local.a -> local.b -> local.c -> local.a");
}

Test(plan, unknown_types_are_told_with_near_names)
{
    world_config(w, "resource \"detour_dato\" \"a\" {\n}\n");
    plan_fails("Did you mean \"detour_data\"?");
    world_config(w, "resource \"nowhere_thing\" \"a\" {\n}\n");
    plan_fails("nowhere_thing");
}

Test(plan, bad_repetition)
{
    world_config(
        w,
        "resource \"detour_data\" \"a\" {\n}\nresource \"detour_data\" \"b\" {\n  for_each = { (detour_data.a.id) = 1 "
        "}\n}\n"
        "resource \"detour_data\" \"c\" {\n  count = -1\n}\nresource \"detour_data\" \"d\" {\n  for_each = [1]\n}\n");
    plan_fails("Invalid for_each");
    cr_assert(strstr(world_problems(w), "Invalid count"));
    SAME(world_changes(w), "+ detour_data.a");
}

Test(plan, output_and_digest_do_not_depend_on_parallelism)
{
    world_config(w, HOST("web") HOST("db") THING("web", "a", "1") THING("web", "b", "2") THING("db", "c", "3"));
    struct digest first = {0};
    for (unsigned p = 1; p <= 4; p++) {
        w->parallelism = p;
        plan("+ test_host.db\n+ test_host.web\n+ test_thing.a\n+ test_thing.b\n+ test_thing.c");
        if (p == 1)
            first = w->plan->digest;
        cr_assert(!memcmp(&first, &w->plan->digest, sizeof first));
    }
}

Test(plan, review_is_one_call_per_lane)
{
    world_config(w, HOST("web") THING("web", "a", "1") THING("web", "b", "2"));
    test_fail("review", "b");
    plan("+ test_host.web\n+ test_thing.a\n+ test_thing.b");
    cr_assert(test_count("review") == 1 && test_count("review web: 3") == 1, "%s", test_log());
    const struct change *b = &w->plan->changes.v[2];
    cr_assert(b->risks.n == 1 && b->risks.v[0].level == RISK_RISK);
}

Test(plan, destroy)
{
    world_config(w, HOST("web") THING("web", "a", "1") "output \"o\" {\n  value = 1\n}\n");
    apply();
    struct plan_options destroy = {.mode = PLAN_DESTROY};
    cr_assert(world_plan_with(w, destroy));
    SAME(world_changes(w), "- test_host.web\n- test_thing.a");
    test_reset();
    cr_assert(world_apply_with(w, destroy), "%s", world_problems(w));
    cr_assert(world_objects(w) == 0 && test_world_size() == 0 && !world_output(w, "o"));
    cr_assert(strstr(test_log(), "apply web: -a\napply web: -web\n"), "%s", test_log());
}

Test(plan, refresh_only)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    apply();
    test_world_set("web", "a", "other");
    struct plan_options refresh = {.mode = PLAN_REFRESH_ONLY};
    cr_assert(world_plan_with(w, refresh));
    SAME(world_changes(w), "");
    cr_assert(w->plan->drift.n == 1 && w->plan->applyable);
    cr_assert(world_apply_with(w, refresh), "%s", world_problems(w));
    SAME(world_state(w, "test_thing.a", "value"), "\"other\"");
    SAME(test_world("web", "a"), "other");
}

Test(plan, validate)
{
    world_config(
        w,
        "variable \"n\" {\n  type = number\n}\nresource \"detour_data\" \"a\" {\n  count = var.n\n  inputs = 1\n}\n");
    world_open(w);
    cr_assert(!session_validate(w->session, &w->diags));
    cr_assert(strstr(world_problems(w), "inputs"), "%s", world_problems(w));
    world_config(w, "variable \"n\" {\n  type = number\n}\nresource \"detour_data\" \"a\" {\n  count = var.n\n  input "
                    "= count.index\n}\n"
                    "output \"x\" {\n  value = detour_data.a[0].id\n}\n");
    world_open(w);
    cr_assert(session_validate(w->session, &w->diags), "%s", world_problems(w));
}

Test(plan, moved_objects_keep_what_they_are)
{
    world_file(w, "app/main.hcl", "resource \"detour_data\" \"x\" {\n  input = 1\n}\n");
    world_config(w,
                 "resource \"detour_data\" \"a\" {\n  input = 1\n}\nresource \"detour_data\" \"c\" {\n  input = 1\n}\n"
                 "module \"old\" {\n  source = \"./app\"\n}\n");
    apply();
    world_config(w,
                 "resource \"detour_data\" \"b\" {\n  input = 1\n}\nresource \"detour_data\" \"c\" {\n  count = 1\n  "
                 "input = 1\n}\n"
                 "module \"new\" {\n  source = \"./app\"\n}\nmoved {\n  from = detour_data.a\n  to = detour_data.b\n}\n"
                 "moved {\n  from = module.old\n  to = module.new\n}\n");
    plan("");
    cr_assert(!plan_is_empty(w->plan) && plan_count(w->plan).move == 3);
    cr_assert(!strcmp(w->plan->changes.v[0].moved_from->text.p, "detour_data.a"));
    apply();
    cr_assert(world_objects(w) == 3 && world_state(w, "detour_data.b", "id") &&
              world_state(w, "detour_data.c[0]", "id") && world_state(w, "module.new.detour_data.x", "id"));
    plan("");
    cr_assert(plan_is_empty(w->plan));
}

Test(plan, removed_objects_may_be_left_in_the_world)
{
    world_config(w, HOST("web") THING("web", "a", "1"));
    apply();
    world_config(w, HOST("web") "removed {\n  from = test_thing.a\n  lifecycle {\n    destroy = false\n  }\n}\n");
    plan(". test_thing.a");
    apply();
    cr_assert(world_objects(w) == 1 && test_world("web", "a"));
    plan("");
}

Test(plan, checks_warn)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = 1\n}\ncheck \"sane\" {\n  assert {\n"
                    "    condition = detour_data.a.input == 2\n    error_message = \"it should be two\"\n  }\n}\n");
    plan("+ detour_data.a");
    SAME(world_problems(w), "warning: Check failed: it should be two\n");
    cr_assert(w->plan->checks.n == 1 && w->plan->checks.v[0].kind == CHECK_BLOCK &&
              w->plan->checks.v[0].status == CHECK_FAIL && w->plan->applyable);
}

Test(plan, a_block_that_lifts_its_protection_lifts_it_for_instances_that_go)
{
    const char *form =
        "resource \"detour_data\" \"a\" {\n  count = %d\n  lifecycle {\n    prevent_destroy = %s\n  }\n}\n";
    char text[3][200];
    snprintf(text[0], sizeof text[0], form, 2, "true");
    snprintf(text[1], sizeof text[1], form, 1, "true");
    snprintf(text[2], sizeof text[2], form, 1, "false");
    world_config(w, text[0]);
    apply();
    world_config(w, text[1]);
    plan_fails("detour_data.a[1] is protected");
    world_config(w, text[2]);
    plan("- detour_data.a[1] delete_because_count_index");
}

Test(plan, a_machine_that_is_down_with_what_it_stands_on_is_taken_as_last_seen)
{
    const char *form = "resource \"test_thing\" \"vm\" {\n  host = \"lab\"\n  name = \"vm\"\n  value = \"runs\"\n}\n"
                       "resource \"test_host\" \"web\" {\n  name = \"web\"\n  address = test_thing.vm.value\n}\n" THING(
                           "web", "a", "%s");
    char one[600], two[600];
    snprintf(one, sizeof one, form, "1");
    snprintf(two, sizeof two, form, "2");
    world_config(w, one);
    apply();
    test_world_set("lab", "vm", "stopped");
    test_reset();
    test_fail("read", "@web");
    cr_assert(world_plan(w) && !w->plan->errored, "%s", world_problems(w));
    SAME(world_changes(w), "~ test_thing.vm");
    cr_assert(strstr(world_problems(w), "warning: Taken as last seen"), "%s", world_problems(w));
    world_config(w, two);
    cr_assert(world_plan(w) && !w->plan->errored, "%s", world_problems(w));
    SAME(world_changes(w), "~ test_thing.a\n~ test_thing.vm");
    cr_assert(test_count("review web") == 0 && test_count("review lab") == 2);
    cr_assert(world_apply(w), "%s", world_problems(w));
    SAME(test_world("web", "a"), "2");
    test_reset();
    plan("");
    test_fail("read", "@web");
    plan_fails("Machine does not answer");
}
