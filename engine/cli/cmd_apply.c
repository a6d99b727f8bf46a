#include "base/gettext.h"
#include "cli/cli.h"
#include "view/human/plan.h"
#include "view/human/state.h"
#include "view/json/stream.h"

#include <stdio.h>
#include <unistd.h>

/* -- what is to be applied -- */

static struct plan *make_plan(struct cli *cli)
{
    if (!cli_modes_agree(cli) || !cli_session(cli))
        return NULL;
    struct plan_options options = cli_plan_options(cli);
    return session_plan(cli->session, &options, &cli->diags);
}

static bool refuses_planning_options(struct cli *cli)
{
    if (!cli->flags.inputs.n && !cli->flags.targets.n && !cli->flags.replaces.n && cli->flags.refresh &&
        !cli->flags.refresh_only && !cli->flags.destroy)
        return false;
    diag_error(&cli->diags, (struct span){0}, _("Options that a saved plan does not take"),
               _("A saved plan holds its variables, targets and mode. Leave -var, -var-file, -target, -replace, "
                 "-refresh, -refresh-only and -destroy out, or make a new plan."));
    return true;
}

/* The plan in the file given, or a new one. */
static struct plan *obtain(struct cli *cli, bool *saved)
{
    *saved = cli->flags.args.n > 0;
    if (!*saved)
        return make_plan(cli);
    struct plan *plan = NULL;
    if (refuses_planning_options(cli) || !cli_session_of_plan(cli, cli->flags.args.v[0].p, &plan))
        return NULL;
    return plan;
}

/* -digest: what was approved is what is applied. A prefix of twelve digits or more is enough. */
static bool digest_agrees(struct cli *cli, const struct plan *plan)
{
    enum { SHORTEST = 12 };
    if (!cli->flags.digest)
        return true;
    struct str want = str_c(cli->flags.digest), have = digest_hex(cli->arena, plan->digest);
    if (str_starts(want, STR("sha256:")))
        want = str_sub(want, strlen("sha256:"), want.n);
    if (want.n >= SHORTEST && str_starts(have, want))
        return true;
    struct diag *d = diag_error(&cli->diags, (struct span){0}, _("Not the plan that was approved"),
                                _("-digest asks for %.*s, and this plan is %.*s: the configuration, the state or the "
                                  "machines changed since. Review the new plan."),
                                STR_ARG(want), STR_ARG(have));
    d->code = DIAG_DIGEST_MISMATCH;
    return false;
}

/* -- agreement -- */

static void show(struct cli *cli, const struct plan *plan)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        stream_plan(&out, plan);
    else
        human_plan(&out, plan, &(struct human_options){cli->out, false});
    cli_print(strbuf_str(&out));
}

static bool can_ask(struct cli *cli)
{
    if (cli->flags.json) {
        diag_error(&cli->diags, (struct span){0}, _("Nobody to ask"),
                   _("Nothing was changed: with -json there are no questions. Apply a saved plan, or use "
                     "-auto-approve."));
        return false;
    }
    if (cli->flags.input && isatty(STDIN_FILENO))
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Nobody to ask"),
               _("Nothing was changed: apply asks before it acts, and there is no terminal to ask on. Apply a saved "
                 "plan, or use -auto-approve."));
    return false;
}

static bool agreed(struct cli *cli, const struct plan *plan)
{
    if (cli->flags.auto_approve)
        return true;
    if (!can_ask(cli))
        return false;
    bool destroy = plan->mode == PLAN_DESTROY;
    bool yes = cli_confirm(
        cli, destroy ? _("Do you really want to destroy all resources?") : _("Do you want to perform these actions?"),
        destroy
            ? _("detour will destroy what is shown above. There is no undo. Only 'yes' will be accepted to confirm.")
            : _("detour will perform the actions described above. Only 'yes' will be accepted to approve."));
    if (!yes)
        diag_error(&cli->diags, (struct span){0}, destroy ? _("Destroy cancelled") : _("Apply cancelled"),
                   _("Nothing was changed."));
    return yes;
}

/* -- the end -- */

static void counts(struct strbuf *out, const struct apply_result *r)
{
    if (r->imported)
        strbuf_printf(out, _("%zu imported, "), r->imported);
    strbuf_printf(out, _("%zu added, %zu changed, "), r->added, r->changed);
    if (r->replaced)
        strbuf_printf(out, _("%zu replaced, "), r->replaced);
    strbuf_printf(out, _("%zu destroyed"), r->destroyed);
    if (r->moved)
        strbuf_printf(out, _(", %zu moved"), r->moved);
    if (r->forgotten)
        strbuf_printf(out, _(", %zu no longer managed"), r->forgotten);
    strbuf_addc(out, '.');
    if (r->failed || r->skipped)
        strbuf_printf(out, _(" %zu failed, %zu not started."), r->failed, r->skipped);
}

static void summarize(struct cli *cli, const struct plan *plan, const struct apply_result *result)
{
    static const char *const titles[] = {[APPLY_DONE] = N_("Apply complete!"),
                                         [APPLY_PARTIAL] = N_("Apply stopped half-way."),
                                         [APPLY_CANCELLED] = N_("Apply interrupted."),
                                         [APPLY_REFUSED] = N_("Nothing was applied.")};
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json) {
        stream_apply_summary(&out, result, plan->mode == PLAN_DESTROY);
        if (result->status != APPLY_REFUSED)
            stream_outputs(&out, session_state(cli->session, &cli->diags));
        cli_print(strbuf_str(&out));
        return;
    }
    const char *title =
        plan->mode == PLAN_DESTROY && result->status == APPLY_DONE ? N_("Destroy complete!") : titles[result->status];
    term_paint(&out, &cli->out, result->status == APPLY_DONE ? INK_GREEN : INK_RED, "\n%s", _(title));
    strbuf_printf(&out, " %s ", _("Resources:"));
    counts(&out, result);
    strbuf_addc(&out, '\n');
    if (result->stored && (result->status == APPLY_PARTIAL || result->status == APPLY_CANCELLED))
        strbuf_printf(&out, "%s\n", _("What was done is in the state; plan again to see what is left."));
    cli_print(strbuf_str(&out));
}

static void show_outputs(struct cli *cli, const struct plan *plan)
{
    if (cli->flags.json || plan->mode == PLAN_DESTROY)
        return;
    const struct snapshot *state = session_state(cli->session, &cli->diags);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (state)
        human_state_outputs(&out, state, &(struct human_options){cli->out, false}, _("\nOutputs:\n\n"));
    cli_print(strbuf_str(&out));
}

/* What could not be made durable, as journal lines: the disk is full or broken, so the screen is the last place to keep
 * them. */
static void print_rescue(const struct apply_result *result)
{
    if (result->rescue.n)
        fprintf(stderr, _("These records could not be written to the state's journal; keep them:\n%.*s\n"),
                STR_ARG(result->rescue));
}

static int carry_out(struct cli *cli, struct plan *plan)
{
    struct apply_result result = {0};
    bool ok = session_apply(cli->session, plan, &result, &cli->diags);
    summarize(cli, plan, &result);
    print_rescue(&result);
    if (ok)
        show_outputs(cli, plan);
    if (!ok && cli->flags.detailed_exitcode && (result.status == APPLY_PARTIAL || result.status == APPLY_CANCELLED)) {
        cli_report(cli);
        return EXIT_PARTIAL;
    }
    if (!ok || diags_failed(&cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    return EXIT_OK;
}

static int run(struct cli *cli)
{
    bool saved;
    cli_begin_stream(cli);
    struct plan *plan = obtain(cli, &saved);
    if (!plan)
        return cli_failed(cli);
    if (!saved || cli->flags.json)
        show(cli, plan);
    if (plan->errored || diags_failed(&cli->diags) || !digest_agrees(cli, plan))
        return cli_failed(cli);
    bool empty = plan_is_empty(plan);
    cli_report(cli);
    if (!empty && !saved && !agreed(cli, plan))
        return cli_failed(cli);
    return carry_out(cli, plan);
}

static int run_destroy(struct cli *cli)
{
    cli->flags.destroy = true;
    return run(cli);
}

#define APPLY_FLAGS                                                                                                    \
    "auto-approve backend-config detailed-exitcode digest env input json lock lock-timeout no-color parallelism "      \
    "refresh "                                                                                                         \
    "replace state "                                                                                                   \
    "target var var-file"

const struct command cmd_apply = {
    .name = "apply",
    .args = "[PLAN]",
    .summary = N_("Do what a plan says, after you agreed"),
    .doc = N_("Without an argument: makes a plan, shows it and asks. With a saved plan: does exactly that, or refuses "
              "if the state moved on since.\n"
              "One failing resource stops what depends on it and nothing else; what was done is in the state. Ctrl-C "
              "stops cleanly.\n"
              "With -detailed-exitcode: 4 state locked by somebody else, 5 digest mismatch, 6 stopped by a protection, "
              "7 partly applied."),
    .flags = APPLY_FLAGS " destroy refresh-only",
    .max_args = 1,
    .stream = true,
    .run = run,
};

const struct command cmd_destroy = {
    .name = "destroy",
    .args = "",
    .summary = N_("Destroy everything that is managed"),
    .doc = N_("Short for: detour apply -destroy."),
    .flags = APPLY_FLAGS,
    .stream = true,
    .run = run_destroy,
};
