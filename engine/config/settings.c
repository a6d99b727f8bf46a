/* settings: the detour block, and the blocks that other programs have in its place. */
#include "config/decode.h"

static void foreign_setting(struct decode *d, const struct block *block)
{
    if (str_is(block->type.text, "required_providers"))
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("Providers need not be declared: they come with detour. Remove this block."));
    else if (str_is(block->type.text, "cloud"))
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("There are no \"cloud\" blocks. A state that several people share is kept with a backend: backend "
                     "\"http\", \"s3\" or \"pg\"."));
}

/* -- where the state is kept -- */

static bool backend_setting(struct decode *d, const struct attribute *a, struct config_backend_setting *out)
{
    struct value v;
    const char *what = arena_printf(d->arena, _("The value of \"%.*s\""), STR_ARG(a->name.text)).p;
    if (!decode_constant(d, a->expr, type_string, what, &v))
        return false;
    *out = (struct config_backend_setting){a->name.text, STR(""), a->expr->span};
    if (value_is_set(v))
        out->value = arena_str(d->arena, v.u.string);
    return true;
}

static void decode_backend(struct decode *d, const struct block *block)
{
    if (d->module->backend)
        diag_error(d->diags, block->header_span, _("Duplicate backend block"),
                   _("The state has one place, and it is said at %s already: remove one of the two."),
                   words_place(d->arena, d->sources, d->module->backend->header));
    struct config_backend *backend = ARENA_NEW(d->arena, struct config_backend);
    struct config_backend_setting *settings =
        ARENA_ARRAY(d->arena, struct config_backend_setting, block->body->n_items + 1);
    *backend = (struct config_backend){.header = block->header_span, .settings = settings};
    d->module->backend = backend;
    if (!decode_labels(d, block, language_block(decode_row("detour"), STR("backend")))) {
        backend->broken = true;
        return;
    }
    backend->type = (struct name){block->labels[0].text, block->labels[0].span};
    for (size_t i = 0; i < block->body->n_items; i++) {
        const struct body_item *item = &block->body->items[i];
        if (item->attribute && backend_setting(d, item->attribute, &settings[backend->n_settings]))
            backend->n_settings++;
        else
            backend->broken = true;
        if (item->block)
            diag_error(d->diags, item->block->type.span, _("Unsupported block type"),
                       _("The settings of a backend are arguments: write %.*s = \"…\"."),
                       STR_ARG(item->block->type.text));
    }
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
    const struct block *backend = decode_single(d, block->body, "backend");
    if (backend)
        decode_backend(d, backend);
    decode_shape(d, block->body, row);
    const struct block *secrets = decode_single(d, block->body, "secrets");
    if (secrets)
        decode_secrets_block(d, secrets);
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
              "\">= %.*s\" }. Providers come with detour, so required_providers has no place in it; a backend block "
              "has."),
            STR_ARG(d->version));
    else
        diag_error(d->diags, block->type.span, _("Unsupported block type"),
                   _("Where the state is kept stands in the settings: detour { backend \"s3\" { … } }. Without it, the "
                     "state is beside the configuration, in detour.state."));
}
