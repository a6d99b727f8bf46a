/* env: environments, each with a state of its own. */
#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "view/json/writer.h"

#include <stdlib.h>

static struct str chosen(const struct cli *cli)
{
    const char *name = cli->flags.env ? cli->flags.env : getenv("DETOUR_ENV");
    return name && *name ? str_c(name) : STR("default");
}

/* The list lies beside the state of the default environment, whatever is chosen. */
static struct session *default_session(struct cli *cli)
{
    return cli_session_in(cli, (struct str){0});
}

static void list_json(struct strbuf *out, const struct str *names, size_t n, struct str current)
{
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.0");
    writer_field_str(&w, "current", current);
    writer_key(&w, "environments");
    writer_open(&w, '[');
    writer_c(&w, "default");
    for (size_t i = 0; i < n; i++)
        writer_str(&w, names[i]);
    writer_close(&w, ']');
    writer_close(&w, '}');
    strbuf_addc(out, '\n');
}

static int run_list(struct cli *cli)
{
    struct str *names, current = chosen(cli);
    size_t n;
    struct session *session = default_session(cli);
    if (!session || cli->diags.n_errors || !session_env_list(session, cli->arena, &names, &n, &cli->diags))
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        list_json(&out, names, n, current);
    else
        strbuf_printf(&out, "%s default\n", str_is(current, "default") ? "*" : " ");
    for (size_t i = 0; !cli->flags.json && i < n; i++)
        strbuf_printf(&out, "%s %.*s\n", str_eq(names[i], current) ? "*" : " ", STR_ARG(names[i]));
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static int run_show(struct cli *cli)
{
    cli_print(arena_printf(cli->arena, "%.*s\n", STR_ARG(chosen(cli))));
    return EXIT_OK;
}

static int run_new(struct cli *cli)
{
    struct str name = cli->flags.args.v[0];
    struct session *session = default_session(cli);
    if (!session || cli->diags.n_errors || !session_env_new(session, name, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(
        arena_printf(cli->arena,
                     _("Created the environment \"%.*s\", with an empty state. Use it with -env=%.*s; values of its "
                       "own go to %.*s.vars.hcl.\n"),
                     STR_ARG(name), STR_ARG(name), STR_ARG(name)));
    return EXIT_OK;
}

static int run_delete(struct cli *cli)
{
    struct str name = cli->flags.args.v[0];
    if (str_is(name, "default")) {
        diag_error(&cli->diags, (struct span){0}, _("The default environment stays"),
                   _("\"default\" is what there is without -env; it cannot be deleted."));
        return cli_failed(cli);
    }
    if (!session_env_name(name, &cli->diags))
        return cli_failed(cli);
    cli_session_in(cli, name);
    struct session *session = cli->session && !cli->diags.n_errors ? default_session(cli) : NULL;
    if (!session || !session_env_delete(session, cli->session, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(arena_printf(cli->arena, _("Deleted the environment \"%.*s\".\n"), STR_ARG(name)));
    return EXIT_OK;
}

static const struct command cmd_env_list = {
    .name = "env list",
    .args = "",
    .summary = N_("List the environments"),
    .doc = "",
    .flags = "backend-config env json no-color",
    .needs = READS_STATE,
    .run = run_list,
};

static const struct command cmd_env_show = {
    .name = "env show",
    .args = "",
    .summary = N_("Print the name of the environment that is chosen"),
    .doc = "",
    .flags = "env no-color",
    .run = run_show,
};

static const struct command cmd_env_new = {
    .name = "env new",
    .args = "NAME",
    .summary = N_("Make an environment, with an empty state"),
    .doc = "",
    .flags = "backend-config lock-timeout no-color",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run_new,
};

static const struct command cmd_env_delete = {
    .name = "env delete",
    .args = "NAME",
    .summary = N_("Delete an environment that holds nothing any more"),
    .doc = N_("Refused while its state holds objects: destroy them first, or let go of them with \"detour state rm\"."),
    .flags = "backend-config lock-timeout no-color",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run_delete,
};

static const struct command *const subcommands[] = {&cmd_env_list, &cmd_env_show, &cmd_env_new, &cmd_env_delete, NULL};

const struct command cmd_env = {
    .name = "env",
    .args = "COMMAND",
    .summary = N_("One configuration for several environments: list, show, new, delete"),
    .doc =
        N_("An environment has a state of its own: detour.NAME.state in files, a place of its own in other backends. "
           "It is chosen with -env=NAME or DETOUR_ENV for each command. The values of NAME.vars.hcl are set in it, and "
           "detour.env is its name in expressions; without one that is \"default\"."),
    .flags = "no-color",
    .max_args = 1,
    .run = help_group,
    .subcommands = subcommands,
};
