/*
 * The order of operations. A resource's node evaluates it; its operations wait for that, and its end waits for them;
 * whoever refers to it waits for its end. Destruction goes the other way round, after what the state remembers:
 * - an object goes after all that was made from it and goes too (barrier `before`);
 * - one that goes for good, or was put away for its successor, also goes after what used it was updated (barrier
 * `after`).
 */
#include "core/applying.h"

#include "base/gettext.h"

/* The removals of one whole resource. */
struct removals {
    uint32_t before, after;
    bool late; /* some of them wait for updates */
};

struct ordering {
    struct applying *a;
    struct map removals; /* text of the whole address -> struct removals */
    uint32_t *end_of;    /* per node of the tree: the vertex that its users wait for */
    struct map *hasty;   /* whole addresses whose removals do not wait for updates */
};

static struct str addr_key(const struct addr *const *addr)
{
    return str_from((const char *)addr, sizeof *addr);
}

static uint32_t unit_add(struct applying *a, struct unit unit)
{
    vec_push(a->arena, &a->units, unit);
    return dag_add(a->dag);
}

/* -- operations -- */

static struct operation *op_add(struct ordering *o, const struct change *change, enum op_kind kind)
{
    struct applying *a = o->a;
    struct operation *op = ARENA_NEW(a->arena, struct operation);
    *op = (struct operation){.kind = kind, .change = change, .task = task_of_addr(&a->run, change->addr)};
    op->type = registry_type(a->run.session->options.registry, change->addr->mode, change->addr->type);
    op->slot = map_get(&a->run.tree->slots, change->provider);
    op->lane = lanes_get(a->run.session->lanes, &op->slot->instance, change->lane);
    op->place = change->place;
    op->deposed = change->deposed;
    op->unit = unit_add(a, (struct unit){.kind = UNIT_OP, .op = op});
    vec_push(a->arena, &a->ops, op);
    return op;
}

/* An operation that gives the resource its value. */
static struct operation *making_add(struct ordering *o, const struct change *change, enum op_kind kind)
{
    struct applying *a = o->a;
    struct operation *op = op_add(o, change, kind);
    uint32_t node = op->task->node->id;
    map_put(&a->op_of, addr_key(&op->change->addr), op);
    if (o->end_of[node] == node)
        o->end_of[node] = unit_add(a, (struct unit){.kind = UNIT_END, .task = op->task});
    dag_edge(a->dag, op->unit, node);
    dag_edge(a->dag, o->end_of[node], op->unit);
    if (value_is_set(change->before) && kind == OP_CREATE && op->slot->opened) /* it may move to another machine */
        op->lane = lane_for(&a->run, op->slot, op->type, change->after, &op->place);
    return op;
}

/* The whole address as text, the same for all instances, whether or not it is declared. */
static struct str whole_text(struct ordering *o, const struct addr *addr)
{
    return addr_plain(o->a->run.session->addrs, addr)->text;
}

static struct removals *removals_of(struct ordering *o, struct str whole)
{
    struct removals *r = map_get(&o->removals, whole);
    if (r)
        return r;
    r = ARENA_NEW(o->a->arena, struct removals);
    r->before = unit_add(o->a, (struct unit){.kind = UNIT_BARRIER});
    r->after = unit_add(o->a, (struct unit){.kind = UNIT_BARRIER, .whole = whole});
    map_put(&o->removals, whole, r);
    return r;
}

static struct operation *removal_add(struct ordering *o, const struct change *change, bool late)
{
    struct operation *op = op_add(o, change, OP_DELETE);
    struct str whole = whole_text(o, change->addr);
    struct removals *r = removals_of(o, whole);
    dag_edge(o->a->dag, op->unit, r->before);
    if (late && !map_find(o->hasty, whole)) {
        dag_edge(o->a->dag, op->unit, r->after);
        r->late = true;
    }
    return op;
}

static void add_replacement(struct ordering *o, const struct change *change)
{
    struct operation *first, *second;
    if (change->action == ACTION_REPLACE) {
        first = removal_add(o, change, false);
        second = making_add(o, change, OP_CREATE);
    } else {
        first = making_add(o, change, OP_CREATE);
        second = removal_add(o, change, true);
        first->deposed = second->deposed = snapshot_deposed_key(session_snapshot(o->a->run.session), change->addr);
    }
    first->replaces = second->replaces = true;
    dag_edge(o->a->dag, second->unit, first->unit);
}

static void add_ops(struct ordering *o, const struct change *change)
{
    switch (change->action) {
    case ACTION_NOOP:
    case ACTION_FORGET:
        break;
    case ACTION_CREATE:
        making_add(o, change, OP_CREATE);
        break;
    case ACTION_UPDATE:
        making_add(o, change, OP_UPDATE);
        break;
    case ACTION_READ:
        making_add(o, change, OP_READ);
        break;
    case ACTION_DELETE:
        removal_add(o, change, true);
        break;
    case ACTION_REPLACE:
    case ACTION_CREATE_BEFORE_DELETE:
        add_replacement(o, change);
        break;
    }
}

/* -- order -- */

static void order_against(struct ordering *o, const struct operation *op, const struct addr *need)
{
    struct removals *r = map_get(&o->removals, need->text);
    if (!r || str_eq(need->text, whole_text(o, op->change->addr)))
        return;
    if (op->kind == OP_DELETE)
        dag_edge(o->a->dag, r->before, op->unit);
    else if (op->kind != OP_READ && r->late)
        dag_edge(o->a->dag, r->after, op->unit);
}

static void order_op(struct ordering *o, const struct operation *op)
{
    const struct prior *prior = prior_find(o->a->run.priors, op->change->addr);
    const struct state_object *object = prior ? prior->object : NULL;
    for (size_t i = 0; object && i < object->n_depends; i++)
        order_against(o, op, object->depends[i]);
    if (op->task && op->kind != OP_DELETE)
        for (size_t i = 0; i < op->task->depends.n; i++)
            order_against(o, op, op->task->depends.v[i]);
}

static void order_nodes(struct ordering *o)
{
    struct applying *a = o->a;
    const struct tree *tree = a->run.tree;
    for (uint32_t id = 0; id < tree->nodes.n; id++) {
        struct dag_list needs = dag_needs(tree->dag, id);
        for (uint32_t k = 0; k < needs.n; k++)
            dag_edge(a->dag, id, o->end_of[needs.v[k]]);
    }
}

/* Only a normal plan evaluates the configuration again; the others say all themselves. */
static void choose(struct applying *a)
{
    a->only = ARENA_ARRAY(a->arena, bool, a->units.n);
    for (size_t i = 0; i < a->units.n; i++)
        a->only[i] =
            a->units.v[i].kind != UNIT_NODE || (a->plan->mode == PLAN_NORMAL && (!a->run.only || a->run.only[i]));
}

static struct str name_for_cycle(void *ctx, uint32_t id)
{
    const struct applying *a = ctx;
    const struct unit *unit = &a->units.v[id];
    if (unit->kind == UNIT_NODE)
        return node_text(a->arena, unit->node);
    if (unit->kind != UNIT_OP)
        return (struct str){0};
    return unit->op->kind == OP_DELETE
               ? arena_printf(a->arena, _("%.*s (destroy)"), STR_ARG(unit->op->change->addr->text))
               : unit->op->change->addr->text;
}

static struct span span_for_cycle(void *ctx, uint32_t id)
{
    const struct applying *a = ctx;
    const struct unit *unit = &a->units.v[id];
    if (unit->kind == UNIT_NODE)
        return node_span(unit->node);
    return unit->kind == UNIT_OP ? unit->op->change->where : (struct span){0};
}

/* One attempt; false where it goes round in a circle. */
static bool build(struct applying *a, struct map *hasty)
{
    struct tree *tree = a->run.tree;
    struct ordering o = {.a = a,
                         .removals = MAP_INIT(a->arena),
                         .end_of = ARENA_ARRAY(a->arena, uint32_t, tree->nodes.n),
                         .hasty = hasty};
    a->dag = dag_new(a->arena);
    a->units.n = a->ops.n = 0;
    a->op_of = MAP_INIT(a->arena);
    vec_each (&tree->nodes, i)
        o.end_of[i] = unit_add(a, (struct unit){.kind = UNIT_NODE, .node = tree->nodes.v[i]});
    vec_each (&a->plan->changes, i)
        add_ops(&o, &a->plan->changes.v[i]);
    order_nodes(&o);
    vec_each (&a->ops, i)
        order_op(&o, a->ops.v[i]);
    dag_seal(a->dag);
    return dag_order(a->dag, ARENA_ARRAY(a->arena, uint32_t, a->units.n));
}

/* Gives up waiting where it is part of the circle; false where it is not. */
static bool give_way(struct applying *a, struct map *hasty)
{
    uint32_t *cycle = ARENA_ARRAY(a->arena, uint32_t, a->units.n);
    size_t n = dag_cycle(a->dag, cycle), before = hasty->n;
    for (size_t i = 0; i < n; i++)
        if (a->units.v[cycle[i]].kind == UNIT_BARRIER && a->units.v[cycle[i]].whole.n)
            map_put(hasty, a->units.v[cycle[i]].whole, NULL);
    return hasty->n > before;
}

bool ops_build(struct applying *a)
{
    struct map hasty = MAP_INIT(a->arena);
    while (!build(a, &hasty))
        if (!give_way(a, &hasty)) {
            cycle_report(a->dag, name_for_cycle, span_for_cycle, a, a->run.diags);
            return false;
        }
    choose(a);
    a->walk = walk_new(a->arena, a->dag, a->only);
    return true;
}
