#include "base/gettext.h"
#include "cli/catalogue.h"
#include "cli/help.h"
#include "view/human/functions.h"
#include "view/json/functions.h"
#include "view/json/language.h"

static void all_json(struct cli *cli, struct strbuf *out)
{
    json_functions(out, cli_functions(cli));
}

static void all(struct cli *cli, struct strbuf *out)
{
    human_functions(out, cli_functions(cli), &cli->out);
}

static bool one(struct cli *cli, struct str name, struct strbuf *out)
{
    const struct func_table *table = cli_functions(cli);
    struct str bare = str_starts(name, STR("core::")) ? str_sub(name, strlen("core::"), name.n) : name;
    const struct func *func = func_find(table, bare);
    if (func) {
        human_function(out, func, &cli->out);
        return true;
    }
    diag_error(&cli->diags, (struct span){0}, _("Unknown function"),
               _("There is no function named \"%.*s\".%s \"detour metadata functions\" lists them."), STR_ARG(name),
               catalogue_hint(cli, map_near(&table->by_name, bare)));
    return false;
}

static int run_functions(struct cli *cli)
{
    return catalogue_show(cli, &(struct catalogue){all_json, all, one});
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
    struct str which = cli->flags.args.n ? cli->flags.args.v[0] : STR("configuration");
    if (!str_is(which, "configuration") && !str_is(which, "tests")) {
        diag_error(&cli->diags, (struct span){0}, _("Unknown kind of file"),
                   _("There are schemas of configuration and of tests, and none of \"%.*s\"."), STR_ARG(which));
        return cli_failed(cli);
    }
    json_language(&out, cli->registry, str_is(which, "tests") ? LANGUAGE_TESTS : LANGUAGE_CONFIGURATION);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_metadata_schema = {
    .name = "metadata schema",
    .args = "[configuration | tests]",
    .summary = N_("Print a JSON schema of configurations in JSON"),
    .doc = N_("For editors and generators of *.hcl.json files, or of *.test.hcl.json files: draft 2020-12, with the "
              "types and arguments of all "
              "providers. \"detour validate\" checks more."),
    .flags = "json",
    .max_args = 1,
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
