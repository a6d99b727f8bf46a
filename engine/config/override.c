/* override: override.hcl and *_override.hcl change blocks of the other files, one by one, before anything is decoded.
 */
#include "config/decode.h"

/* Where a block stands: its type and labels as one key, so that files with many blocks are searched once. */
struct overriding {
    struct decode *d;
    struct map blocks; /* key -> struct body_item, in the copied items of its body */
    struct map locals; /* name -> struct body_item of the locals block that has it */
};

static struct str block_key(struct arena *arena, const struct block *block)
{
    STRBUF_AUTO key = STRBUF_INIT(STRBUF_MAX);
    strbuf_add(&key, block->type.text);
    for (size_t i = 0; i < block->n_labels; i++) {
        strbuf_addc(&key, '\n');
        strbuf_add(&key, block->labels[i].text);
    }
    const struct expr *alias = decode_expr(block->body, "alias");
    if (str_is(block->type.text, "provider") && alias && alias->kind == EXPR_STRING) {
        strbuf_addc(&key, '\n');
        strbuf_add(&key, expr_string(alias)->text);
    }
    return arena_str(arena, strbuf_str(&key));
}

static void index_locals(struct overriding *o, struct body_item *item)
{
    const struct body *body = item->block->body;
    for (size_t i = 0; i < body->n_items; i++)
        if (body->items[i].attribute)
            map_put(&o->locals, body->items[i].attribute->name.text, item);
}

static void index_body(struct overriding *o, struct body_item *items, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!items[i].block)
            continue;
        struct str key = block_key(o->d->arena, items[i].block);
        if (str_is(items[i].block->type.text, "locals"))
            index_locals(o, &items[i]);
        else if (!map_find(&o->blocks, key))
            map_put(&o->blocks, key, &items[i]);
    }
}

/* -- merging -- */

/* What a nested block makes: a dynamic block stands for blocks of its label. */
static struct str made_type(const struct block *block)
{
    return str_is(block->type.text, "dynamic") && block->n_labels ? block->labels[0].text : block->type.text;
}

static const struct block *find_block(const struct body *body, struct str type)
{
    for (size_t i = 0; i < body->n_items; i++)
        if (body->items[i].block && str_eq(made_type(body->items[i].block), type))
            return body->items[i].block;
    return NULL;
}

/* count takes the place of for_each, and the reverse. */
static bool displaced(const struct body *over, struct str name)
{
    const char *other = str_is(name, "count") ? "for_each" : str_is(name, "for_each") ? "count" : NULL;
    return other && decode_expr(over, other);
}

static const struct block *merge_block(struct overriding *o, const struct block *base, const struct block *over);

/* The item of the base as the override leaves it; false where it is gone. */
static bool kept_item(struct overriding *o, struct body_item *item, const struct body *over)
{
    if (item->attribute) {
        const struct attribute *attribute = body_attribute(over, item->attribute->name.text);
        if (attribute)
            item->attribute = attribute;
        return attribute || !displaced(over, item->attribute->name.text);
    }
    const struct block *block = find_block(over, made_type(item->block));
    if (block && str_is(item->block->type.text, "lifecycle"))
        item->block = merge_block(o, item->block, block);
    else if (block)
        return false;
    return true;
}

static bool added_item(const struct body_item *item, const struct body *base)
{
    if (item->attribute)
        return !body_attribute(base, item->attribute->name.text);
    return !str_is(item->block->type.text, "lifecycle") || !find_block(base, STR("lifecycle"));
}

static const struct body *merge_body(struct overriding *o, const struct body *base, const struct body *over)
{
    struct body *merged = ARENA_NEW(o->d->arena, struct body);
    struct body_item *items = ARENA_ARRAY(o->d->arena, struct body_item, base->n_items + over->n_items);
    size_t n = 0;
    for (size_t i = 0; i < base->n_items; i++) {
        items[n] = base->items[i];
        n += kept_item(o, &items[n], over);
    }
    for (size_t i = 0; i < over->n_items; i++)
        if (added_item(&over->items[i], base))
            items[n++] = over->items[i];
    *merged = *base;
    merged->items = items;
    merged->n_items = n;
    merged->n_attributes = 0;
    for (size_t i = 0; i < n; i++)
        merged->n_attributes += items[i].attribute != NULL;
    return merged;
}

static const struct block *merge_block(struct overriding *o, const struct block *base, const struct block *over)
{
    struct block *merged = ARENA_NEW(o->d->arena, struct block);
    *merged = *base;
    merged->body = merge_body(o, base->body, over->body);
    return merged;
}

/* -- what an override file holds -- */

static void override_local(struct overriding *o, const struct block *block, const struct body_item *over)
{
    struct body_item *base = over->attribute ? map_get(&o->locals, over->attribute->name.text) : NULL;
    struct body one = *block->body;
    one.items = over;
    one.n_items = 1;
    one.n_attributes = over->attribute != NULL;
    if (base)
        base->block = merge_block(o, base->block, &(struct block){.body = &one});
    else if (over->attribute)
        diag_error(o->d->diags, over->attribute->name.span, _("Nothing to override"),
                   _("An override file changes what other files declare, and they declare no local value \"%.*s\"."),
                   STR_ARG(over->attribute->name.text));
}

static void override_block(struct overriding *o, const struct block *block)
{
    static const char *const single[] = {"moved", "removed", "import", "check", NULL};
    struct body_item *base = map_get(&o->blocks, block_key(o->d->arena, block));
    if (names_have(single, block->type.text))
        diag_error(o->d->diags, block->header_span, _("Block in an override file"),
                   _("Blocks of type \"%.*s\" cannot be overridden: write it in another file."),
                   STR_ARG(block->type.text));
    else if (base)
        base->block = merge_block(o, base->block, block);
    else
        diag_error(o->d->diags, block->header_span, _("Nothing to override"),
                   _("An override file changes what other files declare, and they declare no %.*s."),
                   STR_ARG(sources_text(o->d->sources, block->header_span)));
}

static void override_item(struct overriding *o, const struct body_item *item)
{
    if (!item->block)
        diag_error(o->d->diags, item->attribute->name.span, _("Unsupported argument"),
                   _("Arguments stand inside blocks."));
    else if (!str_is(item->block->type.text, "locals"))
        override_block(o, item->block);
    else
        for (size_t i = 0; i < item->block->body->n_items; i++)
            override_local(o, item->block, &item->block->body->items[i]);
}

static struct body_item *own_items(struct decode *d, const struct body **body)
{
    struct body *copy = ARENA_NEW(d->arena, struct body);
    struct body_item *items = ARENA_ARRAY(d->arena, struct body_item, (*body)->n_items);
    if ((*body)->n_items)
        memcpy(items, (*body)->items, (*body)->n_items * sizeof *items);
    *copy = **body;
    copy->items = items;
    *body = copy;
    return items;
}

void override_apply(struct decode *d, const struct body **bodies, size_t n, const struct body *const *overrides,
                    size_t n_overrides)
{
    struct overriding o = {d, MAP_INIT(d->arena), MAP_INIT(d->arena)};
    if (!n_overrides)
        return;
    for (size_t i = 0; i < n; i++)
        index_body(&o, own_items(d, &bodies[i]), bodies[i]->n_items);
    for (size_t i = 0; i < n_overrides; i++)
        for (size_t k = 0; k < overrides[i]->n_items; k++)
            override_item(&o, &overrides[i]->items[k]);
}
