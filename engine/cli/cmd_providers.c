#include "base/gettext.h"
#include "cli/cli.h"
#include "view/human/providers.h"
#include "view/json/schemas.h"

/* -- providers
 * -----------------------------------------------------------------------------------------------------------------------------
 */

static int run(struct cli *cli)
{
    if (cli->flags.args.n)
        return cli_unknown_command(cli, cli->command, cli->flags.args.v[0]);
    const struct snapshot *state = NULL;
    if (cli_session(cli) && !diags_failed(&cli->diags))
        state = session_state(cli->session, &cli->diags);
    if (diags_failed(&cli->diags))
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    human_providers(&out, session_config(cli->session), cli->registry, state);
    cli_report(cli);
    cli_page(cli, strbuf_str(&out));
    return EXIT_OK;
}

/* -- providers schema
 * ----------------------------------------------------------------------------------------------------------------------
 */

static bool describe(struct cli *cli, struct str name, struct strbuf *out)
{
    bool found = false;
    for (unsigned mode = 0; mode < 2; mode++) {
        const struct provider_type *type = registry_type(cli->registry, mode, name);
        if (!type)
            continue;
        strbuf_add(out, out->n ? STR("\n") : STR(""));
        human_type(out, type, &cli->out);
        found = true;
    }
    if (found)
        return true;
    struct str near = registry_near_type(cli->registry, ADDR_MANAGED, name);
    if (!near.n)
        near = registry_near_type(cli->registry, ADDR_DATA, name);
    struct str hint = near.n ? arena_printf(cli->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    diag_error(&cli->diags, (struct span){0}, _("Unknown resource type"),
               _("No provider has a type \"%.*s\".%.*s \"detour providers schema\" lists them."), STR_ARG(name),
               STR_ARG(hint));
    return false;
}

static bool only_all(struct cli *cli)
{
    if (!cli->flags.args.n)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Too many arguments"),
               _("-json answers with all types; leave out \"%.*s\"."), STR_ARG(cli->flags.args.v[0]));
    return false;
}

static int run_schema(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json && only_all(cli))
        json_provider_schemas(&out, cli->registry);
    else if (!cli->flags.json && !cli->flags.args.n)
        human_types(&out, cli->registry, &cli->out);
    for (size_t i = 0; !cli->flags.json && i < cli->flags.args.n; i++)
        describe(cli, cli->flags.args.v[i], &out);
    if (diags_failed(&cli->diags))
        return cli_failed(cli);
    cli_page(cli, strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_providers_schema = {
    .name = "providers schema",
    .args = "[TYPE…]",
    .summary = N_("Show what resources and data sources there are, and what they take"),
    .doc = N_("A line for each type of every provider; with names, their attributes. -json answers in the format of "
              "Terraform's \"providers schema -json\" (format_version 1.0), for editors. Needs no configuration."),
    .flags = "json no-color",
    .max_args = 1000,
    .run = run_schema,
};

static const struct command *const subcommands[] = {&cmd_providers_schema, NULL};

const struct command cmd_providers = {
    .name = "providers",
    .args = "",
    .summary = N_("Show which providers the configuration uses, module by module"),
    .doc = "",
    .flags = "backend-config no-color state",
    .max_args = 1,
    .run = run,
    .subcommands = subcommands,
};
