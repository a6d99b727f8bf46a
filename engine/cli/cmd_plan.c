#include "base/gettext.h"
#include "cli/cli.h"
#include "view/human/plan.h"
#include "view/json/stream.h"

static void show(struct cli *cli, const struct plan *plan)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json) {
        stream_plan(&out, plan);
        cli_print(strbuf_str(&out));
        return;
    }
    human_plan(&out, plan, &(struct human_options){cli->out, true});
    cli_page(strbuf_str(&out));
}

static bool save(struct cli *cli, const struct plan *plan)
{
    if (!cli->flags.out)
        return true;
    if (plan->errored) {
        diag_warning(&cli->diags, (struct span){0}, _("Plan not saved"),
                     _("A plan with errors cannot be applied, so %s was not written."), cli->flags.out);
        return false;
    }
    if (!session_save_plan(cli->session, plan, cli->flags.out, &cli->diags))
        return false;
    if (!cli->flags.json) {
        STRBUF_AUTO out = STRBUF_INIT(0);
        strbuf_printf(&out, _("\nSaved the plan to %s. To carry out exactly these actions: detour apply %s\n"),
                      cli->flags.out, cli->flags.out);
        cli_print(strbuf_str(&out));
    }
    return true;
}

static int run(struct cli *cli)
{
    cli_begin_stream(cli);
    if (!cli_modes_agree(cli) || !cli_session(cli))
        return cli_failed(cli);
    struct plan_options options = cli_plan_options(cli);
    struct plan *plan = session_plan(cli->session, &options, &cli->diags);
    if (!plan)
        return cli_failed(cli);
    show(cli, plan);
    bool saved = save(cli, plan);
    if (plan->errored || !saved || diags_failed(&cli->diags))
        return cli_failed(cli);
    cli_report(cli);
    return cli->flags.detailed_exitcode && !plan_is_empty(plan) ? EXIT_CHANGES : EXIT_OK;
}

const struct command cmd_plan = {
    .name = "plan",
    .args = "",
    .summary = N_("Show what apply would do"),
    .doc = N_("Reads what is there, compares it with the configuration and shows the difference. Changes nothing but "
              "the lock of the state.\n"
              "With -detailed-exitcode: 0 no changes, 2 changes, 1 error, 4 state locked by somebody else, 6 stopped "
              "by a protection."),
    .flags = "backend-config destroy detailed-exitcode env input json lock lock-timeout no-color out "
             "parallelism refresh refresh-only replace state target var var-file",
    .stream = true,
    .run = run,
};
