/* state history, state diff: what the state was. */
#include "base/gettext.h"
#include "cli/cmd_state.h"
#include "state/compare.h"
#include "view/human/history.h"
#include "view/json/history.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static struct snapshot *current(struct cli *cli)
{
    return cli_session(cli) && !cli->diags.n_errors ? (struct snapshot *)session_state(cli->session, &cli->diags)
                                                    : NULL;
}

static int run_history(struct cli *cli)
{
    struct history history;
    struct snapshot *now = current(cli);
    if (!now || !session_history(cli->session, cli->arena, &history, &cli->diags))
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    cli_report(cli);
    if (cli->flags.json)
        json_history(&out, &history, snapshot_lineage(now));
    else
        human_history(&out, &history, snapshot_lineage(now), &cli->out);
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}

/* -- diff -- */

static bool parse_serial(struct cli *cli, struct str text, uint64_t *serial)
{
    char *end;
    errno = 0;
    *serial = strtoull(text.p, &end, 10);
    if (text.n && text.p[0] >= '0' && text.p[0] <= '9' && !*end && !errno)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Not a serial"),
               _("\"%.*s\" is not the serial of a state, a whole number such as %s shows."), STR_ARG(text),
               "\"detour state history\"");
    return false;
}

/* What the state was then; it is the state now where that has this serial and no history. */
static struct snapshot *at_serial(struct cli *cli, struct snapshot *now, const struct history *history, uint64_t serial)
{
    const struct past *past = history_find(history, snapshot_lineage(now), serial);
    if (past)
        return session_past(cli->session, past, &cli->diags);
    if (serial == snapshot_serial(now))
        return now;
    diag_error(&cli->diags, (struct span){0}, _("No such serial"),
               _("The history has no serial %" PRIu64 "; the state is at %" PRIu64
                 ". \"detour state history\" lists what there is."),
               serial, snapshot_serial(now));
    return NULL;
}

static void show_comparison(struct cli *cli, const struct state_comparison *c)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    cli_report(cli);
    if (cli->flags.json)
        json_comparison(&out, c);
    else
        human_comparison(&out, c, cli->registry, &(struct human_options){cli->out, false});
    cli_page(strbuf_str(&out));
}

static int run_diff(struct cli *cli)
{
    uint64_t from, to = 0;
    struct history history;
    bool two = cli->flags.args.n == 2;
    if (!parse_serial(cli, cli->flags.args.v[0], &from) || (two && !parse_serial(cli, cli->flags.args.v[1], &to)))
        return cli_failed(cli);
    struct snapshot *now = current(cli);
    if (!now || !session_history(cli->session, cli->arena, &history, &cli->diags))
        return cli_failed(cli);
    struct snapshot *before = at_serial(cli, now, &history, from);
    struct snapshot *after = !two ? now : before ? at_serial(cli, now, &history, to) : NULL;
    struct state_comparison comparison;
    if (before && after) {
        state_compare(cli->arena, before, after, &comparison);
        show_comparison(cli, &comparison);
    }
    bool ok = before && after, differ = ok && (comparison.objects.n || comparison.outputs.n);
    if (before != now)
        snapshot_free(before);
    if (after != now && after != before)
        snapshot_free(after);
    return !ok ? cli_failed(cli) : differ && cli->flags.detailed_exitcode ? EXIT_CHANGES : EXIT_OK;
}

const struct command cmd_state_history = {
    .name = "state history",
    .args = "",
    .summary = N_("List the states that there were: when, who, by which plan, what changed"),
    .doc = N_(
        "The newest first. CHANGES counts objects added (+), changed (~), removed (-) and moved (>); PLAN is the start "
        "of the digest of the plan that was applied. The texts of the last 50 are kept, for \"detour state diff\"."),
    .flags = "backend-config env json no-color state",
    .needs = READS_STATE,
    .run = run_history,
};

const struct command cmd_state_diff = {
    .name = "state diff",
    .args = "SERIAL [SERIAL]",
    .summary = N_("Show what changed since that serial, or between two"),
    .doc = N_("Compares what was stored, not what is there. With -detailed-exitcode: 2 where there are differences.\n"
              "-json names what differs without its values."),
    .flags = "backend-config detailed-exitcode env json no-color state",
    .min_args = 1,
    .max_args = 2,
    .needs = READS_STATE,
    .run = run_diff,
};
