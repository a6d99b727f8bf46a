#include "view/json/stream.h"
#include "base/clock.h"
#include "view/human/plan.h"
#include "view/json/writer.h"

struct writer stream_line(struct strbuf *out, const char *level, const char *type, struct str message)
{
    ARENA_AUTO arena = arena_new();
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "@level", level);
    writer_field_str(&w, "@message", message);
    writer_field_c(&w, "@module", "detour.ui");
    writer_field_str(&w, "@timestamp", clock_timestamp(arena));
    writer_field_c(&w, "type", type);
    return w;
}

void stream_line_end(struct writer *w)
{
    writer_close(w, '}');
    strbuf_addc(w->out, '\n');
}

void stream_version(struct strbuf *out, const char *version)
{
    ARENA_AUTO arena = arena_new();
    struct writer w = stream_line(out, "info", "version", arena_printf(arena, "detour %s", version));
    writer_field_c(&w, "detour", version);
    writer_field_c(&w, "ui", "1.2");
    stream_line_end(&w);
}

/* -- diagnostics -- */

static void position(struct writer *w, const char *key, struct position at)
{
    writer_key(w, key);
    writer_open(w, '{');
    writer_field_int(w, "line", at.line);
    writer_field_int(w, "column", at.column);
    writer_field_int(w, "byte", at.byte);
    writer_close(w, '}');
}

static void range(struct writer *w, const struct sources *sources, const struct source *source, struct span span)
{
    writer_key(w, "range");
    writer_open(w, '{');
    writer_field_str(w, "filename", source->name);
    position(w, "start", sources_position(sources, span.file, span.off));
    position(w, "end", sources_position(sources, span.file, span.off + span.len));
    writer_close(w, '}');
}

static void snippet(struct writer *w, const struct sources *sources, const struct source *source, const struct diag *d)
{
    struct position start = sources_position(sources, d->subject.file, d->subject.off);
    struct str code = sources_line(sources, d->subject.file, start.line);
    uint32_t line_off = code.p ? (uint32_t)(code.p - source->text.p) : d->subject.off;
    uint32_t from = d->subject.off - line_off, to = from + d->subject.len;
    writer_key(w, "snippet");
    writer_open(w, '{');
    writer_key(w, "context");
    if (d->object.n)
        writer_str(w, d->object);
    else
        writer_null(w);
    writer_field_str(w, "code", code);
    writer_field_int(w, "start_line", start.line);
    writer_field_int(w, "highlight_start_offset", from);
    writer_field_int(w, "highlight_end_offset", to < code.n ? to : (int64_t)code.n);
    writer_key(w, "values");
    writer_open(w, '[');
    vec_each (&d->notes, i) {
        writer_open(w, '{');
        writer_field_str(w, "traversal", d->notes.v[i].label);
        writer_field_str(w, "statement", d->notes.v[i].text);
        writer_close(w, '}');
    }
    writer_close(w, ']');
    writer_close(w, '}');
}

void json_diagnostic(struct writer *w, const struct sources *sources, const struct diag *d)
{
    writer_open(w, '{');
    writer_field_c(w, "severity", d->severity == DIAG_ERROR ? "error" : "warning");
    writer_field_str(w, "summary", d->summary);
    writer_field_str(w, "detail", d->detail);
    if (d->object.n)
        writer_field_str(w, "address", d->object);
    const struct source *source = sources ? sources_get(sources, d->subject.file) : NULL;
    if (source) {
        range(w, sources, source, d->subject);
        snippet(w, sources, source, d);
    }
    writer_close(w, '}');
}

void stream_diagnostic(struct strbuf *out, const struct sources *sources, const struct diag *d)
{
    ARENA_AUTO arena = arena_new();
    bool error = d->severity == DIAG_ERROR;
    struct str message = arena_printf(arena, "%s: %.*s", error ? "Error" : "Warning", STR_ARG(d->summary));
    struct writer w = stream_line(out, error ? "error" : "warn", "diagnostic", message);
    writer_key(&w, "diagnostic");
    json_diagnostic(&w, sources, d);
    stream_line_end(&w);
}

void json_validation(struct strbuf *out, const struct sources *sources, const struct diags *diags, bool valid)
{
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.0");
    writer_field_bool(&w, "valid", valid);
    writer_field_int(&w, "error_count", (int64_t)diags->n_errors);
    writer_field_int(&w, "warning_count", (int64_t)(diags->list.n - diags->n_errors));
    writer_key(&w, "diagnostics");
    writer_open(&w, '[');
    vec_each (&diags->list, i)
        json_diagnostic(&w, sources, &diags->list.v[i]);
    writer_close(&w, ']');
    stream_line_end(&w);
}

/* -- resources -- */

static void resource(struct writer *w, const char *key, const struct addr *addr)
{
    writer_key(w, key);
    writer_open(w, '{');
    writer_field_str(w, "addr", addr->text);
    writer_field_str(w, "module", addr->module->text);
    struct str local = str_sub(addr->text, addr->module->text.n ? addr->module->text.n + 1 : 0, addr->text.n);
    writer_field_str(w, "resource", local);
    writer_field_str(w, "implied_provider", str_sub(addr->type, 0, str_find_byte(addr->type, '_', 0)));
    writer_field_str(w, "resource_type", addr->type);
    writer_field_str(w, "resource_name", addr->name);
    writer_key(w, "resource_key");
    if (addr->key.kind == KEY_INT)
        writer_int(w, addr->key.index);
    else if (addr->key.kind == KEY_STRING)
        writer_str(w, addr->key.name);
    else
        writer_null(w);
    writer_close(w, '}');
}

static const char *stream_action(enum action action)
{
    switch (action) {
    case ACTION_REPLACE:
    case ACTION_CREATE_BEFORE_DELETE:
        return "replace";
    default:
        return action_name(action);
    }
}

static void hook(struct writer *w, const struct session_event *e)
{
    writer_key(w, "hook");
    writer_open(w, '{');
    resource(w, "resource", e->addr);
    writer_field_c(w, "action", stream_action(e->action));
    if (e->place.n)
        writer_field_str(w, "place", e->place);
    if (e->id.n) {
        writer_field_c(w, "id_key", "id");
        writer_field_str(w, "id_value", e->id);
    }
    if (e->kind != EVENT_APPLY_START && e->kind != EVENT_REFRESH_START && e->kind != EVENT_DATA_START &&
        e->kind != EVENT_IMPORT_START)
        writer_field_int(w, "elapsed_seconds", (int64_t)(e->elapsed_ns / 1000000000u));
    if (e->text.n)
        writer_field_str(w, "text", e->text);
    writer_close(w, '}');
}

void stream_event(struct strbuf *out, const struct session_event *e)
{
    static const struct {
        const char *type, *words;
    } kinds[] = {
        [EVENT_REFRESH_START] = {"refresh_start", "Refreshing state..."},
        [EVENT_REFRESH_COMPLETE] = {"refresh_complete", "Refresh complete"},
        [EVENT_IMPORT_START] = {"refresh_start", "Preparing import..."},
        [EVENT_IMPORT_COMPLETE] = {"refresh_complete", "Import prepared"},
        [EVENT_DATA_START] = {"apply_start", "Reading..."},
        [EVENT_DATA_COMPLETE] = {"apply_complete", "Read complete"},
        [EVENT_APPLY_START] = {"apply_start", "Starting"},
        [EVENT_APPLY_PROGRESS] = {"apply_progress", "In progress"},
        [EVENT_APPLY_COMPLETE] = {"apply_complete", "Complete"},
        [EVENT_APPLY_ERRORED] = {"apply_errored", "Errored"},
        [EVENT_APPLY_SKIPPED] = {"apply_skipped", "Not started"},
    };
    ARENA_AUTO arena = arena_new();
    if (e->kind == EVENT_LOCK_WAIT || e->kind == EVENT_CANCELLING) {
        struct writer w = stream_line(out, "info", "log", e->kind == EVENT_CANCELLING ? STR("Interrupted") : e->text);
        stream_line_end(&w);
        return;
    }
    if (!e->addr || e->kind >= sizeof kinds / sizeof *kinds || !kinds[e->kind].type)
        return;
    struct str message = arena_printf(arena, "%.*s: %s", STR_ARG(e->addr->text), kinds[e->kind].words);
    struct writer w = stream_line(out, e->kind == EVENT_APPLY_ERRORED ? "error" : "info", kinds[e->kind].type, message);
    hook(&w, e);
    stream_line_end(&w);
}

/* -- plans -- */

static const char *change_action(const struct change *change)
{
    if (change->action == ACTION_FORGET)
        return "remove";
    if (change->action != ACTION_NOOP)
        return stream_action(change->action);
    return change->import_id.n ? "import" : change->moved_from ? "move" : "no-op";
}

/* `message`: with the address and the action. */
static void stream_change(struct strbuf *out, const struct change *change, const char *type, const char *message)
{
    ARENA_AUTO arena = arena_new();
    const char *action = change_action(change);
    struct writer w = stream_line(out, "info", type, arena_printf(arena, message, STR_ARG(change->addr->text), action));
    writer_key(&w, "change");
    writer_open(&w, '{');
    resource(&w, "resource", change->addr);
    if (change->moved_from)
        resource(&w, "previous_resource", change->moved_from);
    writer_field_c(&w, "action", action);
    if (change->import_id.n) {
        writer_key(&w, "importing");
        writer_open(&w, '{');
        writer_field_str(&w, "id", change->import_id);
        writer_close(&w, '}');
    }
    if (change->reason != REASON_NONE)
        writer_field_c(&w, "reason", reason_name(change->reason));
    if (change->place.n)
        writer_field_str(&w, "place", change->place);
    writer_close(&w, '}');
    stream_line_end(&w);
}

static void change_summary(struct strbuf *out, const struct plan *plan)
{
    STRBUF_AUTO text = STRBUF_INIT(0);
    struct plan_counts n = plan_count(plan);
    human_counts(&text, plan, &(struct term){0});
    struct writer w = stream_line(out, "info", "change_summary", strbuf_str(&text));
    writer_key(&w, "changes");
    writer_open(&w, '{');
    writer_field_int(&w, "add", (int64_t)n.add);
    writer_field_int(&w, "change", (int64_t)n.change);
    writer_field_int(&w, "import", (int64_t)n.import);
    writer_field_int(&w, "replace", (int64_t)n.replace);
    writer_field_int(&w, "remove", (int64_t)n.destroy);
    writer_field_c(&w, "operation", "plan");
    writer_close(&w, '}');
    stream_line_end(&w);
}

static void planned_outputs(struct strbuf *out, const struct plan *plan)
{
    if (!plan->outputs.n)
        return;
    ARENA_AUTO arena = arena_new();
    struct writer w = stream_line(out, "info", "outputs", arena_printf(arena, "Outputs: %zu", plan->outputs.n));
    writer_key(&w, "outputs");
    writer_open(&w, '{');
    vec_each (&plan->outputs, i) {
        writer_key_str(&w, plan->outputs.v[i].name);
        writer_open(&w, '{');
        writer_field_bool(&w, "sensitive", plan->outputs.v[i].sensitive);
        writer_field_c(&w, "action", action_name(plan->outputs.v[i].action));
        writer_close(&w, '}');
    }
    writer_close(&w, '}');
    stream_line_end(&w);
}

void stream_plan(struct strbuf *out, const struct plan *plan)
{
    vec_each (&plan->drift, i)
        stream_change(out, &plan->drift.v[i], "resource_drift", "%.*s: Drift detected (%s)");
    vec_each (&plan->changes, i) {
        if (change_matters(&plan->changes.v[i]))
            stream_change(out, &plan->changes.v[i], "planned_change", "%.*s: Plan to %s");
    }
    change_summary(out, plan);
    planned_outputs(out, plan);
}

void stream_apply_summary(struct strbuf *out, const struct apply_result *r, bool destroy)
{
    ARENA_AUTO arena = arena_new();
    struct str text = arena_printf(arena, "%s: %zu added, %zu changed, %zu destroyed, %zu failed, %zu not started",
                                   r->status == APPLY_DONE ? "Apply complete" : "Apply not complete", r->added,
                                   r->changed, r->destroyed, r->failed, r->skipped);
    struct writer w = stream_line(out, "info", "change_summary", text);
    writer_key(&w, "changes");
    writer_open(&w, '{');
    writer_field_int(&w, "add", (int64_t)r->added);
    writer_field_int(&w, "change", (int64_t)r->changed);
    writer_field_int(&w, "import", (int64_t)r->imported);
    writer_field_int(&w, "replace", (int64_t)r->replaced);
    writer_field_int(&w, "remove", (int64_t)r->destroyed);
    writer_field_int(&w, "move", (int64_t)r->moved);
    writer_field_int(&w, "forget", (int64_t)r->forgotten);
    writer_field_int(&w, "failed", (int64_t)r->failed);
    writer_field_int(&w, "skipped", (int64_t)r->skipped);
    writer_field_c(&w, "operation", destroy ? "destroy" : "apply");
    writer_close(&w, '}');
    stream_line_end(&w);
}

void stream_outputs(struct strbuf *out, const struct snapshot *state)
{
    size_t n = 0;
    const struct state_output *outputs = state ? snapshot_outputs((struct snapshot *)state, &n) : NULL;
    if (!n)
        return;
    ARENA_AUTO arena = arena_new();
    struct writer w = stream_line(out, "info", "outputs", arena_printf(arena, "Outputs: %zu", n));
    writer_key(&w, "outputs");
    writer_open(&w, '{');
    for (size_t i = 0; i < n; i++) {
        writer_key_str(&w, outputs[i].name);
        writer_open(&w, '{');
        writer_field_bool(&w, "sensitive", outputs[i].sensitive);
        writer_key(&w, "type");
        writer_type(&w, outputs[i].value.type);
        if (!outputs[i].sensitive) {
            writer_key(&w, "value");
            writer_value(&w, outputs[i].value);
        }
        writer_close(&w, '}');
    }
    writer_close(&w, '}');
    stream_line_end(&w);
}

void stream_import(struct strbuf *out, struct str addr, struct str id, enum action next)
{
    ARENA_AUTO arena = arena_new();
    struct writer w = stream_line(out, "info", "import", arena_printf(arena, "%.*s: Import complete", STR_ARG(addr)));
    writer_key(&w, "import");
    writer_open(&w, '{');
    writer_field_str(&w, "addr", addr);
    writer_field_str(&w, "id", id);
    writer_field_c(&w, "next_action", stream_action(next));
    writer_close(&w, '}');
    stream_line_end(&w);
}

void stream_module(struct strbuf *out, const char *action, struct str source, struct str from, struct str to)
{
    ARENA_AUTO arena = arena_new();
    struct writer w = stream_line(out, "info", "module", arena_printf(arena, "%.*s: %s", STR_ARG(source), action));
    writer_key(&w, "module");
    writer_open(&w, '{');
    writer_field_str(&w, "source", source);
    writer_field_c(&w, "action", action);
    if (from.n)
        writer_field_str(&w, "from", from);
    if (to.n)
        writer_field_str(&w, "to", to);
    writer_close(&w, '}');
    stream_line_end(&w);
}
