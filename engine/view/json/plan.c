#include "view/json/plan.h"
#include "config/config.h"
#include "plan/plan.h"
#include "view/json/configuration.h"
#include "view/json/modules.h"
#include "view/json/state.h"

/* -- changes -- */

static void field_value(struct writer *w, const char *key, struct value v)
{
    writer_key(w, key);
    if (!value_exists(v))
        writer_null(w);
    else
        writer_value(w, v);
}

static void actions(struct writer *w, enum action action)
{
    const char *names[2];
    size_t n = action_json(action, names);
    writer_key(w, "actions");
    writer_open(w, '[');
    for (size_t i = 0; i < n; i++)
        writer_c(w, names[i]);
    writer_close(w, ']');
}

/* The masks of values that are not there are {} or false, as others write them. */
static void field_mask(struct writer *w, const char *key, struct value v, bool unknown)
{
    writer_key(w, key);
    if (!value_exists(v) || value_is_null(v))
        writer_bool(w, false);
    else if (unknown)
        writer_unknown_mask(w, v);
    else
        writer_sensitive_mask(w, v);
}

static void path_steps(struct writer *w, struct path path)
{
    writer_open(w, '[');
    for (size_t s = 0; s < path.n; s++) {
        if (path.steps[s].kind == PATH_ATTR)
            writer_str(w, path.steps[s].name);
        else
            writer_value(w, path.steps[s].index);
    }
    writer_close(w, ']');
}

static void paths(struct writer *w, const struct paths *list)
{
    writer_open(w, '[');
    vec_each (&list->list, i)
        path_steps(w, list->list.v[i].path);
    writer_close(w, ']');
}

static void change_body(struct writer *w, const struct change *change)
{
    writer_key(w, "change");
    writer_open(w, '{');
    actions(w, change->action);
    field_value(w, "before", change->before);
    field_value(w, "after", change->after);
    bool settled = change->action == ACTION_NOOP || change->action == ACTION_DELETE;
    if (settled) {
        writer_key(w, "after_unknown");
        writer_open(w, '{');
        writer_close(w, '}');
    } else {
        field_mask(w, "after_unknown", change->after, true);
    }
    field_mask(w, "before_sensitive", change->before, false);
    field_mask(w, "after_sensitive", change->after, false);
    if (change->replace_because.list.n) {
        writer_key(w, "replace_paths");
        paths(w, &change->replace_because);
    }
    if (change->import_id.n) {
        writer_key(w, "importing");
        writer_open(w, '{');
        writer_field_str(w, "id", change->import_id);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

static void risks(struct writer *w, const struct change *change)
{
    static const char *const levels[] = {[RISK_NOTE] = "note", [RISK_RISK] = "risk", [RISK_DANGER] = "danger"};
    writer_key(w, "risks");
    writer_open(w, '[');
    vec_each (&change->risks, i) {
        writer_open(w, '{');
        writer_field_c(w, "level", levels[change->risks.v[i].level]);
        writer_field_str(w, "text", change->risks.v[i].text);
        writer_close(w, '}');
    }
    writer_close(w, ']');
}

static void resource_change(struct writer *w, const struct change *change)
{
    writer_open(w, '{');
    modules_name(w, change->addr, change->provider);
    if (change->addr->module->text.n)
        writer_field_str(w, "module_address", change->addr->module->text);
    if (change->moved_from)
        writer_field_str(w, "previous_address", change->moved_from->text);
    if (change->deposed.n)
        writer_field_str(w, "deposed", change->deposed);
    if (change->place.n)
        writer_field_str(w, "place", change->place);
    change_body(w, change);
    if (change->reason != REASON_NONE)
        writer_field_c(w, "action_reason", reason_name(change->reason));
    if (change->risks.n)
        risks(w, change);
    writer_close(w, '}');
}

/* -- planned values -- */

static void planned_outputs(struct writer *w, const struct plan *plan)
{
    writer_key(w, "outputs");
    writer_open(w, '{');
    vec_each (&plan->outputs, i) {
        const struct plan_output *output = &plan->outputs.v[i];
        if (output->action == ACTION_DELETE)
            continue;
        writer_key_str(w, output->name);
        writer_open(w, '{');
        writer_field_bool(w, "sensitive", output->sensitive);
        if (value_wholly_known(output->after)) {
            writer_key(w, "type");
            writer_type(w, output->after.type);
            field_value(w, "value", output->after);
        }
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

/* What will stand after the plan: every change that leaves an object. */
static void planned_values(struct writer *w, const struct plan *plan)
{
    ARENA_AUTO arena = arena_new();
    VEC(struct modules_item) items = {0};
    vec_each (&plan->changes, i) {
        const struct change *change = &plan->changes.v[i];
        if (change->action == ACTION_DELETE || change->action == ACTION_FORGET || !value_exists(change->after) ||
            value_is_null(change->after) || change->deposed.n)
            continue;
        struct modules_item item = {.addr = change->addr,
                                    .provider = change->provider,
                                    .schema_version = change->schema ? change->schema->version : 0,
                                    .value = change->after};
        vec_push(arena, &items, item);
    }
    writer_key(w, "planned_values");
    writer_open(w, '{');
    planned_outputs(w, plan);
    writer_key(w, "root_module");
    modules_write(w, arena, items.v, items.n);
    writer_close(w, '}');
}

static void output_unknown(struct writer *w, struct value after)
{
    if (!value_exists(after) || value_wholly_known(after))
        writer_field_bool(w, "after_unknown", false);
    else
        field_mask(w, "after_unknown", after, true);
}

static void output_changes(struct writer *w, const struct plan *plan)
{
    writer_key(w, "output_changes");
    writer_open(w, '{');
    vec_each (&plan->outputs, i) {
        const struct plan_output *output = &plan->outputs.v[i];
        writer_key_str(w, output->name);
        writer_open(w, '{');
        actions(w, output->action);
        field_value(w, "before", output->before);
        if (!value_exists(output->after) || value_is_known(output->after))
            field_value(w, "after", output->after);
        output_unknown(w, output->after);
        writer_field_bool(w, "before_sensitive", output->sensitive);
        writer_field_bool(w, "after_sensitive", output->sensitive);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

/* -- the rest -- */

static void variables(struct writer *w, const struct plan *plan)
{
    writer_key(w, "variables");
    writer_open(w, '{');
    vec_each (&plan->variables, i) {
        if (plan->variables.v[i].ephemeral)
            continue;
        writer_key_str(w, plan->variables.v[i].name);
        writer_open(w, '{');
        field_value(w, "value", plan->variables.v[i].value);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

static const char *const check_words[] = {
    [CHECK_RESOURCE] = "", [CHECK_OUTPUT] = "output.", [CHECK_VARIABLE] = "var.", [CHECK_BLOCK] = "check."};

/* "module.m" of "module.m.output.x" and "x": what stands before and behind the word. */
static void check_place(struct str text, const char *word, struct str *module, struct str *name)
{
    struct str rest = text;
    *module = *name = (struct str){0};
    for (size_t at = 0, n = strlen(word); (at = str_find(text, str_c(word), at)) != SIZE_MAX; at += n) {
        if (at && text.p[at - 1] != '.')
            continue;
        *module = str_sub(text, 0, at ? at - 1 : 0);
        rest = str_sub(text, at + n, text.n);
    }
    *name = rest;
}

static void check_key(struct writer *w, struct key key)
{
    if (key.kind == KEY_INT)
        writer_field_int(w, "instance_key", key.index);
    else if (key.kind == KEY_STRING)
        writer_field_str(w, "instance_key", key.name);
}

/* The object in the configuration. */
static void check_object(struct writer *w, const struct plan_check *check)
{
    struct str module = {0}, name = {0};
    writer_key(w, "address");
    writer_open(w, '{');
    writer_field_c(w, "kind", plan_check_kind_name(check->kind));
    writer_field_str(w, "to_display", check->object);
    if (check->addr) {
        struct str own = check->addr->mode == ADDR_DATA ? STR("data.") : STR("");
        size_t local = own.n + check->addr->type.n + 1 + check->addr->name.n;
        module = str_sub(check->object, 0, check->object.n > local ? check->object.n - local - 1 : 0);
        name = check->addr->name;
        writer_field_c(w, "mode", check->addr->mode == ADDR_DATA ? "data" : "managed");
        writer_field_str(w, "type", check->addr->type);
    } else {
        check_place(check->object, check_words[check->kind], &module, &name);
    }
    writer_field_str(w, "name", name);
    if (module.n)
        writer_field_str(w, "module", module);
    writer_close(w, '}');
}

static void check_instance(struct writer *w, const struct plan_check *check)
{
    writer_open(w, '{');
    writer_key(w, "address");
    writer_open(w, '{');
    writer_field_str(w, "to_display", check->instance);
    if (check->addr) {
        if (check->addr->module->text.n)
            writer_field_str(w, "module", check->addr->module->text);
        check_key(w, check->addr->key);
    } else {
        struct str module, name;
        check_place(check->instance, check_words[check->kind], &module, &name);
        if (module.n)
            writer_field_str(w, "module", module);
    }
    writer_close(w, '}');
    writer_field_c(w, "status", plan_check_status_name(check->status));
    if (check->problems.n) {
        writer_key(w, "problems");
        writer_open(w, '[');
        vec_each (&check->problems, p) {
            writer_open(w, '{');
            writer_field_str(w, "message", check->problems.v[p]);
            writer_close(w, '}');
        }
        writer_close(w, ']');
    }
    writer_close(w, '}');
}

/* How many from `first` on are of one object. */
static size_t check_group(const struct plan *plan, size_t first)
{
    size_t n = 1;
    const struct plan_check *check = &plan->checks.v[first];
    while (first + n < plan->checks.n && check[n].kind == check->kind && str_eq(check[n].object, check->object))
        n++;
    return n;
}

/* The worst of them. */
static enum check_status group_status(const struct plan_check *checks, size_t n)
{
    static const enum check_status by_weight[] = {CHECK_ERROR, CHECK_FAIL, CHECK_UNKNOWN};
    for (size_t s = 0; s < sizeof by_weight / sizeof *by_weight; s++)
        for (size_t i = 0; i < n; i++)
            if (checks[i].status == by_weight[s])
                return by_weight[s];
    return CHECK_PASS;
}

static void checks(struct writer *w, const struct plan *plan)
{
    writer_key(w, "checks");
    writer_open(w, '[');
    for (size_t i = 0, n; i < plan->checks.n; i += n) {
        n = check_group(plan, i);
        writer_open(w, '{');
        check_object(w, &plan->checks.v[i]);
        writer_field_c(w, "status", plan_check_status_name(group_status(&plan->checks.v[i], n)));
        if (plan->checks.v[i].instance.n) {
            writer_key(w, "instances");
            writer_open(w, '[');
            for (size_t k = i; k < i + n; k++)
                check_instance(w, &plan->checks.v[k]);
            writer_close(w, ']');
        }
        writer_close(w, '}');
    }
    writer_close(w, ']');
}

static void relevant(struct writer *w, const struct plan *plan)
{
    writer_key(w, "relevant_attributes");
    writer_open(w, '[');
    vec_each (&plan->relevant, i) {
        writer_open(w, '{');
        writer_field_str(w, "resource", plan->relevant.v[i].resource);
        writer_key(w, "attribute");
        path_steps(w, plan->relevant.v[i].attribute);
        writer_close(w, '}');
    }
    writer_close(w, ']');
}

static void change_list(struct writer *w, const char *key, const struct change *changes, size_t n)
{
    writer_key(w, key);
    writer_open(w, '[');
    for (size_t i = 0; i < n; i++)
        resource_change(w, &changes[i]);
    writer_close(w, ']');
}

void json_plan(struct strbuf *out, const struct plan *plan, const struct snapshot *state, const struct config *config,
               struct registry *registry, const char *version)
{
    ARENA_AUTO arena = arena_new();
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.2");
    writer_field_c(&w, "terraform_version", FORMAT_OF);
    writer_field_c(&w, "detour_version", version);
    variables(&w, plan);
    planned_values(&w, plan);
    if (plan->drift.n)
        change_list(&w, "resource_drift", plan->drift.v, plan->drift.n);
    change_list(&w, "resource_changes", plan->changes.v, plan->changes.n);
    output_changes(&w, plan);
    if (state) {
        writer_key(&w, "prior_state");
        json_state_write(&w, state);
    }
    writer_key(&w, "configuration");
    configuration_write(&w, config, registry);
    relevant(&w, plan);
    checks(&w, plan);
    writer_field_str(&w, "timestamp", plan->timestamp);
    writer_field_bool(&w, "applyable", plan->applyable);
    writer_field_bool(&w, "complete", plan->complete);
    writer_field_bool(&w, "errored", plan->errored);
    writer_field_str(&w, "digest", digest_hex(arena, plan->digest));
    writer_close(&w, '}');
    strbuf_addc(out, '\n');
}
