#include "cli/cli.h"
#include "base/gettext.h"
#include "cli/help.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

const struct command *const cli_commands[] = {
    &cmd_validate,   &cmd_plan,    &cmd_apply,   &cmd_destroy, &cmd_show,         &cmd_output,    &cmd_state,
    &cmd_env,        &cmd_taint,   &cmd_untaint, &cmd_secrets, &cmd_force_unlock, &cmd_import,    &cmd_refresh,
    &cmd_graph,      &cmd_console, &cmd_test,    &cmd_fmt,     &cmd_get,          &cmd_providers, &cmd_metadata,
    &cmd_completion, &cmd_version, &cmd_help,    NULL,
};

const char *cli_last_word(const struct command *command)
{
    const char *blank = strrchr(command->name, ' ');
    return blank ? blank + 1 : command->name;
}

const struct command *cli_find_in(const struct command *in, struct str name)
{
    const struct command *const *list = in ? in->subcommands : cli_commands;
    for (size_t i = 0; list && list[i]; i++)
        if (str_eq(str_c(cli_last_word(list[i])), name))
            return list[i];
    return NULL;
}

/* -- interrupts -- */

void cli_watch_interrupts(void (*handler)(int signal_number))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sigaction hup;
    if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &action, NULL);
}

void cli_interrupts_end_reading(bool on)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        struct sigaction action;
        sigaction(signals[i], NULL, &action);
        action.sa_flags = on ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
        sigaction(signals[i], &action, NULL);
    }
}

ssize_t cli_read_line(char **line)
{
    size_t cap = 0;
    cli_interrupts_end_reading(true);
    ssize_t n = getline(line, &cap, stdin);
    cli_interrupts_end_reading(false);
    clearerr(stdin);
    return n;
}

/* -- the way to a command -- */

/* What people know from Terraform and look for here. */
static const char *foreign_command(const struct command *in, struct str name)
{
    static const struct {
        const char *in, *name, *instead;
    } table[] = {
        {"", "init",
         N_("No init is needed: every command works at once. \"detour get\" fetches modules that are kept elsewhere, "
            "\"detour state migrate\" moves the state after a change of the backend.")},
        {"", "workspace", N_("Workspaces are environments here: see \"detour help env\", and the option -env=NAME.")},
        {"", "login", N_("There is nothing to log in to: backends take their credentials from the environment.")},
        {"", "logout", N_("There is nothing to log in to: backends take their credentials from the environment.")},
        {"", "modules", N_("\"detour graph\" and \"detour providers\" show the modules of a configuration.")},
        {"state", "replace-provider",
         N_("Providers come with detour, so the state names none that could be replaced.")},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (str_eq(name, str_c(table[i].name)) && strcmp(in ? in->name : "", table[i].in) == 0)
            return _(table[i].instead);
    return NULL;
}

int cli_unknown_command(struct cli *cli, const struct command *in, struct str name)
{
    const char *instead = foreign_command(in, name);
    if (instead) {
        diag_error(&cli->diags, (struct span){0}, _("Unknown command"), "%s", instead);
        return cli_failed(cli);
    }
    struct map names = MAP_INIT(cli->arena);
    const struct command *const *list = in ? in->subcommands : cli_commands;
    const char *blank = in ? " " : "", *outer = in ? in->name : "";
    for (size_t i = 0; list && list[i]; i++)
        map_put(&names, str_c(cli_last_word(list[i])), NULL);
    struct str near = map_near(&names, name);
    struct str hint = near.n ? arena_printf(cli->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    diag_error(&cli->diags, (struct span){0}, _("Unknown command"),
               _("detour%s%s has no command \"%.*s\".%.*s \"detour help%s%s\" lists them."), blank, outer,
               STR_ARG(name), STR_ARG(hint), blank, outer);
    return cli_failed(cli);
}

/* -chdir=DIR, -version and -help may stand before the command. Returns the index of the command, argc where there is
 * none, -1 after errors. */
static int global_options(struct cli *cli, int argc, char **argv, const struct command **instead)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        struct str text = str_c(argv[at]);
        if (str_starts(text, STR("--")))
            text = str_sub(text, 1, text.n);
        if (str_starts(text, STR("-chdir="))) {
            cli->flags.chdir = text.p + strlen("-chdir=");
        } else if (str_is(text, "-chdir") && at + 1 < argc) {
            cli->flags.chdir = argv[++at];
        } else if (str_is(text, "-version") || str_is(text, "-v")) {
            *instead = &cmd_version;
        } else if (str_is(text, "-help") || str_is(text, "-h")) {
            *instead = &cmd_help;
        } else {
            diag_error(&cli->diags, (struct span){0}, _("Unknown option"),
                       _("%s is not an option that goes before the command; there are -chdir=DIR, -help and -version."),
                       argv[at]);
            return -1;
        }
    }
    return at;
}

static bool change_folder(struct cli *cli)
{
    if (!cli->flags.chdir || chdir(cli->flags.chdir) == 0)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Cannot change folder"), _("-chdir=%s: %s."), cli->flags.chdir,
               strerror(errno));
    return false;
}

/* `state list`: the subcommand takes the place of the command. */
static const struct command *subcommand(const struct command *command, int argc, char **argv, int *at)
{
    const struct command *inner = command->subcommands && *at < argc ? cli_find_in(command, str_c(argv[*at])) : NULL;
    *at += inner != NULL;
    return inner ? inner : command;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    const struct command *command = NULL;
    int at = global_options(cli, argc, argv, &command);
    if (at < 0 || !change_folder(cli))
        return cli_failed(cli);
    if (!command && at == argc)
        command = &cmd_help;
    else if (!command && !(command = cli_find_in(NULL, str_c(argv[at++]))))
        return cli_unknown_command(cli, NULL, str_c(argv[at - 1]));
    cli->command = command = subcommand(command, argc, argv, &at);
    if (command->run == help_group && at < argc && argv[at][0] != '-')
        return cli_unknown_command(cli, command, str_c(argv[at]));
    const char *chdir_dir = cli->flags.chdir;
    cli->flags = flags_default();
    cli->flags.chdir = chdir_dir;
    bool ok = flags_parse(cli->arena, command, argc, argv, at, &cli->flags, &cli->diags);
    cli->out = term_of_fd(STDOUT_FILENO, cli->flags.no_color);
    cli->err = term_of_fd(STDERR_FILENO, cli->flags.no_color);
    if (!ok)
        return cli_failed(cli);
    if (cli->flags.help) {
        help_command(cli, command);
        return EXIT_OK;
    }
    return command->run(cli);
}

int cli_main(const struct detour_provider *const *providers, int argc, char **argv)
{
    gettext_start("detour", "/usr/share/locale");
    signal(SIGPIPE, SIG_IGN);
    struct cli cli = {.arena = arena_new(), .registry = registry_new()};
    cli.diags = DIAGS_INIT(cli.arena);
    cli.out = term_of_fd(STDOUT_FILENO, false);
    cli.err = term_of_fd(STDERR_FILENO, false);
    for (size_t i = 0; providers[i]; i++)
        registry_add(cli.registry, providers[i]);
    int code = run_command(&cli, argc, argv);
    cli_sessions_end(&cli);
    registry_free(cli.registry);
    arena_free(cli.arena);
    return cli_output_end(code);
}
