/* state: what is stored, in the JSON form of Terraform's `show -json` (format_version 1.0). */
#ifndef DETOUR_VIEW_JSON_STATE_H
#define DETOUR_VIEW_JSON_STATE_H

#include "state/model.h"
#include "view/json/writer.h"

/* show -json and state show -json: the state, or one instance, as a document. */
void json_state(struct strbuf *out, const struct snapshot *state);
void json_state_instance(struct strbuf *out, const struct state_instance *instance);
/* output -json: {"name":{"sensitive":…,"type":…,"value":…}}, sensitive values included. */
void json_outputs(struct strbuf *out, const struct snapshot *state);

/* The object {"format_version":…,"values":{…}} as a part of another document. */
void json_state_write(struct writer *w, const struct snapshot *state);

#endif
