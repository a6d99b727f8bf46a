/* -target and -replace: which nodes and instances take part. */
#include "core/run.h"

#include "base/gettext.h"

static bool parse_list(struct run *run, const struct str *texts, size_t n, bool replace)
{
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        struct target target;
        if (!addr_parse_target(run->session->addrs, run->session->sources, texts[i], &target, run->diags)) {
            ok = false;
        } else if (replace && (!target.addr || target.addr->mode != ADDR_MANAGED)) {
            diag_error(run->diags, (struct span){0}, _("Invalid -replace"),
                       _("\"%.*s\" names no managed resource. -replace takes one resource instance, such as "
                         "detour_data.a or detour_data.a[\"x\"]."),
                       STR_ARG(texts[i]));
            ok = false;
        } else if (replace) {
            vec_push(run->arena, &run->replaces, target);
        } else {
            vec_push(run->arena, &run->targets, target);
        }
    }
    return ok;
}

/* Whether the module is, without keys, the target's or lies below it. */
static bool below(const struct module_inst *target, const struct module_inst *module)
{
    size_t depth_target = 0, depth = 0;
    for (const struct module_inst *m = target; m->parent; m = m->parent)
        depth_target++;
    for (const struct module_inst *m = module; m->parent; m = m->parent)
        depth++;
    for (; depth > depth_target; depth--)
        module = module->parent;
    for (; target->parent && module->parent; target = target->parent, module = module->parent)
        if (!str_eq(target->name, module->name))
            return false;
    return !target->parent && !module->parent;
}

/* Whether some instance of the task could be meant. */
static bool touches(const struct target *target, const struct task *task)
{
    if (!target->addr)
        return below(target->module, task->whole->module);
    const struct addr *a = target->addr, *b = task->whole;
    return a->mode == b->mode && str_eq(a->type, b->type) && str_eq(a->name, b->name) && below(a->module, b->module) &&
           below(b->module, a->module);
}

static bool known_somewhere(const struct run *run, const struct target *target)
{
    vec_each (&run->tree->tasks, i)
        if (touches(target, run->tree->tasks.v[i]))
            return true;
    vec_each (&run->priors->list, i)
        if (target_covers(target, run->priors->list.v[i]->addr))
            return true;
    return false;
}

/* The address that may be meant, or nothing. */
static struct str near_target(const struct run *run, struct str text)
{
    struct map names = MAP_INIT(run->scratch);
    vec_each (&run->tree->tasks, i)
        map_put(&names, run->tree->tasks.v[i]->whole->text, NULL);
    vec_each (&run->priors->list, i)
        map_put(&names, run->priors->list.v[i]->addr->text, NULL);
    return map_near(&names, text);
}

static void check_known(struct run *run, const struct target *target, struct str text)
{
    if (known_somewhere(run, target))
        return;
    struct str near = near_target(run, text);
    struct str hint = near.n ? arena_printf(run->scratch, _(" Did you mean %.*s?"), STR_ARG(near)) : STR("");
    diag_error(run->diags, (struct span){0}, _("Unknown target"),
               _("\"%.*s\" is neither in the configuration nor in the state.%.*s"), STR_ARG(text), STR_ARG(hint));
}

/* Root outputs come along when all that they need does. */
static void add_outputs(struct run *run, bool *only)
{
    vec_each (&run->tree->root->outputs, i) {
        const struct node *output = run->tree->root->outputs.v[i];
        bool all = true, *needs = ARENA_ARRAY(run->scratch, bool, run->tree->nodes.n);
        needs[output->id] = true;
        dag_close_needs(run->tree->dag, needs, NULL, NULL);
        for (uint32_t id = 0; all && id < run->tree->nodes.n; id++)
            all = !needs[id] || only[id] || run->tree->nodes.v[id]->kind != NODE_RESOURCE;
        for (uint32_t id = 0; all && id < run->tree->nodes.n; id++)
            only[id] |= needs[id];
    }
}

static void close_targets(struct run *run)
{
    struct tree *tree = run->tree;
    bool *only = ARENA_ARRAY(run->arena, bool, tree->nodes.n), *entire = ARENA_ARRAY(run->arena, bool, tree->nodes.n);
    bool destroy = run->options.mode == PLAN_DESTROY;
    vec_each (&tree->tasks, i) {
        const struct task *task = tree->tasks.v[i];
        bool direct = false;
        vec_each (&run->targets, k)
            direct |= touches(&run->targets.v[k], task);
        if (!direct || task->config->check) /* a check's data comes after everything: it would bring everything in */
            continue;
        only[task->node->id] = true;
        struct dag_list next = destroy ? dag_waiters(tree->dag, task->node->id) : dag_needs(tree->dag, task->node->id);
        for (uint32_t k = 0; k < next.n; k++)
            entire[next.v[k]] = true;
    }
    if (destroy)
        dag_close_waiters(tree->dag, entire);
    else
        dag_close_needs(tree->dag, entire, NULL, NULL);
    for (size_t i = 0; i < tree->nodes.n; i++)
        only[i] |= entire[i];
    if (!destroy)
        add_outputs(run, only);
    run->only = only;
    run->entire = entire;
}

bool targets_parse(struct run *run)
{
    size_t errors = run->diags->n_errors;
    if (!parse_list(run, run->options.targets, run->options.n_targets, false) ||
        !parse_list(run, run->options.replaces, run->options.n_replaces, true))
        return false;
    vec_each (&run->targets, i)
        check_known(run, &run->targets.v[i], run->options.targets[i]);
    vec_each (&run->replaces, i)
        check_known(run, &run->replaces.v[i], run->options.replaces[i]);
    if (run->targets.n)
        close_targets(run);
    return run->diags->n_errors == errors;
}

bool run_targeted(const struct run *run, const struct task *task, const struct addr *addr)
{
    if (!run->targets.n || (task && run->entire[task->node->id]))
        return true;
    vec_each (&run->targets, i)
        if (target_covers(&run->targets.v[i], addr))
            return true;
    return false;
}

static bool planned_or_prior(const struct run *run, const struct target *target)
{
    vec_each (&run->plan->changes, i)
        if (target_covers(target, run->plan->changes.v[i].addr))
            return true;
    vec_each (&run->priors->list, i)
        if (target_covers(target, run->priors->list.v[i]->addr))
            return true;
    return false;
}

/* The instances that there are, as far as a line holds them. */
static struct str instances_of(const struct run *run, const struct target *target)
{
    enum { SHOWN = 5 };
    struct target whole = {.addr = target->addr, .whole = true};
    struct map seen = MAP_INIT(run->scratch);
    STRBUF_AUTO out = STRBUF_INIT(0);
    vec_each (&run->plan->changes, i)
        if (target_covers(&whole, run->plan->changes.v[i].addr))
            map_put(&seen, run->plan->changes.v[i].addr->text, NULL);
    vec_each (&run->priors->list, i)
        if (target_covers(&whole, run->priors->list.v[i]->addr))
            map_put(&seen, run->priors->list.v[i]->addr->text, NULL);
    for (size_t i = 0; i < seen.n && i < SHOWN; i++)
        strbuf_printf(&out, "%s%.*s", i ? ", " : "", STR_ARG(seen.entries[i].key));
    if (seen.n > SHOWN)
        strbuf_printf(&out, ", …");
    return arena_str(run->diags->arena, strbuf_str(&out));
}

static bool check_instance(struct run *run, const struct target *target, struct str text)
{
    bool managed = target->addr && target->addr->mode == ADDR_MANAGED;
    if (!managed || target->whole || planned_or_prior(run, target))
        return true;
    struct str others = instances_of(run, target);
    diag_error(run->diags, (struct span){0}, _("Unknown target"),
               _("\"%.*s\" names no instance that is or will be there.%s%.*s"), STR_ARG(text),
               others.n ? _(" There are: ") : "", STR_ARG(others));
    return false;
}

bool targets_met(struct run *run)
{
    bool ok = true;
    vec_each (&run->targets, i)
        ok &= check_instance(run, &run->targets.v[i], run->options.targets[i]);
    vec_each (&run->replaces, i)
        ok &= check_instance(run, &run->replaces.v[i], run->options.replaces[i]);
    return ok;
}
