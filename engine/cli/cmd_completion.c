#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/complete/complete.h"
#include "config/config.h"
#include "state/model.h"

/* -- scripts -- */

static int run(struct cli *cli)
{
    static const struct {
        const char *name;
        void (*write)(struct strbuf *out);
    } shells[] = {{"bash", complete_bash}, {"zsh", complete_zsh}, {"fish", complete_fish}};
    STRBUF_AUTO out = STRBUF_INIT(0);
    struct str name = cli->flags.args.v[0];
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (str_eq(str_c(shells[i].name), name)) {
            shells[i].write(&out);
            cli_print(strbuf_str(&out));
            return EXIT_OK;
        }
    diag_error(&cli->diags, (struct span){0}, _("Unknown shell"),
               _("There are completion scripts for bash, zsh and fish, and none for \"%.*s\"."), STR_ARG(name));
    return cli_failed(cli);
}

/* -- candidates -- */

/* Scripts ask for them while somebody types: never a diagnostic, what can be found is listed. */

static void add(struct map *names, struct str name)
{
    map_put(names, name, NULL);
}

static void add_declared(struct cli *cli, struct map *names)
{
    const struct config *config = session_config(cli->session);
    for (size_t i = 0; config && i < config->nodes.n; i++) {
        const struct config_node *node = config->nodes.entries[i].value;
        if (node->path.n)
            add(names, node->path);
        for (size_t r = 0; node->module && r < node->module->resources.n; r++)
            add(names, arena_printf(cli->arena, "%.*s%s%.*s", STR_ARG(node->path), node->path.n ? "." : "",
                                    STR_ARG(node->module->resources.entries[r].key)));
    }
}

static void add_stored(struct cli *cli, struct map *names)
{
    size_t n = 0;
    const struct snapshot *state = session_state(cli->session, &cli->diags);
    const struct state_instance *const *list = state ? snapshot_sorted((struct snapshot *)state, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        add(names, list[i]->addr->text);
}

static void add_outputs(struct cli *cli, struct map *names)
{
    size_t n = 0;
    const struct snapshot *state = session_state(cli->session, &cli->diags);
    const struct state_output *outputs = state ? snapshot_outputs((struct snapshot *)state, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        add(names, outputs[i].name);
}

static void add_functions(struct cli *cli, struct map *names)
{
    const struct map *functions = &cli_functions(cli)->by_name;
    map_each (functions, i)
        add(names, functions->entries[i].key);
}

static void add_types(struct cli *cli, struct map *names)
{
    for (size_t i = 0; i < registry_count(cli->registry); i++)
        for (const struct detour_type *type = registry_at(cli->registry, i)->types; type && type->name; type++)
            add(names, str_c(type->name));
}

static void add_all(struct cli *cli, enum complete_kind kind, struct map *names)
{
    if (kind == COMPLETE_FUNCTIONS)
        add_functions(cli, names);
    else if (kind == COMPLETE_TYPES)
        add_types(cli, names);
    if (kind != COMPLETE_ADDRESSES && kind != COMPLETE_OBJECTS && kind != COMPLETE_OUTPUTS)
        return;
    cli->flags.input = false;
    if (!cli_session(cli))
        return;
    if (kind == COMPLETE_ADDRESSES)
        add_declared(cli, names);
    if (kind == COMPLETE_OUTPUTS)
        add_outputs(cli, names);
    else
        add_stored(cli, names);
}

static int run_list(struct cli *cli)
{
    struct map names = MAP_INIT(cli->arena);
    STRBUF_AUTO out = STRBUF_INIT(0);
    add_all(cli, complete_kind_named(cli->flags.args.v[0]), &names);
    map_each (&names, i)
        strbuf_printf(&out, "%.*s\n", STR_ARG(names.entries[i].key));
    cli_print(strbuf_str(&out));
    return EXIT_OK;
}

static const struct command cmd_completion_list = {
    .name = "completion list",
    .args = "addresses|objects|outputs|functions|types",
    .summary = N_("List what may be typed, for the completion scripts"),
    .doc = "",
    .flags = "env state",
    .min_args = 1,
    .max_args = 1,
    .needs = READS_STATE,
    .run = run_list,
    .hidden = true,
};

static const struct command *const subcommands[] = {&cmd_completion_list, NULL};

const struct command cmd_completion = {
    .name = "completion",
    .args = "bash|zsh|fish",
    .summary = N_("Print a completion script for a shell"),
    .doc = N_(
        "The Debian package installs these; otherwise: source <(detour completion bash), likewise in zsh, and in fish "
        "detour completion fish | source. Addresses are completed with those of the configuration and the state "
        "in the folder."),
    .flags = "",
    .min_args = 1,
    .max_args = 1,
    .run = run,
    .subcommands = subcommands,
};
