/* Which attributes the changes of a plan were made from: what makes a drift matter. Found only where there is drift. */
#include "core/run.h"

struct collecting {
    struct run *run;
    const struct node *node; /* whose references are visited */
    struct map seen;         /* text of the reference */
};

static void visit(void *ctx, const struct config_ref *ref, enum config_use use)
{
    struct collecting *c = ctx;
    struct plan *plan = c->run->plan;
    const struct node *node =
        ref->kind == REF_RESOURCE && use != USE_DEPENDS_ON ? tree_node(c->node->module, ref->resource) : NULL;
    if (!node)
        return;
    STRBUF_AUTO text = STRBUF_INIT(1 << 16);
    struct path path = config_ref_path(plan->arena, ref);
    strbuf_add(&text, node->task->whole->text);
    if (ref->key)
        strbuf_printf(&text, ref->key->key->kind == EXPR_STRING ? "[\"%.*s\"]" : "[%.*s]", STR_ARG(ref->key->text));
    struct plan_relevant found = {arena_str(plan->arena, strbuf_str(&text)), path};
    path_print(&text, path);
    if (map_find(&c->seen, strbuf_str(&text)))
        return;
    map_put(&c->seen, arena_str(c->seen.arena, strbuf_str(&text)), NULL);
    vec_push(plan->arena, &plan->relevant, found);
}

static void visit_node(struct collecting *c, const struct node *node)
{
    const struct config_module *m = node->module->config->module;
    c->node = node;
    if (node->kind == NODE_RESOURCE && node->task->changes)
        config_resource_refs(m, node->object, visit, c);
    else if (node->kind == NODE_LOCAL)
        config_expr_refs(m, ((const struct config_local *)node->object)->expr, USE_ARGUMENT, visit, c);
    else if (node->kind == NODE_OUTPUT)
        config_output_refs(m, node->object, visit, c);
    else if (node->kind == NODE_CALL)
        config_body_refs(m, ((const struct config_call *)node->object)->args, visit, c);
}

static bool is_unchanged_resource(void *ctx, uint32_t id)
{
    const struct tree *tree = ctx;
    const struct node *node = tree->nodes.v[id];
    return node->kind == NODE_RESOURCE && !node->task->changes;
}

void plan_relevance(struct run *run)
{
    struct tree *tree = run->tree;
    if (!run->plan->drift.n)
        return;
    ARENA_AUTO arena = arena_new();
    struct collecting c = {.run = run, .seen = MAP_INIT(arena)};
    bool *reached = ARENA_ARRAY(arena, bool, tree->nodes.n);
    vec_each (&tree->tasks, i)
        reached[tree->tasks.v[i]->node->id] = tree->tasks.v[i]->changes;
    dag_close_needs(tree->dag, reached, is_unchanged_resource, tree);
    for (uint32_t id = 0; id < tree->nodes.n; id++)
        if (reached[id])
            visit_node(&c, tree->nodes.v[id]);
}
