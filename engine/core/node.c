#include "core/run.h"

#include "base/gettext.h"
#include "graph/dag.h"

/* -- names -- */

static struct str plain_text(const struct node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_VARIABLE:
        return ((const struct config_variable *)node->object)->name.text;
    case NODE_LOCAL:
        return ((const struct config_local *)node->object)->name.text;
    case NODE_OUTPUT:
        return ((const struct config_output *)node->object)->name.text;
    case NODE_CALL:
        return ((const struct config_call *)node->object)->name.text;
    case NODE_PROVIDER:
        return node->slot->instance.key;
    case NODE_RESOURCE:
        return ((const struct config_resource *)node->object)->key;
    case NODE_MODULE_END:
        break;
    }
    return STR("(end)");
}

struct str node_text(struct arena *arena, const struct node *node)
{
    static const char *const prefixes[] = {
        [NODE_VARIABLE] = "var.",      [NODE_LOCAL] = "local.", [NODE_OUTPUT] = "output.", [NODE_CALL] = "module.",
        [NODE_PROVIDER] = "provider.", [NODE_RESOURCE] = "",    [NODE_MODULE_END] = ""};
    struct str path = node->kind == NODE_PROVIDER ? (struct str){0} : node->module->config->path;
    return arena_printf(arena, "%.*s%s%s%.*s", STR_ARG(path), path.n ? "." : "", prefixes[node->kind],
                        STR_ARG(plain_text(node)));
}

struct span node_span(const struct node *node)
{
    switch (node->kind) {
    case NODE_VARIABLE:
        return ((const struct config_variable *)node->object)->header;
    case NODE_LOCAL:
        return ((const struct config_local *)node->object)->name.span;
    case NODE_OUTPUT:
        return ((const struct config_output *)node->object)->header;
    case NODE_CALL:
        return ((const struct config_call *)node->object)->header;
    case NODE_RESOURCE:
        return node->task->config->header;
    default:
        return (struct span){0};
    }
}

/* -- cycles -- */

void cycle_report(const struct dag *dag, struct str (*name)(void *ctx, uint32_t id),
                  struct span (*where)(void *ctx, uint32_t id), void *ctx, struct diags *diags)
{
    ARENA_AUTO scratch = arena_new();
    uint32_t *cycle = ARENA_ARRAY(scratch, uint32_t, dag_size(dag));
    STRBUF_AUTO text = STRBUF_INIT(1 << 16);
    size_t n = dag_cycle(dag, cycle), shown = 0;
    struct span at = {0};
    for (size_t i = 0; i <= n && shown < 100; i++) {
        struct str label = name(ctx, cycle[i % n]);
        if (!label.n)
            continue;
        if (!at.file)
            at = where(ctx, cycle[i % n]);
        if (shown++)
            strbuf_lit(&text, " -> ");
        strbuf_add(&text, label);
    }
    diag_error(
        diags, at, _("Cycle"),
        _("These objects refer to one another in a circle, so none of them can come first: %.*s. Break the circle "
          "by removing one of the references."),
        STR_ARG(strbuf_str(&text)));
}

static struct str name_for_cycle(void *ctx, uint32_t id)
{
    const struct tree *tree = ctx;
    return node_text(tree->arena, tree->nodes.v[id]);
}

static struct span span_for_cycle(void *ctx, uint32_t id)
{
    const struct tree *tree = ctx;
    return node_span(tree->nodes.v[id]);
}

void tree_report_cycle(struct tree *tree, struct diags *diags)
{
    cycle_report(tree->dag, name_for_cycle, span_for_cycle, tree, diags);
}
