#include "config/check.h"
#include "config/decode.h"

#include <stdlib.h>

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

struct move {
    const struct config_moved *block;
    struct target from, to;
    bool usable;
};

static bool same_target(const struct target *a, const struct target *b)
{
    return a->addr == b->addr && a->whole == b->whole && (a->addr || a->module == b->module);
}

static const char *name_of(const struct target *target)
{
    return target->addr ? target->addr->text.p : target->module->text.p;
}

static bool check_kinds(const struct move *move, struct diags *diags)
{
    const struct addr *from = move->from.addr, *to = move->to.addr;
    struct span span = move->block->to->span;
    if (!from != !to)
        diag_error(diags, span, _("Invalid move"), _("A resource moves to a resource, and a module to a module."));
    else if (from && (from->mode == ADDR_DATA || to->mode == ADDR_DATA))
        diag_error(diags, span, _("Invalid move"),
                   _("Data sources are read anew each time, so there is nothing that could move. Remove this block."));
    else if (from && !str_eq(from->type, to->type))
        diag_error(diags, span, _("Invalid move"),
                   _("%s is a %.*s, and %s a %.*s: an object keeps its type when it moves."), name_of(&move->from),
                   STR_ARG(from->type), name_of(&move->to), STR_ARG(to->type));
    else
        return true;
    return false;
}

static bool check_move(struct addrs *addrs, const struct config_module *m, struct move *move, struct diags *diags)
{
    const struct config_moved *moved = move->block;
    bool ok = addr_of_traversal(addrs, addr_root(addrs), moved->from, &move->from, diags);
    if (!addr_of_traversal(addrs, addr_root(addrs), moved->to, &move->to, diags) || !ok || !check_kinds(move, diags))
        return false;
    if (same_target(&move->from, &move->to)) {
        diag_error(diags, moved->to->span, _("Redundant move"),
                   _("\"from\" and \"to\" are both %s. Remove this moved block."), name_of(&move->to));
        return false;
    }
    if (!declared(m, &move->from) || same_block(&move->from, &move->to))
        return true;
    diag_error(diags, moved->from->span, _("Moved object still exists"),
               _("What \"from\" names is still declared: remove its block, or this moved block."));
    return false;
}

/* Two objects at one address, or one at two, would have to be destroyed or doubled. */
static void check_pair(const struct move *first, const struct move *second, struct diags *diags)
{
    bool from = same_target(&first->from, &second->from), to = same_target(&first->to, &second->to);
    if (from && !to)
        diag_error(diags, second->block->from->span, _("Ambiguous moves"),
                   _("%s cannot move to %s, since another block moves it to %s already. Remove one of the two."),
                   name_of(&second->from), name_of(&second->to), name_of(&first->to));
    else if (to && !from)
        diag_error(diags, second->block->to->span, _("Ambiguous moves"),
                   _("%s cannot move to %s, since another block moves %s there already: each object needs a place of "
                     "its own."),
                   name_of(&second->from), name_of(&second->to), name_of(&first->from));
}

static const struct move *move_from(const struct move *moves, size_t n, const struct target *from)
{
    for (size_t i = 0; i < n; i++)
        if (moves[i].usable && same_target(&moves[i].from, from))
            return &moves[i];
    return NULL;
}

/* A chain that comes back to where it began is told once, at its first block. */
static void check_cycle(const struct move *moves, size_t n, const struct move *start, struct diags *diags)
{
    const struct move *m = start;
    STRBUF_AUTO chain = STRBUF_INIT(0);
    strbuf_printf(&chain, "%s", name_of(&start->from));
    for (size_t steps = 0; m && steps <= n; steps++) {
        strbuf_printf(&chain, " -> %s", name_of(&m->to));
        m = move_from(moves, n, &m->to);
        if (m && m < start)
            return;
        if (m != start)
            continue;
        diag_error(diags, start->block->header, _("Cycle of moves"),
                   _("These moved blocks lead back to where they begin: %.*s. Remove the outdated ones."),
                   STR_ARG(strbuf_str(&chain)));
        return;
    }
}

static void check_all_moved(struct addrs *addrs, const struct config_module *m, struct diags *diags)
{
    struct move *moves = heap_alloc((m->n_moved + 1) * sizeof *moves);
    for (size_t i = 0; i < m->n_moved; i++) {
        moves[i] = (struct move){.block = &m->moved[i]};
        moves[i].usable = check_move(addrs, m, &moves[i], diags);
        for (size_t k = 0; k < i && moves[i].usable; k++)
            if (moves[k].usable)
                check_pair(&moves[k], &moves[i], diags);
    }
    for (size_t i = 0; i < m->n_moved; i++)
        if (moves[i].usable)
            check_cycle(moves, m->n_moved, &moves[i], diags);
    free(moves);
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
    check_all_moved(addrs, m, diags);
    for (size_t i = 0; i < m->n_removed; i++)
        check_removed(addrs, m, &m->removed[i], diags);
    for (size_t i = 0; i < m->n_imports; i++)
        check_import_to(addrs, &m->imports[i], diags);
    addrs_free(addrs);
}
