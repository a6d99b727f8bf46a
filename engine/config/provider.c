/* provider: provider blocks, and which instance a reference means at one place of the tree. */
#include "config/decode.h"

static struct span provider_place(const void *object)
{
    return ((const struct config_provider *)object)->header;
}

static struct str instance_key(struct arena *arena, struct str name, struct str alias)
{
    return alias.n ? arena_printf(arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(alias)) : name;
}

void decode_provider(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("provider");
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    struct config_provider *p = ARENA_NEW(d->arena, struct config_provider);
    const struct expr *alias = decode_expr(block->body, "alias");
    p->name = (struct name){block->labels[0].text, block->labels[0].span};
    p->header = block->header_span;
    p->args = decode_without(d, block->body, row);
    if (alias) {
        struct label label = {.text = decode_text(d, block->body, "alias"), .span = alias->span};
        if (!decode_name(d, &label))
            return;
        p->alias = label.text;
    }
    p->key = instance_key(d->arena, p->name.text, p->alias);
    if (!map_find(&d->module->providers, p->key)) {
        map_put(&d->module->providers, p->key, p);
        return;
    }
    diag_error(d->diags, p->header, _("Duplicate provider instance"),
               _("The instance %.*s was declared at %s already: give this one an alias of its own (alias = \"…\")."),
               STR_ARG(p->key),
               words_place(d->arena, d->sources, provider_place(map_get(&d->module->providers, p->key))));
}

struct config_provider_ref config_resource_provider(const struct config_resource *resource)
{
    if (resource->provider)
        return *resource->provider;
    struct str type = resource->type.text;
    size_t end = str_find_byte(type, '_', 0);
    return (struct config_provider_ref){.name = str_sub(type, 0, end == SIZE_MAX ? type.n : end),
                                        .span = resource->type.span};
}

static const struct config_provider_ref *passed(const struct config_call *call, struct config_provider_ref ref)
{
    for (size_t i = 0; i < call->n_providers; i++)
        if (str_eq(call->providers[i].inner.name, ref.name) && str_eq(call->providers[i].inner.alias, ref.alias))
            return &call->providers[i].outer;
    return NULL;
}

struct config_provider_at config_provider_find(struct arena *arena, const struct config_node *node,
                                               struct config_provider_ref ref)
{
    const struct config_provider *block;
    struct str key = instance_key(arena, ref.name, ref.alias);
    while (!(block = map_get(&node->module->providers, key)) && node->parent) {
        const struct config_provider_ref *outer = passed(node->call, ref);
        if (!outer && ref.alias.n)
            break;
        ref = outer ? *outer : ref;
        key = instance_key(arena, ref.name, ref.alias);
        node = node->parent;
    }
    struct str full = node->parent ? arena_printf(arena, "%.*s.%.*s", STR_ARG(node->path), STR_ARG(key)) : key;
    return (struct config_provider_at){ref.name, ref.alias, node, block, full};
}
