/* What a run needs, evaluated: variables, then providers and overrides, then the options of its session. */
#include "testing/bench.h"

#include "base/clock.h"
#include "base/gettext.h"
#include "syntax/traversal.h"

/* -- the configurations -- */

/* A module that is kept elsewhere: its folder is known once it is found. */
static void load_source(struct testing *testing, struct subject *subject, struct str source, struct span at)
{
    subject->config = config_load_source(testing->arena, testing->sources, &testing->reader, source, at,
                                         testing->options.version, &subject->diags);
    if (subject->config)
        subject->dir = subject->config->root->module->dir;
}

struct subject *stage_subject(struct testing *testing, struct str source, struct span at)
{
    bool path = config_is_path(source);
    struct str key = arena_str(testing->arena, path ? config_folder(testing->arena, STR("."), source) : source);
    struct subject *subject = map_get(&testing->subjects, key);
    if (subject)
        return subject;
    subject = ARENA_NEW(testing->arena, struct subject);
    *subject = (struct subject){.dir = key, .diags = DIAGS_INIT(testing->arena)};
    map_put(&testing->subjects, key, subject);
    if (!path)
        load_source(testing, subject, source, at);
    else if (testing->options.config && str_is(key, "."))
        subject->config = testing->options.config;
    else
        subject->config = config_load_module(testing->arena, testing->sources, &testing->reader, key,
                                             testing->options.version, &subject->diags);
    return subject;
}

/* -- values -- */

/* The values that test files see as var.NAME before any of their own: those given to the configuration. */
static struct value stage_given(struct testing *testing)
{
    struct arena *arena = testing->arena;
    struct str *names = ARENA_ARRAY(arena, struct str, testing->given.n);
    struct value *items = ARENA_ARRAY(arena, struct value, testing->given.n);
    size_t n = 0;
    map_each (&testing->given, i) {
        const struct config_input *input = testing->given.entries[i].value;
        if (!value_exists(input->value))
            continue;
        names[n] = input->variable->name.text;
        items[n++] = input->value;
    }
    return value_object(arena, names, items, n);
}

/* What test files see: var.NAME and run.NAME. */
struct seen {
    struct bench *bench;
    struct value variables;
};

/* var.NAME: the object's attribute; near names where there is none. */
static enum scope_answer named(struct eval *eval, const struct traversal *t, struct value among, const char *summary,
                               const char *what, size_t *used, struct value *out)
{
    *used = 0;
    *out = among;
    if (!t->n_steps || t->steps[0].kind != STEP_ATTR)
        return SCOPE_FOUND;
    *used = 1;
    *out = value_attr(among, t->steps[0].text);
    if (value_exists(*out))
        return SCOPE_FOUND;
    struct map names = MAP_INIT(eval->arena);
    for (uint32_t i = 0; i < among.type->n; i++)
        map_put(&names, among.type->names[i], NULL);
    struct str near = map_near(&names, t->steps[0].text);
    struct str hint = near.n ? arena_printf(eval->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    eval_error(eval, NULL, span_join(t->root.span, t->steps[0].span), summary, what, STR_ARG(t->steps[0].text),
               STR_ARG(hint));
    return SCOPE_FAILED;
}

static enum scope_answer resolve(void *ctx, struct eval *eval, const struct traversal *t, size_t *used,
                                 struct value *out)
{
    const struct seen *seen = ctx;
    if (str_is(t->root.text, "var") && t->n_steps)
        map_put(&seen->bench->looked_up, t->steps[0].text, NULL);
    if (str_is(t->root.text, "var"))
        return named(
            eval, t, seen->variables, _("Unknown variable"),
            _("No variable \"%.*s\" has a value here.%.*s In test files, var.NAME is what variables blocks, -var "
              "and files of values give."),
            used, out);
    if (str_is(t->root.text, "run"))
        return named(eval, t, seen->bench->outputs, _("Unknown run"),
                     _("No run \"%.*s\" was carried out before this one.%.*s"), used, out);
    return SCOPE_UNNAMED;
}

static struct map *root_names(struct arena *arena)
{
    struct map *names = ARENA_NEW(arena, struct map);
    *names = MAP_INIT(arena);
    map_put(names, STR("var"), NULL);
    map_put(names, STR("run"), NULL);
    return names;
}

/* An eval over var.NAME of those variables and run.NAME of the runs so far. */
static struct eval stage_eval(struct bench *bench, struct arena *arena, struct value variables, struct str object,
                              struct diags *diags)
{
    struct seen *seen = ARENA_NEW(arena, struct seen);
    struct scope *scope = ARENA_NEW(arena, struct scope);
    *seen = (struct seen){bench, variables};
    *scope = (struct scope){.resolve = resolve, .ctx = seen, .names = root_names(arena)};
    return (struct eval){
        .arena = arena,
        .diags = diags,
        .sources = bench->testing->sources,
        .scope = scope,
        .funcs = bench->testing->options.funcs,
        .base_dir = STR("."),
        .timestamp = clock_timestamp(arena),
        .object = object,
    };
}

static struct value attribute_value(struct eval *eval, const struct attribute *attribute)
{
    if (!eval_references(eval, attribute->expr)) /* also those that try() and can() would pass over */
        return value_unknown(type_dynamic);
    return eval_expr(eval, attribute->expr);
}

/* `base` with the attributes of the body over it. */
static struct value overlaid(struct eval *eval, struct value base, const struct body *body)
{
    size_t n = base.type->n, m = body ? body->n_attributes : 0, at = 0;
    struct str *names = ARENA_ARRAY(eval->arena, struct str, n + m);
    struct value *items = ARENA_ARRAY(eval->arena, struct value, n + m);
    for (size_t i = 0; body && i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        if (!attribute)
            continue;
        names[at] = attribute->name.text;
        items[at++] = attribute_value(eval, attribute);
    }
    for (size_t i = 0; i < n; i++)
        if (!body || !body_attribute(body, base.type->names[i])) {
            names[at] = base.type->names[i];
            items[at++] = base.u.items[i];
        }
    return value_object(eval->arena, names, items, at);
}

bool stage_file(struct bench *bench)
{
    struct diags *diags = &bench->report->diags;
    size_t errors = diags->n_errors;
    struct value given = stage_given(bench->testing);
    struct eval eval = stage_eval(bench, bench->arena, given, STR("variables"), diags);
    bench->variables = overlaid(&eval, given, bench->config->variables);
    return diags->n_errors == errors;
}

/* -- inputs -- */

typedef VEC(struct config_option) option_list;

static struct str origin_of(struct bench *bench)
{
    return bench->report->path;
}

static void add_value(struct bench *bench, option_list *list, struct str name, struct value v, struct span span,
                      struct str origin)
{
    struct config_option option = {.text = name, .value = v, .span = span, .origin = origin};
    vec_push(bench->arena, list, option);
}

static void undeclared(struct bench *bench, const struct test_run *run, const struct subject *subject,
                       const struct attribute *attribute, struct diags *diags)
{
    struct str name = attribute->name.text;
    struct str near = map_near(&subject->config->root->module->variables, name);
    struct str hint = near.n ? arena_printf(bench->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
    struct diag *d = diag_warning(diags, attribute->name.span, _("Value for undeclared variable"),
                                  _("The module under test has no variable \"%.*s\", so this value is not used.%.*s"),
                                  STR_ARG(name), STR_ARG(hint));
    d->object = arena_printf(diags->arena, "run \"%.*s\"", STR_ARG(run->name));
}

/* Every variable of the module that somebody gave a value, wherever that was. */
static option_list inputs_of(struct bench *bench, struct test_run *run, const struct subject *subject,
                             struct value variables)
{
    option_list list = {0};
    const struct body *own = run->config->variables, *file = bench->config->variables;
    const struct map *declared = &subject->config->root->module->variables;
    map_each (declared, i) {
        struct str name = declared->entries[i].key;
        const struct attribute *here = own ? body_attribute(own, name) : NULL;
        const struct config_input *given = map_get(&bench->testing->given, name);
        if (!here && file)
            here = body_attribute(file, name);
        map_put(&bench->looked_up, name, NULL);
        if (here)
            add_value(bench, &list, name, value_attr(variables, name), here->expr->span, origin_of(bench));
        else if (given && given->given && value_exists(given->value))
            add_value(bench, &list, name, given->value, given->span, given->origin);
    }
    for (size_t i = 0; own && i < own->n_items; i++)
        if (own->items[i].attribute && !map_find(declared, own->items[i].attribute->name.text))
            undeclared(bench, run, subject, own->items[i].attribute, &run->diags);
    return list;
}

/* -- the run -- */

static struct bench_state *state_for(struct bench *bench, const struct testfile_run *run)
{
    struct arena *arena = bench->arena;
    struct str key = run->state_key.n ? arena_printf(arena, "key:%.*s", STR_ARG(run->state_key))
                                      : arena_printf(arena, "module:%.*s", STR_ARG(run->source));
    struct bench_state *state = map_get(&bench->states, key);
    if (state)
        return state;
    state = ARENA_NEW(arena, struct bench_state);
    state->key = key;
    map_put(&bench->states, key, state);
    return state;
}

static struct subject *subject_of(struct testing *testing, const struct testfile_run *run)
{
    return stage_subject(testing, run->source.n ? run->source : STR("."), run->source_span);
}

/* The problems of loading the module, and whether there are any errors among them. */
static bool subject_loaded(struct subject *subject, const struct testfile_run *run, struct diags *diags)
{
    bool failed = diags_failed(&subject->diags);
    size_t from = diags->list.n;
    if (failed || !subject->told)
        diags_append(diags, &subject->diags);
    subject->told = true;
    for (size_t i = from; i < diags->list.n; i++)
        if (!diags->list.v[i].subject.file) /* the folder itself: the run is where it is named */
            diags->list.v[i].subject = run->source_span;
    return !failed;
}

void stage_check(struct testing *testing, const struct testfile_run *run, struct diags *diags)
{
    struct subject *subject = subject_of(testing, run);
    size_t from = diags->list.n;
    if ((subject->told && diags_failed(&subject->diags)) || !subject_loaded(subject, run, diags))
        return;
    judge_expectations(run, subject->config, diags);
    for (size_t i = from; i < diags->list.n; i++)
        if (!diags->list.v[i].object.n)
            diags->list.v[i].object = arena_printf(diags->arena, "run \"%.*s\"", STR_ARG(run->name.text));
}

static struct session_options options_for(struct bench *bench, struct staged *staged, option_list inputs)
{
    const struct test_options *o = &bench->testing->options;
    return (struct session_options){
        .dir = staged->subject->dir,
        .config = staged->subject->config,
        .registry = o->registry,
        .funcs = o->funcs,
        .inputs = inputs.v,
        .n_inputs = inputs.n,
        .only_inputs = true,
        .stand_ins = &staged->stand_ins,
        .parallelism = o->parallelism,
        .operation = STR("test"),
        .version = o->version,
        .events = o->events,
    };
}

static bool evaluate(struct bench *bench, struct test_run *run, struct str object, struct staged *out)
{
    struct diags *diags = &run->diags;
    size_t errors = diags->n_errors;
    *out = (struct staged){.subject = subject_of(bench->testing, run->config), .state = state_for(bench, run->config)};
    if (!subject_loaded(out->subject, run->config, diags) ||
        !judge_expectations(run->config, out->subject->config, diags))
        return false;
    struct eval eval = stage_eval(bench, bench->arena, bench->variables, object, diags);
    struct value variables = overlaid(&eval, bench->variables, run->config->variables);
    if (diags->n_errors > errors)
        return false;
    option_list inputs = inputs_of(bench, run, out->subject, variables);
    eval = stage_eval(bench, bench->arena, variables, object, diags);
    out->options = options_for(bench, out, inputs);
    return stand_ins_make(bench, run->config, out->subject, &eval, out);
}

bool stage_run(struct bench *bench, struct test_run *run, struct staged *out)
{
    struct str object = arena_printf(bench->arena, "run \"%.*s\"", STR_ARG(run->name));
    bool ok = evaluate(bench, run, object, out);
    vec_each (&run->diags.list, i)
        if (!run->diags.list.v[i].object.n)
            run->diags.list.v[i].object = object;
    return ok;
}
