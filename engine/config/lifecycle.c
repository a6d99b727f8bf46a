/* lifecycle: lifecycle blocks of resources, data sources and modules. */
#include "config/decode.h"

static const struct config_lifecycle no_lifecycle;

static bool ignore_index(struct decode *d, const struct step *step, struct value *out)
{
    struct number number;
    if (step->key->kind == EXPR_STRING)
        *out = value_string(step->text);
    else if (step->key->kind == EXPR_NUMBER && number_parse(d->arena, step->text, &number))
        *out = value_number(number);
    else
        return false;
    return true;
}

static bool ignore_path(struct decode *d, const struct traversal *t, struct path *out)
{
    struct path path = path_attr(d->arena, (struct path){0}, t->root.text);
    for (size_t i = 0; i < t->n_steps; i++) {
        struct value index;
        if (t->steps[i].kind == STEP_ATTR)
            path = path_attr(d->arena, path, t->steps[i].text);
        else if (ignore_index(d, &t->steps[i], &index))
            path = path_index(d->arena, path, index);
        else
            return false;
    }
    *out = path;
    return true;
}

static void ignore_list(struct decode *d, const struct expr_tuple *tuple, struct config_lifecycle *l)
{
    struct config_ignore *list = ARENA_ARRAY(d->arena, struct config_ignore, tuple->n_items);
    for (size_t i = 0; i < tuple->n_items; i++) {
        const struct traversal *t = decode_traversal(d, tuple->items[i], _("An element of ignore_changes"));
        struct config_ignore *item = &list[l->n_ignore_changes];
        if (!t)
            continue;
        item->span = t->span;
        if (ignore_path(d, t, &item->path))
            l->n_ignore_changes++;
        else
            diag_error(d->diags, t->span, _("Invalid ignore_changes"),
                       _("Name an attribute, or a part of one: tags, tags[\"owner\"], rule[0].port."));
    }
    l->ignore_changes = list;
}

static void read_ignore(struct decode *d, const struct body *body, struct config_lifecycle *l)
{
    const struct expr *expr = decode_expr(body, "ignore_changes");
    if (!expr || expr->kind == EXPR_INVALID)
        return;
    if (str_is(expr_keyword(expr), "all"))
        l->ignore_all = true;
    else if (expr->kind == EXPR_TUPLE)
        ignore_list(d, expr_tuple(expr), l);
    else
        diag_error(d->diags, expr->span, _("Invalid ignore_changes"),
                   _("ignore_changes is a list of attributes, [tags, content], or the word all."));
}

static void read_triggers(struct decode *d, const struct body *body, struct config_lifecycle *l)
{
    const struct expr *expr = decode_expr(body, "replace_triggered_by");
    if (!expr || expr->kind == EXPR_INVALID)
        return;
    if (expr->kind != EXPR_TUPLE) {
        diag_error(d->diags, expr->span, _("Invalid replace_triggered_by"),
                   _("replace_triggered_by is a list of resources or of their attributes: [debian_host.web.id]."));
        return;
    }
    l->replace_triggered_by = expr_tuple(expr)->items;
    l->n_replace_triggered_by = expr_tuple(expr)->n_items;
}

const struct config_lifecycle *decode_lifecycle(struct decode *d, const struct body *body,
                                                const struct language_block *row)
{
    const struct language_block *own = language_block(row, STR("lifecycle"));
    const struct block *block = decode_single(d, body, "lifecycle");
    if (!block || !decode_labels(d, block, own))
        return &no_lifecycle;
    decode_shape(d, block->body, own);
    struct config_lifecycle *l = ARENA_NEW(d->arena, struct config_lifecycle);
    l->header = block->header_span;
    l->has_create_before_destroy = decode_expr(block->body, "create_before_destroy") != NULL;
    l->create_before_destroy = decode_bool(d, block->body, "create_before_destroy", false);
    l->prevent_destroy = decode_expr(block->body, "prevent_destroy");
    read_ignore(d, block->body, l);
    read_triggers(d, block->body, l);
    l->preconditions = decode_conditions(d, block->body, own, "precondition");
    l->postconditions = decode_conditions(d, block->body, own, "postcondition");
    return l;
}
