#include "view/json/configuration.h"
#include "config/reference.h"
#include "eval/eval.h"
#include "eval/refs.h"
#include "syntax/json.h"
#include "syntax/traversal.h"
#include "view/usage.h"

#include <stdlib.h>

struct configuration {
    struct writer *w;
    struct arena *arena;
    const struct config *config;
    struct registry *registry;
};

/* -- expressions -- */

/* The value of what uses no names and no functions that need an evaluation. */
static bool constant(struct configuration *c, const struct expr *expr, struct value *out)
{
    struct diags diags = DIAGS_INIT(c->arena);
    struct eval eval = {.arena = c->arena, .diags = &diags, .sources = c->config->sources, .quiet = true};
    *out = eval_expr(&eval, expr);
    return !diags_failed(&diags) && value_wholly_known(*out);
}

struct references {
    struct configuration *c;
    const struct config_module *module;
    bool any;
};

/* The first n steps: debian_host.web. */
static void reference_to(struct references *r, const struct traversal *traversal, size_t n)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    struct traversal part = *traversal;
    part.n_steps = n;
    traversal_print(&text, &part);
    struct str s = strbuf_str(&text), prefix = STR("resource.");
    if (!r->any) {
        writer_key(r->c->w, "references");
        writer_open(r->c->w, '[');
    }
    r->any = true;
    writer_str(r->c->w, str_starts(s, prefix) ? str_sub(s, prefix.n, s.n) : s);
}

/* From the whole reference down to the object that it names; behind an instance also what it is an instance of. */
static void visit(void *ctx, const struct traversal *t)
{
    struct references *r = ctx;
    struct config_ref ref;
    if (!config_ref_resolve(r->module, t, &ref, NULL)) {
        reference_to(r, t, t->n_steps);
        return;
    }
    size_t instance = ref.used + (ref.key != NULL), least = ref.kind == REF_RESOURCE && ref.key ? ref.used : instance;
    if (instance > t->n_steps)
        instance = least = t->n_steps;
    for (size_t n = t->n_steps; n > least; n--)
        reference_to(r, t, n);
    reference_to(r, t, least);
    if (ref.kind == REF_CALL && ref.key && t->n_steps == instance)
        reference_to(r, t, ref.used);
}

static void see(void *ctx, const struct traversal *traversal)
{
    (void)traversal;
    *(bool *)ctx = true;
}

/* Whether there is anything to say about the expression. */
static bool is_telling(struct configuration *c, const struct expr *expr)
{
    bool any = false;
    struct value v;
    refs_expr(expr, see, &any);
    return any || constant(c, expr, &v);
}

/* {"constant_value":…} or {"references":[…]}, as a whole object. */
static void expression(struct configuration *c, const struct config_module *module, const struct expr *expr,
                       bool secret)
{
    struct value v;
    struct references r = {.c = c, .module = module};
    writer_open(c->w, '{');
    refs_expr(expr, visit, &r);
    if (r.any)
        writer_close(c->w, ']');
    else if (!secret && constant(c, expr, &v)) {
        writer_key(c->w, "constant_value");
        writer_value(c->w, v);
    }
    writer_close(c->w, '}');
}

static void field_expression(struct configuration *c, const struct config_module *module, const char *key,
                             const struct expr *expr)
{
    if (!expr || !is_telling(c, expr))
        return;
    writer_key(c->w, key);
    expression(c, module, expr, false);
}

static void field_depends_on(struct configuration *c, struct config_traversals depends_on)
{
    if (!depends_on.n)
        return;
    writer_key(c->w, "depends_on");
    writer_open(c->w, '[');
    for (size_t i = 0; i < depends_on.n; i++) {
        STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
        traversal_print(&text, depends_on.v[i]);
        writer_str(c->w, strbuf_str(&text));
    }
    writer_close(c->w, ']');
}

/* -- bodies -- */

static void body(struct configuration *c, const struct config_module *module, const struct body *b,
                 const struct schema *schema);

/* The blocks of one type: an object, an array, or an object by labels. */
static void nested(struct configuration *c, const struct config_module *module, const struct block *const *blocks,
                   size_t n, const struct schema_nested *row)
{
    enum schema_nesting nesting = row ? row->nesting : NESTING_LIST;
    bool many = nesting == NESTING_LIST || nesting == NESTING_SET;
    if (many || nesting == NESTING_MAP)
        writer_open(c->w, many ? '[' : '{');
    for (size_t i = 0; i < n && (nesting != NESTING_SINGLE || i == 0); i++) {
        if (nesting == NESTING_MAP)
            writer_key_str(c->w, blocks[i]->n_labels ? blocks[i]->labels[0].text : STR(""));
        body(c, module, blocks[i]->body, row ? row->schema : NULL);
    }
    if (many || nesting == NESTING_MAP)
        writer_close(c->w, many ? ']' : '}');
}

/* All blocks of the type of the one at `first`. */
static void blocks_of_type(struct configuration *c, const struct config_module *module, const struct body *b,
                           size_t first, const struct schema_nested *row)
{
    VEC(const struct block *) blocks = {0};
    struct str type = b->items[first].block->type.text;
    for (size_t i = first; i < b->n_items; i++)
        if (b->items[i].block && str_eq(b->items[i].block->type.text, type))
            vec_push(c->arena, &blocks, b->items[i].block);
    writer_key_str(c->w, type);
    nested(c, module, blocks.v, blocks.n, row);
}

static bool is_first_of_type(const struct body *b, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (b->items[i].block && str_eq(b->items[i].block->type.text, b->items[at].block->type.text))
            return false;
    return true;
}

static void attribute(struct configuration *c, const struct config_module *module, const struct attribute *a,
                      const struct schema *schema)
{
    const struct schema_nested *row = schema && a->json ? schema_nested(schema, a->name.text) : NULL;
    const struct schema_attr *attr = schema ? schema_attr(schema, a->name.text) : NULL;
    writer_key_str(c->w, a->name.text);
    if (!row) {
        expression(c, module, a->expr, attr && (attr->flags & (SCHEMA_SENSITIVE | SCHEMA_WRITE_ONLY)));
        return;
    }
    size_t n = 0;
    struct diags ignored = DIAGS_INIT(c->arena); /* told when the configuration was read */
    const struct block *const *blocks = json_attribute_blocks(c->arena, &ignored, a, row->nesting == NESTING_MAP, &n);
    nested(c, module, blocks, n, row);
}

/* The arguments and blocks of a body as an object; dynamic blocks are left out, as what they make is not known. */
static void body(struct configuration *c, const struct config_module *module, const struct body *b,
                 const struct schema *schema)
{
    writer_open(c->w, '{');
    for (size_t i = 0; i < b->n_items; i++) {
        const struct body_item *item = &b->items[i];
        if (item->attribute)
            attribute(c, module, item->attribute, schema);
        else if (!str_is(item->block->type.text, "dynamic") && is_first_of_type(b, i))
            blocks_of_type(c, module, b, i, schema ? schema_nested(schema, item->block->type.text) : NULL);
    }
    writer_close(c->w, '}');
}

static void field_body(struct configuration *c, const struct config_module *module, const struct body *b,
                       const struct schema *schema)
{
    if (!b->n_items)
        return;
    writer_key(c->w, "expressions");
    body(c, module, b, schema);
}

/* -- what a module declares -- */

static int key_order(const void *a, const void *b)
{
    return str_cmp(((const struct map_entry *)a)->key, ((const struct map_entry *)b)->key);
}

/* The entries of a map in the order of their keys. */
static const struct map_entry *sorted(struct arena *arena, const struct map *map)
{
    struct map_entry *copy = ARENA_ARRAY(arena, struct map_entry, map->n);
    if (map->n) {
        memcpy(copy, map->entries, map->n * sizeof *copy);
        qsort(copy, map->n, sizeof *copy, key_order);
    }
    return copy;
}

static void outputs(struct configuration *c, const struct config_module *module)
{
    const struct map_entry *list = sorted(c->arena, &module->outputs);
    if (module->outputs.n) {
        writer_key(c->w, "outputs");
        writer_open(c->w, '{');
    }
    for (size_t i = 0; i < module->outputs.n; i++) {
        const struct config_output *output = list[i].value;
        writer_key_str(c->w, output->name.text);
        writer_open(c->w, '{');
        if (output->sensitive)
            writer_field_bool(c->w, "sensitive", true);
        writer_key(c->w, "expression");
        expression(c, module, output->value, output->sensitive);
        field_depends_on(c, output->depends_on);
        if (output->description.n)
            writer_field_str(c->w, "description", output->description);
        if (output->ephemeral)
            writer_field_bool(c->w, "ephemeral", true);
        writer_close(c->w, '}');
    }
    if (module->outputs.n)
        writer_close(c->w, '}');
}

static void resource(struct configuration *c, const struct config_node *node, const struct config_resource *r)
{
    const struct provider_type *type = registry_type(c->registry, r->mode, r->type.text);
    writer_open(c->w, '{');
    writer_field_str(c->w, "address", r->key);
    writer_field_c(c->w, "mode", r->mode == ADDR_DATA ? "data" : "managed");
    writer_field_str(c->w, "type", r->type.text);
    writer_field_str(c->w, "name", r->name.text);
    writer_field_str(c->w, "provider_config_key", usage_key(c->arena, node, usage_provider(r, c->registry)));
    field_body(c, node->module, r->args, type ? type->schema : NULL);
    writer_field_int(c->w, "schema_version", type ? type->schema->version : 0);
    field_expression(c, node->module, "count_expression", r->count);
    field_expression(c, node->module, "for_each_expression", r->for_each);
    field_depends_on(c, r->depends_on);
    writer_close(c->w, '}');
}

/* Managed ones, then data sources, each in the order of their addresses. */
static void resources(struct configuration *c, const struct config_node *node)
{
    const struct map *all = &node->module->resources;
    const struct map_entry *list = sorted(c->arena, all);
    if (!all->n)
        return;
    writer_key(c->w, "resources");
    writer_open(c->w, '[');
    for (unsigned data = 0; data < 2; data++)
        for (size_t i = 0; i < all->n; i++)
            if ((((const struct config_resource *)list[i].value)->mode == ADDR_DATA) == data)
                resource(c, node, list[i].value);
    writer_close(c->w, ']');
}

static void module_object(struct configuration *c, const struct config_node *node);

/* The values for the variables of the called module. */
static void call_arguments(struct configuration *c, const struct config_module *module, const struct config_call *call)
{
    if (!call->args->n_attributes)
        return;
    writer_key(c->w, "expressions");
    writer_open(c->w, '{');
    for (size_t i = 0; i < call->args->n_items; i++) {
        const struct attribute *a = call->args->items[i].attribute;
        const struct config_variable *v = a ? map_get(&call->module->variables, a->name.text) : NULL;
        if (!a)
            continue;
        writer_key_str(c->w, a->name.text);
        expression(c, module, a->expr, v && (v->sensitive || v->ephemeral));
    }
    writer_close(c->w, '}');
}

static void calls(struct configuration *c, const struct config_node *node)
{
    const struct map_entry *list = sorted(c->arena, &node->children);
    if (!node->children.n)
        return;
    writer_key(c->w, "module_calls");
    writer_open(c->w, '{');
    for (size_t i = 0; i < node->children.n; i++) {
        const struct config_node *child = list[i].value;
        const struct config_call *call = child->call;
        writer_key_str(c->w, call->name.text);
        writer_open(c->w, '{');
        writer_field_str(c->w, "source", call->source);
        call_arguments(c, node->module, call);
        field_expression(c, node->module, "count_expression", call->count);
        field_expression(c, node->module, "for_each_expression", call->for_each);
        writer_key(c->w, "module");
        module_object(c, child);
        field_depends_on(c, call->depends_on);
        writer_close(c->w, '}');
    }
    writer_close(c->w, '}');
}

static void variables(struct configuration *c, const struct config_module *module)
{
    const struct map_entry *list = sorted(c->arena, &module->variables);
    if (!module->variables.n)
        return;
    writer_key(c->w, "variables");
    writer_open(c->w, '{');
    for (size_t i = 0; i < module->variables.n; i++) {
        const struct config_variable *v = list[i].value;
        writer_key_str(c->w, v->name.text);
        writer_open(c->w, '{');
        if (value_exists(v->default_value) && !v->sensitive) {
            writer_key(c->w, "default");
            writer_value(c->w, v->default_value);
        }
        if (v->description.n)
            writer_field_str(c->w, "description", v->description);
        if (v->sensitive)
            writer_field_bool(c->w, "sensitive", true);
        if (v->ephemeral)
            writer_field_bool(c->w, "ephemeral", true);
        writer_close(c->w, '}');
    }
    writer_close(c->w, '}');
}

static void module_object(struct configuration *c, const struct config_node *node)
{
    writer_open(c->w, '{');
    outputs(c, node->module);
    resources(c, node);
    calls(c, node);
    variables(c, node->module);
    writer_close(c->w, '}');
}

/* -- provider instances -- */

struct instance {
    struct config_provider_at at;
    const struct config_node *node; /* where it was declared; the root where it was not */
};

static void add_instance(struct configuration *c, struct map *all, const struct config_node *node,
                         struct config_provider_ref ref)
{
    struct str key = usage_key(c->arena, node, ref);
    if (map_find(all, key))
        return;
    struct instance *instance = ARENA_NEW(c->arena, struct instance);
    instance->at = config_provider_find(c->arena, node, ref);
    instance->node = instance->at.node ? instance->at.node : c->config->root;
    map_put(all, key, instance);
}

static void gather_instances(struct configuration *c, struct map *all)
{
    map_each (&c->config->nodes, i) {
        const struct config_node *node = c->config->nodes.entries[i].value;
        const struct map *blocks = &node->module->providers, *list = &node->module->resources;
        for (size_t b = 0; b < blocks->n; b++) {
            const struct config_provider *block = blocks->entries[b].value;
            add_instance(c, all, node, (struct config_provider_ref){block->name.text, block->alias, block->header});
        }
        for (size_t r = 0; r < list->n; r++)
            add_instance(c, all, node, usage_provider(list->entries[r].value, c->registry));
    }
}

static void provider_config(struct configuration *c)
{
    struct map all = MAP_INIT(c->arena);
    gather_instances(c, &all);
    const struct map_entry *list = sorted(c->arena, &all);
    writer_key(c->w, "provider_config");
    writer_open(c->w, '{');
    for (size_t i = 0; i < all.n; i++) {
        const struct instance *instance = list[i].value;
        const struct detour_provider *provider = registry_provider(c->registry, instance->at.name);
        writer_key_str(c->w, list[i].key);
        writer_open(c->w, '{');
        writer_field_str(c->w, "name", instance->at.name);
        writer_field_str(c->w, "full_name", instance->at.name);
        if (instance->at.alias.n)
            writer_field_str(c->w, "alias", instance->at.alias);
        if (instance->node->path.n)
            writer_field_str(c->w, "module_address", instance->node->path);
        if (instance->at.block)
            field_body(c, instance->node->module, instance->at.block->args,
                       provider ? registry_config_schema(c->registry, provider) : NULL);
        writer_close(c->w, '}');
    }
    writer_close(c->w, '}');
}

void configuration_write(struct writer *w, const struct config *config, struct registry *registry)
{
    ARENA_AUTO arena = arena_new();
    struct configuration c = {w, arena, config, registry};
    writer_open(w, '{');
    provider_config(&c);
    writer_key(w, "root_module");
    module_object(&c, config->root);
    writer_close(w, '}');
}
