/* The life of a session: configuration, inputs, state, and what the command line asks of it. */
#include "core/place.h"
#include "core/run.h"

#include "base/clock.h"
#include "base/gettext.h"
#include "graph/dot.h"

struct session *session_new(const struct session_options *options)
{
    struct arena *arena = arena_new();
    struct session *session = ARENA_NEW(arena, struct session);
    session->arena = arena;
    session->options = *options;
    if (!session->options.dir.n)
        session->options.dir = STR(".");
    session->sources = options->config ? options->config->sources : sources_new();
    session->addrs = addrs_new();
    session->lanes = lanes_new(options->parallelism, &session->cancelled);
    return session;
}

void session_load(struct session *session, struct diags *diags)
{
    size_t errors = diags->n_errors;
    const struct config_reader *inner = session->options.reader ? session->options.reader : &config_disk;
    session->reader = recorder_reader(&session->recorder, session->arena, inner);
    if (session->options.config) {
        session->config = session->options.config;
        return;
    }
    session->config = config_load(session->arena, session->sources, &session->reader, session->options.dir,
                                  session->options.version, diags);
    session->broken = diags->n_errors > errors;
}

struct session *session_open(const struct session_options *options, struct diags *diags)
{
    struct session *session = session_new(options);
    session_load(session, diags);
    return session;
}

static void close_providers(struct session *session)
{
    if (!session->tree)
        return;
    map_each (&session->tree->slots, i) {
        struct provider_slot *slot = session->tree->slots.entries[i].value;
        if (slot->opened && slot->instance.provider->close)
            slot->instance.provider->close(slot->instance.self);
    }
}

static bool has_secrets(const struct session *session)
{
    map_each (&session->inputs, i) {
        const struct config_input *input = session->inputs.entries[i].value;
        if (input->variable->sensitive || (value_exists(input->value) && value_has_secret(input->value)))
            return true;
    }
    return false;
}

void session_release(struct session *session, struct diags *diags)
{
    if (session)
        store_release(session->store, diags);
}

void session_close(struct session *session)
{
    if (!session)
        return;
    if (has_secrets(session))
        arena_wipe_on_free(session->arena);
    lanes_free(session->lanes); /* before the providers: their threads may still hold connections */
    close_providers(session);
    call_free(session->lane_call);
    call_free(session->plan_call);
    vec_each (&session->plans, i)
        plan_free(session->plans.v[i]);
    store_close(session->store);
    snapshot_free(session->loose);
    place_close(session->place);
    secrets_free(session->keys);
    addrs_free(session->addrs);
    arena_free(session->applied);
    if (!session->options.config)
        sources_free(session->sources);
    arena_free(session->arena);
}

void session_cancel(struct session *session)
{
    atomic_store(&session->cancelled, true);
}

bool session_cancelled(const struct session *session)
{
    return atomic_load(&session->cancelled);
}

struct sources *session_sources(struct session *session)
{
    return session->sources;
}

struct addrs *session_addrs(struct session *session)
{
    return session->addrs;
}

const struct config *session_config(const struct session *session)
{
    return session->config;
}

/* -- inputs and tree -- */

static bool gather_inputs(struct session *session, struct diags *diags)
{
    const struct session_options *o = &session->options;
    size_t errors = diags->n_errors;
    session->inputs = config_inputs(session->config, o->only_inputs ? NULL : &session->reader, o->dir, o->environment,
                                    o->inputs, o->n_inputs, diags);
    if (diags->n_errors > errors)
        return false;
    map_each (&session->inputs, i) {
        struct config_input *input = session->inputs.entries[i].value;
        struct str answer;
        if (!value_exists(input->value) && !input->given && o->ask &&
            o->ask(o->ask_ctx, input->variable->name.text, input->variable->description, input->variable->sensitive,
                   session->arena, &answer))
            config_input_answer(session->config, input, answer, diags);
    }
    if (diags->n_errors == errors)
        config_inputs_require(&session->inputs, diags);
    return diags->n_errors == errors;
}

static void check_references(struct session *session, struct diags *diags)
{
    const struct session_stand_ins *given = session->options.stand_ins;
    size_t n = given ? given->n_providers : 0;
    struct config_provider_ref *refs = ARENA_ARRAY(session->arena, struct config_provider_ref, n);
    for (size_t i = 0; i < n; i++)
        refs[i] = (struct config_provider_ref){.name = given->providers[i].name, .alias = given->providers[i].alias};
    config_check_references(session->config, refs, n, diags);
}

static bool build(struct session *session, struct diags *diags)
{
    if (session->broken)
        return false;
    if (session->tree)
        return true;
    size_t errors = diags->n_errors;
    check_references(session, diags);
    if (diags->n_errors == errors)
        session->tree = tree_build(session, diags);
    session->broken = !session->tree;
    return session->tree != NULL;
}

bool session_prepare(struct session *session, struct diags *diags)
{
    if (!build(session, diags))
        return false;
    if (!session->inputs_ready)
        session->inputs_ready = gather_inputs(session, diags);
    return session->inputs_ready;
}

/* -- state -- */

static bool on_wait(void *ctx, const struct lock_holder *holder, unsigned waited_s)
{
    struct session *session = ctx;
    ARENA_AUTO scratch = arena_new();
    if (session_cancelled(session))
        return false;
    struct str text = arena_printf(scratch, _("%.*s (process %lld) holds it for %.*s since %.*s"), STR_ARG(holder->who),
                                   (long long)holder->pid, STR_ARG(holder->operation), STR_ARG(holder->since));
    session_tell(session, (struct session_event){
                              .kind = EVENT_LOCK_WAIT, .text = text, .elapsed_ns = (uint64_t)waited_s * 1000000000});
    return !session_cancelled(session);
}

static bool is_ours(void *ctx, const struct snapshot *snapshot, struct diags *diags)
{
    return place_check(ctx, snapshot, diags);
}

bool session_store_options(struct session *session, struct store_options *out, struct diags *diags)
{
    const struct session_options *o = &session->options;
    struct backend *backend = place_backend(session, diags);
    if (!backend)
        return false;
    *out = (struct store_options){
        .backend = backend,
        .secrets = session_keys(session),
        .rescue = place_rescue_file(session),
        .rescue_command = rescue_command(session),
        .addrs = session->addrs,
        .sources = session->sources,
        .operation = arena_str(session->arena, o->operation.n ? o->operation : STR("plan")).p,
        .lock_timeout_s = o->lock_timeout_s,
        .waiting = on_wait,
        .accept = is_ours,
        .ctx = session,
    };
    return true;
}

bool session_need_store(struct session *session, struct diags *diags)
{
    struct store_options options;
    if (session->store)
        return true;
    if (!session_store_options(session, &options, diags))
        return false;
    session->store = store_open(&options, diags);
    return session->store != NULL;
}

static bool read_loose(struct session *session, struct diags *diags)
{
    struct store_options options;
    if (!session_store_options(session, &options, diags))
        return false;
    session->loose = store_read(&options, diags);
    if (session->loose && !place_check(session, session->loose, diags)) {
        snapshot_free(session->loose);
        session->loose = NULL;
    }
    return session->loose != NULL;
}

bool session_open_state(struct session *session, struct diags *diags)
{
    if (session->store || session->loose)
        return true;
    return session->options.no_lock ? read_loose(session, diags) : session_need_store(session, diags);
}

struct snapshot *session_snapshot(const struct session *session)
{
    return session->store ? store_snapshot(session->store) : session->loose;
}

const struct snapshot *session_state(struct session *session, struct diags *diags)
{
    if (!session->store && !session->loose) {
        if (!read_loose(session, diags))
            return NULL;
        moving_warned(session, diags);
    }
    return session_snapshot(session);
}

/* -- graph -- */

static struct str dot_name(void *ctx, uint32_t id)
{
    const struct session *session = ctx;
    const struct node *node = session->tree->nodes.v[id];
    return node->kind == NODE_MODULE_END ? (struct str){0} : node_text(session->arena, node);
}

bool session_graph(struct session *session, struct strbuf *out, struct diags *diags)
{
    if (!build(session, diags))
        return false;
    dot_write(out, session->tree->dag, dot_name, session);
    return true;
}

/* -- validate -- */

static bool validate_instance(struct run *run, struct task *task, const struct module_copy *copy, struct group *group,
                              struct instance_of *inst)
{
    struct frame frame = frame_of_instance(run, task, copy, group, inst);
    struct about about = {.addr = inst->addr, .task = task};
    struct value config;
    struct planned planned;
    if (!instance_config(&frame, task, inst, run->scratch, &config))
        return false;
    if (!plan_object(run, &about, (struct value){0}, config, (struct blob){0}, run->arena, &planned))
        return false;
    inst->value = planned.value;
    frame.self = inst->value;
    bool protects;
    const struct config_lifecycle *lifecycle = task->config->lifecycle;
    return conditions_check(&frame, lifecycle->preconditions, CHECK_RESOURCE, task->whole->text, inst->addr->text,
                            inst->addr, _("Resource precondition failed")) &&
           conditions_check(&frame, lifecycle->postconditions, CHECK_RESOURCE, task->whole->text, inst->addr->text,
                            inst->addr, _("Resource postcondition failed")) &&
           protected_by_config(run, task, copy, group, inst, &protects);
}

static bool validate_node(struct run *run, struct node *node)
{
    if (node->kind != NODE_RESOURCE)
        return evaluate_value_node(run, node);
    struct task *task = node->task;
    if (!expand_task(run, task))
        return false;
    bool ok = imports_validate(run, task);
    for (uint32_t i = 0; i < node->module->n_copies; i++)
        for (uint32_t k = 0; k < task->groups[i].n; k++)
            ok &= validate_instance(run, task, &node->module->copies[i], &task->groups[i], &task->groups[i].v[k]);
    return ok;
}

bool session_validate(struct session *session, struct diags *diags)
{
    size_t errors = diags->n_errors;
    if (!build(session, diags))
        return false;
    ARENA_AUTO arena = arena_new();
    ARENA_AUTO scratch = arena_new();
    struct run run = {.session = session,
                      .tree = session->tree,
                      .phase = PHASE_VALIDATE,
                      .arena = arena,
                      .scratch = scratch,
                      .diags = diags};
    tree_reset(session->tree);
    expand_root(&run);
    struct walk *walk = walk_new(arena, session->tree->dag, NULL);
    for (uint32_t id; walk_next(walk, &id);) {
        /* a failed node answers unknown: what stands on it is checked all the same */
        validate_node(&run, session->tree->nodes.v[id]);
        walk_done(walk, id);
    }
    tree_reset(session->tree);
    return diags->n_errors == errors;
}

/* -- plan -- */

struct run run_for(struct session *session, struct plan *plan, const struct plan_options *options,
                   struct arena *scratch, struct diags *diags)
{
    return (struct run){
        .session = session,
        .tree = session->tree,
        .phase = PHASE_PLAN,
        .arena = plan->arena,
        .scratch = scratch,
        .diags = diags,
        .timestamp = plan->timestamp,
        .plan = plan,
        .options = *options,
        .imports = MAP_INIT(plan->arena),
        .imported_ids = MAP_INIT(plan->arena),
    };
}

static void describe(struct run *run)
{
    struct plan *plan = run->plan;
    const struct snapshot *state = session_snapshot(run->session);
    plan->serial = snapshot_serial(state);
    if (plan->serial)
        plan->lineage = arena_str(plan->arena, snapshot_lineage(state));
    for (size_t i = 0; i < run->options.n_targets; i++)
        vec_push(plan->arena, &plan->targets, arena_str(plan->arena, run->options.targets[i]));
    for (size_t i = 0; i < run->options.n_replaces; i++)
        vec_push(plan->arena, &plan->replaces, arena_str(plan->arena, run->options.replaces[i]));
}

bool session_read_state(struct run *run)
{
    if (!priors_load(run) || !targets_parse(run))
        return false;
    prior_pass(run->session, run);
    priors_read(run, run->options.no_refresh);
    plan_drift(run);
    return true;
}

static void make(struct run *run)
{
    if (run->options.mode != PLAN_DESTROY && !plan_walk(run))
        run->plan->errored = true;
    plan_orphans(run);
    if (!session_cancelled(run->session))
        plan_review(run);
    if (run->options.mode == PLAN_NORMAL)
        checks_run(run);
    else if (run->options.mode == PLAN_DESTROY)
        checks_unknown(run);
    plan_outputs(run);
    plan_relevance(run);
    bool whole = run->options.mode == PLAN_NORMAL && !run->plan->errored && !session_cancelled(run->session);
    if (whole && !targets_met(run))
        run->plan->errored = true;
}

struct plan *session_new_plan(struct session *session, enum plan_mode mode)
{
    struct plan *plan = plan_new(mode);
    vec_push(session->arena, &session->plans, plan);
    plan->timestamp = clock_timestamp(plan->arena);
    return plan;
}

static void tell_of_targets(const struct plan_options *options, struct diags *diags)
{
    if (options->n_targets)
        diag_warning(diags, (struct span){0}, _("Resource targeting is in effect"),
                     _("This plan is a part of what the configuration asks for: -target leaves out what the targets do "
                       "not need. It is meant for recovering from trouble. Plan once more without it to see what is "
                       "left."));
}

struct plan *session_plan(struct session *session, const struct plan_options *options, struct diags *diags)
{
    size_t errors = diags->n_errors;
    if (!session_prepare(session, diags) || !session_open_state(session, diags) || moving_refused(session, diags))
        return NULL;
    ARENA_AUTO scratch = arena_new();
    struct plan *plan = session_new_plan(session, options->mode);
    struct run run = run_for(session, plan, options, scratch, diags);
    tree_reset(session->tree);
    session->last = PHASE_PLAN;
    session->timestamp = plan->timestamp;
    describe(&run);
    if (!session_read_state(&run))
        return NULL;
    make(&run);
    if (session_cancelled(session))
        diag_error(diags, (struct span){0}, _("Cancelled"), _("The plan was not finished. Nothing was changed."));
    plan->errored |= diags->n_errors > errors;
    tell_of_targets(options, diags);
    session_key_plan(session, plan);
    plan_seal(plan);
    return plan;
}
