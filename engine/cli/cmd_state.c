#include "base/gettext.h"
#include "cli/cmd_state.h"
#include "cli/help.h"
#include "state/model.h"
#include "view/human/state.h"
#include "view/json/state.h"

static struct snapshot *open_state(struct cli *cli)
{
    return cli_session(cli) ? (struct snapshot *)session_state(cli->session, &cli->diags) : NULL;
}

static bool selected(struct cli *cli, const struct target *targets, const struct addr *addr)
{
    for (size_t i = 0; i < cli->flags.args.n; i++)
        if (target_covers(&targets[i], addr))
            return true;
    return cli->flags.args.n == 0;
}

static int run_list(struct cli *cli)
{
    struct snapshot *state = open_state(cli);
    struct target *targets = ARENA_ARRAY(cli->arena, struct target, cli->flags.args.n + 1);
    for (size_t i = 0; state && i < cli->flags.args.n; i++)
        if (!addr_parse_target(session_addrs(cli->session), cli->sources, cli->flags.args.v[i], &targets[i],
                               &cli->diags))
            return cli_failed(cli);
    if (!state)
        return cli_failed(cli);
    size_t n;
    const struct state_instance *const *instances = snapshot_sorted(state, &n);
    STRBUF_AUTO out = STRBUF_INIT(0);
    for (size_t i = 0; i < n; i++)
        if (selected(cli, targets, instances[i]->addr))
            strbuf_printf(&out, "%.*s\n", STR_ARG(instances[i]->addr->text));
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static const struct state_instance *find(struct cli *cli, struct snapshot *state, struct str text)
{
    const struct addr *addr = addr_parse(session_addrs(cli->session), cli->sources, text, &cli->diags);
    const struct state_instance *instance = addr ? snapshot_get(state, addr) : NULL;
    if (addr && !instance)
        diag_error(&cli->diags, (struct span){0}, _("Not in the state"),
                   _("The state has no object %.*s. \"detour state list\" shows what there is."), STR_ARG(text));
    return instance;
}

static int run_show(struct cli *cli)
{
    struct snapshot *state = open_state(cli);
    const struct state_instance *instance = state ? find(cli, state, cli->flags.args.v[0]) : NULL;
    if (!instance)
        return cli_failed(cli);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        json_state_instance(&out, instance);
    else
        human_state_instance(&out, instance, cli->registry, &(struct human_options){cli->out, false});
    cli_report(cli);
    cli_page(cli, strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_state_list = {
    .name = "state list",
    .args = "[ADDRESS…]",
    .summary = N_("List what is in the state"),
    .doc = N_("With addresses: only those, and what they hold."),
    .flags = "backend-config no-color state",
    .max_args = 1000,
    .run = run_list,
};

static const struct command cmd_state_show = {
    .name = "state show",
    .args = "ADDRESS",
    .summary = N_("Show one object of the state"),
    .doc = "",
    .flags = "backend-config json no-color state",
    .min_args = 1,
    .max_args = 1,
    .run = run_show,
};

static const struct command *const subcommands[] = {&cmd_state_list, &cmd_state_show,    &cmd_state_pull,
                                                    &cmd_state_push, &cmd_state_migrate, NULL};

const struct command cmd_state = {
    .name = "state",
    .args = "COMMAND",
    .summary = N_("Look into the state, store it, move it: list, show, pull, push, migrate"),
    .doc = "",
    .flags = "no-color",
    .max_args = 1,
    .run = help_group,
    .subcommands = subcommands,
};
