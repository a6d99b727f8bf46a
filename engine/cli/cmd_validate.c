#include "base/gettext.h"
#include "cli/cli.h"
#include "view/json/stream.h"

static void answer_json(struct cli *cli, bool valid)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    cli_tidy(cli);
    json_validation(&out, cli->sources, &cli->diags, valid);
    cli_print(strbuf_str(&out));
}

static int run(struct cli *cli)
{
    bool valid = cli_session(cli) && session_validate(cli->session, &cli->diags) && !diags_failed(&cli->diags);
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

const struct command cmd_validate = {
    .name = "validate",
    .args = "",
    .summary = N_("Check the configuration without looking at any machine"),
    .doc = N_("Checks syntax, names, types and references. Needs no state, no credentials and no network."),
    .flags = "json no-color var var-file",
    .run = run,
};
