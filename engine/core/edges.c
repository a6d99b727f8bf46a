#include "core/build.h"
#include "graph/dag.h"

/* -- edges -- */

static void edge(struct build *b, const struct node *need)
{
    if (need)
        dag_edge(b->tree->dag, b->from->id, need->id);
}

static void edge_to_call(struct build *b, const struct config_ref *ref, enum config_use use)
{
    struct module *child = map_get(&b->from->module->children, ref->call->name.text);
    if (!child)
        return;
    if (use == USE_DEPENDS_ON) {
        edge(b, child->end);
        return;
    }
    edge(b, child->call);
    if (ref->output)
        edge(b, tree_node(child, ref->output));
    else
        vec_each (&child->outputs, i)
            edge(b, child->outputs.v[i]);
}

static void visit_ref(void *ctx, const struct config_ref *ref, enum config_use use)
{
    struct build *b = ctx;
    const struct module *module = b->from->module;
    switch (ref->kind) {
    case REF_VARIABLE:
        if (ref->variable != b->from->object) /* a validation sees its own variable */
            edge(b, tree_node(module, ref->variable));
        break;
    case REF_LOCAL:
        edge(b, tree_node(module, ref->local));
        break;
    case REF_RESOURCE: {
        struct node *need = tree_node(module, ref->resource);
        if (need != b->from || use != USE_POSTCONDITION)
            edge(b, need);
        break;
    }
    case REF_CALL:
        edge_to_call(b, ref, use);
        break;
    default:
        break;
    }
}

/* The argument of a module call that sets a variable belongs to the caller's module. */
static void connect_argument(struct build *b, const struct config_variable *variable)
{
    const struct module *module = b->from->module;
    if (!module->parent)
        return;
    const struct config_call *call = module->config->call;
    const struct attribute *argument = body_attribute(call->args, variable->name.text);
    if (!argument)
        return;
    /* references are looked up in from->module: lend the node to the caller's for the visit */
    struct node lent = *b->from;
    lent.module = module->parent;
    struct build outer = *b;
    outer.from = &lent;
    config_expr_refs(module->parent->config->module, argument->expr, USE_ARGUMENT, visit_ref, &outer);
}

/* Imports are written in the root module, wherever their resource is. */
static void connect_imports(struct build *b)
{
    struct node lent = *b->from;
    struct build outer = *b;
    lent.module = b->tree->root;
    outer.from = &lent;
    import_refs(b->tree, b->from->task, visit_ref, &outer, b->diags);
}

static void connect_resource(struct build *b, const struct node *node)
{
    const struct module *module = node->module;
    config_resource_refs(module->config->module, node->object, visit_ref, b);
    connect_imports(b);
    edge(b, node->task->slot->node);
    if (node->task->config->check) /* it looks at what there is when all else is done */
        dag_edge(b->tree->dag, node->id, b->tree->root->end->id);
    else
        dag_edge(b->tree->dag, module->end->id, node->id);
}

void build_connect(struct build *b, struct node *node)
{
    const struct module *module = node->module;
    const struct config_module *m = module->config->module;
    b->from = node;
    if (node->kind != NODE_PROVIDER || node->slot->block)
        edge(b, module->call);
    switch ((enum node_kind)node->kind) {
    case NODE_VARIABLE:
        connect_argument(b, node->object);
        config_variable_refs(m, node->object, visit_ref, b);
        break;
    case NODE_LOCAL:
        config_expr_refs(m, ((const struct config_local *)node->object)->expr, USE_ARGUMENT, visit_ref, b);
        break;
    case NODE_OUTPUT:
        if (!module->override)
            config_output_refs(m, node->object, visit_ref, b);
        break;
    case NODE_CALL:
        config_call_refs(m, node->object, visit_ref, b);
        break;
    case NODE_PROVIDER:
        if (node->slot->block)
            config_body_refs(m, node->slot->block->args, visit_ref, b);
        break;
    case NODE_RESOURCE:
        connect_resource(b, node);
        break;
    case NODE_MODULE_END:
        if (module->parent)
            dag_edge(b->tree->dag, module->parent->end->id, node->id);
        break;
    }
}

/* -- what follows from the edges -- */

static bool managed(const struct node *node)
{
    return node->kind == NODE_RESOURCE && node->task->config->mode == ADDR_MANAGED;
}

static bool is_scoped(const struct node *node)
{
    return node->kind == NODE_RESOURCE && node->task->config->check;
}

/* What a need brings: itself where it is a managed resource, else what it is made from. A check's data source comes
 * after everything, but is not made from it. */
static struct depends brings(const struct tree *tree, const struct depends *lists, uint32_t id, uint32_t need)
{
    const struct node *node = tree->nodes.v[need];
    if (node == tree->root->end && is_scoped(tree->nodes.v[id]))
        return (struct depends){0};
    return managed(node) ? (struct depends){&node->task->whole, 1} : lists[need];
}

static struct depends merge_depends(const struct tree *tree, const struct depends *lists, uint32_t id)
{
    struct dag_list needs = dag_needs(tree->dag, id);
    struct depends one = {0};
    size_t n = 0, sources = 0;
    for (uint32_t i = 0; i < needs.n; i++) {
        struct depends d = brings(tree, lists, id, needs.v[i]);
        if (d.n)
            one = d, sources++;
        n += d.n;
    }
    if (sources <= 1)
        return one; /* shared: a value that gathers thousands is not copied for each user */
    const struct addr **v = ARENA_ARRAY(tree->arena, const struct addr *, n);
    struct map seen = MAP_INIT(tree->arena);
    n = 0;
    for (uint32_t i = 0; i < needs.n; i++) {
        struct depends d = brings(tree, lists, id, needs.v[i]);
        for (size_t k = 0; k < d.n; k++)
            if (!map_find(&seen, d.v[k]->text)) {
                map_put(&seen, d.v[k]->text, NULL);
                v[n++] = d.v[k];
            }
    }
    return (struct depends){v, n};
}

void build_depends(struct tree *tree)
{
    struct depends *lists = ARENA_ARRAY(tree->arena, struct depends, tree->nodes.n);
    vec_each (&tree->nodes, i) {
        uint32_t id = tree->order[i];
        lists[id] = merge_depends(tree, lists, id);
        if (tree->nodes.v[id]->kind == NODE_RESOURCE)
            tree->nodes.v[id]->task->depends = lists[id];
    }
}

void build_create_before_destroy(struct tree *tree)
{
    bool *wanted = ARENA_ARRAY(tree->arena, bool, tree->nodes.n);
    for (size_t i = tree->nodes.n; i-- > 0;) {
        uint32_t id = tree->order[i];
        const struct node *node = tree->nodes.v[id];
        if (managed(node)) {
            node->task->create_before_destroy |= wanted[id];
            wanted[id] = node->task->create_before_destroy;
        }
        struct dag_list needs = dag_needs(tree->dag, id);
        for (uint32_t k = 0; wanted[id] && k < needs.n; k++)
            wanted[needs.v[k]] = true;
    }
}
