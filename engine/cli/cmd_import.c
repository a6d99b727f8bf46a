#include "base/gettext.h"
#include "cli/cli.h"
#include "view/json/stream.h"

static const char *next_words(enum action next)
{
    if (next == ACTION_NOOP)
        return _("It is as configured: the next plan has nothing to do.");
    if (next == ACTION_UPDATE)
        return _("It is not quite as configured: look at what the next plan will change, before you apply.");
    return _("It is not as configured, and the next plan will replace it: look at that plan before you apply.");
}

static int run(struct cli *cli)
{
    struct import_result result;
    cli_begin_stream(cli);
    struct session *session = cli_session(cli);
    struct str addr = cli->flags.args.v[0], id = cli->flags.args.v[1];
    if (!session || !session_import(session, addr, id, &result, &cli->diags))
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json) {
        stream_import(&out, addr, id, result.next);
    } else {
        term_paint(&out, &cli->out, INK_GREEN, "\n%s", _("Import successful!"));
        strbuf_printf(&out, _(" %.*s is in the state now. %s\n"), STR_ARG(addr), next_words(result.next));
    }
    cli_print(strbuf_str(&out));
    cli_report(cli);
    return EXIT_OK;
}

const struct command cmd_import = {
    .name = "import",
    .args = "ADDRESS ID",
    .summary = N_("Take an object that exists into the state"),
    .doc = N_("The configuration must have the resource block. The object is looked up by its id, whose form the "
              "reference of the resource tells (debian_file: HOST:/etc/motd), and stored; nothing is done to it.\n"
              "An import block does the same with a plan to look at first, and for many objects at once."),
    .flags = "backend-config env input json lock lock-timeout no-color parallelism state var var-file",
    .min_args = 2,
    .max_args = 2,
    .stream = true,
    .run = run,
};
