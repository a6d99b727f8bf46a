/* block: the shape of blocks: labels, which arguments and blocks they hold, and that nothing is declared twice. */
#include "config/decode.h"
#include "value/print.h"

static size_t count_names(const char *const *names)
{
    size_t n = 0;
    while (names && names[n])
        n++;
    return n;
}

static void labels_missing(struct decode *d, const struct block *block, const struct language_block *row, size_t want)
{
    diag_error(d->diags, block->open_span,
               arena_printf(d->arena, _("Missing %s for %s"), row->labels[block->n_labels], row->type).p,
               want == 1 ? _("Write %s \"…\" { … }: the block needs a label, its %s.")
                         : _("Write %s \"…\" \"…\" { … }: the block needs these labels: %s."),
               row->type, words_list(d->arena, row->labels));
}

static void labels_extra(struct decode *d, const struct block *block, const struct language_block *row, size_t want)
{
    struct span at = block->labels[want].span;
    const char *summary = arena_printf(d->arena, _("Extraneous label for %s"), row->type).p;
    if (!want)
        diag_error(d->diags, at, summary, _("A block of type %s has no labels; remove this one."), row->type);
    else
        diag_error(d->diags, at, summary, _("A block of type %s has only these labels: %s. Remove this one."),
                   row->type, words_list(d->arena, row->labels));
}

bool decode_labels(struct decode *d, const struct block *block, const struct language_block *row)
{
    size_t want = count_names(row->labels);
    if (block->n_labels < want)
        labels_missing(d, block, row, want);
    if (block->n_labels > want)
        labels_extra(d, block, row, want);
    return block->n_labels == want;
}

bool decode_name(struct decode *d, const struct label *label)
{
    if (print_is_identifier(label->text))
        return true;
    diag_error(
        d->diags, label->span, _("Invalid name"),
        _("\"%.*s\" is not a name: a name starts with a letter or an underscore and goes on with letters, digits, "
          "underscores and dashes."),
        STR_ARG(label->text));
    return false;
}

static void unexpected_argument(struct decode *d, const struct attribute *a, const struct language_block *row)
{
    struct str name = a->name.text;
    if (language_block(row, name)) {
        diag_error(d->diags, a->name.span, _("Unsupported argument"),
                   _("\"%.*s\" is a block here: write it without the equals sign, as %.*s { … }."), STR_ARG(name),
                   STR_ARG(name));
        return;
    }
    diag_error(d->diags, a->name.span, _("Unsupported argument"),
               _("An argument named \"%.*s\" is not expected in %s blocks.%s"), STR_ARG(name), row->type,
               words_near(d->arena, words_nearest(language_argument_names(d->arena, row), name)));
}

static void unexpected_block(struct decode *d, const struct block *block, const struct language_block *row)
{
    struct str type = block->type.text;
    if (language_argument(row, type)) {
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("\"%.*s\" is an argument here: write it with an equals sign, as %.*s = …."), STR_ARG(type),
                   STR_ARG(type));
        return;
    }
    diag_error(d->diags, block->type.span, _("Unsupported block type"),
               _("Blocks of type \"%.*s\" are not expected in %s blocks.%s"), STR_ARG(type), row->type,
               words_near(d->arena, words_nearest(language_block_names(d->arena, row), type)));
}

void decode_shape(struct decode *d, const struct body *body, const struct language_block *row)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct body_item *item = &body->items[i];
        if (item->attribute && !language_argument(row, item->attribute->name.text))
            unexpected_argument(d, item->attribute, row);
        if (item->block && !language_block(row, item->block->type.text))
            unexpected_block(d, item->block, row);
    }
}

const struct block *decode_single(struct decode *d, const struct body *body, const char *type)
{
    const struct block *first = NULL;
    for (size_t i = 0; i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (!block || !str_eq(block->type.text, str_c(type)))
            continue;
        if (first)
            diag_error(d->diags, block->header_span, arena_printf(d->arena, _("Duplicate %s block"), type).p,
                       _("There is a %s block at %s already, and only one is allowed: put its content there."), type,
                       words_place(d->arena, d->sources, first->header_span));
        else
            first = block;
    }
    return first;
}

const struct expr *decode_expr(const struct body *body, const char *name)
{
    const struct attribute *attribute = body_attribute(body, str_c(name));
    return attribute ? attribute->expr : NULL;
}

const struct expr *decode_required(struct decode *d, const struct block *block, const char *name)
{
    const struct expr *expr = decode_expr(block->body, name);
    if (!expr)
        diag_error(d->diags, block->open_span, _("Missing required argument"),
                   _("The argument \"%s\" is required in %.*s blocks."), name, STR_ARG(block->type.text));
    return expr;
}

static bool is_meta(const struct body_item *item, const struct language_block *row)
{
    return item->attribute ? language_argument(row, item->attribute->name.text) != NULL
                           : language_block(row, item->block->type.text) != NULL;
}

const struct body *decode_without(struct decode *d, const struct body *body, const struct language_block *row)
{
    size_t n_meta = 0;
    for (size_t i = 0; i < body->n_items; i++)
        n_meta += is_meta(&body->items[i], row);
    if (!n_meta)
        return body;
    struct body *rest = ARENA_NEW(d->arena, struct body);
    struct body_item *items = ARENA_ARRAY(d->arena, struct body_item, body->n_items - n_meta);
    *rest = *body;
    rest->n_items = rest->n_attributes = 0;
    for (size_t i = 0; i < body->n_items; i++)
        if (!is_meta(&body->items[i], row)) {
            rest->n_attributes += body->items[i].attribute != NULL;
            items[rest->n_items++] = body->items[i];
        }
    rest->items = items;
    return rest;
}

bool decode_declare(struct decode *d, struct map *map, struct str key, void *object, struct span at, const char *what,
                    struct span (*place)(const void *object))
{
    struct map_entry *first = map_find(map, key);
    if (!first) {
        map_put(map, key, object);
        return true;
    }
    diag_error(d->diags, at, arena_printf(d->arena, _("Duplicate %s"), what).p,
               _("The %s \"%.*s\" was declared at %s already. Names must be unique within a module: rename or remove "
                 "one of the two."),
               what, STR_ARG(key), words_place(d->arena, d->sources, place(first->value)));
    return false;
}
