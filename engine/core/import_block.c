/* import blocks as they stand: the resource that each one names, and the errors that need no values. */
#include "core/run.h"

#include "base/gettext.h"

/* -- `to` as names and keys: keys may be expressions where there is a for_each -- */

static bool add_part(struct arena *arena, struct import_block *block, struct import_part part)
{
    vec_push(arena, &block->parts, part);
    return true;
}

static bool add_steps(struct arena *arena, struct import_block *block, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add_part(arena, block, (struct import_part){.name = steps[i].text, .key = steps[i].key, .span = steps[i].span});
    return true;
}

static bool flatten(struct arena *arena, struct import_block *block, const struct expr *e)
{
    struct traversal room;
    const struct traversal *t = expr_as_traversal(e, &room);
    if (t) {
        add_part(arena, block, (struct import_part){.name = t->root.text, .span = t->root.span});
        return add_steps(arena, block, t->steps, t->n_steps);
    }
    if (e->kind == EXPR_INDEX)
        return flatten(arena, block, expr_index(e)->collection) &&
               add_part(arena, block,
                        (struct import_part){.key = expr_index(e)->key, .span = expr_index(e)->bracket_span});
    if (e->kind == EXPR_RELATIVE)
        return flatten(arena, block, expr_relative(e)->source) &&
               add_steps(arena, block, expr_relative(e)->steps, expr_relative(e)->n_steps);
    return false;
}

/* -- the resource behind it -- */

struct cursor {
    const struct import_block *block;
    size_t at;
};

static struct str take_name(struct cursor *c)
{
    const struct import_block *block = c->block;
    return c->at < block->parts.n && !block->parts.v[c->at].key ? block->parts.v[c->at++].name : (struct str){0};
}

static const struct expr *take_key(struct cursor *c)
{
    const struct import_block *block = c->block;
    return c->at < block->parts.n && block->parts.v[c->at].key ? block->parts.v[c->at++].key : NULL;
}

/* The parts in order: module names with keys, type, name, key. False where they are no address of a managed resource.
 */
static bool read_parts(struct arena *arena, struct import_block *block)
{
    struct cursor c = {.block = block};
    struct str word = take_name(&c);
    while (str_is(word, "module")) {
        struct import_step step = {.name = take_name(&c)};
        step.key = take_key(&c);
        if (!step.name.n)
            return false;
        vec_push(arena, &block->modules, step);
        word = take_name(&c);
    }
    if (str_is(word, "data"))
        return false;
    block->type = str_is(word, "resource") ? take_name(&c) : word;
    block->name = take_name(&c);
    block->key = take_key(&c);
    return block->type.n && block->name.n && c.at == block->parts.n;
}

static struct module *module_behind(struct tree *tree, const struct import_block *block)
{
    struct module *module = tree->root;
    for (size_t i = 0; module && i < block->modules.n; i++)
        module = map_get(&module->children, block->modules.v[i].name);
    return module;
}

/* What to write where the resource is not configured: its block, with the arguments that it must have. */
static struct str skeleton(struct arena *arena, const struct import_block *block, const struct schema *schema)
{
    STRBUF_AUTO out = STRBUF_INIT(1 << 16);
    strbuf_printf(&out, "resource \"%.*s\" \"%.*s\" {\n", STR_ARG(block->type), STR_ARG(block->name));
    for (size_t i = 0; i < schema->n_attrs; i++)
        if (schema->attrs[i].flags & SCHEMA_REQUIRED)
            strbuf_printf(&out, "  %.*s = …\n", STR_ARG(schema->attrs[i].name));
    strbuf_lit(&out, "}");
    return arena_str(arena, strbuf_str(&out));
}

static void not_configured(struct session *session, const struct import_block *block, const struct module *module,
                           struct span at, struct diags *diags)
{
    const struct provider_type *type = registry_type(session->options.registry, ADDR_MANAGED, block->type);
    struct str near = registry_near_type(session->options.registry, ADDR_MANAGED, block->type);
    if (!type) {
        diag_error(diags, at, _("Unknown type"), _("There is no resource type \"%.*s\".%s%.*s%s"), STR_ARG(block->type),
                   near.n ? _(" Did you mean \"") : "", STR_ARG(near), near.n ? "\"?" : "");
    } else if (!module) {
        diag_error(diags, at, _("Module not configured"),
                   _("The import names a module that no module block calls, so there is nothing to import into."));
    } else {
        struct str want = arena_printf(diags->arena, "%.*s.%.*s", STR_ARG(block->type), STR_ARG(block->name));
        struct str close = map_near(&module->config->module->resources, want);
        const char *place = module->parent ? module->config->path.p : _("the root module");
        diag_error(diags, at, _("Resource not configured"),
                   _("An object is imported into a resource block, and there is no %.*s in %s.%s%.*s%s Write what the "
                     "object should be, for instance:\n\n%.*s"),
                   STR_ARG(want), place, close.n ? _(" Did you mean ") : "", STR_ARG(close), close.n ? "?" : "",
                   STR_ARG(skeleton(diags->arena, block, type->schema)));
    }
}

static struct task *find_task(struct session *session, struct tree *tree, const struct import_block *block,
                              struct span at, struct diags *diags)
{
    const struct module *module = module_behind(tree, block);
    struct str key = arena_printf(tree->arena, "%.*s.%.*s", STR_ARG(block->type), STR_ARG(block->name));
    const struct config_resource *resource = module ? map_get(&module->config->module->resources, key) : NULL;
    const struct node *node = resource ? tree_node(module, resource) : NULL;
    if (!resource)
        not_configured(session, block, module, at, diags);
    return node ? node->task : NULL;
}

/* An import goes through the provider of the resource; it may say so. */
static bool check_provider(struct tree *tree, const struct import_block *block, const struct task *task,
                           struct diags *diags)
{
    const struct config_provider_ref *ref = block->config->provider;
    if (!ref)
        return true;
    struct config_provider_at at = config_provider_find(tree->arena, tree->root->config, *ref);
    if (str_eq(at.key, task->slot->instance.key))
        return true;
    diag_error(diags, ref->span, _("Another provider than the resource's"),
               _("%.*s goes through provider \"%.*s\", and so does its import. Leave this argument out, or set it in "
                 "the resource block."),
               STR_ARG(task->whole->text), STR_ARG(task->slot->instance.key));
    return false;
}

static void declare(struct session *session, struct tree *tree, const struct config_import *config, struct diags *diags)
{
    struct import_block block = {.config = config};
    if (!flatten(tree->arena, &block, config->to_expr) || !read_parts(tree->arena, &block)) {
        if (!config->to) /* else config/ has said so */
            diag_error(diags, config->to_expr->span, _("Invalid import target"),
                       _("\"to\" names one managed resource: TYPE.NAME, or TYPE.NAME[each.key]."));
        return;
    }
    struct task *task = find_task(session, tree, &block, config->to_expr->span, diags);
    if (!task || mock_is(task->slot->instance.provider)) /* a mock has nothing to take over: it makes the object up */
        return;
    if (!check_provider(tree, &block, task, diags))
        return;
    vec_push(tree->arena, &task->imports, block);
    tree->has_imports = true;
}

void imports_declare(struct session *session, struct tree *tree, struct diags *diags)
{
    const struct config_module *m = tree->root->config->module;
    for (size_t i = 0; i < m->n_imports; i++)
        declare(session, tree, &m->imports[i], diags);
}

struct task *import_ask(struct session *session, struct tree *tree, const struct addr *addr, struct str id,
                        struct diags *diags)
{
    struct import_block block = {.type = addr->type, .name = addr->name, .addr = addr, .id = id};
    size_t depth = 0;
    for (const struct module_inst *m = addr->module; m->parent; m = m->parent)
        depth++;
    struct import_step *steps = ARENA_ARRAY(tree->arena, struct import_step, depth);
    size_t n = depth;
    for (const struct module_inst *m = addr->module; m->parent; m = m->parent)
        steps[--depth].name = m->name;
    for (size_t i = 0; i < n; i++)
        vec_push(tree->arena, &block.modules, steps[i]);
    struct task *task = find_task(session, tree, &block, (struct span){0}, diags);
    if (task) {
        vec_push(tree->arena, &task->imports, block);
        tree->has_imports = true;
    }
    return task;
}

/* -- what it refers to -- */

struct referring {
    const struct task *task;
    config_ref_visit *visit;
    void *ctx;
    struct diags *diags;
};

static void visit_ref(void *ctx, const struct config_ref *ref, enum config_use use)
{
    struct referring *r = ctx;
    if (ref->kind == REF_RESOURCE && ref->resource == r->task->config) {
        diag_error(r->diags, ref->traversal->span, _("Import refers to its own resource"),
                   _("%.*s is what is imported here, so its import cannot be made from it: write the id as text, or "
                     "take it from something else."),
                   STR_ARG(r->task->whole->text));
        return;
    }
    r->visit(r->ctx, ref, use);
}

void import_refs(const struct tree *tree, const struct task *task, config_ref_visit *visit, void *ctx,
                 struct diags *diags)
{
    const struct config_module *m = tree->root->config->module;
    struct referring r = {.task = task, .visit = visit, .ctx = ctx, .diags = diags};
    vec_each (&task->imports, i) {
        const struct import_block *block = &task->imports.v[i];
        if (!block->config)
            continue;
        config_expr_refs(m, block->config->id, USE_ARGUMENT, visit_ref, &r);
        config_expr_refs(m, block->config->for_each, USE_REPETITION, visit_ref, &r);
        vec_each (&block->parts, k)
            config_expr_refs(m, block->parts.v[k].key, USE_REPETITION, visit_ref, &r);
    }
}
