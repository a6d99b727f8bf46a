/* The tree of tasks from the configuration: nodes, then edges, then what follows from both. */
#include "core/run.h"

#include "base/gettext.h"
#include "graph/dag.h"

#include <assert.h>

struct build {
    struct session *session;
    struct tree *tree;
    struct diags *diags;
    struct node *from; /* whose references are visited */
};

/* -- nodes -- */

static struct str object_key(const void *const *object)
{
    return str_from((const char *)object, sizeof *object);
}

static struct node *node_new(struct build *b, struct module *module, enum node_kind kind, const void *object)
{
    struct node *node = ARENA_NEW(b->tree->arena, struct node);
    *node = (struct node){.object = object, .module = module, .kind = (uint8_t)kind, .id = dag_add(b->tree->dag)};
    vec_push(b->tree->arena, &b->tree->nodes, node);
    if (object)
        map_put(&module->by_object, object_key(&node->object), node);
    return node;
}

struct node *tree_node(const struct module *module, const void *object)
{
    return map_get(&module->by_object, object_key(&object));
}

/* The provider of that name; reported where there is none. */
static const struct detour_provider *provider_named(struct build *b, struct str name, struct span at)
{
    struct registry *registry = b->session->options.registry;
    const struct detour_provider *provider = registry_provider(registry, name);
    if (provider)
        return provider;
    struct str near = registry_near_provider(registry, name);
    diag_error(b->diags, at, _("Unknown provider"), _("There is no provider \"%.*s\".%s%.*s%s"), STR_ARG(name),
               near.n ? _(" Did you mean \"") : "", STR_ARG(near), near.n ? "\"?" : "");
    return NULL;
}

static struct provider_slot *slot_for(struct build *b, struct module *module, struct config_provider_ref ref,
                                      struct span at)
{
    struct tree *tree = b->tree;
    struct config_provider_at found = config_provider_find(tree->arena, module->config, ref);
    const struct session_provider *given = stand_in_provider(b->session, &found);
    struct str key = given && given->instead ? stand_in_key_for(tree->arena, found.key) : found.key;
    struct provider_slot *slot = map_get(&tree->slots, key);
    if (slot)
        return slot;
    const struct detour_provider *provider = provider_named(b, found.name, at);
    if (!provider)
        return NULL;
    slot = ARENA_NEW(tree->arena, struct provider_slot);
    *slot = (struct provider_slot){.instance = {.provider = given && given->instead ? given->instead : provider,
                                                .key = arena_str(tree->arena, key)},
                                   .real = provider,
                                   .given = given,
                                   .block = given ? NULL : found.block,
                                   .module = map_get(&tree->modules, found.node ? found.node->path : STR(""))};
    slot->node = node_new(b, slot->module ? slot->module : tree->root, NODE_PROVIDER, slot);
    slot->node->slot = slot;
    map_put(&tree->slots, slot->instance.key, slot);
    return slot;
}

/* The slot of overridden objects beside `slot`, whose provider is not asked about them. */
static struct provider_slot *override_slot(struct build *b, const struct provider_slot *slot)
{
    struct tree *tree = b->tree;
    struct str key = arena_printf(tree->arena, "override:%.*s", STR_ARG(slot->instance.key));
    struct provider_slot *own = map_get(&tree->slots, key);
    if (own)
        return own;
    own = ARENA_NEW(tree->arena, struct provider_slot);
    *own = (struct provider_slot){.instance = {.provider = stand_in_mock(b->session, slot), .key = key},
                                  .real = slot->real,
                                  .module = slot->module};
    own->node = node_new(b, own->module ? own->module : tree->root, NODE_PROVIDER, own);
    own->node->slot = own;
    map_put(&tree->slots, own->instance.key, own);
    return own;
}

static const struct provider_type *type_for(struct build *b, const struct config_resource *config)
{
    struct registry *registry = b->session->options.registry;
    const struct provider_type *type = registry_type(registry, config->mode, config->type.text);
    if (type)
        return type;
    const char *kind = config->mode == ADDR_DATA ? _("data source") : _("resource type");
    struct str near = registry_near_type(registry, config->mode, config->type.text);
    enum addr_mode other = config->mode == ADDR_DATA ? ADDR_MANAGED : ADDR_DATA;
    const char *hint = "";
    if (registry_type(registry, other, config->type.text))
        hint = other == ADDR_DATA ? _(" It is a data source: write data instead of resource.")
                                  : _(" It is a resource type: write resource instead of data.");
    diag_error(b->diags, config->type.span, _("Unknown type"), _("There is no %s \"%.*s\".%s%s%.*s%s"), kind,
               STR_ARG(config->type.text), hint, near.n ? _(" Did you mean \"") : "", STR_ARG(near),
               near.n ? "\"?" : "");
    return NULL;
}

static void task_new(struct build *b, struct module *module, const struct config_resource *config)
{
    struct tree *tree = b->tree;
    const struct provider_type *type = type_for(b, config);
    if (!type)
        return;
    struct config_provider_ref ref = config_resource_provider(config);
    if (!config->provider)
        ref.name = str_c(type->provider->name); /* whoever offers the type, whatever its name starts with */
    struct provider_slot *slot = slot_for(b, module, ref, config->provider ? config->provider->span : config->header);
    if (!slot)
        return;
    if (slot->real != type->provider) {
        diag_error(b->diags, config->provider ? config->provider->span : config->header, _("Wrong provider"),
                   _("\"%.*s\" is offered by provider \"%s\", not by \"%s\"."), STR_ARG(config->type.text),
                   type->provider->name, slot->real->name);
        return;
    }
    const struct addr *whole = addr_resource(b->session->addrs, module->plain, config->mode, config->type.text,
                                             config->name.text, (struct key){0});
    if (stand_in_resource(b->session, tree, whole, slot, b->diags))
        slot = override_slot(b, slot);
    struct task *task = ARENA_NEW(tree->arena, struct task);
    *task = (struct task){.config = config, .type = type, .slot = slot, .whole = whole};
    task->node = node_new(b, module, NODE_RESOURCE, config);
    task->node->task = task;
    task->create_before_destroy = config->lifecycle->create_before_destroy;
    vec_push(tree->arena, &tree->tasks, task);
    map_put(&tree->by_whole, task->whole->text, task);
}

static struct module *module_new(struct build *b, struct module *parent, const struct config_node *config)
{
    struct arena *arena = b->tree->arena;
    struct module *module = ARENA_NEW(arena, struct module);
    *module =
        (struct module){.config = config, .parent = parent, .by_object = MAP_INIT(arena), .children = MAP_INIT(arena)};
    module->plain = parent ? addr_module(b->session->addrs, parent->plain, config->call->name.text, (struct key){0})
                           : addr_root(b->session->addrs);
    map_put(&b->tree->modules, config->path, module);
    if (parent) {
        module->call = tree_node(parent, config->call);
        module->call->child = module;
        map_put(&parent->children, config->call->name.text, module);
    }
    return module;
}

static void declare(struct build *b, struct module *module)
{
    const struct config_module *m = module->config->module;
    map_each (&m->providers, i) { /* also those that nothing goes through */
        const struct config_provider *block = m->providers.entries[i].value;
        provider_named(b, block->name.text, block->name.span);
    }
    map_each (&m->outputs, i) {
        struct node *node = node_new(b, module, NODE_OUTPUT, m->outputs.entries[i].value);
        vec_push(b->tree->arena, &module->outputs, node);
    }
    module->end = node_new(b, module, NODE_MODULE_END, NULL);
    if (module->override)
        return;
    map_each (&m->variables, i)
        node_new(b, module, NODE_VARIABLE, m->variables.entries[i].value);
    map_each (&m->locals, i)
        node_new(b, module, NODE_LOCAL, m->locals.entries[i].value);
    map_each (&m->calls, i)
        node_new(b, module, NODE_CALL, m->calls.entries[i].value);
    map_each (&m->resources, i)
        task_new(b, module, m->resources.entries[i].value);
}

static void declare_all(struct build *b)
{
    const struct config *config = b->session->config;
    map_each (&config->nodes, i) {
        const struct config_node *node = config->nodes.entries[i].value;
        struct module *parent = node->parent ? map_get(&b->tree->modules, node->parent->path) : NULL;
        if (node->parent && (!parent || parent->override))
            continue; /* nothing below an overridden module is there */
        struct module *module = module_new(b, parent, node);
        module->override = stand_in_module(b->session, b->tree, module);
        if (!parent)
            b->tree->root = module;
        declare(b, module);
    }
}

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

static void connect(struct build *b, struct node *node)
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
        config_resource_refs(m, node->object, visit_ref, b);
        connect_imports(b);
        edge(b, node->task->slot->node);
        if (node->task->config->check) /* it looks at what there is when all else is done */
            dag_edge(b->tree->dag, node->id, b->tree->root->end->id);
        else
            dag_edge(b->tree->dag, module->end->id, node->id);
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

static void find_depends(struct tree *tree)
{
    struct depends *lists = ARENA_ARRAY(tree->arena, struct depends, tree->nodes.n);
    vec_each (&tree->nodes, i) {
        uint32_t id = tree->order[i];
        lists[id] = merge_depends(tree, lists, id);
        if (tree->nodes.v[id]->kind == NODE_RESOURCE)
            tree->nodes.v[id]->task->depends = lists[id];
    }
}

/* What is created before it is destroyed needs its own needs to be so too, or the order would go round in circles. */
static void spread_create_before_destroy(struct tree *tree)
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

void tree_report_cycle(const struct dag *dag, struct str (*name)(void *ctx, uint32_t id),
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

struct tree *tree_build(struct session *session, struct diags *diags)
{
    struct tree *tree = ARENA_NEW(session->arena, struct tree);
    *tree = (struct tree){.arena = session->arena,
                          .dag = dag_new(session->arena),
                          .modules = MAP_INIT(session->arena),
                          .slots = MAP_INIT(session->arena),
                          .by_whole = MAP_INIT(session->arena)};
    struct build b = {.session = session, .tree = tree, .diags = diags};
    size_t errors = diags->n_errors;
    if (!stand_ins_read(session, tree, diags))
        return NULL;
    declare_all(&b);
    if (diags->n_errors == errors)
        imports_declare(session, tree, diags);
    if (diags->n_errors == errors)
        vec_each (&tree->nodes, i)
            connect(&b, tree->nodes.v[i]);
    if (diags->n_errors > errors)
        return NULL;
    dag_seal(tree->dag);
    tree->order = ARENA_ARRAY(tree->arena, uint32_t, tree->nodes.n);
    if (!dag_order(tree->dag, tree->order)) {
        tree_report_cycle(tree->dag, name_for_cycle, span_for_cycle, tree, diags);
        return NULL;
    }
    find_depends(tree);
    spread_create_before_destroy(tree);
    return tree;
}

static void node_reset(struct node *node)
{
    if (node->kind == NODE_RESOURCE) {
        struct task *task = node->task;
        task->groups = NULL;
        task->waiting = 0;
        task->changes = task->failed = false;
    } else if (node->kind != NODE_PROVIDER && node->kind != NODE_CALL) {
        node->values = NULL;
    }
}

void tree_reset(struct tree *tree)
{
    vec_each (&tree->nodes, i)
        node_reset(tree->nodes.v[i]);
    map_each (&tree->modules, i) {
        struct module *module = tree->modules.entries[i].value;
        module->copies = NULL;
        module->n_copies = 0;
        module->of_parent = NULL;
        module->changes = false;
    }
}
