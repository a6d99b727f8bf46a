/* walk: visits a whole tree and checks what its readers rely on: heights, spans within the file, no NULL children. */
#ifndef DETOUR_FUZZ_WALK_H
#define DETOUR_FUZZ_WALK_H

#include "syntax/parse.h"

#include <assert.h>
#include <stdlib.h>

struct walk {
    size_t size; /* of the file */
    unsigned height;
};

static bool walk_expr(void *ctx, const struct expr *e)
{
    struct walk *w = ctx;
    assert(e && (size_t)e->span.off + e->span.len <= w->size);
    assert(e->height < w->height && e->height <= PARSE_NESTING);
    struct walk inner = {w->size, e->height};
    if (e->kind == EXPR_TEMPLATE)
        for (size_t i = 0; i < expr_template(e)->n_parts; i++)
            assert(expr_template(e)->parts[i]->kind != EXPR_STRING || expr_string(expr_template(e)->parts[i])->text.n ||
                   expr_template(e)->parts[i]->span.len);
    return expr_children(e, walk_expr, &inner);
}

static inline void walk_tree(const struct expr *e, size_t size)
{
    struct walk w = {size, PARSE_NESTING + 1};
    walk_expr(&w, e);
}

static inline void walk_body(const struct body *body, size_t size)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct body_item *item = &body->items[i];
        assert(!item->attribute != !item->block);
        if (item->attribute)
            walk_tree(item->attribute->expr, size);
        else
            walk_body(item->block->body, size);
    }
}

/* Each problem has a place in the file and words. */
static inline void walk_diags(const struct diags *diags, size_t size)
{
    assert(diags->list.n <= PARSE_ERRORS + 1);
    vec_each (&diags->list, i) {
        const struct diag *d = &diags->list.v[i];
        assert(d->subject.file == 1 && (size_t)d->subject.off + d->subject.len <= size);
        assert(d->summary.n && d->detail.n);
    }
}

#endif
