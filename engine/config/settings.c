/* settings: the detour block, and the blocks that other programs have in its place. */
#include "config/decode.h"

static void foreign_setting(struct decode *d, const struct block *block)
{
    if (str_is(block->type.text, "required_providers"))
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("Providers need not be declared: they come with detour. Remove this block."));
    else if (str_is(block->type.text, "backend") || str_is(block->type.text, "cloud"))
        diag_error(
            d->diags, block->type.span, _("Unsupported block type"),
            _("The state is kept beside the configuration, in detour.state; there are no \"%.*s\" blocks. Remove "
              "this block."),
            STR_ARG(block->type.text));
}

static void check_version(struct decode *d, struct str constraint, struct span at)
{
    const char *why;
    if (version_meets(d->version, constraint, &why))
        return;
    if (why)
        diag_error(d->diags, at, _("Invalid version constraint"), _("\"%.*s\" is not a version constraint: %s."),
                   STR_ARG(constraint), why);
    else
        diag_error(d->diags, at, _("Unsupported version of detour"),
                   _("This is detour %.*s, and %s needs a version that meets \"%.*s\". Install another version, or "
                     "change required_version."),
                   STR_ARG(d->version), words_module(d->arena, d->module), STR_ARG(constraint));
}

void decode_settings(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("detour");
    if (!decode_labels(d, block, row))
        return;
    for (size_t i = 0; i < block->body->n_items; i++)
        if (block->body->items[i].block)
            foreign_setting(d, block->body->items[i].block);
    decode_shape(d, block->body, row);
    const struct expr *expr = decode_expr(block->body, "required_version");
    struct str constraint = decode_text(d, block->body, "required_version");
    if (!constraint.n)
        return;
    d->module->required_version = constraint;
    check_version(d, constraint, expr->span);
}

void decode_foreign(struct decode *d, const struct block *block)
{
    if (str_is(block->type.text, "terraform"))
        diag_error(
            d->diags, block->type.span, _("Unsupported block type"),
            _("The settings of a detour configuration stand in a block named detour: detour { required_version = "
              "\">= %.*s\" }. Providers come with detour and the state is kept in detour.state, so "
              "required_providers and backend have no place in it."),
            STR_ARG(d->version));
    else
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("The state is kept beside the configuration, in detour.state; there are no backend blocks."));
}
