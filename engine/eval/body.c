/* A body decoded by a schema. The items are looked at once; each gathers under the attribute or block type it names. */
#include "eval/blocks.h"
#include "syntax/json.h"

/* -- names -- */

static bool is_skipped(const struct decoding *d, struct str name)
{
    for (size_t i = 0; i < d->n_skip; i++)
        if (str_eq(d->skip[i], name))
            return true;
    return false;
}

static void blocks_unknown_argument(struct decoding *d, struct name name)
{
    if (schema_nested(d->schema, name.text)) {
        eval_error(d->eval, NULL, name.span, _("Unsupported argument"),
                   _("\"%.*s\" is a block here, not an argument: write %.*s { … } without the equals sign."),
                   STR_ARG(name.text), STR_ARG(name.text));
        return;
    }
    struct str hint = eval_did_you_mean(d->eval, schema_near(d->schema, name.text));
    eval_error(d->eval, NULL, name.span, _("Unsupported argument"), _("There is no argument named \"%.*s\" here.%.*s"),
               STR_ARG(name.text), STR_ARG(hint));
}

void blocks_unknown_type(struct decoding *d, struct str type, struct span span)
{
    if (schema_attr(d->schema, type)) {
        eval_error(d->eval, NULL, span, _("Unsupported block type"),
                   _("\"%.*s\" is an argument here, not a block: write %.*s = …."), STR_ARG(type), STR_ARG(type));
        return;
    }
    struct str hint = eval_did_you_mean(d->eval, schema_near(d->schema, type));
    eval_error(d->eval, NULL, span, _("Unsupported block type"), _("There is no block of type \"%.*s\" here.%.*s"),
               STR_ARG(type), STR_ARG(hint));
}

/* -- arguments -- */

static void check_settable(struct decoding *d, const struct attribute *attribute, const struct schema_attr *attr)
{
    if (!(attr->flags & (SCHEMA_REQUIRED | SCHEMA_OPTIONAL)))
        eval_error(d->eval, NULL, attribute->name.span, _("Value for unconfigurable argument"),
                   _("\"%.*s\" cannot be set: its value comes from the provider."), STR_ARG(attr->name));
    if (attr->deprecated.n) {
        struct diag *diag = diag_warning(d->eval->diags, attribute->name.span, _("Deprecated argument"), "%.*s",
                                         STR_ARG(attr->deprecated));
        diag->object = arena_str(d->eval->diags->arena, d->eval->object);
    }
}

static struct value argument(struct decoding *d, const struct attribute *attribute, const struct schema_attr *attr)
{
    size_t errors = d->eval->diags->n_errors;
    struct value v = eval_expr(d->eval, attribute->expr), converted;
    struct str why = {0};
    check_settable(d, attribute, attr);
    if (eval_convert(d->eval, v, attr->type, &converted, &why))
        return converted;
    if (d->eval->diags->n_errors == errors)
        eval_error(d->eval, attribute->expr, attribute->expr->span, _("Incorrect argument type"),
                   _("The value for \"%.*s\" is %.*s, which does not fit: %.*s."), STR_ARG(attr->name),
                   STR_ARG(eval_brief(d->eval, v)), STR_ARG(why));
    return value_mark(value_unknown(type_without_optional(attr->type)), v.marks);
}

static void add_argument(struct decoding *d, const struct attribute *attribute, struct value *attrs)
{
    const struct schema_attr *attr = schema_attr(d->schema, attribute->name.text);
    if (attr)
        attrs[attr - d->schema->attrs] = argument(d, attribute, attr);
    else if (!is_skipped(d, attribute->name.text))
        blocks_unknown_argument(d, attribute->name);
}

static void finish_arguments(struct decoding *d, const struct body *body, struct value *attrs)
{
    for (size_t i = 0; i < d->schema->n_attrs; i++) {
        const struct schema_attr *attr = &d->schema->attrs[i];
        bool set = value_exists(attrs[i]);
        if (!set)
            attrs[i] = value_null(type_without_optional(attr->type));
        if ((attr->flags & SCHEMA_REQUIRED) && !set)
            eval_error(d->eval, NULL, body->end_span, _("Missing required argument"),
                       _("The argument \"%.*s\" is required, but was not set."), STR_ARG(attr->name));
        else if ((attr->flags & SCHEMA_REQUIRED) && value_is_null(attrs[i]))
            eval_error(d->eval, NULL, body_attribute(body, attr->name)->expr->span, _("Missing required argument"),
                       _("The argument \"%.*s\" is required, but its value is null."), STR_ARG(attr->name));
    }
}

/* -- blocks -- */

void blocks_add(struct decoding *d, struct gathering *gathering, const struct block *block, const struct body *body,
                struct str label)
{
    struct gathered_block gathered = {.block = block, .label = label};
    gathered.v = eval_body(d->eval, body, gathering->nested->schema, NULL, 0);
    vec_push(d->eval->arena, &gathering->blocks, gathered);
}

static void add_static(struct decoding *d, struct gathering *gathering, const struct block *block)
{
    size_t labels = gathering->nested->nesting == NESTING_MAP;
    if (block->n_labels != labels) {
        eval_error(d->eval, NULL, block->n_labels > labels ? block->labels[labels].span : block->header_span,
                   _("Wrong number of block labels"),
                   labels ? _("A block of type \"%.*s\" has exactly one label: its key.")
                          : _("A block of type \"%.*s\" has no labels."),
                   STR_ARG(block->type.text));
        return;
    }
    blocks_add(d, gathering, block, block->body, labels ? block->labels[0].text : (struct str){0});
}

/* An argument from JSON, where blocks look the same, of which the schema says that it is a block. */
static void add_json_blocks(struct decoding *d, const struct attribute *attribute, struct gathering *gathering)
{
    size_t n;
    const struct block *const *blocks =
        json_attribute_blocks(d->eval->arena, d->eval->diags, attribute, gathering->nested->nesting == NESTING_MAP, &n);
    for (size_t i = 0; i < n; i++)
        add_static(d, gathering, blocks[i]);
}

static void add_block(struct decoding *d, const struct block *block, struct gathering *gatherings)
{
    if (str_is(block->type.text, "dynamic") && block->n_labels == 1 && !schema_nested(d->schema, STR("dynamic"))) {
        blocks_add_dynamic(d, gatherings, block);
        return;
    }
    const struct schema_nested *nested = schema_nested(d->schema, block->type.text);
    if (nested)
        add_static(d, &gatherings[nested - d->schema->nested], block);
    else if (!is_skipped(d, block->type.text))
        blocks_unknown_type(d, block->type.text, block->type.span);
}

static void check_count(struct decoding *d, const struct body *body, const struct gathering *g)
{
    const struct schema_nested *nested = g->nested;
    uint32_t most = nested->nesting == NESTING_SINGLE ? 1 : nested->max;
    if (g->unknown)
        return;
    if (g->blocks.n < nested->min)
        eval_error(d->eval, NULL, body->end_span, _("Missing required block"),
                   _("At least %u of type \"%.*s\" must stand here, but there are %zu."), nested->min,
                   STR_ARG(nested->name), g->blocks.n);
    if (most && g->blocks.n > most)
        eval_error(d->eval, NULL, g->blocks.v[most].block->header_span, _("Too many blocks"),
                   _("Only %u of type \"%.*s\" may stand here, but there are %zu."), most, STR_ARG(nested->name),
                   g->blocks.n);
}

static struct value single_block(const struct gathering *g)
{
    if (g->unknown)
        return value_unknown(g->nested->schema->implied);
    return g->blocks.n ? g->blocks.v[0].v : value_null(g->nested->schema->implied);
}

static struct value keyed_blocks(struct decoding *d, const struct gathering *g, const struct value *items)
{
    struct arena *arena = d->eval->arena;
    struct str *keys = ARENA_ARRAY(arena, struct str, g->blocks.n);
    struct map seen = MAP_INIT(arena);
    vec_each (&g->blocks, i) {
        keys[i] = g->blocks.v[i].label;
        if (map_put(&seen, keys[i], (void *)g->blocks.v[i].block))
            eval_error(d->eval, NULL, g->blocks.v[i].block->header_span, _("Duplicate block"),
                       _("There is a block of type \"%.*s\" labelled \"%.*s\" already."), STR_ARG(g->nested->name),
                       STR_ARG(keys[i]));
    }
    return g->nested->schema->implied->has_dynamic
               ? value_object(arena, keys, items, g->blocks.n)
               : value_map(arena, g->nested->schema->implied, keys, items, g->blocks.n);
}

/* As the schema's implied type has it: collections, or tuples and objects where the blocks' types may differ. */
static struct value block_collection(struct decoding *d, const struct gathering *g)
{
    const struct type *element = g->nested->schema->implied;
    enum schema_nesting nesting = g->nested->nesting;
    if (g->unknown)
        return value_unknown(d->schema->implied->items[type_attr(d->schema->implied, g->nested->name)]);
    struct value *items = ARENA_ARRAY(d->eval->arena, struct value, g->blocks.n);
    vec_each (&g->blocks, i)
        items[i] = g->blocks.v[i].v;
    if (nesting == NESTING_MAP)
        return keyed_blocks(d, g, items);
    if (element->has_dynamic)
        return value_tuple(items, g->blocks.n);
    if (nesting == NESTING_SET)
        return value_set(d->eval->arena, element, items, g->blocks.n);
    return value_list(element, items, g->blocks.n);
}

/* -- the whole -- */

static struct value assemble(struct decoding *d, const struct body *body, struct value *attrs,
                             const struct gathering *gatherings)
{
    const struct type *type = d->schema->implied;
    struct value *items = ARENA_ARRAY(d->eval->arena, struct value, type->n);
    finish_arguments(d, body, attrs);
    for (size_t i = 0; i < d->schema->n_attrs; i++)
        items[type_attr(type, d->schema->attrs[i].name)] = attrs[i];
    for (size_t i = 0; i < d->schema->n_nested; i++) {
        const struct gathering *g = &gatherings[i];
        check_count(d, body, g);
        struct value v = g->nested->nesting == NESTING_SINGLE ? single_block(g) : block_collection(d, g);
        items[type_attr(type, g->nested->name)] = value_mark(v, g->marks);
    }
    return type->has_dynamic ? value_object(d->eval->arena, type->names, items, type->n) : value_object_of(type, items);
}

struct value eval_body(struct eval *eval, const struct body *body, const struct schema *schema, const struct str *skip,
                       size_t n_skip)
{
    struct decoding d = {eval, schema, skip, n_skip};
    struct value *attrs = ARENA_ARRAY(eval->arena, struct value, schema->n_attrs);
    struct gathering *gatherings = ARENA_ARRAY(eval->arena, struct gathering, schema->n_nested);
    for (size_t i = 0; i < schema->n_nested; i++)
        gatherings[i].nested = &schema->nested[i];
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        const struct schema_nested *nested =
            attribute && attribute->json ? schema_nested(schema, attribute->name.text) : NULL;
        if (nested)
            add_json_blocks(&d, attribute, &gatherings[nested - schema->nested]);
        else if (attribute)
            add_argument(&d, attribute, attrs);
        else
            add_block(&d, body->items[i].block, gatherings);
    }
    return assemble(&d, body, attrs, gatherings);
}
