/* state pull, push and migrate: the state as a whole. */
#include "cli/cmd_state.h"
#include "base/fs.h"
#include "base/gettext.h"
#include "state/backend/backend.h"

#include <errno.h>
#include <stdio.h>

static int run_pull(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(BACKEND_SIZE_MAX);
    if (!cli_session(cli) || !session_state_pull(cli->session, &out, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static bool read_input(struct cli *cli, struct str path, struct str *text)
{
    bool input = str_is(path, "-");
    if (fs_read(&vfs_system, cli->arena, input ? "/dev/stdin" : path.p, BACKEND_SIZE_MAX, text))
        return true;
    diag_error(&cli->diags, (struct span){0}, _("The file cannot be read"), "%.*s: %s.", STR_ARG(path),
               errno == EFBIG ? _("it is larger than any state") : strerror(errno));
    return false;
}

static int run_push(struct cli *cli)
{
    struct str path = cli->flags.args.v[0], text;
    if (!cli_session(cli) || !read_input(cli, path, &text) ||
        !session_state_push(cli->session, path, text, cli->flags.force, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    return EXIT_OK;
}

static int run_migrate(struct cli *cli)
{
    struct str from = {0}, to = {0};
    if (!cli_session(cli) || !session_state_migrate(cli->session, &from, &to, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(
        arena_printf(cli->arena, _("The state has moved.\n  from: %.*s\n  to:   %.*s\n"), STR_ARG(from), STR_ARG(to)));
    return EXIT_OK;
}

const struct command cmd_state_pull = {
    .name = "state pull",
    .args = "",
    .summary = N_("Print the state as it is stored, with what its journal adds"),
    .doc = N_("Takes no lock and changes nothing."),
    .flags = "backend-config env no-color state",
    .needs = READS_STATE,
    .run = run_pull,
};

const struct command cmd_state_push = {
    .name = "state push",
    .args = "FILE",
    .summary = N_("Store a file as the state"),
    .doc = N_("For a state that could not be written, and for backups; \"-\" reads standard input. Refused are another "
              "lineage, a serial that is not newer, an empty "
              "state over one with objects, and what an interrupted run recorded and the file lacks; -force stores it "
              "all the same, as the newest."),
    .flags = "backend-config env force lock-timeout no-color state",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run_push,
};

const struct command cmd_state_migrate = {
    .name = "state migrate",
    .args = "",
    .summary = N_("Move the state to where the configuration says"),
    .doc =
        N_("After a change of the backend block. The new place is written and read back before the old one gets a note "
           "that says where the state went; "
           "interrupted at any point, the command can be repeated."),
    .flags = "backend-config env lock-timeout no-color",
    .needs = NEEDS_STATE,
    .run = run_migrate,
};
