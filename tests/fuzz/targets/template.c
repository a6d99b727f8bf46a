/* Any bytes as a bare template, and any part of them. */
#include "walk.h"

static void run(const struct sources *sources, size_t size, uint32_t from, uint32_t to)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    const struct expr *e = parse_template(arena, &diags, sources, 1, from, to);
    walk_tree(e, size);
    walk_diags(&diags, size);
    assert(e->kind != EXPR_INVALID || diags_failed(&diags));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    sources_add_borrowed(sources, STR("fuzz.tmpl"), str_from((const char *)data, size));
    run(sources, size, 0, UINT32_MAX);
    if (size > 2)
        run(sources, size, data[0] % (uint32_t)size, data[1]);
    sources_free(sources);
    return 0;
}
