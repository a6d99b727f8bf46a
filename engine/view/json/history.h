/* history: lists of objects, the snapshots that there were, and what differs between two, as JSON. No values, so no
 * secrets. */
#ifndef DETOUR_VIEW_JSON_HISTORY_H
#define DETOUR_VIEW_JSON_HISTORY_H

#include "state/compare.h"
#include "state/history.h"
#include "view/json/writer.h"

/* {"format_version":"1.0","resources":[{"address":…,"mode":…,"type":…,"name":…,"provider":…,"id":…,"status":…,
 * "deposed":[…]}]} */
void json_state_list(struct strbuf *out, const struct state_instance *const *instances, size_t n);

/* {"format_version":"1.0","snapshots":[{"serial":…,"when":…,"who":…,…}]}, oldest first. */
void json_history(struct strbuf *out, const struct history *history, struct str lineage);

/* {"format_version":"1.0","resources":[{"address":…,"action":"create"|"update"|"delete","attributes":[…]}],"outputs":…}
 */
void json_comparison(struct strbuf *out, const struct state_comparison *comparison);

#endif
