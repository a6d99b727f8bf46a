#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "view/human/functions.h"
#include "view/json/functions.h"
#include "view/json/language.h"

static bool describe(struct cli *cli, struct str name, struct strbuf *out)
{
    const struct func_table *table = cli_functions(cli);
    struct str bare = str_starts(name, STR("core::")) ? str_sub(name, strlen("core::"), name.n) : name;
    const struct func *func = func_find(table, bare);
    if (func) {
        human_function(out, func, &cli->out);
        return true;
    }
    struct str near = map_near(&table->by_name, bare);
    struct str hint = near.n ? arena_printf(cli->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    diag_error(&cli->diags, (struct span){0}, _("Unknown function"),
               _("There is no function named \"%.*s\".%.*s \"detour metadata functions\" lists them."), STR_ARG(name),
               STR_ARG(hint));
    return false;
}

static bool only_all(struct cli *cli)
{
    if (!cli->flags.args.n)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Too many arguments"),
               _("-json answers with all functions; leave out \"%.*s\"."), STR_ARG(cli->flags.args.v[0]));
    return false;
}

static int run_functions(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json && only_all(cli))
        json_functions(&out, cli_functions(cli));
    else if (!cli->flags.json && !cli->flags.args.n)
        human_functions(&out, cli_functions(cli), &cli->out);
    for (size_t i = 0; !cli->flags.json && i < cli->flags.args.n; i++) {
        strbuf_add(&out, i ? STR("\n") : STR(""));
        describe(cli, cli->flags.args.v[i], &out);
    }
    if (diags_failed(&cli->diags))
        return cli_failed(cli);
    cli_page(cli, strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_metadata_functions = {
    .name = "metadata functions",
    .args = "[FUNCTION…]",
    .summary = N_("Show the functions of the language"),
    .doc = N_("A line for each; with names, what these take and answer. -json answers in the format of Terraform's "
              "\"metadata functions -json\" (format_version 1.0), for editors."),
    .flags = "json no-color",
    .max_args = 1000,
    .run = run_functions,
};

static int run_schema(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    json_language(&out, cli->registry);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_metadata_schema = {
    .name = "metadata schema",
    .args = "",
    .summary = N_("Print a JSON schema of configurations in JSON"),
    .doc = N_("For editors and generators of *.hcl.json files: draft 2020-12, with the types and arguments of all "
              "providers. \"detour validate\" checks more."),
    .flags = "json",
    .run = run_schema,
};

static const struct command *const subcommands[] = {&cmd_metadata_functions, &cmd_metadata_schema, NULL};

const struct command cmd_metadata = {
    .name = "metadata",
    .args = "COMMAND",
    .summary = N_("Show what the language is made of: functions, schema"),
    .doc = "",
    .flags = "no-color",
    .max_args = 1,
    .run = help_group,
    .subcommands = subcommands,
};
