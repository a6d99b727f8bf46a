#include "diag/snippet.h"
#include <criterion/criterion.h>

static struct str render(struct arena *arena, struct str text, struct span at)
{
    struct sources *sources = sources_new();
    at.file = sources_add(sources, STR("main.hcl"), text);
    struct diags diags = DIAGS_INIT(arena);
    struct diag *d = diag_error(&diags, at, "Unsupported argument", "An argument named \"%s\" is not expected.", "x");
    diag_note(&diags, d, STR("var.a"), STR("is 1"));
    STRBUF_AUTO out = STRBUF_INIT(0);
    snippet_render(&out, sources, d, (struct snippet_style){.width = 78});
    sources_free(sources);
    return arena_str(arena, strbuf_str(&out));
}

Test(snippet, points_at_the_subject)
{
    ARENA_AUTO arena = arena_new();
    struct str got = render(arena, STR("a {\n  日本 = x\n}\n"), (struct span){0, 15, 1});
    cr_assert_str_eq(got.p, "Error: Unsupported argument\n\n  on main.hcl line 2:\n   2:   日本 = x\n               ^\n"
                            "    ├────────────────\n    │ var.a is 1\n\nAn argument named \"x\" is not expected.\n");
}

Test(snippet, survives_a_span_past_the_end)
{
    ARENA_AUTO arena = arena_new();
    cr_assert_gt(render(arena, STR("a"), (struct span){0, 1, 0}).n, 0);
    cr_assert_gt(render(arena, STR(""), (struct span){0, 0, 0}).n, 0);
}

Test(diags, tidy_sorts_and_removes_duplicates)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    diag_error(&diags, (struct span){1, 9, 1}, "B", "b");
    diag_error(&diags, (struct span){1, 2, 1}, "A", "a");
    diag_error(&diags, (struct span){1, 9, 1}, "B", "b");
    diags_tidy(&diags);
    cr_assert_eq(diags.list.n, 2);
    cr_assert_eq(diags.n_errors, 2);
    cr_assert(str_is(diags.list.v[0].summary, "A"));
}
