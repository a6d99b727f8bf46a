#include "base/gettext.h"
#include "cli/cli.h"
#include "view/human/state.h"
#include "view/json/plan.h"
#include "view/json/state.h"

static int show_plan(struct cli *cli, const char *path)
{
    struct plan *plan = NULL;
    if (!cli_session_of_plan(cli, path, &plan))
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        json_plan(&out, plan, session_state(cli->session, &cli->diags), session_config(cli->session), cli->registry,
                  DETOUR_VERSION_TEXT);
    else
        human_plan(&out, plan, &(struct human_options){cli->out, true});
    cli_report(cli);
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}

static int show_state(struct cli *cli)
{
    const struct snapshot *state = cli_session(cli) ? session_state(cli->session, &cli->diags) : NULL;
    if (!state)
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        json_state(&out, state);
    else
        human_state(&out, state, cli->registry, &(struct human_options){cli->out, false});
    cli_report(cli);
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}

static int run(struct cli *cli)
{
    return cli->flags.args.n ? show_plan(cli, cli->flags.args.v[0].p) : show_state(cli);
}

const struct command cmd_show = {
    .name = "show",
    .args = "[PLAN]",
    .summary = N_("Show the state, or a saved plan"),
    .doc = N_("-json answers in the format of Terraform's plan and state JSON (format_version 1.2 and 1.0), so that "
              "tools which read those read these."),
    .flags = "backend-config env json no-color state",
    .max_args = 1,
    .needs = READS_STATE,
    .run = run,
};
