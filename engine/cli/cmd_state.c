#include "base/gettext.h"
#include "cli/cmd_state.h"
#include "cli/help.h"
#include "state/edit.h"
#include "view/human/state.h"
#include "view/json/history.h"
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

static bool has_id(const struct state_object *object, const char *id)
{
    if (!object || !value_is_set(object->value) || object->value.type->kind != TYPE_OBJECT)
        return false;
    struct value v = value_attr(object->value, STR("id"));
    return value_exists(v) && value_is_set(v) && v.type == type_string && str_eq(v.u.string, str_c(id));
}

/* What the addresses and -id leave, in the order of plans. */
static size_t select_instances(struct cli *cli, struct snapshot *state, const struct target *targets,
                               const struct state_instance ***out)
{
    size_t n, kept = 0;
    const struct state_instance *const *all = snapshot_sorted(state, &n);
    *out = ARENA_ARRAY(cli->arena, const struct state_instance *, n + 1);
    for (size_t i = 0; i < n; i++)
        if (selected(cli, targets, all[i]->addr) && (!cli->flags.id || has_id(all[i]->object, cli->flags.id)))
            (*out)[kept++] = all[i];
    return kept;
}

/* An address that nothing is at is a slip of the pen. */
static bool check_targets(struct cli *cli, struct snapshot *state, const struct target *targets)
{
    size_t n, errors = cli->diags.n_errors;
    const struct state_instance *const *all = snapshot_sorted(state, &n);
    for (size_t t = 0; t < cli->flags.args.n; t++) {
        bool used = false;
        for (size_t i = 0; i < n && !used; i++)
            used = target_covers(&targets[t], all[i]->addr);
        if (!used)
            edit_not_found(state, cli->flags.args.v[t], &cli->diags);
    }
    return cli->diags.n_errors == errors;
}

static int run_list(struct cli *cli)
{
    struct snapshot *state = open_state(cli);
    struct target *targets = ARENA_ARRAY(cli->arena, struct target, cli->flags.args.n + 1);
    for (size_t i = 0; state && i < cli->flags.args.n; i++)
        if (!addr_parse_target(session_addrs(cli->session), cli->sources, cli->flags.args.v[i], &targets[i],
                               &cli->diags))
            return cli_failed(cli);
    if (!state || !check_targets(cli, state, targets))
        return cli_failed(cli);
    const struct state_instance **list;
    size_t n = select_instances(cli, state, targets, &list);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.json)
        json_state_list(&out, list, n);
    for (size_t i = 0; !cli->flags.json && i < n; i++)
        strbuf_printf(&out, "%.*s\n", STR_ARG(list[i]->addr->text));
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static const struct state_instance *find(struct cli *cli, struct snapshot *state, struct str text)
{
    const struct addr *addr = addr_parse(session_addrs(cli->session), cli->sources, text, &cli->diags);
    const struct state_instance *instance = addr ? snapshot_get(state, addr) : NULL;
    if (addr && !instance)
        edit_not_found(state, text, &cli->diags);
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
    cli_page(strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_state_list = {
    .name = "state list",
    .args = "[ADDRESS…]",
    .summary = N_("List what is in the state"),
    .doc = N_("With addresses: only those, and what they hold: instances of a resource, all of a module."),
    .flags = "backend-config env id json no-color state",
    .max_args = 1000,
    .needs = READS_STATE,
    .run = run_list,
};

static const struct command cmd_state_show = {
    .name = "state show",
    .args = "ADDRESS",
    .summary = N_("Show one object of the state"),
    .doc = "",
    .flags = "backend-config env json no-color state",
    .min_args = 1,
    .max_args = 1,
    .needs = READS_STATE,
    .run = run_show,
};

static const struct command *const subcommands[] = {
    &cmd_state_list, &cmd_state_show, &cmd_state_mv,   &cmd_state_rm,      &cmd_state_history,
    &cmd_state_diff, &cmd_state_pull, &cmd_state_push, &cmd_state_migrate, NULL};

const struct command cmd_state = {
    .name = "state",
    .args = "COMMAND",
    .summary = N_("Look into the state and change it: list, show, mv, rm, history, diff, pull, push, migrate"),
    .doc = "",
    .flags = "no-color",
    .max_args = 1,
    .run = help_group,
    .subcommands = subcommands,
};
