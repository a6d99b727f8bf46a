/* functions: signatures of functions, in the JSON form of Terraform's `metadata functions -json` (format_version 1.0).
 */
#ifndef DETOUR_VIEW_JSON_FUNCTIONS_H
#define DETOUR_VIEW_JSON_FUNCTIONS_H

#include "eval/func.h"
#include "view/json/writer.h"

/* {"format_version":…,"function_signatures":{name:…}}: every function, and again with core:: before its name. */
void json_functions(struct strbuf *out, const struct func_table *table);

/* One signature: {"description","return_type","parameters","variadic_parameter"}. */
void json_signature(struct writer *w, const struct func *func);

#endif
