#include "base/gettext.h"
#include "cli/cli.h"
#include "module_store/store.h"
#include "testing/testing.h"
#include "view/json/stream.h"

#include <signal.h>
#include <stdio.h>

/* -- interrupts -- */

static volatile pid_t running;

/* git works in a session of its own, where the terminal's Ctrl-C does not reach it. */
static void on_interrupt(int signal_number)
{
    if (running > 0)
        kill(-running, SIGKILL);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* -- what happens -- */

/* One line each; where something took the place of something else, both are shown. */
static void on_event(void *ctx, const struct module_event *event)
{
    static const struct {
        const char *word;
        enum term_ink ink;
    } kinds[] = {
        [MODULE_FETCHING] = {N_("fetching"), INK_DIM},  [MODULE_CURRENT] = {N_("current"), INK_GREEN},
        [MODULE_FETCHED] = {N_("fetched"), INK_GREEN},  [MODULE_PINNED] = {N_("pinned"), INK_GREEN},
        [MODULE_UPDATED] = {N_("updated"), INK_YELLOW}, [MODULE_DROPPED] = {N_("dropped"), INK_YELLOW},
    };
    struct cli *cli = ctx;
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json) {
        stream_module(&out, kinds[event->kind].word, event->key, event->from, event->to);
        cli_print(strbuf_str(&out));
        return;
    }
    term_paint(&out, &cli->out, kinds[event->kind].ink, "%-8s", _(kinds[event->kind].word));
    strbuf_printf(&out, " %.*s", STR_ARG(event->key));
    if (event->from.n)
        strbuf_printf(&out, "  %.*s → %.*s", STR_ARG(event->from), STR_ARG(event->to));
    else if (event->to.n)
        strbuf_printf(&out, "  %.*s", STR_ARG(event->to));
    strbuf_addc(&out, '\n');
    cli_print(strbuf_str(&out));
}

/* -- the command -- */

/* What the runs of tests call for. */
static struct testing *fetch_for_tests(struct cli *cli, const struct config_reader *reader, const struct config *config)
{
    struct test_options tests = {.test_dir = str_c(cli->flags.test_directory),
                                 .registry = cli->registry,
                                 .funcs = cli_functions(cli),
                                 .reader = reader,
                                 .config = config,
                                 .version = STR(DETOUR_VERSION_TEXT)};
    struct testing *testing = testing_new(&tests);
    testing_check(testing, &cli->diags);
    return testing;
}

/* `testing` holds texts that problems point into. */
static bool fetch(struct cli *cli, struct module_store *store, const struct config **config, struct testing **testing)
{
    struct config_reader reader = module_store_reader(store);
    *config = config_load(cli->arena, cli->sources, &reader, STR("."), STR(DETOUR_VERSION_TEXT), &cli->diags);
    *testing = fetch_for_tests(cli, &reader, *config);
    return module_store_commit(store, !diags_failed(&cli->diags), &cli->diags) && !diags_failed(&cli->diags);
}

static int run(struct cli *cli)
{
    cli_begin_stream(cli);
    if (cli->flags.update && cli->flags.offline) {
        diag_error(
            &cli->diags, (struct span){0}, _("Options that exclude one another"),
            _("-update asks the sources what they hold now, and -offline forbids to ask: leave one of them out."));
        return cli_failed(cli);
    }
    struct module_store_options options = {.arena = cli->arena,
                                           .dir = STR("."),
                                           .fetch = true,
                                           .update = cli->flags.update,
                                           .offline = cli->flags.offline,
                                           .running = &running,
                                           .ctx = cli,
                                           .event = on_event};
    struct module_store *store = module_store_new(&options);
    struct sources *sources = cli->sources = sources_new();
    const struct config *config = NULL;
    struct testing *testing = NULL;
    cli_watch_interrupts(on_interrupt);
    signal(SIGHUP, on_interrupt);
    bool ok = fetch(cli, store, &config, &testing);
    module_store_close(store);
    if (config)
        config_tell_packages(config, &cli->diags);
    if (ok && !cli->flags.json && !module_store_packages(store))
        cli_print(str_c(_("Nothing to fetch: every module is a folder of this machine.\n")));
    cli_report(cli);
    testing_free(testing);
    cli->sources = NULL;
    sources_free(sources);
    return ok ? EXIT_OK : EXIT_ERROR;
}

const struct command cmd_get = {
    .name = "get",
    .args = "",
    .summary = N_("Fetch the modules that are kept elsewhere, and pin them"),
    .doc = N_(
        "Fetches the modules that come from git repositories and from archives, and the modules that these call, into "
        ".detour/modules. What was fetched is pinned in detour.lock.hcl by the commit and by a digest of the content: "
        "commit that file. All other commands use what is in .detour/modules if it has that digest, and never a "
        "network.\nA tag or branch that moves changes nothing: what is pinned stays, until -update takes what the "
        "sources hold now."),
    .flags = "json no-color offline test-directory update",
    .stream = true,
    .run = run,
};
