/*
 * stream: what a run does, as one JSON object a line, with the names that readers of Terraform's stream know; and the
 * answer of validate -json.
 */
#ifndef DETOUR_VIEW_JSON_STREAM_H
#define DETOUR_VIEW_JSON_STREAM_H

#include "core/session.h"
#include "state/model.h"
#include "view/json/writer.h"

/* The fields that every line has; the caller adds its own and ends the line. */
struct writer stream_line(struct strbuf *out, const char *level, const char *type, struct str message);
void stream_line_end(struct writer *w);

/* The first line: who writes, and in which format. A line for a diagnostic, and for an event of a session. */
void stream_version(struct strbuf *out, const char *version);
void stream_diagnostic(struct strbuf *out, const struct sources *sources, const struct diag *diag);
void stream_event(struct strbuf *out, const struct session_event *event);
/* resource_drift, planned_change, change_summary and outputs lines of a plan. */
void stream_plan(struct strbuf *out, const struct plan *plan);
void stream_apply_summary(struct strbuf *out, const struct apply_result *result, bool destroy);
void stream_outputs(struct strbuf *out, const struct snapshot *state);
/* What `import` did, and what the next plan will do with the object. */
void stream_import(struct strbuf *out, struct str addr, struct str id, enum action next);
/* What `get` did with a package of modules: "pinned", "updated"…; `from` and `to` may be empty. */
void stream_module(struct strbuf *out, const char *action, struct str source, struct str from, struct str to);

/* One diagnostic as an object inside another document. */
void json_diagnostic(struct writer *w, const struct sources *sources, const struct diag *diag);

/* validate -json: {"format_version":"1.0","valid":…,"error_count":…,"warning_count":…,"diagnostics":[…]} */
void json_validation(struct strbuf *out, const struct sources *sources, const struct diags *diags, bool valid);

#endif
