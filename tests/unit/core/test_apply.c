#include "fixture.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

CORE_SUITE(apply);

/* A thing whose value is an expression. */
#define THING_OF(host, label, value)                                                                                   \
    "resource \"test_thing\" \"" label "\" {\n  host = test_host." host ".id\n  name = \"" label                       \
    "\"\n  value = " value "\n}\n"

static void apply_fails(const char *problem)
{
    cr_assert(!world_apply(w));
    cr_assert(strstr(world_problems(w), problem), "got:\n%s\nwant in it:\n%s", world_problems(w), problem);
}

Test(apply, one_call_per_level)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "\"2\"")
                        THING_OF("web", "c", "test_thing.a.id")
                            THING_OF("web", "d", "\"${test_thing.b.id}${test_thing.c.id}\""));
    apply();
    SAME(test_log(), "review web: 5\napply web: +web\napply web: +a +b\napply web: +c\napply web: +d\n");
    cr_assert(w->result.added == 5 && w->result.status == APPLY_DONE);
    SAME(world_state(w, "test_thing.d", "value"), "\"web/bweb/c\"");
    plan("");
}

Test(apply, mixed_batches)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "\"2\""));
    apply();
    world_config(w, HOST("web") THING_OF("web", "a", "\"9\"") THING_OF("web", "c", "\"3\""));
    test_reset();
    apply();
    cr_assert(test_count("apply") == 1 && strstr(test_log(), "~a") && strstr(test_log(), "+c") &&
                  strstr(test_log(), "-b"),
              "%s", test_log());
    cr_assert(w->result.added == 1 && w->result.changed == 1 && w->result.destroyed == 1);
}

Test(apply, lanes_work_side_by_side)
{
    world_config(w, HOST("web") HOST("db") HOST("mail"));
    test_rendezvous(3); /* each apply waits for the others to have begun */
    apply();
    cr_assert(test_count("apply") == 3);
}

Test(apply, a_failure_stops_what_depends_on_it_and_nothing_else)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "test_thing.a.id")
                        THING_OF("web", "c", "\"3\"")
                            THING_OF("web", "d", "test_thing.c.id") "output \"b\" {\n  value = test_thing.b.id\n}\n"
                                                                    "output \"d\" {\n  value = test_thing.d.id\n}\n");
    test_fail("apply", "a");
    apply_fails("It broke: a could not be done.");
    cr_assert(w->result.status == APPLY_PARTIAL && w->result.failed == 1 && w->result.skipped == 1 &&
              w->result.added == 3);
    cr_assert(test_world("web", "d") && !test_world("web", "b") && world_objects(w) == 3);
    cr_assert(world_output(w, "d") && !world_output(w, "b"));
    test_reset();
    plan("+ test_thing.a\n+ test_thing.b");
    apply();
    plan("");
}

Test(apply, what_was_half_made_is_tainted_and_replaced)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\""));
    test_fail_half("a");
    apply_fails("a was begun, and not finished.");
    SAME(world_state(w, "test_thing.a", "status"), "tainted");
    test_reset();
    plan("-/+ test_thing.a replace_because_tainted");
    apply();
    SAME(world_state(w, "test_thing.a", "status"), "ready");
    plan("");
}

Test(apply, what_a_provider_can_finish_in_place_is_not_replaced)
{
#define MENDING(value)                                                                                                 \
    HOST("web")                                                                                                        \
    "resource \"test_mending\" \"a\" {\n  host = test_host.web.id\n  name = \"a\"\n  value = \"" value "\"\n}\n"
    world_config(w, MENDING("1"));
    test_fail_half("a");
    apply_fails("a was begun, and not finished.");
    SAME(world_state(w, "test_mending.a", "status"), "ready");
    test_reset();
    world_config(w, MENDING("2"));
    plan("~ test_mending.a");
    apply();
    plan("");
}

Test(apply, a_half_done_update_is_in_the_state)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\""));
    apply();
    world_config(w, HOST("web") THING_OF("web", "a", "\"2\""));
    test_fail_half("a");
    apply_fails("not finished");
    SAME(world_state(w, "test_thing.a", "value"), "\"2\"");
    SAME(world_state(w, "test_thing.a", "status"), "ready");
}

Test(apply, replacement_destroys_first)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "test_thing.a.id"));
    apply();
    world_config(w, HOST("web") "resource \"test_thing\" \"a\" {\n  host = test_host.web.id\n  name = \"a2\"\n  value "
                                "= \"1\"\n}\n" THING_OF("web", "b", "test_thing.a.id"));
    test_reset();
    plan("-/+ test_thing.a replace_because_cannot_update\n~ test_thing.b");
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: -a\napply web: +a2\napply web: ~b\n"), "%s", test_log());
    cr_assert(w->result.replaced == 1 && w->result.added == 0 && w->result.destroyed == 0);
    plan("");
}

#define CBD(name)                                                                                                      \
    "resource \"test_thing\" \"a\" {\n  host = test_host.web.id\n  name = \"" name                                     \
    "\"\n  value = \"1\"\n  lifecycle {\n"                                                                             \
    "    create_before_destroy = true\n  }\n}\n"

Test(apply, replacement_creates_first_and_destroys_last)
{
    world_config(w, HOST("web") CBD("a") THING_OF("web", "b", "test_thing.a.id"));
    apply();
    world_config(w, HOST("web") CBD("a2") THING_OF("web", "b", "test_thing.a.id"));
    plan("+/- test_thing.a replace_because_cannot_update\n~ test_thing.b");
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: +a2\napply web: ~b\napply web: -a\n"), "%s", test_log());
    cr_assert(world_objects(w) == 3);
    plan("");
}

Test(apply, what_could_not_be_destroyed_after_its_successor_stays_deposed)
{
    world_config(w, HOST("web") CBD("a"));
    apply();
    world_config(w, HOST("web") CBD("a2"));
    test_fail("apply", "a");
    apply_fails("a could not be done");
    cr_assert(world_objects(w) == 3);
    test_reset();
    plan("- test_thing.a deposed");
    apply();
    cr_assert(world_objects(w) == 2 && !test_world("web", "a"));
}

Test(apply, a_successor_that_could_not_be_made_brings_the_old_one_back)
{
    world_config(w, HOST("web") CBD("a"));
    apply();
    world_config(w, HOST("web") CBD("a2"));
    test_fail("apply", "a2");
    apply_fails("a2 could not be done");
    cr_assert(world_objects(w) == 2);
    SAME(world_state(w, "test_thing.a", "name"), "\"a\"");
}

Test(apply, destruction_follows_what_the_state_remembers)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "test_thing.a.id")
                        THING_OF("web", "c", "test_thing.b.id"));
    apply();
    world_config(w, "");
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: -c\napply web: -b\napply web: -a\napply web: -web\n"), "%s", test_log());
}

Test(apply, a_user_lets_go_before_what_it_used_is_destroyed)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "test_thing.a.id"));
    apply();
    world_config(w, HOST("web") THING_OF("web", "b", "\"free\""));
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: ~b\napply web: -a\n"), "%s", test_log());
}

Test(apply, a_failed_destruction_keeps_what_it_stands_on)
{
    world_config(w, HOST("web") HOST("db") THING_OF("web", "a", "\"1\""));
    apply();
    world_config(w, "");
    test_fail("apply", "a");
    apply_fails("a could not be done");
    cr_assert(world_objects(w) == 2 && test_world("web", "web") && !test_world("db", "db"));
}

/* -- uncertainty -- */

static void die(void)
{
    _exit(0);
}

/* An apply that is cut off like by a power cut once its intents are written. */
static void apply_cut_off(void)
{
    fflush(NULL);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        test_on_apply(die);
        world_apply(w);
        _exit(1);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        ;
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

Test(apply, an_uncertain_creation_is_adopted_where_it_was_done)
{
    world_config(w, HOST("web"));
    apply();
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "\"2\""));
    apply_cut_off();
    test_world_set("web", "a", "1"); /* that one had been done */
    plan("+ test_thing.b");
    cr_assert(w->plan->drift.n == 1 && w->plan->drift.v[0].action == ACTION_CREATE);
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: +b\n"), "%s", test_log());
    SAME(world_state(w, "test_thing.a", "size"), "1");
    plan("");
    cr_assert(w->plan->drift.n == 0);
}

Test(apply, an_uncertain_destruction_is_looked_at)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "\"2\""));
    apply();
    world_config(w, HOST("web"));
    apply_cut_off();
    test_world_set("web", "a", NULL);
    cr_assert(world_plan_with(w, (struct plan_options){.no_refresh = true}));
    SAME(world_changes(w), "- test_thing.b delete_because_no_resource_config");
    apply();
    cr_assert(world_objects(w) == 1);
}

/* -- exactly what was approved -- */

Test(apply, saved_plans)
{
    char path[128];
    snprintf(path, sizeof path, "%s/plan", w->dir);
    world_config(w, HOST("web") "variable \"v\" {\n  sensitive = true\n}\n" THING_OF("web", "a", "var.v")
                        THING_OF("web", "b", "test_thing.a.id"));
    world_var(w, "v=hush");
    cr_assert(world_plan(w), "%s", world_problems(w));
    cr_assert(session_save_plan(w->session, w->plan, path, &w->diags), "%s", world_problems(w));
    struct digest digest = w->plan->digest;
    world_close(w);
    struct session_options options = {.registry = w->registry,
                                      .state_path = arena_printf(w->arena, "%s/detour.state", w->dir),
                                      .version = STR("0.1.0")};
    struct plan *plan_again;
    w->session = session_open_plan(&options, path, &plan_again, &w->diags);
    cr_assert(w->session && plan_again, "%s", world_problems(w));
    cr_assert(!memcmp(&digest, &plan_again->digest, sizeof digest));
    cr_assert(session_apply(w->session, plan_again, &w->result, &w->diags), "%s", world_problems(w));
    cr_assert(w->result.added == 3);
    world_close(w);
    SAME(test_world("web", "a"), "hush");
    /* a second time the state has moved on */
    w->session = session_open_plan(&options, path, &plan_again, &w->diags);
    cr_assert(w->session && !session_apply(w->session, plan_again, &w->result, &w->diags));
    cr_assert(strstr(world_problems(w), "The state has moved on") && w->result.status == APPLY_REFUSED);
    world_close(w);
    /* and a file that was changed is refused */
    FILE *f = fopen(path, "r+");
    char text[20000];
    size_t n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    cr_assert(!strstr(text, "hush"));
    char *at = strstr(text, "\"s\":\"");
    cr_assert(at);
    fseek(f, at - text + 10, SEEK_SET);
    fputc(at[10] == 'A' ? 'B' : 'A', f);
    fclose(f);
    w->session = session_open_plan(&options, path, &plan_again, &w->diags);
    cr_assert(!w->session && strstr(world_problems(w), "a secret was changed"), "%s", world_problems(w));
    unlink(path);
}

/* -- cancelling -- */

static void cancel(void)
{
    session_cancel(w->session);
}

Test(apply, cancelling_finishes_what_runs_and_starts_nothing_new)
{
    world_config(w, HOST("web") THING_OF("web", "a", "\"1\"") THING_OF("web", "b", "test_thing.a.id"));
    test_on_apply(cancel);
    apply_fails("Cancelled");
    cr_assert(w->result.status == APPLY_CANCELLED && w->result.added == 1 && w->result.skipped == 2);
    cr_assert(world_objects(w) == 1);
    test_reset();
    plan("+ test_thing.a\n+ test_thing.b");
}

/* -- many -- */

Test(apply, thousands_on_a_few_machines)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 20);
    for (int i = 0; i < 3; i++)
        strbuf_printf(&text, "resource \"test_host\" \"h%d\" {\n  name = \"h%d\"\n}\n", i, i);
    strbuf_printf(&text, "resource \"test_thing\" \"t\" {\n  count = 900\n  host = \"h${count.index %% 3}\"\n"
                         "  name = \"t${count.index}\"\n  value = \"v\"\n  depends_on = [test_host.h0, test_host.h1, "
                         "test_host.h2]\n}\n");
    strbuf_addc(&text, '\0');
    world_config(w, text.p);
    apply();
    cr_assert(test_count("apply") == 6, "two levels on three machines, not %u calls", test_count("apply"));
    cr_assert(world_objects(w) == 903);
    test_reset();
    plan("");
    cr_assert(test_count("read") == 3);
}

Test(apply, a_built_in_object_whose_creation_was_cut_off_never_was)
{
    world_config(w, HOST("web") "resource \"detour_data\" \"a\" {\n  input = 1\n}\n");
    apply_cut_off(); /* with or without its result, as it comes */
    apply();
    cr_assert(world_objects(w) == 2);
    plan("");
}

Test(apply, what_moves_to_another_machine_goes_there_and_is_taken_away_here)
{
    world_config(w, HOST("web") HOST("db") THING_OF("web", "a", "\"1\""));
    apply();
    world_config(w, HOST("web") HOST("db") THING_OF("db", "a", "\"1\""));
    test_reset();
    apply();
    cr_assert(strstr(test_log(), "apply web: -a\napply db: +a\n"), "%s", test_log());
    cr_assert(test_count("review web: 1") == 1 && test_count("review db: 1") == 1, "%s", test_log());
    cr_assert(!test_world("web", "a") && test_world("db", "a"));
    plan("");
}

Test(apply, write_only_values_reach_the_provider_and_nothing_else)
{
    world_config(
        w, "resource \"test_thing\" \"a\" {\n  host = \"h\"\n  name = \"a\"\n  value = \"1\"\n  token = \"hush\"\n}\n");
    apply();
    cr_assert(strstr(test_log(), "+a with hush"), "%s", test_log());
    SAME(world_state(w, "test_thing.a", "token"), "null");
    plan("");
}

Test(apply, destruction_waits_for_updates_only_where_that_is_no_circle)
{
    world_config(w, "resource \"detour_data\" \"r0\" {\n  triggers_replace = 1\n}\n"
                    "resource \"detour_data\" \"r3\" {\n  count = 1\n  input = detour_data.r0.id\n}\n"
                    "resource \"detour_data\" \"r4\" {\n  input = detour_data.r3\n}\n");
    apply();
    world_config(w, "resource \"detour_data\" \"r0\" {\n  triggers_replace = 2\n}\n"
                    "resource \"detour_data\" \"r1\" {\n  input = detour_data.r0.id\n}\n"
                    "resource \"detour_data\" \"r3\" {\n  count = 0\n  input = detour_data.r1.id\n}\n"
                    "resource \"detour_data\" \"r4\" {\n  input = detour_data.r3\n}\n");
    plan("-/+ detour_data.r0 replace_because_cannot_update\n+ detour_data.r1\n"
         "- detour_data.r3[0] delete_because_count_index\n~ detour_data.r4");
    apply();
    plan("");
}

Test(apply, what_replaces_is_made_as_configured)
{
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = 1\n  triggers_replace = 1\n}\n");
    apply();
    world_config(w, "resource \"detour_data\" \"a\" {\n  input = 2\n  triggers_replace = 2\n  lifecycle {\n"
                    "    ignore_changes = [input]\n  }\n}\n");
    apply();
    SAME(world_state(w, "detour_data.a", "output"), "2");
    plan("");
}
