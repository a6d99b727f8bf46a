#include "config/check.h"
#include "config/decode.h"

static void check_argument(const struct config_call *call, const struct attribute *attribute, struct diags *diags)
{
    struct str name = attribute->name.text;
    const struct config_variable *variable = map_get(&call->module->variables, name);
    if (variable && variable->deprecated.n)
        diag_warning(diags, attribute->name.span, _("Deprecated variable"), "%.*s", STR_ARG(variable->deprecated));
    if (!variable)
        diag_error(diags, attribute->name.span, _("Unsupported argument"), _("There is no variable \"%.*s\" in %s.%s"),
                   STR_ARG(name), words_module(diags->arena, call->module),
                   words_near(diags->arena, map_near(&call->module->variables, name)));
}

static void refuse_block(const struct config_call *call, const struct block *block, struct diags *diags)
{
    struct str name = block->type.text;
    if (map_find(&call->module->variables, name))
        diag_error(diags, block->type.span, _("Unsupported block type"),
                   _("\"%.*s\" is a variable of the module: write it with an equals sign, as %.*s = { … }."),
                   STR_ARG(name), STR_ARG(name));
    else
        diag_error(diags, block->type.span, _("Unsupported block type"),
                   _("Blocks of type \"%.*s\" are not expected in a module block."), STR_ARG(name));
}

static void require(const struct config_call *call, const struct config_variable *variable, struct diags *diags)
{
    if (variable->default_expr || body_attribute(call->args, variable->name.text))
        return;
    diag_error(diags, call->header, _("Missing required argument"),
               _("The variable \"%.*s\" of %s has no default, so it must be given a value here.%s%.*s"),
               STR_ARG(variable->name.text), words_module(diags->arena, call->module),
               variable->description.n ? _(" It is described as: ") : "", STR_ARG(variable->description));
}

void check_call_arguments(const struct config_call *call, struct diags *diags)
{
    for (size_t i = 0; i < call->args->n_items; i++) {
        const struct body_item *item = &call->args->items[i];
        if (item->attribute)
            check_argument(call, item->attribute, diags);
        else
            refuse_block(call, item->block, diags);
    }
    map_each (&call->module->variables, i)
        require(call, call->module->variables.entries[i].value, diags);
}

/* -- providers -- */

static const char *node_words(const struct config_node *node, struct arena *arena)
{
    return node->parent ? arena_str(arena, node->path).p : _("the root module");
}

/* What is given to the root by whoever runs it. */
struct given {
    const struct config_provider_ref *v;
    size_t n;
};

static bool is_given(const struct given *given, const struct config_provider_at *at)
{
    for (size_t i = 0; !at->node->parent && i < given->n; i++)
        if (str_eq(given->v[i].name, at->name) && str_eq(given->v[i].alias, at->alias))
            return true;
    return false;
}

static void check_instance(const struct config_node *node, const struct config_provider_ref *ref,
                           const struct given *given, struct diags *diags)
{
    if (!ref->alias.n)
        return;
    struct config_provider_at at = config_provider_find(diags->arena, node, *ref);
    if (at.block || (!at.alias.n && !at.node->parent) || is_given(given, &at))
        return;
    diag_error(diags, ref->span, _("Provider instance not found"),
               node->parent
                   ? _("There is no provider instance %.*s.%.*s in %s: pass one with providers = { … } in the module "
                       "block that calls it.")
                   : _("There is no provider instance %.*s.%.*s in %s: declare it with a provider block that has "
                       "this alias."),
               STR_ARG(ref->name), STR_ARG(ref->alias), node_words(node, diags->arena));
}

static void check_repeated_providers(const struct config_node *node, struct diags *diags)
{
    const struct config_call *call = node->call;
    if (!node->module->providers.n)
        return;
    if (call->count || call->for_each || call->depends_on.n)
        diag_error(
            diags, call->header, _("Module with provider blocks"),
            _("%s has provider blocks of its own, so its call cannot have count, for_each or depends_on: declare "
              "the providers in the root module and pass them with providers = { … }."),
            words_module(diags->arena, node->module));
}

void check_node_providers(const struct config_node *node, const struct config_provider_ref *given, size_t n,
                          struct diags *diags)
{
    struct given list = {given, n};
    map_each (&node->module->resources, i) {
        const struct config_resource *r = node->module->resources.entries[i].value;
        if (r->provider)
            check_instance(node, r->provider, &list, diags);
    }
    map_each (&node->module->calls, i) {
        const struct config_call *call = node->module->calls.entries[i].value;
        for (size_t k = 0; k < call->n_providers; k++)
            check_instance(node, &call->providers[k].outer, &list, diags);
    }
    if (node->call)
        check_repeated_providers(node, diags);
}

/* -- moved, removed, import -- */

static bool declared(const struct config_module *m, const struct target *target)
{
    if (target->addr)
        return target->whole && !target->addr->module->parent && map_find(&m->resources, target->addr->text);
    const struct module_inst *inst = target->module;
    return !inst->key.kind && !inst->parent->parent && map_find(&m->calls, inst->name);
}

/* Whether both name the same block, with whatever keys. */
static bool same_block(const struct target *a, const struct target *b)
{
    if (!a->addr || !b->addr)
        return !a->addr && !b->addr && str_eq(a->module->name, b->module->name);
    return a->addr->module == b->addr->module && str_eq(a->addr->type, b->addr->type) &&
           str_eq(a->addr->name, b->addr->name) && a->addr->mode == b->addr->mode;
}

static void check_move(struct addrs *addrs, const struct config_module *m, const struct config_moved *moved,
                       struct diags *diags)
{
    struct target from, to;
    bool ok = addr_of_traversal(addrs, addr_root(addrs), moved->from, &from, diags);
    if (!addr_of_traversal(addrs, addr_root(addrs), moved->to, &to, diags) || !ok)
        return;
    if (!from.addr != !to.addr)
        diag_error(diags, moved->to->span, _("Invalid move"),
                   _("A resource moves to a resource, and a module to a module."));
    else if (declared(m, &from) && !same_block(&from, &to))
        diag_error(diags, moved->from->span, _("Moved object still exists"),
                   _("What \"from\" names is still declared: remove its block, or this moved block."));
}

static void check_removed(struct addrs *addrs, const struct config_module *m, const struct config_removed *removed,
                          struct diags *diags)
{
    struct target from;
    if (addr_of_traversal(addrs, addr_root(addrs), removed->from, &from, diags) && declared(m, &from))
        diag_error(diags, removed->from->span, _("Removed object still exists"),
                   _("What \"from\" names is still declared: remove its block, or this removed block."));
}

static void check_import_to(struct addrs *addrs, const struct config_import *import, struct diags *diags)
{
    struct target to;
    if (import->to && addr_of_traversal(addrs, addr_root(addrs), import->to, &to, diags) &&
        (!to.addr || to.addr->mode != ADDR_MANAGED))
        diag_error(diags, import->to->span, _("Invalid import target"),
                   _("\"to\" names one managed resource: TYPE.NAME, or TYPE.NAME[KEY]."));
}

void check_moves(const struct config_module *m, struct diags *diags)
{
    if (!m->n_moved && !m->n_removed && !m->n_imports)
        return;
    struct addrs *addrs = addrs_new();
    for (size_t i = 0; i < m->n_moved; i++)
        check_move(addrs, m, &m->moved[i], diags);
    for (size_t i = 0; i < m->n_removed; i++)
        check_removed(addrs, m, &m->removed[i], diags);
    for (size_t i = 0; i < m->n_imports; i++)
        check_import_to(addrs, &m->imports[i], diags);
    addrs_free(addrs);
}
