#include "core/build.h"

#include "base/gettext.h"
#include "graph/dag.h"

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

/* -- the whole -- */

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
            build_connect(&b, tree->nodes.v[i]);
    if (diags->n_errors > errors)
        return NULL;
    dag_seal(tree->dag);
    tree->order = ARENA_ARRAY(tree->arena, uint32_t, tree->nodes.n);
    if (!dag_order(tree->dag, tree->order)) {
        tree_report_cycle(tree, diags);
        return NULL;
    }
    build_depends(tree);
    build_create_before_destroy(tree);
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
