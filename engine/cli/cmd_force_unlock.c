#include "base/gettext.h"
#include "cli/cli.h"

static int run(struct cli *cli)
{
    struct str id = cli->flags.args.v[0], who = {0};
    if (!cli_session(cli) || !session_force_unlock(cli->session, id, &who, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(arena_printf(cli->arena, _("The lock %.*s is free; it was held by %.*s.\n"), STR_ARG(id), STR_ARG(who)));
    return EXIT_OK;
}

const struct command cmd_force_unlock = {
    .name = "force-unlock",
    .args = "LOCKID",
    .summary = N_("Take the lock of the state away from a run that has ended"),
    .doc = N_("Only when that run has ended for certain: two runs at once make things twice. What it did is in its "
              "journal, and the next run takes it from there.\n"
              "The ID stands in the message that says who holds the lock; under another ID nothing is done."),
    .flags = "backend-config env no-color state",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run,
};
