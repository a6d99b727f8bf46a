#include "base/gettext.h"
#include "cli/catalogue.h"
#include "view/human/providers.h"
#include "view/json/schemas.h"

/* -- providers -- */

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
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}

/* -- providers schema -- */

static void all_json(struct cli *cli, struct strbuf *out)
{
    json_provider_schemas(out, cli->registry);
}

static void all(struct cli *cli, struct strbuf *out)
{
    human_types(out, cli->registry, &cli->out);
}

static bool unknown_type(struct cli *cli, struct str name)
{
    struct str near = registry_near_type(cli->registry, ADDR_MANAGED, name);
    if (!near.n)
        near = registry_near_type(cli->registry, ADDR_DATA, name);
    diag_error(&cli->diags, (struct span){0}, _("Unknown resource type"),
               _("No provider has a type \"%.*s\".%s \"detour providers schema\" lists them."), STR_ARG(name),
               catalogue_hint(cli, near));
    return false;
}

/* The resource type and the data source of that name. */
static bool one(struct cli *cli, struct str name, struct strbuf *out)
{
    const struct provider_type *managed = registry_type(cli->registry, ADDR_MANAGED, name);
    const struct provider_type *data = registry_type(cli->registry, ADDR_DATA, name);
    if (managed)
        human_type(out, managed, &cli->out);
    if (managed && data)
        strbuf_addc(out, '\n');
    if (data)
        human_type(out, data, &cli->out);
    return managed || data || unknown_type(cli, name);
}

static int run_schema(struct cli *cli)
{
    return catalogue_show(cli, &(struct catalogue){all_json, all, one});
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
    .flags = "backend-config env no-color state",
    .max_args = 1,
    .run = run,
    .subcommands = subcommands,
};
