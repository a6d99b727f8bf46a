#include "cli/catalogue.h"
#include "base/gettext.h"

const char *catalogue_hint(struct cli *cli, struct str near)
{
    return near.n ? arena_printf(cli->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)).p : "";
}

static bool show_json(struct cli *cli, const struct catalogue *catalogue, struct strbuf *out)
{
    if (!cli->flags.args.n) {
        catalogue->all_json(cli, out);
        return true;
    }
    diag_error(&cli->diags, (struct span){0}, _("Too many arguments"), _("-json answers with all; leave out \"%.*s\"."),
               STR_ARG(cli->flags.args.v[0]));
    return false;
}

static bool show_some(struct cli *cli, const struct catalogue *catalogue, struct strbuf *out)
{
    bool ok = true;
    vec_each (&cli->flags.args, i) {
        strbuf_add(out, i ? STR("\n") : STR(""));
        ok &= catalogue->one(cli, cli->flags.args.v[i], out);
    }
    return ok;
}

int catalogue_show(struct cli *cli, const struct catalogue *catalogue)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    bool ok = true;
    if (cli->flags.json)
        ok = show_json(cli, catalogue, &out);
    else if (cli->flags.args.n)
        ok = show_some(cli, catalogue, &out);
    else
        catalogue->all(cli, &out);
    if (!ok)
        return cli_failed(cli);
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}
