#include "base/gettext.h"
#include "cli/cli.h"

static int run(struct cli *cli)
{
    cli_print(cli->flags.json ? STR("{\"detour_version\":\"" DETOUR_VERSION_TEXT "\"}\n")
                              : STR("detour " DETOUR_VERSION_TEXT "\n"));
    return EXIT_OK;
}

const struct command cmd_version = {
    .name = "version",
    .args = "",
    .summary = N_("Show the version"),
    .doc = "",
    .flags = "json",
    .run = run,
};
