#include "state/compare.h"

struct pair {
    struct arena *arena;
    struct state_comparison *out;
};

static bool same_object(const struct state_object *a, const struct state_object *b)
{
    if (!a || !b)
        return a == b;
    return a->status == b->status && a->value.type == b->value.type && value_same_marked(a->value, b->value);
}

static void compare_object(struct pair *p, const struct addr *addr, struct str deposed, const struct state_object *a,
                           const struct state_object *b)
{
    if (!same_object(a, b))
        vec_push(p->arena, &p->out->objects, ((struct state_difference){addr, deposed, a, b}));
}

/* Both lists are sorted by key. */
static void compare_deposed(struct pair *p, const struct addr *addr, const struct state_instance *a,
                            const struct state_instance *b)
{
    size_t i = 0, k = 0, n = a ? a->deposed.n : 0, m = b ? b->deposed.n : 0;
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : str_cmp(a->deposed.v[i].key, b->deposed.v[k].key);
        struct str key = order <= 0 ? a->deposed.v[i].key : b->deposed.v[k].key;
        compare_object(p, addr, key, order <= 0 ? a->deposed.v[i].object : NULL,
                       order >= 0 ? b->deposed.v[k].object : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

static void compare_instance(struct pair *p, const struct state_instance *a, const struct state_instance *b)
{
    const struct addr *addr = a ? a->addr : b->addr;
    compare_object(p, addr, (struct str){0}, a ? a->object : NULL, b ? b->object : NULL);
    compare_deposed(p, addr, a, b);
}

static void compare_instances(struct pair *p, struct snapshot *before, struct snapshot *after)
{
    size_t n, m, i = 0, k = 0;
    const struct state_instance *const *a = snapshot_sorted(before, &n), *const *b = snapshot_sorted(after, &m);
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : addr_cmp(a[i]->addr, b[k]->addr);
        compare_instance(p, order <= 0 ? a[i] : NULL, order >= 0 ? b[k] : NULL);
        i += order <= 0;
        k += order >= 0;
    }
}

static bool same_output(const struct state_output *a, const struct state_output *b)
{
    if (!a || !b)
        return a == b;
    return a->sensitive == b->sensitive && a->value.type == b->value.type && value_same_marked(a->value, b->value);
}

static void compare_outputs(struct pair *p, struct snapshot *before, struct snapshot *after)
{
    size_t n, m, i = 0, k = 0;
    const struct state_output *a = snapshot_outputs(before, &n), *b = snapshot_outputs(after, &m);
    while (i < n || k < m) {
        int order = i == n ? 1 : k == m ? -1 : str_cmp(a[i].name, b[k].name);
        struct output_difference d = {order <= 0 ? a[i].name : b[k].name, order <= 0 ? &a[i] : NULL,
                                      order >= 0 ? &b[k] : NULL};
        if (!same_output(d.before, d.after))
            vec_push(p->arena, &p->out->outputs, d);
        i += order <= 0;
        k += order >= 0;
    }
}

void state_compare(struct arena *arena, struct snapshot *before, struct snapshot *after, struct state_comparison *out)
{
    *out = (struct state_comparison){0};
    struct pair p = {arena, out};
    compare_instances(&p, before, after);
    compare_outputs(&p, before, after);
}
