#include "base/gettext.h"
#include "cli/cli.h"

static int run(struct cli *cli)
{
    cli_begin_stream(cli);
    if (!cli_session(cli))
        return cli_failed(cli);
    struct plan_options options = cli_plan_options(cli);
    options.mode = PLAN_REFRESH_ONLY;
    if (!session_refresh(cli->session, &options, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    return EXIT_OK;
}

const struct command cmd_refresh = {
    .name = "refresh",
    .args = "",
    .summary = N_("Bring the state up to date with what is there"),
    .doc = N_("Reads every object and stores what it found. \"detour plan -refresh-only\" shows it first."),
    .flags = "backend-config env input json lock lock-timeout no-color parallelism state target var var-file",
    .stream = true,
    .run = run,
};
