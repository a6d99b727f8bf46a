#include "base/cleanup.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "diag/snippet.h"
#include "testing/testing.h"
#include "view/human/tests.h"
#include "view/json/stream.h"
#include "view/json/tests.h"
#include "view/junit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* -- interrupts -- */

static struct testing *volatile interruptible;
static struct str interrupt_words[2]; /* translated beforehand: a signal handler may do little */

/* Once ends the runs, twice the taking down as well, and whoever insists gets the usual end. */
static void on_interrupt(int signal_number)
{
    static volatile sig_atomic_t times;
    struct testing *testing = interruptible;
    if (testing) {
        struct str words = interrupt_words[times > 0];
        ssize_t ignored = write(STDERR_FILENO, words.p, words.n);
        (void)ignored;
        testing_cancel(testing);
    }
    if (++times >= 2 || !testing)
        signal(signal_number, SIG_DFL);
}

static void watch_interrupts(struct testing *testing)
{
    interrupt_words[0] = str_c(_("\nInterrupted: ending what runs, then taking down what was made. Interrupt again to "
                                 "leave it as it is.\n"));
    interrupt_words[1] = str_c(_("\nInterrupted again: ending the taking down.\n"));
    interruptible = testing;
    cli_watch_interrupts(on_interrupt);
}

/* -- what is told -- */

struct telling {
    struct cli *cli;
    struct human_tests view;
    struct testing *testing;
};

static void complain(struct strbuf *out)
{
    fflush(stdout);
    if (out->n)
        fwrite(out->p, 1, out->n, stderr);
}

static void print_problems(struct telling *t, const struct diags *diags)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    vec_each (&diags->list, i) {
        strbuf_addc(&out, '\n');
        snippet_render(&out, testing_sources(t->testing), &diags->list.v[i],
                       (struct snippet_style){t->cli->err.color, t->cli->err.width});
    }
    if (out.n)
        strbuf_addc(&out, '\n');
    complain(&out);
}

static void print_left(const struct test_file *file)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    human_tests_left(&out, file);
    complain(&out);
}

static void on_event(void *ctx, const struct test_event *event)
{
    struct telling *t = ctx;
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (t->cli->flags.json) {
        stream_test_event(&out, testing_sources(t->testing), event, t->cli->flags.verbose);
        cli_print(strbuf_str(&out));
        return;
    }
    if (event->kind == TEST_FILE_END) {
        print_problems(t, &event->file->diags);
        print_left(event->file);
    }
    human_tests_event(&out, &t->view, event);
    cli_print(strbuf_str(&out));
    if (event->kind == TEST_RUN_END)
        print_problems(t, &event->run->diags);
}

/* -- the end -- */

static bool write_junit(struct cli *cli, struct testing *testing, const struct test_suite *suite)
{
    if (!cli->flags.junit_xml)
        return true;
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    junit_report(&out, testing_sources(testing), suite);
    if (fs_replace(&vfs_system, cli->flags.junit_xml, strbuf_str(&out), 0644))
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Report not written"), _("%s could not be written: %s."),
               cli->flags.junit_xml, strerror(errno));
    return false;
}

static void summarize(struct cli *cli, const struct test_suite *suite)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        return;
    human_tests_summary(&out, &cli->out, suite);
    if (!suite->files.n)
        strbuf_printf(&out, "%s\n", _("There are no test files here: *.test.hcl in this folder or in tests/."));
    cli_print(strbuf_str(&out));
}

static int finish(struct cli *cli, struct testing *testing, const struct test_suite *suite)
{
    diags_append(&cli->diags, &suite->diags);
    cli->sources = testing_sources(testing);
    if (diags_failed(&suite->diags))
        return cli_failed(cli);
    cli_report(cli);
    summarize(cli, suite);
    if (!write_junit(cli, testing, suite))
        return cli_failed(cli);
    return suite->status == TEST_PASS ? EXIT_OK : EXIT_ERROR;
}

static struct test_options options_of(struct cli *cli, struct telling *telling)
{
    return (struct test_options){
        .test_dir = str_c(cli->flags.test_directory),
        .filters = cli->flags.filters.v,
        .n_filters = cli->flags.filters.n,
        .registry = cli->registry,
        .funcs = cli_functions(cli),
        .reader = cli_reader(cli),
        .inputs = cli->flags.inputs.v,
        .n_inputs = cli->flags.inputs.n,
        .environment = environ,
        .parallelism = cli->flags.parallelism,
        .version = STR(DETOUR_VERSION_TEXT),
        .events = cli->flags.verbose ? progress_events(progress_new(cli, cli->flags.json)) : (struct session_events){0},
        .ctx = telling,
        .event = on_event,
    };
}

static int run(struct cli *cli)
{
    struct telling telling = {.cli = cli,
                              .view = {{cli->out, false}, cli->registry, cli->flags.verbose, STRBUF_INIT(STRBUF_MAX)}};
    struct test_options options = options_of(cli, &telling);
    struct testing *testing = telling.testing = testing_new(&options);
    watch_interrupts(testing);
    cli_begin_stream(cli);
    int code = finish(cli, testing, testing_run(testing));
    interruptible = NULL;
    cli->sources = NULL;
    testing_free(testing);
    strbuf_free(&telling.view.held);
    return code;
}

const struct command cmd_test = {
    .name = "test",
    .args = "",
    .summary = N_("Run the tests of the configuration"),
    .doc = N_(
        "Runs the test files (*.test.hcl) of the folder and of tests/: each plans or applies the configuration, or a "
        "module, with values of its own, checks what must hold, and takes down what it made. States are in "
        "memory; the folder's own is not touched.\n"
        "Providers are real unless the file mocks them: mock_provider \"debian\" {} makes up what a machine "
        "would answer, and touches nothing.\n"
        "Ctrl-C skips what is left and still takes down; a second one lists what remains. Exits 0 where "
        "everything passed, else 1."),
    .flags = "filter json junit-xml no-color parallelism test-directory var var-file verbose",
    .stream = true,
    .run = run,
};
