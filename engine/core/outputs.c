/* The root module's outputs and variables in the plan. */
#include "core/run.h"

static struct value value_of(const struct run *run, const struct node *node)
{
    if (run->options.mode == PLAN_DESTROY || !node || !node->values || !value_exists(node->values[0]))
        return (struct value){0};
    return node->values[0];
}

static enum action output_action(const struct state_output *before, struct value after, bool sensitive)
{
    if (!before)
        return value_exists(after) ? ACTION_CREATE : ACTION_NOOP;
    if (!value_exists(after))
        return ACTION_DELETE;
    bool same = value_same(before->value, after) && before->value.type == after.type;
    return same && before->sensitive == sensitive ? ACTION_NOOP : ACTION_UPDATE;
}

static void add_output(struct run *run, const struct config_output *output, const struct state_output *before,
                       struct value after)
{
    struct plan_output planned = {
        .name = output ? output->name.text : before->name,
        .description = output ? output->description : (struct str){0},
        .before = before ? before->value : (struct value){0},
        .after = after,
        .sensitive = output ? output->sensitive : before->sensitive,
        .where = output ? output->header : (struct span){0},
    };
    planned.action = output_action(before, after, planned.sensitive);
    if (planned.action != ACTION_NOOP || value_exists(after))
        vec_push(run->plan->arena, &run->plan->outputs, planned);
}

/* Left out of a run with targets, cut off by an error, or not to be known when only refreshing: it stays as it is. */
static bool stays(const struct run *run, const struct node *node)
{
    if (run->options.mode == PLAN_DESTROY)
        return run->targets.n > 0;
    if (run->only && !run->only[node->id])
        return true;
    if (walk_was_skipped(run->walk, node->id) || !value_exists(value_of(run, node)))
        return true;
    return run->options.mode == PLAN_REFRESH_ONLY && !value_wholly_known(value_of(run, node));
}

static void declared_outputs(struct run *run, struct snapshot *state)
{
    const struct module *root = run->tree->root;
    vec_each (&root->outputs, i) {
        const struct node *node = root->outputs.v[i];
        const struct config_output *output = node->object;
        const struct state_output *before = snapshot_output(state, output->name.text);
        if (output->ephemeral)
            continue;
        if (!stays(run, node))
            add_output(run, output, before, value_of(run, node));
        else if (before)
            add_output(run, output, before, before->value);
    }
}

static void removed_outputs(struct run *run, struct snapshot *state)
{
    size_t n;
    const struct map *declared = &run->tree->root->config->module->outputs;
    const struct state_output *known = snapshot_outputs(state, &n);
    for (size_t i = 0; i < n; i++)
        if (!map_get(declared, known[i].name))
            add_output(run, NULL, &known[i], run->targets.n ? known[i].value : (struct value){0});
}

static void variables(struct run *run)
{
    map_each (&run->session->inputs, i) {
        const struct config_input *input = run->session->inputs.entries[i].value;
        struct plan_variable variable = {.name = input->variable->name.text,
                                         .value = input->value,
                                         .sensitive = input->variable->sensitive,
                                         .ephemeral = input->variable->ephemeral};
        vec_push(run->plan->arena, &run->plan->variables, variable);
    }
}

void plan_outputs(struct run *run)
{
    struct snapshot *state = session_snapshot(run->session);
    declared_outputs(run, state);
    removed_outputs(run, state);
    variables(run);
}
