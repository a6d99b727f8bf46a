/* moved: moved, removed and import blocks. */
#include "config/decode.h"

/* Lists in a module are plain arrays that grow by doubling; `n` is a power of two when they are full. */
static void *grow(struct arena *arena, const void *list, size_t n, size_t size)
{
    if (n & (n - 1))
        return (void *)list;
    void *moved = arena_calloc(arena, n ? n * 2 : 1, size);
    if (n)
        memcpy(moved, list, n * size);
    return moved;
}

void decode_moved(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("moved");
    decode_shape(d, block->body, row);
    const struct expr *from = decode_required(d, block, "from"), *to = decode_required(d, block, "to");
    if (!decode_labels(d, block, row) || !from || !to)
        return;
    struct config_moved moved = {decode_traversal(d, from, _("\"from\"")), decode_traversal(d, to, _("\"to\"")),
                                 block->header_span};
    if (!moved.from || !moved.to)
        return;
    struct config_moved *list = grow(d->arena, d->module->moved, d->module->n_moved, sizeof moved);
    list[d->module->n_moved++] = moved;
    d->module->moved = list;
}

static bool removed_destroy(struct decode *d, const struct block *block, const struct language_block *row)
{
    const struct block *lifecycle = decode_single(d, block->body, "lifecycle");
    if (!lifecycle)
        return true;
    decode_shape(d, lifecycle->body, language_block(row, STR("lifecycle")));
    return decode_bool(d, lifecycle->body, "destroy", true);
}

static bool without_keys(struct decode *d, const struct traversal *t)
{
    for (size_t i = 0; i < t->n_steps; i++)
        if (t->steps[i].kind == STEP_INDEX) {
            diag_error(d->diags, t->steps[i].span, _("Invalid removed address"),
                       _("A removed block names a whole resource or module, without an instance key."));
            return false;
        }
    return true;
}

void decode_removed(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("removed");
    decode_shape(d, block->body, row);
    const struct expr *from = decode_required(d, block, "from");
    struct config_removed removed = {.destroy = removed_destroy(d, block, row), .header = block->header_span};
    if (!decode_labels(d, block, row) || !from || !(removed.from = decode_traversal(d, from, _("\"from\""))) ||
        !without_keys(d, removed.from))
        return;
    struct config_removed *list = grow(d->arena, d->module->removed, d->module->n_removed, sizeof removed);
    list[d->module->n_removed++] = removed;
    d->module->removed = list;
}

static const struct config_provider_ref *import_provider(struct decode *d, const struct body *body)
{
    const struct expr *expr = decode_expr(body, "provider");
    struct config_provider_ref *ref = ARENA_NEW(d->arena, struct config_provider_ref);
    return expr && decode_provider_ref(d, expr, ref) ? ref : NULL;
}

void decode_import(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("import");
    decode_shape(d, block->body, row);
    const struct expr *to = decode_required(d, block, "to"), *id = decode_required(d, block, "id");
    if (!decode_labels(d, block, row) || !to || !id)
        return;
    struct config_import import = {.to_expr = to,
                                   .id = id,
                                   .for_each = decode_expr(block->body, "for_each"),
                                   .provider = import_provider(d, block->body),
                                   .header = block->header_span};
    if (!import.for_each && !(import.to = decode_traversal(d, to, _("\"to\""))))
        return;
    struct config_import *list = grow(d->arena, d->module->imports, d->module->n_imports, sizeof import);
    list[d->module->n_imports++] = import;
    d->module->imports = list;
}
