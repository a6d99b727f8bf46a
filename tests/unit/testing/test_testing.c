#include "../../../providers/detour_data/provider.h"
#include "funcs/table.h"
#include "provider/registry.h"
#include "test_provider.h"
#include "testing/testing.h"
#include "view/junit.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define SAME(got, want) cr_assert(!strcmp((got), (want)), "got:\n%s\nwant:\n%s", (got), (want))

enum { MAX_FILES = 8 };
static struct config_file file_list[MAX_FILES];
static struct config_files files;
static struct config_reader reader;
static struct registry *registry;
static struct arena *arena;
static struct testing *testing;
static const struct test_suite *suite;
static struct str filters[2];
static size_t n_filters;
static void (*on_event)(const struct test_event *event);

static void setup(void)
{
    arena = arena_new();
    registry = registry_new();
    registry_add(registry, detour_data_provider());
    registry_add(registry, test_provider());
    files = (struct config_files){file_list, 0};
    reader = config_memory(&files);
    n_filters = 0;
    on_event = NULL;
    test_forget();
}

static void teardown(void)
{
    testing_free(testing);
    registry_free(registry);
    arena_free(arena);
}
TestSuite(testing, .init = setup, .fini = teardown);

static void file(const char *path, const char *text)
{
    file_list[files.n++] = (struct config_file){str_c(path), str_c(text)};
}

static void event(void *ctx, const struct test_event *e)
{
    (void)ctx;
    if (on_event)
        on_event(e);
}

static void run_tests(void)
{
    struct test_options options = {.filters = filters,
                                   .n_filters = n_filters,
                                   .registry = registry,
                                   .funcs = funcs_table(),
                                   .reader = &reader,
                                   .version = STR("0.1.0"),
                                   .event = event};
    testing = testing_new(&options);
    suite = testing_run(testing);
}

static void add_problems(struct strbuf *out, const struct diags *diags)
{
    vec_each (&diags->list, i) {
        const struct diag *d = &diags->list.v[i];
        strbuf_printf(out, "  %.*s: %.*s\n", STR_ARG(d->summary), STR_ARG(d->detail));
        vec_each (&d->notes, k)
            strbuf_printf(out, "    %.*s %.*s\n", STR_ARG(d->notes.v[k].label), STR_ARG(d->notes.v[k].text));
    }
}

/* "a.test.hcl error: first pass, second error" and the problems. */
static const char *report(bool problems)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    add_problems(&out, &suite->diags);
    vec_each (&suite->files, i) {
        const struct test_file *f = suite->files.v[i];
        strbuf_printf(&out, "%.*s %s:", STR_ARG(f->path), test_status_name(f->status));
        vec_each (&f->runs, k)
            strbuf_printf(&out, "%s %.*s %s", k ? "," : "", STR_ARG(f->runs.v[k].name),
                          test_status_name(f->runs.v[k].status));
        strbuf_addc(&out, '\n');
        vec_each (&f->runs, k)
            if (problems)
                add_problems(&out, &f->runs.v[k].diags);
        if (problems)
            add_problems(&out, &f->diags);
        vec_each (&f->left, k)
            strbuf_printf(&out, "  left: %.*s of %.*s\n", STR_ARG(f->left.v[k].addr), STR_ARG(f->left.v[k].run));
    }
    return arena_str(arena, strbuf_str(&out)).p;
}

#define CONFIG                                                                                                         \
    "variable \"v\" {\n  default = \"1\"\n  validation {\n    condition = var.v != \"bad\"\n"                          \
    "    error_message = \"no bad ones\"\n  }\n}\n"                                                                    \
    "variable \"s\" {\n  default = \"secret\"\n  sensitive = true\n}\n"                                                \
    "resource \"test_host\" \"web\" {\n  name = \"web\"\n}\n"                                                          \
    "resource \"test_thing\" \"a\" {\n  host = test_host.web.id\n  name = \"a\"\n  value = var.v\n}\n"                 \
    "output \"size\" {\n  value = test_thing.a.size\n}\n"
#define ASSERT(condition) "  assert {\n    condition = " condition "\n    error_message = \"msg\"\n  }\n"

Test(testing, what_is_applied_is_taken_down_last_made_first)
{
    file("main.hcl", CONFIG);
    file("setup/main.hcl", "resource \"test_host\" \"db\" {\n  name = \"db\"\n}\noutput \"id\" {\n"
                           "  value = test_host.db.id\n}\n");
    file("tests/a.test.hcl", "run \"setup\" {\n  module {\n    source = \"./setup\"\n  }\n}\n"
                             "run \"first\" {\n  variables {\n    v = run.setup.id\n  }\n" ASSERT(
                                 "output.size == 2 && test_thing.a.value == \"db\"") "}\n");
    run_tests();
    SAME(report(true), "tests/a.test.hcl pass: setup pass, first pass\n");
    cr_assert(test_world_size() == 0);
    const char *log = test_log();
    cr_assert(strstr(log, "apply web: -a") < strstr(log, "apply db: -db"), "%s", log);
    cr_assert(suite->passed == 2 && suite->status == TEST_PASS);
}

Test(testing, failures_go_on_and_errors_skip)
{
    file("main.hcl", CONFIG);
    file("b.test.hcl",
         "run \"fails\" {\n" ASSERT(
             "output.size == 7") "}\nrun \"passes\" {}\n"
                                 "run \"errs\" {\n  variables {\n    v = \"bad\"\n  }\n}\nrun \"skipped\" {}\n");
    file("a.test.hcl", "run \"alone\" {}\n");
    run_tests();
    SAME(report(true), "a.test.hcl pass: alone pass\n"
                       "b.test.hcl error: fails fail, passes pass, errs error, skipped skip\n"
                       "  Test assertion failed: msg\n    output.size is 1\n"
                       "  Invalid value for variable: no bad ones\n    var.v is \"bad\"\n");
    cr_assert(suite->passed == 2 && suite->failed == 1 && suite->errored == 1 && suite->skipped == 1);
    cr_assert(test_world_size() == 0);
}

Test(testing, expected_failures)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"met\" {\n  command = plan\n  variables {\n    v = \"bad\"\n  }\n"
                       "  expect_failures = [var.v]\n}\n"
                       "run \"unmet\" {\n  command = plan\n  expect_failures = [var.v]\n}\n");
    run_tests();
    SAME(report(true), "a.test.hcl error: met pass, unmet error\n"
                       "  Missing expected failure: var.v was expected to report a failure, and all of its conditions "
                       "held.\n");
}

Test(testing, comparisons_are_explained_without_secrets)
{
    file("main.hcl",
         CONFIG "output \"o\" {\n  value = { l = [1, 2], s = var.s, t = \"a\\nb\\nc\\n\" }\n"
                "  sensitive = true\n}\nlocals {\n  o = { l = [1, 2], s = var.s, t = \"a\\nb\\nc\\n\" }\n}\n");
    file("a.test.hcl", "run \"a\" {\n" ASSERT("local.o == { l = [1, 3], s = \"x\", t = \"a\\nB\\nc\\n\" }") ASSERT(
                           "output.size == 1 && length(local.o.l) == 3") ASSERT("tolist(local.o.l) == [1, 2]") "}\n");
    run_tests();
    SAME(report(true),
         "a.test.hcl fail: a fail\n"
         "  Test assertion failed: msg\n    local.o is object with 3 attributes\n"
         "    at .l[1]: 2 on the left, 3 on the right\n"
         "    at .s: the values differ; they are sensitive, so they are not shown\n"
         "    at .t: line 2 is \"b\" on the left and \"B\" on the right\n"
         "  Test assertion failed: msg\n    output.size is 1\n    local.o.l is [1, 2]\n"
         "    length(local.o.l) is 2\n"
         "  Test assertion failed: msg\n    local.o.l is [1, 2]\n    tolist(local.o.l) is [1, 2]\n"
         "    types differ: list of number on the left, tuple on the right, and values of different types "
         "are never equal. Convert one side: tolist(), toset(), tomap(), tostring()\n");
}

Test(testing, mocks_touch_nothing)
{
    file("main.hcl", CONFIG "data \"test_lookup\" \"l\" {\n  host = \"web\"\n  name = \"x\"\n}\n"
                            "output \"found\" {\n  value = data.test_lookup.l.found\n}\n");
    file("a.test.hcl",
         "mock_provider \"test\" {\n  mock_resource \"test_thing\" {\n    defaults = { size = 42 }\n  }\n}\n"
         "override_data {\n  target = data.test_lookup.l\n  values = { found = true }\n}\n"
         "run \"a\" {\n" ASSERT(
             "output.size == 42 && length(test_thing.a.id) == 8 && output.found") "}\n"
                                                                                  "run \"b\" {\n  command = plan\n  "
                                                                                  "override_resource {\n    target = "
                                                                                  "test_thing.a\n"
                                                                                  "    values = { size = 7 }\n    "
                                                                                  "override_during = plan\n  }\n"
                                                                                  "  plan_options {\n    replace = "
                                                                                  "[test_thing.a]\n  }\n" ASSERT(
                                                                                      "output.size == 7") "}\n");
    run_tests();
    SAME(report(true), "a.test.hcl pass: a pass, b pass\n");
    SAME(test_log(), "");
}

static void break_taking_down(const struct test_event *e)
{
    if (e->kind == TEST_FILE_TEARDOWN)
        test_fail("apply", "a");
}

Test(testing, what_is_left_is_listed)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"made\" {}\n");
    on_event = break_taking_down;
    run_tests();
    cr_assert(suite->status == TEST_ERROR);
    const char *text = report(false);
    cr_assert(strstr(text, "a.test.hcl error: made pass\n") && strstr(text, "left: test_thing.a of made\n"), "%s",
              text);
    cr_assert(test_world_size() == 1 || test_world_size() == 2);
}

static void interrupt_second(const struct test_event *e)
{
    if (e->kind == TEST_RUN_START && str_is(e->run->name, "second"))
        testing_cancel(testing);
}

Test(testing, an_interrupt_skips_and_takes_down)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"first\" {}\nrun \"second\" {\n  variables {\n    v = \"2\"\n  }\n}\nrun \"third\" {}\n");
    file("b.test.hcl", "run \"other\" {}\n");
    on_event = interrupt_second;
    run_tests();
    SAME(report(false), "a.test.hcl error: first pass, second error, third skip\nb.test.hcl skip: other skip\n");
    cr_assert(test_world_size() == 0 && suite->status == TEST_ERROR);
}

static void interrupt_twice(const struct test_event *e)
{
    interrupt_second(e);
    if (e->kind == TEST_FILE_TEARDOWN)
        testing_cancel(testing);
}

Test(testing, a_second_interrupt_lists_what_is_left)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"first\" {}\nrun \"second\" {}\n");
    on_event = interrupt_twice;
    run_tests();
    SAME(report(false), "a.test.hcl error: first pass, second error\n  left: test_host.web of first\n"
                        "  left: test_thing.a of first\n");
}

Test(testing, filters_and_names)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"a\" {}\n");
    file("tests/b.test.hcl", "run \"b\" {}\n");
    filters[0] = STR("./tests/b.test.hcl");
    n_filters = 1;
    run_tests();
    SAME(report(true), "tests/b.test.hcl pass: b pass\n");
    testing_free(testing);
    filters[0] = STR("tests/c.test.hcl");
    run_tests();
    cr_assert(suite->status == TEST_ERROR && strstr(report(true), "Did you mean \"tests/b.test.hcl\"?"));
}

Test(testing, junit_quotes_what_xml_cannot_hold)
{
    file("main.hcl", CONFIG);
    file("a.test.hcl", "run \"a\" {\n  assert {\n    condition = output.size == 2\n"
                       "    error_message = \"<&\\\"]]>\\u0001\\n\"\n  }\n}\n");
    run_tests();
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    junit_report(&out, testing_sources(testing), suite);
    const char *text = arena_str(arena, strbuf_str(&out)).p;
    cr_assert(strstr(text, "including: &lt;&amp;&quot;]]&gt;\xEF\xBF\xBD&#10;\">"), "%s", text);
    cr_assert(strstr(text, "tests=\"1\" skipped=\"0\" failures=\"1\" errors=\"0\""), "%s", text);
}
