/* state mv, state rm, taint, untaint: the state by hand. */
#include "base/gettext.h"
#include "cli/cmd_state.h"
#include "state/edit.h"

#define EDIT_FLAGS "backend-config backup dry-run env lock-timeout no-color state"

static struct session_edit edit_of(struct cli *cli, enum session_edit_kind kind)
{
    return (struct session_edit){.kind = kind,
                                 .places = cli->flags.args.v,
                                 .n = cli->flags.args.n,
                                 .dry_run = cli->flags.dry_run,
                                 .missing_fine = cli->flags.allow_missing,
                                 .backup = cli->flags.backup};
}

/* -- mv -- */

static void tell_moves(struct cli *cli, const struct edit *done)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    vec_each (&done->moves, i)
        strbuf_printf(&out,
                      cli->flags.dry_run ? _("Would move \"%.*s\" to \"%.*s\"\n") : _("Move \"%.*s\" to \"%.*s\"\n"),
                      STR_ARG(done->moves.v[i].from->text), STR_ARG(done->moves.v[i].to->text));
    if (!cli->flags.dry_run)
        strbuf_printf(&out, _("Successfully moved %zu object(s).\n"), done->moves.n);
    cli_print(strbuf_str(&out));
}

static bool check_destination(struct cli *cli)
{
    if (cli->flags.args.n == 2 || cli->flags.state_out)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Missing argument"),
               _("Where is %.*s to go? Usage: detour state mv SOURCE DESTINATION. Without a destination it keeps its "
                 "address in another state: -state-out=PATH."),
               STR_ARG(cli->flags.args.v[0]));
    return false;
}

static int run_mv(struct cli *cli)
{
    struct edit done;
    struct session_edit what = edit_of(cli, SESSION_MOVE);
    if (!check_destination(cli) || !cli_session(cli) || cli->diags.n_errors ||
        (cli->flags.state_out && !(what.other = cli_session_at(cli, cli->flags.state_out))) ||
        !session_edit(cli->session, &what, &done, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    tell_moves(cli, &done);
    return EXIT_OK;
}

/* -- rm -- */

static int run_rm(struct cli *cli)
{
    struct edit done;
    struct session_edit what = edit_of(cli, SESSION_FORGET);
    if (!cli_session(cli) || cli->diags.n_errors || !session_edit(cli->session, &what, &done, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    vec_each (&done.places, i)
        strbuf_printf(&out, cli->flags.dry_run ? _("Would remove %.*s\n") : _("Removed %.*s\n"),
                      STR_ARG(done.places.v[i]->text));
    if (!cli->flags.dry_run)
        strbuf_printf(&out, _("Successfully removed %zu resource instance(s).\n"), done.places.n);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

/* -- marks -- */

static int run_mark(struct cli *cli, enum session_edit_kind kind, const char *said)
{
    struct edit done;
    struct session_edit what = edit_of(cli, kind);
    if (!cli_session(cli) || cli->diags.n_errors || !session_edit(cli->session, &what, &done, &cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    if (done.places.n)
        cli_print(arena_printf(cli->arena, "%s %s %s\n", _("Resource instance"), done.places.v[0]->text.p, said));
    return EXIT_OK;
}

static int run_taint(struct cli *cli)
{
    return run_mark(cli, SESSION_TAINT, _("has been marked as tainted."));
}

static int run_untaint(struct cli *cli)
{
    return run_mark(cli, SESSION_UNTAINT, _("has been successfully untainted."));
}

/* -- the commands -- */

const struct command cmd_state_mv = {
    .name = "state mv",
    .args = "SOURCE [DESTINATION]",
    .summary = N_("Give objects of the state another address, here or in another state"),
    .doc = N_(
        "SOURCE is a resource (all of its instances), one instance, a module, or \".\" for everything; DESTINATION the "
        "new address of the same kind. What depends on it follows. Nothing happens to the objects themselves.\n"
        "With -state-out they go to another state: of the configuration in that folder, or that file; without a "
        "DESTINATION they keep their addresses. An interruption leaves them here, or in both, never in neither; "
        "the next run says so, and the same command finishes it."),
    .flags = EDIT_FLAGS " state-out",
    .min_args = 1,
    .max_args = 2,
    .needs = NEEDS_STATE,
    .run = run_mv,
};

const struct command cmd_state_rm = {
    .name = "state rm",
    .args = "ADDRESS…",
    .summary = N_("Forget objects; they stay as they are"),
    .doc = N_("An ADDRESS is a resource, an instance or a module with all it holds. For what is managed elsewhere from "
              "now on, "
              "and for what is gone with its machine. What the configuration still declares is made anew by the next "
              "apply."),
    .flags = EDIT_FLAGS,
    .min_args = 1,
    .max_args = 1000,
    .needs = NEEDS_STATE,
    .run = run_rm,
};

const struct command cmd_taint = {
    .name = "taint",
    .args = "ADDRESS",
    .summary = N_("Mark an object to be replaced by the next apply"),
    .doc = N_("apply -replace=ADDRESS does the same in one step, and shows it in its plan."),
    .flags = "allow-missing backend-config env lock-timeout no-color state",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run_taint,
};

const struct command cmd_untaint = {
    .name = "untaint",
    .args = "ADDRESS",
    .summary = N_("Take the mark of taint, or of a failed creation, away"),
    .doc = "",
    .flags = "allow-missing backend-config env lock-timeout no-color state",
    .min_args = 1,
    .max_args = 1,
    .needs = NEEDS_STATE,
    .run = run_untaint,
};
