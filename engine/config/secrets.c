/* secrets: the block that says who can open the secrets of the state. */
#include "config/decode.h"

static struct config_text text_of(struct decode *d, const struct body *body, const char *name)
{
    const struct expr *expr = decode_expr(body, name);
    struct str text = decode_text(d, body, name);
    if (expr && expr->kind != EXPR_INVALID && !text.n)
        diag_error(d->diags, expr->span, _("Invalid value"), _("The value of \"%s\" must not be empty: leave it out."),
                   name);
    return (struct config_text){text, expr ? expr->span : (struct span){0}};
}

/* The elements' own places, where they are written one by one. */
static struct config_texts texts_of(struct decode *d, const struct body *body, const char *name)
{
    const struct expr *expr = decode_expr(body, name);
    struct value list, key, item;
    if (!expr || !decode_constant(d, expr, type_list(type_string), arena_printf(d->arena, "\"%s\"", name).p, &list))
        return (struct config_texts){0};
    const struct expr_tuple *tuple = expr->kind == EXPR_TUPLE ? expr_tuple(expr) : NULL;
    struct config_text *v = ARENA_ARRAY(d->arena, struct config_text, value_is_set(list) ? list.n : 0);
    size_t n = 0;
    for (struct value_iter it = value_iter(list); value_is_set(list) && value_next(&it, &key, &item); n++) {
        v[n].span = tuple && n < tuple->n_items ? tuple->items[n]->span : expr->span;
        if (value_is_set(item))
            v[n].text = item.u.string;
        if (!v[n].text.n)
            diag_error(d->diags, v[n].span, _("Invalid value"),
                       _("An element of \"%s\" must be a text that is not empty."), name);
    }
    if (!n)
        diag_error(d->diags, expr->span, _("Invalid value"), _("The list \"%s\" must not be empty: leave it out."),
                   name);
    return (struct config_texts){v, n};
}

/* One source at most: of two nobody would know which one counts. */
static void check_one_source(struct decode *d, const struct config_secrets *s)
{
    int n = (s->passphrase_env.text.n > 0) + (s->passphrase_file.text.n > 0) + (s->passphrase_command.n > 0);
    struct span second = s->passphrase_command.n ? s->passphrase_command.v[0].span : s->passphrase_file.span;
    if (n > 1)
        diag_error(d->diags, second, _("Two sources of one passphrase"),
                   _("A passphrase comes from one of env, file and command. Leave the others out."));
}

static void decode_passphrase(struct decode *d, const struct block *block, struct config_secrets *out)
{
    const struct body *body = block->body;
    decode_shape(d, body, language_block(language_block(decode_row("detour"), STR("secrets")), block->type.text));
    out->passphrase = true;
    out->passphrase_env = text_of(d, body, "env");
    out->passphrase_file = text_of(d, body, "file");
    out->passphrase_command = texts_of(d, body, "command");
    check_one_source(d, out);
}

static void refuse_second(struct decode *d, const struct block *block)
{
    diag_error(d->diags, block->header_span, _("Duplicate secrets block"),
               _("There is a secrets block at %s already, and only one is allowed: put its content there."),
               words_place(d->arena, d->sources, d->module->secrets->header));
}

void decode_secrets_block(struct decode *d, const struct block *block)
{
    struct config_secrets *s = ARENA_NEW(d->arena, struct config_secrets);
    const struct body *body = block->body;
    if (!str_is(d->module->dir, ".")) {
        diag_error(d->diags, block->header_span, _("Secrets block in a module that is called"),
                   _("There is one state, so the root module says who can open its secrets. Move the block there."));
        return;
    }
    if (d->module->secrets) {
        refuse_second(d, block);
        return;
    }
    decode_shape(d, body, language_block(decode_row("detour"), STR("secrets")));
    s->header = block->header_span;
    s->recipients = texts_of(d, body, "recipients");
    s->identity_files = texts_of(d, body, "identity_files");
    s->command = texts_of(d, body, "command");
    s->key_file = text_of(d, body, "key_file");
    const struct block *passphrase = decode_single(d, body, "passphrase");
    if (passphrase)
        decode_passphrase(d, passphrase, s);
    d->module->secrets = s;
}
