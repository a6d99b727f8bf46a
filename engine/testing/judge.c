/* What came of a run, against what was to come: expected failures and assertions. */
#include "testing/bench.h"

#include "base/gettext.h"
#include "config/reference.h"
#include "core/evaluate.h"
#include "eval/refs.h"
#include "syntax/traversal.h"

/* -- expected failures -- */

static const struct str *name_at(const struct traversal *t, size_t i)
{
    return i < t->n_steps && t->steps[i].kind == STEP_ATTR ? &t->steps[i].text : NULL;
}

static bool refuse_expectation(struct diags *diags, const struct traversal *t, const char *why)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 12);
    traversal_print(&text, t);
    diag_error(diags, t->span, _("Invalid expect_failures"),
               _("No failure of %.*s can be expected: %s. What can fail is what has conditions: variables (var.NAME), "
                 "outputs (output.NAME), check blocks (check.NAME), resources and data sources, of the module under "
                 "test itself."),
               STR_ARG(strbuf_str(&text)), why);
    return false;
}

/* output.NAME, check.NAME: no names of the language. */
static bool expect_named(const struct traversal *t, const struct map *declared, const char *what, struct diags *diags)
{
    const struct str *name = name_at(t, 0);
    if (name && t->n_steps == 1 && map_find(declared, *name))
        return true;
    struct str near = name ? map_near(declared, *name) : (struct str){0};
    struct str hint = near.n ? arena_printf(diags->arena, _("; did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    return refuse_expectation(diags, t,
                              arena_printf(diags->arena, _("there is no such %s%.*s"), what, STR_ARG(hint)).p);
}

static bool expect_one(const struct config_module *module, const struct traversal *t, struct diags *diags)
{
    struct config_ref ref;
    if (str_is(t->root.text, "output"))
        return expect_named(t, &module->outputs, _("output"), diags);
    if (str_is(t->root.text, "check"))
        return expect_named(t, &module->checks, _("check block"), diags);
    if (!config_ref_resolve(module, t, &ref, diags))
        return false;
    if (ref.kind != REF_VARIABLE && ref.kind != REF_RESOURCE)
        return refuse_expectation(diags, t, _("it has no conditions of its own"));
    if (t->n_steps != ref.used + (ref.key != NULL))
        return refuse_expectation(diags, t, _("it is a part of something; name the whole"));
    return true;
}

bool judge_expectations(const struct testfile_run *run, const struct config *config, struct diags *diags)
{
    size_t errors = diags->n_errors;
    for (size_t i = 0; i < run->expect_failures.n; i++)
        expect_one(config->root->module, run->expect_failures.v[i], diags);
    return diags->n_errors == errors;
}

static struct str expected_text(struct arena *arena, const struct traversal *t)
{
    STRBUF_AUTO text = STRBUF_INIT(1 << 12);
    traversal_print(&text, t);
    struct str s = strbuf_str(&text);
    return arena_str(arena, str_starts(s, STR("resource.")) ? str_sub(s, strlen("resource."), s.n) : s);
}

/* Whether a failure was expected: of that object, or of an instance of it. */
static bool was_expected(struct arena *arena, struct verdict *verdict, const struct diag *d)
{
    const struct config_traversals *expected = &verdict->run->config->expect_failures;
    bool found = false;
    for (size_t i = 0; d->code == DIAG_CONDITION && i < expected->n; i++) {
        struct str text = expected_text(arena, expected->v[i]);
        if (!str_starts(d->object, text) || (d->object.n > text.n && d->object.p[text.n] != '['))
            continue;
        found = verdict->met[i] = true;
    }
    return found;
}

void judge_failures(struct arena *arena, struct verdict *verdict, struct diags *found)
{
    size_t kept = 0;
    found->n_errors = 0;
    vec_each (&found->list, i) {
        struct diag d = found->list.v[i];
        if (was_expected(arena, verdict, &d))
            continue;
        if (d.code == DIAG_CONDITION)
            d.severity = DIAG_ERROR; /* of checks, which only warn outside of tests */
        found->n_errors += d.severity == DIAG_ERROR;
        found->list.v[kept++] = d;
    }
    found->list.n = kept;
}

void judge_unmet(const struct verdict *verdict, struct diags *diags)
{
    const struct test_run *run = verdict->run;
    for (size_t i = 0; i < run->config->expect_failures.n; i++) {
        if (verdict->met[i])
            continue;
        const struct traversal *t = run->config->expect_failures.v[i];
        STRBUF_AUTO text = STRBUF_INIT(1 << 12);
        traversal_print(&text, t);
        struct diag *d = diag_error(diags, t->span, _("Missing expected failure"),
                                    _("%.*s was expected to report a failure, and all of its conditions held."),
                                    STR_ARG(strbuf_str(&text)));
        d->object = arena_printf(diags->arena, "run \"%.*s\"", STR_ARG(run->name));
    }
}

/* -- assertions -- */

struct asserting {
    const struct config_module *module;
    struct value outputs, runs;
    struct diags *diags;
    size_t references;
    bool ok;
};

static void undeclared(struct asserting *a, const struct traversal *t, const char *summary, const char *what,
                       struct value among, struct str name)
{
    struct map names = MAP_INIT(a->diags->arena);
    for (uint32_t i = 0; i < among.type->n; i++)
        map_put(&names, among.type->names[i], NULL);
    struct str near = map_near(&names, name);
    struct str hint =
        near.n ? arena_printf(a->diags->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : (struct str){"", 0};
    struct span at = t->n_steps ? span_join(t->root.span, t->steps[0].span) : t->root.span;
    diag_error(a->diags, at, summary, what, STR_ARG(name), STR_ARG(hint));
    a->ok = false;
}

static void check_name(void *ctx, const struct traversal *t)
{
    struct asserting *a = ctx;
    struct config_ref ref;
    const struct str *name = name_at(t, 0);
    a->references++;
    if (str_is(t->root.text, "output")) {
        if (!name || type_attr(a->outputs.type, *name) < 0)
            undeclared(a, t, _("Reference to undeclared output"),
                       _("The module under test has no output \"%.*s\".%.*s"), a->outputs, name ? *name : STR(""));
    } else if (str_is(t->root.text, "run")) {
        if (!name || type_attr(a->runs.type, *name) < 0)
            undeclared(a, t, _("Reference to unknown run"), _("No run \"%.*s\" was carried out before this one.%.*s"),
                       a->runs, name ? *name : STR(""));
    } else if (!config_ref_resolve(a->module, t, &ref, a->diags)) {
        a->ok = false;
    }
}

static bool names_are_known(struct asserting *a, const struct config_condition *condition)
{
    a->references = 0;
    a->ok = true;
    refs_expr(condition->condition, check_name, a);
    if (!a->references) {
        diag_error(a->diags, condition->condition->span, _("Invalid assertion"),
                   _("The condition refers to nothing of the configuration, so it checks nothing."));
        return false;
    }
    refs_expr(condition->error_message, check_name, a);
    return a->ok;
}

static void unknown_condition(struct eval *eval, const struct test_run *run, const struct expr *condition)
{
    eval_error(eval, condition, condition->span, _("Unknown condition"), "%s",
               run->config->command == TESTFILE_PLAN
                   ? _("Something in the condition is known only after apply, and this run only plans. Use command = "
                       "apply, or give the value with an override and override_during = plan.")
                   : _("Something in the condition is not known, since it was not reached by this run."));
}

static struct str message_of(struct eval *eval, const struct config_condition *condition)
{
    struct value v = eval_expr_as(eval, condition->error_message, type_string);
    if (value_has_secret(v))
        return str_c(_("The error message holds a sensitive value, so it is not shown."));
    return value_is_set(v) ? v.u.string : str_c(_("The condition does not hold."));
}

/* Notes the outcome on the run; true unless something was wrong with the assertion itself. */
static bool assert_one(struct eval *eval, struct test_run *run, const struct config_condition *condition)
{
    size_t errors = eval->diags->n_errors;
    struct value held = eval_expr_as(eval, condition->condition, type_bool);
    if (eval->diags->n_errors > errors)
        return false;
    if (!value_is_known(held)) {
        unknown_condition(eval, run, condition->condition);
        return false;
    }
    if (value_is_null(held)) {
        eval_error(eval, condition->condition, condition->condition->span, _("Invalid assertion"),
                   _("The condition is null. It must be true or false."));
        return false;
    }
    if (held.u.boolean)
        return true;
    struct str message = message_of(eval, condition);
    if (eval->diags->n_errors > errors)
        return false;
    run->n_failed++;
    size_t at = eval->diags->list.n;
    eval_error(eval, condition->condition, condition->condition->span, _("Test assertion failed"), "%.*s",
               STR_ARG(message));
    compare_note(eval, condition->condition, &eval->diags->list.v[at]);
    return true;
}

static void worsen(struct test_run *run, enum test_status status)
{
    if (status > run->status)
        run->status = status;
}

void judge_asserts(struct bench *bench, struct test_run *run, const struct subject *subject, struct session *session,
                   struct value outputs)
{
    static const struct str names[] = {STR_INIT("output"), STR_INIT("run")};
    struct config_conditions asserts = run->config->asserts;
    struct value values[] = {outputs, bench->outputs};
    struct scope outer = scope_of_values(bench->arena, NULL, names, values, 2);
    struct eval *eval = asserts.n ? session_eval(session, bench->arena, &outer, &run->diags) : NULL;
    run->n_asserts = asserts.n;
    for (size_t i = 0; eval && i < asserts.n; i++) {
        size_t from = run->diags.list.n, failed = run->n_failed;
        struct asserting a = {
            .module = subject->config->root->module, .outputs = outputs, .runs = bench->outputs, .diags = &run->diags};
        eval->object = arena_printf(bench->arena, "run \"%.*s\"", STR_ARG(run->name));
        bool sound = names_are_known(&a, &asserts.v[i]) && assert_one(eval, run, &asserts.v[i]);
        worsen(run, !sound ? TEST_ERROR : run->n_failed > failed ? TEST_FAIL : TEST_PASS);
        for (size_t k = from; k < run->diags.list.n; k++)
            run->diags.list.v[k].object = eval->object;
    }
}
