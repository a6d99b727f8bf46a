#include "cli/help.h"
#include "base/gettext.h"
#include "diag/snippet.h"

#include <stdio.h>

/* All commands, a line each. */
static void overview(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    strbuf_printf(&out, "%s\n\n", _("Usage: detour [-chdir=DIR] COMMAND [options] [arguments]"));
    snippet_wrap(&out,
                 str_c(_("detour compares what a configuration says with what is there, shows the difference, and "
                         "applies it once you agree.")),
                 cli->out.width);
    strbuf_printf(&out, "\n%s\n", _("Commands:"));
    for (size_t i = 0; cli_commands[i]; i++)
        strbuf_printf(&out, "  %-14s%s\n", cli_commands[i]->name, _(cli_commands[i]->summary));
    strbuf_printf(&out, "\n%s\n", _("\"detour COMMAND -help\" tells more; so does \"man detour\"."));
    cli_page(strbuf_str(&out));
}

static void option_line(struct strbuf *out, const struct flag *flag)
{
    char left[64];
    if (flag->arg)
        snprintf(left, sizeof left, "-%s=%s", flag->name, flag->arg);
    else
        snprintf(left, sizeof left, "-%s", flag->name);
    strbuf_printf(out, "  %-28s %s\n", left, _(flag->doc));
}

static void subcommand_lines(struct strbuf *out, const struct command *command)
{
    bool first = true;
    for (size_t i = 0; command->subcommands && command->subcommands[i]; i++) {
        const struct command *inner = command->subcommands[i];
        if (inner->hidden)
            continue;
        strbuf_printf(out, "%s  %-20s%s\n", first ? _("\nCommands:\n") : "", inner->name, _(inner->summary));
        first = false;
    }
}

void help_command(struct cli *cli, const struct command *command)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    strbuf_printf(&out, _("Usage: detour %s [options]%s%s\n\n%s\n"), command->name, *command->args ? " " : "",
                  command->args, _(command->summary));
    if (*command->doc) {
        strbuf_addc(&out, '\n');
        snippet_wrap(&out, str_c(_(command->doc)), cli->out.width);
    }
    subcommand_lines(&out, command);
    strbuf_printf(&out, "\n%s\n", _("Options:"));
    for (size_t i = 0; i < flag_count; i++)
        if (flag_applies(command, str_c(flag_table[i].name)))
            option_line(&out, &flag_table[i]);
    cli_page(strbuf_str(&out));
}

int help_group(struct cli *cli)
{
    if (cli->flags.args.n)
        return cli_unknown_command(cli, cli->command, cli->flags.args.v[0]);
    help_command(cli, cli->command);
    return EXIT_OK;
}

static int run(struct cli *cli)
{
    const struct command *command = NULL;
    vec_each (&cli->flags.args, i) {
        const struct command *inner = cli_find_in(command, cli->flags.args.v[i]);
        if (!inner)
            return cli_unknown_command(cli, command, cli->flags.args.v[i]);
        command = inner;
    }
    if (command)
        help_command(cli, command);
    else
        overview(cli);
    return EXIT_OK;
}

const struct command cmd_help = {
    .name = "help",
    .args = "[COMMAND [COMMAND]]",
    .summary = N_("Show the commands, or one of them with its options"),
    .doc = "",
    .flags = "",
    .max_args = 2,
    .run = run,
};
