#include "value/walk.h"

#include "value/value_private.h"

size_t value_count(struct value v, size_t max)
{
    const struct value *parts = value_parts(v);
    size_t n = 1;
    for (uint32_t i = 0; parts && i < v.n && n < max; i++)
        n += value_parts(parts[i]) ? value_count(parts[i], max - n) : 1;
    return n;
}

/* The path to the value at hand is kept on one stack that grows and shrinks with the walk. */
struct walker {
    struct arena *arena;
    void *ctx;
    walk_visit *visit;
    walk_rewrite *rewrite;
    VEC(struct path_step) steps;
};

static struct path here(const struct walker *w)
{
    return (struct path){w->steps.v, w->steps.n};
}

static void enter(struct walker *w, struct value v, uint32_t i)
{
    struct path_step step = {.kind = PATH_INDEX};
    switch (v.type->kind) {
    case TYPE_OBJECT:
        step = (struct path_step){.kind = PATH_ATTR, .name = v.type->names[i]};
        break;
    case TYPE_MAP:
        step.index = value_string(v.u.map.keys[i]);
        break;
    case TYPE_SET:
        step.index = v.u.items[i];
        break;
    default:
        step.index = value_int(i);
        break;
    }
    vec_push(w->arena, &w->steps, step);
}

static void walk(struct walker *w, struct value v)
{
    if (!w->visit(w->ctx, here(w), v))
        return;
    const struct value *parts = value_parts(v);
    for (uint32_t i = 0; parts && i < v.n; i++) {
        enter(w, v, i);
        walk(w, parts[i]);
        w->steps.n--;
    }
}

void value_walk(struct arena *arena, struct value v, walk_visit *visit, void *ctx)
{
    struct walker w = {.arena = arena, .ctx = ctx, .visit = visit};
    walk(&w, v);
}

static bool untouched(const struct value *a, const struct value *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static struct value rewrite(struct walker *w, struct value v);

static struct value rewrite_parts(struct walker *w, struct value v)
{
    const struct value *parts = value_parts(v);
    struct value *changed = NULL;
    for (uint32_t i = 0; parts && i < v.n; i++) {
        enter(w, v, i);
        struct value part = rewrite(w, parts[i]);
        w->steps.n--;
        if (!changed && untouched(&part, &parts[i]))
            continue;
        if (!changed) {
            changed = ARENA_ARRAY(w->arena, struct value, v.n);
            memcpy(changed, parts, v.n * sizeof *changed);
        }
        changed[i] = part;
    }
    if (!changed)
        return v;
    if (v.type->kind == TYPE_SET)
        return value_mark(value_set(w->arena, changed[0].type, changed, v.n), v.marks);
    return value_with_parts(v, changed);
}

static struct value rewrite(struct walker *w, struct value v)
{
    return w->rewrite(w->ctx, here(w), rewrite_parts(w, v));
}

struct value value_rewrite(struct arena *arena, struct value v, walk_rewrite *f, void *ctx)
{
    struct walker w = {.arena = arena, .ctx = ctx, .rewrite = f};
    return rewrite(&w, v);
}
