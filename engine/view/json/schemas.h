/* schemas: what providers offer, in the JSON form of Terraform's `providers schema -json` (format_version 1.0). */
#ifndef DETOUR_VIEW_JSON_SCHEMAS_H
#define DETOUR_VIEW_JSON_SCHEMAS_H

#include "provider/registry.h"

/* All providers that are linked in, whether a configuration uses them or not. */
void json_provider_schemas(struct strbuf *out, struct registry *registry);

#endif
