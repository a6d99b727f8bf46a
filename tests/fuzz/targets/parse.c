/* Any bytes as a file, as an expression and as a reference: a tree that holds what ast.h promises. */
#include "walk.h"

#include "diag/snippet.h"

static void run_body(const struct sources *sources, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    walk_body(parse_body(arena, &diags, sources, 1), size);
    walk_diags(&diags, size);
    STRBUF_AUTO out = STRBUF_INIT(1 << 20);
    if (diags.list.n)
        snippet_render(&out, sources, &diags.list.v[0], (struct snippet_style){0});
}

static void run_expression(const struct sources *sources, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    const struct expr *e = parse_expression(arena, &diags, sources, 1);
    walk_tree(e, size);
    walk_diags(&diags, size);
    assert(e->kind != EXPR_INVALID || diags_failed(&diags));
}

static void run_traversal(const struct sources *sources, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    assert(!parse_traversal(arena, &diags, sources, 1) == diags_failed(&diags));
    walk_diags(&diags, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    sources_add_borrowed(sources, STR("fuzz.hcl"), str_from((const char *)data, size));
    run_body(sources, size);
    run_expression(sources, size);
    run_traversal(sources, size);
    sources_free(sources);
    return 0;
}
