/* json: which properties of a *.hcl.json file are blocks, and whose strings are references or types rather than
 * templates. */
#include "config/decode.h"

#define BLOCKS(list) .blocks = (list), .n_blocks = sizeof(list) / sizeof *(list)

static const char *const resource_code[] = {"depends_on", "provider", NULL};
static const char *const lifecycle_code[] = {"ignore_changes", "replace_triggered_by", NULL};
static const char *const iterator_code[] = {"iterator", NULL};
static const char *const variable_code[] = {"type", NULL};
static const char *const output_code[] = {"depends_on", NULL};
static const char *const module_code[] = {"depends_on", "providers", NULL};
static const char *const moved_code[] = {"from", "to", NULL};
static const char *const removed_code[] = {"from", NULL};
static const char *const import_code[] = {"to", "provider", NULL};

static const struct json_block conditions[] = {{.type = "precondition"}, {.type = "postcondition"}};
static const struct json_block content[] = {{.type = "content"}};
static const struct json_block resource_blocks[] = {
    {.type = "lifecycle", BLOCKS(conditions), .code = lifecycle_code},
    {.type = "dynamic", .n_labels = 1, BLOCKS(content), .code = iterator_code},
};
static const struct json_block validations[] = {{.type = "validation"}};
static const struct json_block preconditions[] = {{.type = "precondition"}};
static const struct json_block lifecycles[] = {{.type = "lifecycle"}};
static const struct json_block check_blocks[] = {
    {.type = "data", .n_labels = 2, BLOCKS(resource_blocks), .code = resource_code},
    {.type = "assert"},
};
static const struct json_block root_blocks[] = {
    {.type = "detour"},
    {.type = "variable", .n_labels = 1, BLOCKS(validations), .code = variable_code},
    {.type = "locals"},
    {.type = "output", .n_labels = 1, BLOCKS(preconditions), .code = output_code},
    {.type = "provider", .n_labels = 1},
    {.type = "resource", .n_labels = 2, BLOCKS(resource_blocks), .code = resource_code},
    {.type = "data", .n_labels = 2, BLOCKS(resource_blocks), .code = resource_code},
    {.type = "module", .n_labels = 1, BLOCKS(lifecycles), .code = module_code},
    {.type = "moved", .code = moved_code},
    {.type = "removed", BLOCKS(lifecycles), .code = removed_code},
    {.type = "import", .code = import_code},
    {.type = "check", .n_labels = 1, BLOCKS(check_blocks)},
    {.type = "terraform"}, /* to be told what to write instead */
};

const struct json_block decode_json_root = {BLOCKS(root_blocks)};
