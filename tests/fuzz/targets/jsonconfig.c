/* Any bytes as configuration in JSON: a tree as from the native syntax; and each argument read as blocks, as schemas
 * may ask for. */
#include "walk.h"

#include "syntax/json.h"

static const char *const code[] = {"c", "type", "depends_on", NULL};
static const struct json_block inner[] = {{.type = "lifecycle", .code = code}};
static const struct json_block blocks[] = {
    {.type = "resource", .n_labels = 2, .blocks = inner, .n_blocks = 1, .code = code},
    {.type = "variable", .n_labels = 1, .code = code},
    {.type = "locals"},
};
static const struct json_block root = {.blocks = blocks, .n_blocks = 3, .code = code};

static void read_as_blocks(struct arena *arena, struct diags *diags, const struct body *body, unsigned depth)
{
    for (size_t i = 0; i < body->n_items && depth < 10; i++) {
        size_t n = 0;
        const struct attribute *a = body->items[i].attribute;
        if (!a) {
            read_as_blocks(arena, diags, body->items[i].block->body, depth + 1);
            continue;
        }
        const struct block *const *found = json_attribute_blocks(arena, diags, a, depth % 2, &n);
        for (size_t k = 0; k < n; k++)
            read_as_blocks(arena, diags, found[k]->body, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    uint32_t file = sources_add_borrowed(sources, STR("fuzz.hcl.json"), str_from((const char *)data, size));
    const struct body *body = json_body(arena, &diags, sources, file, &root);
    walk_body(body, size + 1000);
    read_as_blocks(arena, &diags, body, 0);
    walk_body(json_values(arena, &diags, sources, file), size + 1000);
    sources_free(sources);
    return 0;
}
