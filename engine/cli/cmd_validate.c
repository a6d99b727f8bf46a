#include "base/gettext.h"
#include "cli/cli.h"
#include "testing/testing.h"
#include "view/json/stream.h"

static void answer_json(struct cli *cli, bool valid)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    cli_tidy(cli);
    json_validation(&out, cli->sources, &cli->diags, valid);
    cli_print(strbuf_str(&out));
}

/* The test files beside the configuration; what is answered holds the texts that problems point into. */
static struct testing *check_tests(struct cli *cli)
{
    struct test_options options = {
        .test_dir = str_c(cli->flags.test_directory),
        .registry = cli->registry,
        .funcs = cli_functions(cli),
        .reader = cli_reader(cli),
        .config = session_config(cli->session),
        .version = STR(DETOUR_VERSION_TEXT),
    };
    struct testing *testing = testing_new(&options);
    testing_check(testing, &cli->diags);
    return testing;
}

static int answer(struct cli *cli, bool valid)
{
    if (cli->flags.json) {
        answer_json(cli, valid);
        return valid ? EXIT_OK : EXIT_ERROR;
    }
    if (!valid)
        return cli_failed(cli);
    cli_report(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    term_paint(&out, &cli->out, INK_GREEN, "%s", _("Success!"));
    strbuf_printf(&out, " %s\n", _("The configuration is valid."));
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static int run(struct cli *cli)
{
    bool loaded = cli_session(cli) && !diags_failed(&cli->diags);
    struct testing *testing = loaded && !cli->flags.no_tests ? check_tests(cli) : NULL;
    bool valid = loaded && session_validate(cli->session, &cli->diags) && !diags_failed(&cli->diags);
    int code = answer(cli, valid);
    testing_free(testing);
    return code;
}

const struct command cmd_validate = {
    .name = "validate",
    .args = "",
    .summary = N_("Check the configuration without looking at any machine"),
    .doc = N_("Checks syntax, names, types and references, in test files too. Needs no state, no credentials and no "
              "network."),
    .flags = "json no-color no-tests test-directory var var-file",
    .run = run,
};
