/* dynamic "type" { for_each = … content { … } }: one block of the type for each element. */
#include "eval/blocks.h"

struct dynamic {
    struct decoding *d;
    const struct block *block; /* the dynamic one */
    struct gathering *out;
    struct str iterator;
    const struct attribute *for_each, *iterator_attr, *labels;
    const struct block *content;
};

static void fail(struct dynamic *dynamic, struct span span, const char *summary, const char *detail)
{
    eval_error(dynamic->d->eval, NULL, span, summary, "%s", detail);
}

static void take_attribute(struct dynamic *dynamic, const struct attribute *attribute)
{
    struct str name = attribute->name.text;
    if (str_is(name, "for_each"))
        dynamic->for_each = attribute;
    else if (str_is(name, "iterator"))
        dynamic->iterator_attr = attribute;
    else if (str_is(name, "labels"))
        dynamic->labels = attribute;
    else
        eval_error(dynamic->d->eval, NULL, attribute->name.span, _("Unsupported argument"),
                   _("A dynamic block has the arguments for_each and iterator, not \"%.*s\". What the blocks hold goes "
                     "into its block content { … }."),
                   STR_ARG(name));
}

static void take_block(struct dynamic *dynamic, const struct block *block)
{
    if (!str_is(block->type.text, "content"))
        fail(dynamic, block->type.span, _("Unsupported block type"),
             _("A dynamic block holds one block, content { … }, and nothing else."));
    else if (dynamic->content)
        fail(dynamic, block->header_span, _("Extraneous dynamic content block"),
             _("A dynamic block holds only one block content { … }."));
    else
        dynamic->content = block;
}

static bool read_iterator(struct dynamic *dynamic)
{
    dynamic->iterator = dynamic->block->labels[0].text;
    if (!dynamic->iterator_attr)
        return true;
    dynamic->iterator = expr_keyword(dynamic->iterator_attr->expr);
    if (dynamic->iterator.n)
        return true;
    fail(dynamic, dynamic->iterator_attr->expr->span, _("Invalid dynamic iterator name"),
         _("The iterator is a single name without quotes, such as iterator = item."));
    return false;
}

static bool check_parts(struct dynamic *dynamic)
{
    struct span end = dynamic->block->body->end_span;
    if (!dynamic->for_each)
        fail(dynamic, end, _("Missing required argument"), _("A dynamic block needs the argument for_each."));
    if (!dynamic->content)
        fail(dynamic, end, _("Missing dynamic content block"),
             _("A dynamic block needs a block content { … } for what each of the blocks holds."));
    if (dynamic->labels && dynamic->out->nested->nesting != NESTING_MAP)
        fail(dynamic, dynamic->labels->name.span, _("Extraneous dynamic block label"),
             _("Blocks of this type have no labels."));
    if (!dynamic->labels && dynamic->out->nested->nesting == NESTING_MAP)
        fail(dynamic, end, _("Missing required argument"),
             _("Blocks of this type have a label: set labels = [ … ] to a list of one string."));
    return dynamic->for_each && dynamic->content;
}

static bool read_parts(struct dynamic *dynamic)
{
    struct diags *diags = dynamic->d->eval->diags;
    size_t errors = diags->n_errors;
    const struct body *body = dynamic->block->body;
    for (size_t i = 0; i < body->n_items; i++) {
        if (body->items[i].attribute)
            take_attribute(dynamic, body->items[i].attribute);
        else
            take_block(dynamic, body->items[i].block);
    }
    return check_parts(dynamic) && read_iterator(dynamic) && diags->n_errors == errors;
}

static bool check_for_each(struct dynamic *dynamic, struct value v)
{
    struct eval *eval = dynamic->d->eval;
    const struct expr *e = dynamic->for_each->expr;
    if (value_is_null(v))
        eval_error(eval, e, e->span, _("Invalid dynamic for_each value"),
                   _("The value is null. For no blocks at all, write []."));
    else if (type_is_primitive(v.type))
        eval_error(eval, e, e->span, _("Invalid dynamic for_each value"),
                   _("for_each goes through a list, set, map, tuple or object, but this is %.*s."),
                   STR_ARG(eval_described(eval, v)));
    else
        return true;
    return false;
}

/* The one label of a block in a map, in the iteration's scope. */
static bool read_label(struct dynamic *dynamic, struct str *label)
{
    struct eval *eval = dynamic->d->eval;
    if (!dynamic->labels)
        return true;
    size_t errors = eval->diags->n_errors;
    const struct expr *e = dynamic->labels->expr;
    struct value v = eval_expr_as(eval, e, type_list(type_string));
    bool usable = value_is_set(v) && value_wholly_known(v) && v.n == 1 && !value_is_null(v.u.items[0]);
    if (usable && !value_marks_deep(v)) {
        *label = v.u.items[0].u.string;
        return true;
    }
    if (eval->diags->n_errors == errors)
        eval_error(eval, e, e->span, _("Invalid dynamic block label"),
                   _("The labels must be a list of one string that is known now and not sensitive, but this is %.*s."),
                   STR_ARG(eval_brief(eval, v)));
    return false;
}

/* One block, with iterator.key and iterator.value in scope. */
static void add_iteration(struct dynamic *dynamic, struct value key, struct value element)
{
    struct eval *eval = dynamic->d->eval;
    static const struct str names[] = {STR_INIT("key"), STR_INIT("value")};
    struct value *parts = ARENA_ARRAY(eval->arena, struct value, 2);
    parts[0] = key;
    parts[1] = element;
    struct value iterator = value_object(eval->arena, names, parts, 2);
    struct scope_names bound = {&dynamic->iterator, &iterator, 1};
    struct scope scope = scope_values(eval->scope, &bound);
    const struct scope *outer = eval->scope;
    struct str label = {0};
    eval->scope = &scope;
    if (dynamic->out->unknown || read_label(dynamic, &label))
        blocks_add(dynamic->d, dynamic->out, dynamic->block, dynamic->content->body, label);
    eval->scope = outer;
}

static void iterate(struct dynamic *dynamic, struct value v)
{
    struct value_iter it = value_iter(v);
    struct value key, element;
    size_t failures = 0;
    struct diags *diags = dynamic->d->eval->diags;
    while (failures < EVAL_FAILURES && value_next(&it, &key, &element)) {
        size_t errors = diags->n_errors;
        add_iteration(dynamic, key, element);
        failures += diags->n_errors != errors;
    }
}

void blocks_add_dynamic(struct decoding *d, struct gathering *gatherings, const struct block *block)
{
    struct str type = block->labels[0].text;
    const struct schema_nested *nested = schema_nested(d->schema, type);
    if (!nested) {
        blocks_unknown_type(d, type, block->labels[0].span);
        return;
    }
    struct dynamic dynamic = {.d = d, .block = block, .out = &gatherings[nested - d->schema->nested]};
    if (!read_parts(&dynamic)) {
        dynamic.out->unknown = true;
        return;
    }
    size_t errors = d->eval->diags->n_errors;
    struct value v = eval_expr(d->eval, dynamic.for_each->expr);
    dynamic.out->marks |= v.marks;
    if (d->eval->diags->n_errors != errors || !check_for_each(&dynamic, v) || !value_is_known(v)) {
        /* Decoded once for its problems; how many blocks there will be is not known. */
        dynamic.out->unknown = true;
        add_iteration(&dynamic, eval_nothing(), eval_nothing());
    } else {
        iterate(&dynamic, v);
    }
}
