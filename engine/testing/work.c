/* A test file carried out: its runs one after the other, then what they made is taken down, last made first. */
#include "testing/bench.h"

#include "base/clock.h"
#include "base/gettext.h"
#include "core/evaluate.h"
#include "provider/mock.h"
#include "state/backend/backend.h"
#include "state/model.h"
#include "state/secrets.h"
#include "syntax/traversal.h"

static void tell(const struct bench *bench, enum test_event_kind kind, const struct test_run *run)
{
    const struct test_options *o = &bench->testing->options;
    struct test_event event = {.kind = kind, .suite = &bench->testing->suite, .file = bench->report, .run = run};
    if (o->event)
        o->event(o->ctx, &event);
}

static void show(const struct bench *bench, const struct test_run *run, const struct plan *plan,
                 const struct snapshot *state)
{
    const struct test_options *o = &bench->testing->options;
    struct test_event event = {.kind = TEST_RUN_SHOW,
                               .suite = &bench->testing->suite,
                               .file = bench->report,
                               .run = run,
                               .plan = plan,
                               .state = state};
    if (o->event)
        o->event(o->ctx, &event);
}

/* -- sessions: the one at work is what an interrupt stops -- */

static struct session *open_session(struct bench *bench, const struct staged *staged, struct diags *diags)
{
    struct session_options options = staged->options;
    options.stand_ins = &staged->stand_ins;
    options.backend = staged->state->backend;
    options.secrets = staged->state->secrets;
    struct session *session = session_open(&options, diags);
    atomic_store(&bench->testing->session, session);
    return session;
}

static void close_session(struct bench *bench, struct session *session)
{
    atomic_store(&bench->testing->session, NULL);
    session_close(session);
}

/* An interrupt that came before the session was there. */
static void heed(struct bench *bench, struct session *session, unsigned enough)
{
    if (atomic_load(&bench->testing->interrupts) >= enough)
        session_cancel(session);
}

/* -- one run -- */

/* A run at work. */
struct working {
    struct bench *bench;
    struct test_run *run;
    struct staged *staged;
    struct session *session;
    struct verdict verdict;
    struct diags found; /* of the step at hand */
};

static const struct str *address_texts(struct arena *arena, struct config_traversals list)
{
    struct str *texts = ARENA_ARRAY(arena, struct str, list.n);
    for (size_t i = 0; i < list.n; i++) {
        STRBUF_AUTO text = STRBUF_INIT(1 << 12);
        traversal_print(&text, list.v[i]);
        texts[i] = arena_str(arena, strbuf_str(&text));
    }
    return texts;
}

static struct plan_options plan_options_of(struct working *w)
{
    const struct testfile_run *run = w->run->config;
    return (struct plan_options){
        .mode = run->refresh_only ? PLAN_REFRESH_ONLY : PLAN_NORMAL,
        .targets = address_texts(w->bench->arena, run->targets),
        .n_targets = run->targets.n,
        .replaces = address_texts(w->bench->arena, run->replaces),
        .n_replaces = run->replaces.n,
        .no_refresh = run->no_refresh,
    };
}

/* What was found in a step, without what was expected, to the run's problems. False where something is left. */
static bool pass_on(struct working *w)
{
    size_t errors = w->run->diags.n_errors;
    judge_failures(w->bench->arena, &w->verdict, &w->found);
    vec_each (&w->found.list, i)
        if (!w->found.list.v[i].object.n)
            w->found.list.v[i].object = arena_printf(w->bench->arena, "run \"%.*s\"", STR_ARG(w->run->name));
    diags_append(&w->run->diags, &w->found);
    w->found.list.n = w->found.n_errors = 0;
    return w->run->diags.n_errors == errors;
}

/* Checks are asked again after the apply: what they say before does not count. */
static void drop_checks(struct diags *found)
{
    size_t kept = 0;
    vec_each (&found->list, i)
        if (found->list.v[i].code != DIAG_CONDITION || found->list.v[i].severity != DIAG_WARNING)
            found->list.v[kept++] = found->list.v[i];
    found->list.n = kept;
}

/* The failure was expected, but it kept the apply that was asked for from being carried out. */
static void failed_too_early(struct working *w)
{
    const struct config_traversals *expected = &w->run->config->expect_failures;
    for (size_t i = 0; i < expected->n; i++) {
        if (!w->verdict.met[i])
            continue;
        STRBUF_AUTO text = STRBUF_INIT(1 << 12);
        traversal_print(&text, expected->v[i]);
        struct diag *d = diag_error(
            &w->run->diags, expected->v[i]->span, _("Expected failure while planning"),
            _("A condition of %.*s failed while planning, as expected, so the apply that the run asks for was not "
              "begun. Write command = plan."),
            STR_ARG(strbuf_str(&text)));
        d->object = arena_printf(w->run->diags.arena, "run \"%.*s\"", STR_ARG(w->run->name));
    }
}

static void note_applied(struct working *w)
{
    struct bench_state *state = w->staged->state;
    size_t kept = 0;
    vec_each (&w->bench->applied, i)
        if (w->bench->applied.v[i] != state)
            w->bench->applied.v[kept++] = w->bench->applied.v[i];
    w->bench->applied.n = kept;
    vec_push(w->bench->arena, &w->bench->applied, state);
    state->last = w->staged;
    state->run = w->run;
}

/* What a test takes over it would destroy in the end. */
static bool takes_over(struct working *w, const struct plan *plan)
{
    bool found = false;
    vec_each (&plan->changes, i) {
        const struct change *change = &plan->changes.v[i];
        if (!change->import_id.n)
            continue;
        found = true;
        struct diag *d = diag_error(
            &w->run->diags, change->where, _("Import in a test"),
            _("This run would take over %.*s, which is there already, and it would be destroyed when the test is taken "
              "down. Nothing was applied. Give the resource values with an override_resource block, mock its provider, "
              "or write command = plan."),
            STR_ARG(change->addr->text));
        d->object = arena_printf(w->run->diags.arena, "run \"%.*s\"", STR_ARG(w->run->name));
    }
    return found;
}

static bool apply(struct working *w, struct plan *plan)
{
    struct apply_result result;
    if (takes_over(w, plan))
        return false;
    note_applied(w);
    bool done = session_apply(w->session, plan, &result, &w->found);
    return pass_on(w) && done;
}

/* False: there is nothing that could be asserted. */
static bool plan_and_apply(struct working *w)
{
    bool applies = w->run->config->command == TESTFILE_APPLY;
    struct plan_options options = plan_options_of(w);
    struct plan *plan = session_plan(w->session, &options, &w->found);
    bool errored = !plan || plan->errored;
    if (applies)
        drop_checks(&w->found);
    bool fine = pass_on(w);
    if (applies && errored)
        failed_too_early(w);
    if (!fine || !plan || (applies && errored))
        return false;
    bool ok = !applies || apply(w, plan) || w->run->diags.n_errors == 0;
    if (!applies)
        show(w->bench, w->run, plan, NULL);
    else
        show(w->bench, w->run, NULL, session_state(w->session, &w->run->diags));
    return ok;
}

static struct value with_run(struct bench *bench, struct str name, struct value outputs)
{
    uint32_t n = bench->outputs.type->n;
    struct str *names = ARENA_ARRAY(bench->arena, struct str, n + 1);
    struct value *items = ARENA_ARRAY(bench->arena, struct value, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        names[i] = bench->outputs.type->names[i];
        items[i] = bench->outputs.u.items[i];
    }
    names[n] = name;
    items[n] = outputs;
    return value_object(bench->arena, names, items, n + 1);
}

static void work(struct working *w)
{
    struct test_run *run = w->run;
    size_t errors = run->diags.n_errors;
    bool reached = plan_and_apply(w);
    struct value outputs = session_outputs(w->session, w->bench->arena);
    if (reached) {
        judge_unmet(&w->verdict, &run->diags);
        judge_asserts(w->bench, run, w->staged->subject, w->session, outputs);
        w->bench->outputs = with_run(w->bench, run->name, outputs);
    }
    if (run->status < TEST_FAIL)
        run->status = run->diags.n_errors > errors ? TEST_ERROR : TEST_PASS;
    else if (run->diags.n_errors - errors > run->n_failed)
        run->status = TEST_ERROR;
}

/* A target that the configuration does not have is a slip, most likely. */
static void warn_unused(struct diags *diags, struct testfile_overrides list, const bool *used)
{
    for (size_t i = 0; i < list.n; i++) {
        if (used[i])
            continue;
        STRBUF_AUTO text = STRBUF_INIT(1 << 12);
        traversal_print(&text, list.v[i].target);
        diag_warning(
            diags, list.v[i].target->span, _("Override without effect"),
            _("There is no %.*s in the configuration that is run, so the override changes nothing. Is the address "
              "right?"),
            STR_ARG(strbuf_str(&text)));
    }
}

static void carry_out(struct bench *bench, struct test_run *run)
{
    struct staged *staged = ARENA_NEW(bench->arena, struct staged);
    if (!stage_run(bench, run, staged)) {
        run->status = TEST_ERROR;
        return;
    }
    if (!staged->state->backend) {
        staged->state->backend = backend_memory();
        staged->state->secrets = secrets_throwaway();
    }
    struct working w = {.bench = bench, .run = run, .staged = staged, .found = DIAGS_INIT(bench->arena)};
    w.verdict = (struct verdict){run, ARENA_ARRAY(bench->arena, bool, run->config->expect_failures.n)};
    w.session = open_session(bench, staged, &w.found);
    heed(bench, w.session, 1);
    work(&w);
    warn_unused(&run->diags, run->config->overrides, staged->used);
    close_session(bench, w.session);
}

static void do_run(struct bench *bench, struct test_run *run)
{
    uint64_t begun = clock_monotonic_ns();
    run->started = clock_timestamp(bench->arena);
    tell(bench, TEST_RUN_START, run);
    carry_out(bench, run);
    run->elapsed_ns = clock_monotonic_ns() - begun;
}

/* -- taking down -- */

static void leave(struct bench *bench, const struct bench_state *state, const struct snapshot *snapshot)
{
    size_t n;
    const struct state_instance *const *all = snapshot_sorted((struct snapshot *)(uintptr_t)snapshot, &n);
    for (size_t i = 0; i < n; i++) {
        const struct state_instance *inst = all[i];
        const struct state_object *object = inst->object      ? inst->object
                                            : inst->uncertain ? &inst->uncertain->planned
                                                              : NULL;
        struct test_left left = {.addr = arena_str(bench->arena, inst->addr->text), .run = state->run->name};
        if (object && !mock_key(object->provider))
            vec_push(bench->arena, &bench->report->left, left);
        vec_each (&inst->deposed, k) {
            left.deposed = arena_str(bench->arena, inst->deposed.v[k].key);
            vec_push(bench->arena, &bench->report->left, left);
        }
    }
}

static void destroy(struct session *session, struct diags *diags)
{
    struct plan_options options = {.mode = PLAN_DESTROY};
    struct apply_result result;
    struct plan *plan = session_plan(session, &options, diags);
    if (plan && !plan->errored)
        session_apply(session, plan, &result, diags);
}

static void take_down(struct bench *bench, struct bench_state *state)
{
    enum { ENOUGH = 2 }; /* interrupts that end this, too */
    struct diags *diags = &bench->report->diags;
    size_t from = diags->list.n, before = bench->report->left.n;
    tell(bench, TEST_RUN_TEARDOWN, state->run);
    struct session *session = open_session(bench, state->last, diags);
    heed(bench, session, ENOUGH);
    const struct snapshot *known = session_state(session, diags);
    if (known && snapshot_count(known))
        destroy(session, diags);
    known = session_state(session, diags);
    if (known)
        leave(bench, state, known);
    close_session(bench, session);
    if (bench->report->left.n > before || diags->n_errors)
        bench->report->status = TEST_ERROR;
    for (size_t i = from; i < diags->list.n; i++)
        if (!diags->list.v[i].object.n)
            diags->list.v[i].object =
                arena_printf(diags->arena, _("taking down run \"%.*s\""), STR_ARG(state->run->name));
}

static void take_all_down(struct bench *bench)
{
    tell(bench, TEST_FILE_TEARDOWN, NULL);
    for (size_t i = bench->applied.n; i-- > 0;)
        take_down(bench, bench->applied.v[i]);
    map_each (&bench->states, i) {
        struct bench_state *state = bench->states.entries[i].value;
        backend_close(state->backend);
        secrets_free(state->secrets);
    }
}

/* -- the file -- */

static void count(struct bench *bench, const struct test_run *run)
{
    struct test_suite *suite = &bench->testing->suite;
    suite->passed += run->status == TEST_PASS;
    suite->failed += run->status == TEST_FAIL;
    suite->errored += run->status == TEST_ERROR;
    suite->skipped += run->status == TEST_SKIP;
    if (run->status > bench->report->status)
        bench->report->status = run->status;
}

static void do_all(struct bench *bench, bool ready)
{
    bool stopped = !ready;
    vec_each (&bench->report->runs, i) {
        struct test_run *run = &bench->report->runs.v[i];
        if (stopped || testing_stopped(bench->testing))
            run->status = TEST_SKIP;
        else
            do_run(bench, run);
        stopped |= run->status == TEST_ERROR;
        count(bench, run);
        tell(bench, TEST_RUN_END, run);
    }
}

static void warn_all_unused(struct bench *bench)
{
    const bool *used = bench->used;
    map_each (&bench->config->mocks, i) {
        const struct testfile_mock *mock = bench->config->mocks.entries[i].value;
        warn_unused(&bench->report->diags, mock->overrides, used);
        used += mock->overrides.n;
    }
    warn_unused(&bench->report->diags, bench->config->overrides, used);
}

/* A value that no run of the file had a use for is a slip, too. */
static void warn_unused_variables(struct bench *bench)
{
    const struct body *body = bench->config->variables;
    for (size_t i = 0; body && i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        if (!attribute || map_find(&bench->looked_up, attribute->name.text))
            continue;
        struct str near = map_near(&bench->looked_up, attribute->name.text);
        struct str hint = near.n ? arena_printf(bench->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
        diag_warning(&bench->report->diags, attribute->name.span, _("Value for undeclared variable"),
                     _("No module that this file runs has a variable \"%.*s\", so this value is not used.%.*s"),
                     STR_ARG(attribute->name.text), STR_ARG(hint));
    }
}

static size_t count_overrides(const struct testfile *file)
{
    size_t n = file->overrides.n;
    map_each (&file->mocks, i)
        n += ((const struct testfile_mock *)file->mocks.entries[i].value)->overrides.n;
    return n;
}

void bench_work(struct bench *bench)
{
    bench->states = MAP_INIT(bench->arena);
    bench->outputs = value_object(bench->arena, NULL, NULL, 0);
    bench->looked_up = MAP_INIT(bench->arena);
    bench->used = ARENA_ARRAY(bench->arena, bool, count_overrides(bench->config));
    bench->addrs = addrs_new();
    bench->report->status = bench->report->runs.n ? TEST_PENDING : TEST_PASS;
    tell(bench, TEST_FILE_START, NULL);
    bool ready = stage_file(bench);
    if (!ready)
        bench->report->status = TEST_ERROR;
    do_all(bench, ready);
    take_all_down(bench);
    if (bench->report->status == TEST_PASS || bench->report->status == TEST_FAIL) {
        warn_all_unused(bench);
        warn_unused_variables(bench);
    }
    tell(bench, TEST_FILE_END, NULL);
    addrs_free(bench->addrs);
}
