#include "base/gettext.h"
#include "cli/cli.h"

static int run(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (!cli_session(cli) || !session_graph(cli->session, &out, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

const struct command cmd_graph = {
    .name = "graph",
    .args = "",
    .summary = N_("Show what depends on what, for Graphviz"),
    .doc = N_("Prints the graph in DOT: detour graph | dot -Tsvg > graph.svg"),
    .flags = "no-color var var-file",
    .run = run,
};
