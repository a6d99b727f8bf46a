/* call: module blocks. Loading what they call is load.c's. */
#include "config/decode.h"

static bool pass_inner(struct decode *d, const struct object_item *item, struct config_provider_ref *out)
{
    if (!item->name.n)
        return decode_provider_ref(d, item->key, out);
    *out = (struct config_provider_ref){.name = item->name, .span = item->key->span};
    return true;
}

static bool pass_twice(struct decode *d, const struct config_call *call, const struct config_provider_pass *pass)
{
    for (size_t i = 0; i < call->n_providers; i++) {
        const struct config_provider_ref *before = &call->providers[i].inner;
        if (!str_eq(before->name, pass->inner.name) || !str_eq(before->alias, pass->inner.alias))
            continue;
        diag_error(d->diags, pass->inner.span, _("Duplicate provider"), _("This provider is passed twice."));
        return true;
    }
    return false;
}

static void pass_item(struct decode *d, struct config_call *call, struct config_provider_pass *list,
                      const struct object_item *item)
{
    struct config_provider_pass pass;
    if (!pass_inner(d, item, &pass.inner) || !decode_provider_ref(d, item->value, &pass.outer))
        return;
    if (!str_eq(pass.inner.name, pass.outer.name))
        diag_error(d->diags, pass.outer.span, _("Provider of another kind"),
                   _("The module's provider %.*s cannot be an instance of %.*s."), STR_ARG(pass.inner.name),
                   STR_ARG(pass.outer.name));
    else if (!pass_twice(d, call, &pass))
        list[call->n_providers++] = pass;
}

void decode_providers(struct decode *d, const struct body *body, struct config_call *call)
{
    const struct expr *expr = decode_expr(body, "providers");
    if (!expr || expr->kind == EXPR_INVALID)
        return;
    if (expr->kind != EXPR_OBJECT) {
        diag_error(d->diags, expr->span, _("Invalid providers"),
                   _("providers says which instance each provider of the module is: { debian = debian.backup }."));
        return;
    }
    const struct expr_object *object = expr_object(expr);
    struct config_provider_pass *list = ARENA_ARRAY(d->arena, struct config_provider_pass, object->n_items);
    call->providers = list;
    for (size_t i = 0; i < object->n_items; i++)
        pass_item(d, call, list, &object->items[i]);
}

static void read_source(struct decode *d, const struct block *block, struct config_call *call)
{
    const struct expr *expr = decode_required(d, block, "source");
    if (!expr)
        return;
    call->source = decode_text(d, block->body, "source");
    call->source_span = expr->span;
}

static void check_meta(struct decode *d, const struct body *body, const struct config_call *call)
{
    const struct attribute *version = body_attribute(body, STR("version"));
    const struct attribute *lifecycle = body_attribute(body, STR("lifecycle"));
    if (version)
        diag_error(d->diags, version->name.span, _("Unsupported argument"),
                   _("Which version of a module is meant is part of its source, as in "
                     "\"git::https://example.org/web.git?ref=v1.2\": "
                     "remove this argument."));
    if (lifecycle)
        diag_error(d->diags, lifecycle->name.span, _("Unsupported argument"),
                   _("\"lifecycle\" is a block: write it without the equals sign, as lifecycle { … }."));
    if (call->count && call->for_each)
        diag_error(d->diags, body_attribute(body, STR("for_each"))->name.span, _("Both count and for_each"),
                   _("A block is repeated by count or by for_each, not by both: remove one of them."));
}

static struct span call_place(const void *object)
{
    return ((const struct config_call *)object)->header;
}

void decode_call(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("module");
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    const struct body *body = block->body;
    struct config_call *call = ARENA_NEW(d->arena, struct config_call);
    call->name = (struct name){block->labels[0].text, block->labels[0].span};
    call->header = block->header_span;
    call->args = decode_without(d, body, row);
    call->count = decode_expr(body, "count");
    call->for_each = decode_expr(body, "for_each");
    check_meta(d, body, call);
    call->depends_on = decode_depends_on(d, body);
    call->lifecycle = decode_lifecycle(d, body, row);
    decode_providers(d, body, call);
    read_source(d, block, call);
    decode_declare(d, &d->module->calls, call->name.text, call, call->header, _("module call"), call_place);
}
