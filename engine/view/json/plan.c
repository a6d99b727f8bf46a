#include "view/json/plan.h"
#include "config/config.h"
#include "plan/plan.h"
#include "view/json/modules.h"
#include "view/json/state.h"

/* -- changes
 * -------------------------------------------------------------------------------------------------------------------------------
 */

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

/* -- planned values
 * --------------------------------------------------------------------------------------------------------------------------
 */

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
        struct modules_item item = {
            change->addr, change->provider, change->schema ? change->schema->version : 0, change->after, false, {0}};
        vec_push(arena, &items, item);
    }
    writer_key(w, "planned_values");
    writer_open(w, '{');
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
    writer_key(w, "root_module");
    modules_write(w, arena, items.v, items.n);
    writer_close(w, '}');
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
        field_value(w, "after", output->after);
        field_mask(w, "after_unknown", output->after, true);
        writer_field_bool(w, "before_sensitive", output->sensitive);
        writer_field_bool(w, "after_sensitive", output->sensitive);
        writer_close(w, '}');
    }
    writer_close(w, '}');
}

/* -- the rest
 * -----------------------------------------------------------------------------------------------------------------------------------
 */

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

static void checks(struct writer *w, const struct plan *plan)
{
    writer_key(w, "checks");
    writer_open(w, '[');
    vec_each (&plan->checks, i) {
        const struct plan_check *check = &plan->checks.v[i];
        writer_open(w, '{');
        writer_key(w, "address");
        writer_open(w, '{');
        writer_field_c(w, "kind", plan_check_kind_name(check->kind));
        writer_field_str(w, "to_display", check->object);
        writer_close(w, '}');
        writer_field_c(w, "status", plan_check_status_name(check->status));
        writer_key(w, "instances");
        writer_open(w, '[');
        writer_open(w, '{');
        writer_key(w, "address");
        writer_open(w, '{');
        writer_field_str(w, "to_display", check->instance);
        writer_close(w, '}');
        writer_field_c(w, "status", plan_check_status_name(check->status));
        writer_key(w, "problems");
        writer_open(w, '[');
        vec_each (&check->problems, p) {
            writer_open(w, '{');
            writer_field_str(w, "message", check->problems.v[p]);
            writer_close(w, '}');
        }
        writer_close(w, ']');
        writer_close(w, '}');
        writer_close(w, ']');
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
               const char *version)
{
    (void)config;
    ARENA_AUTO arena = arena_new();
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.2");
    writer_field_c(&w, "detour_version", version);
    variables(&w, plan);
    planned_values(&w, plan);
    change_list(&w, "resource_drift", plan->drift.v, plan->drift.n);
    change_list(&w, "resource_changes", plan->changes.v, plan->changes.n);
    output_changes(&w, plan);
    if (state) {
        writer_key(&w, "prior_state");
        json_state_write(&w, state);
    }
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
