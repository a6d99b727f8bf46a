#include "base/gettext.h"
#include "cli/cli.h"
#include "state/model.h"
#include "value/json.h"
#include "value/print.h"
#include "view/human/state.h"
#include "view/json/state.h"

static bool print_raw(struct cli *cli, const struct state_output *output)
{
    struct value v;
    if (!convert(cli->arena, value_unmark_deep(cli->arena, output->value), type_string, &v, NULL, NULL) ||
        value_is_null(v)) {
        diag_error(&cli->diags, (struct span){0}, _("Not a string"),
                   _("-raw prints strings, numbers and bools; output \"%.*s\" is %.*s. Use -json for it."),
                   STR_ARG(output->name), STR_ARG(type_friendly(cli->arena, output->value.type)));
        return false;
    }
    cli_print(v.u.string);
    return true;
}

static bool print_one(struct cli *cli, const struct state_output *output)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    struct value plain = value_unmark_deep(cli->arena, output->value);
    if (cli->flags.raw)
        return print_raw(cli, output);
    if (cli->flags.json)
        json_write(&out, plain, JSON_COMPACT);
    else
        value_print(&out, plain, 0); /* asked for by name: shown even if sensitive, as everybody expects */
    strbuf_addc(&out, '\n');
    cli_print(strbuf_str(&out));
    return true;
}

static bool no_such_output(struct cli *cli, const struct state_output *outputs, size_t n, struct str name)
{
    struct map names = MAP_INIT(cli->arena);
    for (size_t i = 0; i < n; i++)
        map_put(&names, outputs[i].name, NULL);
    struct str near = map_near(&names, name);
    struct str hint = near.n ? arena_printf(cli->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    diag_error(&cli->diags, (struct span){0}, _("Output not found"),
               _("The state has no output \"%.*s\".%.*s Outputs get there by an apply."), STR_ARG(name), STR_ARG(hint));
    return false;
}

static bool print_all(struct cli *cli, const struct snapshot *state, size_t n)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->flags.raw) {
        diag_error(&cli->diags, (struct span){0}, _("Missing name"),
                   _("-raw prints one output: detour output -raw NAME."));
        return false;
    }
    if (cli->flags.json)
        json_outputs(&out, state);
    else
        human_state_outputs(&out, state, &(struct human_options){cli->out, false}, "");
    if (!n && !cli->flags.json)
        diag_warning(&cli->diags, (struct span){0}, _("No outputs"),
                     _("The state has no outputs. They are declared with output blocks and get there by an apply."));
    cli_print(strbuf_str(&out));
    return true;
}

static bool print_outputs(struct cli *cli)
{
    const struct snapshot *state = cli_session(cli) ? session_state(cli->session, &cli->diags) : NULL;
    if (!state)
        return false;
    size_t n;
    const struct state_output *outputs = snapshot_outputs((struct snapshot *)state, &n);
    if (!cli->flags.args.n)
        return print_all(cli, state, n);
    for (size_t i = 0; i < n; i++)
        if (str_eq(outputs[i].name, cli->flags.args.v[0]))
            return print_one(cli, &outputs[i]);
    return no_such_output(cli, outputs, n, cli->flags.args.v[0]);
}

static int run(struct cli *cli)
{
    if (!print_outputs(cli))
        return cli_failed(cli);
    cli_report(cli);
    return EXIT_OK;
}

const struct command cmd_output = {
    .name = "output",
    .args = "[OUTPUT]",
    .summary = N_("Show the outputs of the root module"),
    .doc = N_("Sensitive outputs are hidden in the list, and shown when they are asked for by name."),
    .flags = "backend-config env json no-color raw state",
    .max_args = 1,
    .needs = READS_STATE,
    .run = run,
};
