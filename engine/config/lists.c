/* lists: lists of references, conditions, and references to provider instances. */
#include "config/decode.h"

const struct traversal *decode_traversal(struct decode *d, const struct expr *expr, const char *what)
{
    struct traversal *root = ARENA_NEW(d->arena, struct traversal);
    const struct traversal *traversal = expr_as_traversal(expr, root);
    if (traversal || expr->kind == EXPR_INVALID)
        return traversal;
    if (expr->kind == EXPR_STRING)
        diag_error(d->diags, expr->span, _("Quoted reference"),
                   _("%s is a reference: write it without quotes, as %.*s."), what, STR_ARG(expr_string(expr)->text));
    else
        diag_error(d->diags, expr->span, _("Invalid reference"),
                   _("%s must be a plain reference, such as debian_file.motd or module.site."), what);
    return NULL;
}

struct config_traversals decode_depends_on(struct decode *d, const struct body *body)
{
    const struct expr *expr = decode_expr(body, "depends_on");
    if (!expr || expr->kind == EXPR_INVALID)
        return (struct config_traversals){0};
    if (expr->kind != EXPR_TUPLE) {
        diag_error(d->diags, expr->span, _("Invalid depends_on"),
                   _("depends_on is a list of references: depends_on = [debian_file.motd]."));
        return (struct config_traversals){0};
    }
    const struct expr_tuple *tuple = expr_tuple(expr);
    const struct traversal **v = ARENA_ARRAY(d->arena, const struct traversal *, tuple->n_items);
    size_t n = 0;
    for (size_t i = 0; i < tuple->n_items; i++)
        if ((v[n] = decode_traversal(d, tuple->items[i], _("An element of depends_on"))))
            n++;
    return (struct config_traversals){v, n};
}

struct config_conditions decode_conditions(struct decode *d, const struct body *body, const struct language_block *in,
                                           const char *type)
{
    VEC(struct config_condition) list = {0};
    const struct language_block *row = language_block(in, str_c(type));
    for (size_t i = 0; row && i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (!block || !str_eq(block->type.text, str_c(type)) || !decode_labels(d, block, row))
            continue;
        decode_shape(d, block->body, row);
        const struct expr *condition = decode_required(d, block, "condition");
        const struct expr *message = decode_required(d, block, "error_message");
        if (condition && message)
            vec_push(d->arena, &list, ((struct config_condition){condition, message, block->header_span}));
    }
    return (struct config_conditions){list.v, list.n};
}

bool decode_provider_ref(struct decode *d, const struct expr *expr, struct config_provider_ref *out)
{
    const struct traversal *t = decode_traversal(d, expr, _("A provider"));
    if (!t)
        return false;
    bool alias = t->n_steps == 1 && t->steps[0].kind == STEP_ATTR;
    if (t->n_steps && !alias) {
        diag_error(d->diags, t->span, _("Invalid provider reference"),
                   _("A provider is named by its name, or by name and alias: debian, debian.backup."));
        return false;
    }
    *out = (struct config_provider_ref){t->root.text, alias ? t->steps[0].text : (struct str){0}, t->span};
    return true;
}
