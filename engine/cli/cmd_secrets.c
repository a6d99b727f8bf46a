#include "base/fs.h"
#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/help.h"
#include "state/secrets.h"

#include <unistd.h>

enum { PUBLIC_KEY_MAX = 1 << 14 };

static int done(struct cli *cli, const char *words)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    strbuf_printf(&out, "%s\n", words);
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static int run_rekey(struct cli *cli)
{
    if (!cli_session(cli) || !session_rekey(cli->session, &cli->diags))
        return cli_failed(cli);
    return done(cli, _("The secrets are sealed with a new key. Whoever had the old one can still open what was written "
                       "before: in backups, and in the history of git."));
}

/* -- recipients -- */

static void put_recipient(struct strbuf *out, struct secrets_recipient r)
{
    static const char *const origins[] = {[SECRETS_CONFIGURED] = N_("from the configuration"),
                                          [SECRETS_ADDED] = N_("added by command"),
                                          [SECRETS_KEY] = N_("of a key file or command")};
    strbuf_printf(out, "%.*s%s%.*s  # %s\n", STR_ARG(r.text), r.comment.n ? " " : "", STR_ARG(r.comment),
                  _(origins[r.origin]));
}

static int list(struct cli *cli)
{
    const struct secrets *secrets = cli_session(cli) ? session_secrets(cli->session, &cli->diags) : NULL;
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (!secrets)
        return cli_failed(cli);
    for (size_t i = 0; i < secrets_count(secrets); i++)
        put_recipient(&out, secrets_recipient(secrets, i));
    if (secrets_has_passphrase(secrets))
        strbuf_printf(&out, "# %s\n", _("and a passphrase"));
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

/* A key as it stands in a .pub file may come in several arguments; or the name of such a file. */
static struct str recipient_argument(struct cli *cli)
{
    STRBUF_AUTO words = STRBUF_INIT(1 << 16);
    struct str content;
    for (size_t i = 1; i < cli->flags.args.n; i++) {
        if (i > 1)
            strbuf_addc(&words, ' ');
        strbuf_add(&words, cli->flags.args.v[i]);
    }
    struct str text = arena_str(cli->arena, strbuf_str(&words));
    if (access(text.p, R_OK) == 0 && fs_read(&vfs_system, cli->arena, text.p, PUBLIC_KEY_MAX, &content))
        return str_trim(content);
    return text;
}

static int change(struct cli *cli, bool add)
{
    if (cli->flags.args.n < 2) {
        diag_error(
            &cli->diags, (struct span){0}, _("Missing argument"),
            _("Usage: detour secrets recipients %s KEY. The key is a public one: the content of a .pub file of type "
              "ssh-ed25519, or age1…"),
            add ? "add" : "remove");
        return cli_failed(cli);
    }
    struct str key = recipient_argument(cli);
    if (!cli_session(cli) || !(add ? session_add_recipient(cli->session, key, &cli->diags)
                                   : session_remove_recipient(cli->session, key, &cli->diags)))
        return cli_failed(cli);
    return done(cli,
                add ? _("Added: the next reader of the state can open its secrets with that key.")
                    : _("Removed, and the secrets are sealed with a new key. What that key could open before, it still "
                        "can: change those secrets themselves where that matters."));
}

static int run_recipients(struct cli *cli)
{
    struct str action = cli->flags.args.n ? cli->flags.args.v[0] : STR("list");
    if (str_is(action, "list") && cli->flags.args.n <= 1)
        return list(cli);
    if (str_is(action, "add") || str_is(action, "remove"))
        return change(cli, str_is(action, "add"));
    diag_error(&cli->diags, (struct span){0}, _("Unknown command"),
               _("detour secrets recipients does not know \"%.*s\"; there are list, add and remove."), STR_ARG(action));
    return cli_failed(cli);
}

/* -- one secret for other tools -- */

static int run_export(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    struct str path = cli->flags.args.n > 1 ? cli->flags.args.v[1] : (struct str){0};
    if (!cli_session(cli) || !session_export_secret(cli->session, cli->flags.args.v[0], path, &out, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static int run(struct cli *cli)
{
    if (cli->flags.args.n) {
        diag_error(&cli->diags, (struct span){0}, _("Unknown command"),
                   _("detour secrets has no command \"%.*s\"; there are rekey, recipients and export."),
                   STR_ARG(cli->flags.args.v[0]));
        return cli_failed(cli);
    }
    help_command(cli, cli->command);
    return EXIT_OK;
}

#define FLAGS "backend-config env lock lock-timeout no-color state"

static const struct command cmd_rekey = {
    .name = "secrets rekey",
    .args = "",
    .summary = N_("Seal the secrets of the state with a new key"),
    .doc = N_(
        "For the same people as before, and for those whom the configuration names by now. A passphrase is asked for "
        "anew (or taken from DETOUR_NEW_PASSPHRASE). Also seals a state that an older detour left in plain text."),
    .flags = FLAGS,
    .needs = NEEDS_STATE,
    .run = run_rekey,
};

static const struct command cmd_recipients = {
    .name = "secrets recipients",
    .args = "[list | add KEY | remove KEY]",
    .summary = N_("Show or change who can open the secrets"),
    .doc = N_(
        "A key is a public one: the name or the content of a .pub file of type ssh-ed25519, or age1…; for remove also "
        "the comment in it.\n"
        "Recipients that the configuration lists are changed there. Removing one makes a new key."),
    .flags = FLAGS,
    .max_args = 10,
    .needs = NEEDS_STATE,
    .run = run_recipients,
};

static const struct command cmd_export = {
    .name = "secrets export",
    .args = "ADDRESS [PATH]",
    .summary = N_("Print one value of the state as an age file"),
    .doc = N_("For all who can open the secrets: detour secrets export detour_data.a input.token | age -d -i "
              "~/.ssh/id_ed25519\n"
              "The address is that of an object, with the path of an attribute, or output.NAME."),
    .flags = "backend-config env no-color state",
    .min_args = 1,
    .max_args = 2,
    .needs = NEEDS_STATE,
    .run = run_export,
};

static const struct command *const subcommands[] = {&cmd_rekey, &cmd_recipients, &cmd_export, NULL};

const struct command cmd_secrets = {
    .name = "secrets",
    .args = "COMMAND",
    .summary = N_("Who can open the secrets of the state: rekey, recipients, export"),
    .doc = "",
    .flags = "no-color",
    .max_args = 1,
    .run = run,
    .subcommands = subcommands,
};
