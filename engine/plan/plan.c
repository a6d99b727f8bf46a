#include "plan/plan.h"

#include <stdlib.h>

struct plan *plan_new(enum plan_mode mode)
{
    struct arena *arena = arena_new();
    struct plan *plan = ARENA_NEW(arena, struct plan);
    plan->arena = arena;
    plan->mode = mode;
    plan->complete = true;
    return plan;
}

void plan_free(struct plan *plan)
{
    if (plan)
        arena_free(plan->arena);
}

static int change_cmp(const void *a, const void *b)
{
    const struct change *x = a, *y = b;
    int order = x->addr == y->addr ? 0 : addr_cmp(x->addr, y->addr);
    return order ? order : str_cmp(x->deposed, y->deposed);
}

static int output_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct plan_output *)a)->name, ((const struct plan_output *)b)->name);
}

static int variable_cmp(const void *a, const void *b)
{
    return str_cmp(((const struct plan_variable *)a)->name, ((const struct plan_variable *)b)->name);
}

static int check_cmp(const void *a, const void *b)
{
    static const int rank[] = {
        [CHECK_BLOCK] = 0, [CHECK_OUTPUT] = 1, [CHECK_RESOURCE] = 2, [CHECK_VARIABLE] = 3}; /* by their names */
    const struct plan_check *x = a, *y = b;
    if (x->kind != y->kind)
        return rank[x->kind] - rank[y->kind];
    int order = str_cmp(x->object, y->object);
    if (order)
        return order;
    return x->addr && y->addr ? addr_cmp(x->addr, y->addr) : str_cmp(x->instance, y->instance);
}

enum check_status plan_check_worse(enum check_status a, enum check_status b)
{
    static const int rank[] = {[CHECK_PASS] = 0, [CHECK_UNKNOWN] = 1, [CHECK_FAIL] = 2, [CHECK_ERROR] = 3};
    return rank[a] >= rank[b] ? a : b;
}

/* What holds before and what holds after are conditions of one instance. */
static void merge_checks(struct plan *plan)
{
    size_t n = 0;
    for (size_t i = 0; i < plan->checks.n; i++) {
        struct plan_check *last = n ? &plan->checks.v[n - 1] : NULL, *next = &plan->checks.v[i];
        if (!last || last->kind != next->kind || !str_eq(last->object, next->object) ||
            !str_eq(last->instance, next->instance)) {
            plan->checks.v[n++] = *next;
            continue;
        }
        last->status = plan_check_worse(last->status, next->status);
        vec_each (&next->problems, p)
            vec_push(plan->arena, &last->problems, next->problems.v[p]);
    }
    plan->checks.n = n;
}

static int read_cmp(const void *a, const void *b)
{
    return addr_cmp(((const struct plan_read *)a)->addr, ((const struct plan_read *)b)->addr);
}

/* The usual plan comes sorted already, and qsort would copy all of it. */
static void sort(void *items, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
    for (size_t i = 1; i < n; i++)
        if (cmp((char *)items + (i - 1) * size, (char *)items + i * size) > 0) {
            qsort(items, n, size, cmp);
            return;
        }
}

static bool hides(struct value v)
{
    return (v.deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL)) != 0;
}

static bool changes_hide(const struct change *changes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (hides(changes[i].before) || hides(changes[i].after))
            return true;
    return false;
}

bool plan_has_secret(const struct plan *plan)
{
    if (changes_hide(plan->changes.v, plan->changes.n) || changes_hide(plan->drift.v, plan->drift.n))
        return true;
    vec_each (&plan->reads, i)
        if (hides(plan->reads.v[i].value))
            return true;
    vec_each (&plan->variables, i)
        if (plan->variables.v[i].sensitive || hides(plan->variables.v[i].value))
            return true;
    vec_each (&plan->outputs, i)
        if (plan->outputs.v[i].sensitive)
            return true;
    return false;
}

void plan_reserve(struct plan *plan, size_t n)
{
    size_t cap = plan->changes.n + n;
    if (cap <= plan->changes.cap)
        return;
    if (cap < plan->changes.cap * 2)
        cap = plan->changes.cap * 2;
    struct change *moved = ARENA_ARRAY(plan->arena, struct change, cap);
    if (plan->changes.n)
        memcpy(moved, plan->changes.v, plan->changes.n * sizeof *moved);
    plan->changes.v = moved;
    plan->changes.cap = cap;
}

#define SORT(vec, cmp) sort((vec).v, (vec).n, sizeof *(vec).v, cmp)

bool plan_is_empty(const struct plan *plan)
{
    if (plan->mode == PLAN_REFRESH_ONLY && plan->state_moved)
        return false;
    vec_each (&plan->changes, i) {
        if (change_matters(&plan->changes.v[i]))
            return false;
    }
    vec_each (&plan->outputs, i)
        if (plan->outputs.v[i].action != ACTION_NOOP)
            return false;
    return true;
}

void plan_seal(struct plan *plan)
{
    SORT(plan->changes, change_cmp);
    SORT(plan->drift, change_cmp);
    SORT(plan->outputs, output_cmp);
    SORT(plan->variables, variable_cmp);
    SORT(plan->checks, check_cmp);
    merge_checks(plan);
    SORT(plan->reads, read_cmp);
    plan->complete = plan->complete && plan->targets.n == 0 && !plan->errored;
    plan->applyable = !plan->errored && !plan_is_empty(plan);
    plan->digest = plan_digest(plan);
    if (plan_has_secret(plan)) /* wiping takes time, so it is done where there is something to hide */
        arena_wipe_on_free(plan->arena);
}

static void count_change(struct plan_counts *counts, const struct change *change)
{
    counts->import += change->import_id.n > 0;
    counts->move += change->moved_from != NULL;
    switch (change->action) {
    case ACTION_NOOP:
        counts->noop++;
        break;
    case ACTION_CREATE:
        counts->add++;
        break;
    case ACTION_READ:
        counts->read += change_matters(change);
        break;
    case ACTION_UPDATE:
        counts->change++;
        break;
    case ACTION_DELETE:
        counts->destroy++;
        break;
    case ACTION_REPLACE:
    case ACTION_CREATE_BEFORE_DELETE:
        counts->replace++;
        break;
    case ACTION_FORGET:
        counts->forget++;
        break;
    }
}

struct plan_counts plan_count(const struct plan *plan)
{
    struct plan_counts counts = {0};
    vec_each (&plan->changes, i)
        count_change(&counts, &plan->changes.v[i]);
    return counts;
}

const struct change *plan_find(const struct plan *plan, const struct addr *addr)
{
    struct change key = {.addr = addr};
    if (!plan->changes.n)
        return NULL;
    return bsearch(&key, plan->changes.v, plan->changes.n, sizeof key, change_cmp);
}

const char *plan_check_status_name(enum check_status status)
{
    static const char *const names[] = {"unknown", "pass", "fail", "error"};
    return names[status];
}

const char *plan_check_kind_name(enum check_kind kind)
{
    static const char *const names[] = {"resource", "output_value", "var", "check"};
    return names[kind];
}
