/* resource: resource and data blocks. */
#include "config/decode.h"

/* References to such a type would mean something else. */
static const char *const reserved_types[] = {"var",   "local", "module", "data",   "resource", "each",
                                             "count", "self",  "path",   "detour", NULL};

static bool type_name(struct decode *d, const struct label *label)
{
    if (!names_have(reserved_types, label->text))
        return decode_name(d, label);
    diag_error(d->diags, label->span, _("Invalid resource type"),
               _("\"%.*s\" cannot be the type of a resource: in expressions it has a meaning of its own."),
               STR_ARG(label->text));
    return false;
}

/* What is an argument here must not be a block, and the reverse. */
static void check_meta(struct decode *d, const struct body *body, const struct language_block *row)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        const struct block *block = body->items[i].block;
        if (attribute && language_block(row, attribute->name.text))
            diag_error(d->diags, attribute->name.span, _("Unsupported argument"),
                       _("\"lifecycle\" is a block: write it without the equals sign, as lifecycle { … }."));
        if (block && language_argument(row, block->type.text))
            diag_error(d->diags, block->type.span, _("Unsupported block type"),
                       _("\"%.*s\" is an argument: write it with an equals sign, as %.*s = …."),
                       STR_ARG(block->type.text), STR_ARG(block->type.text));
        if (block && str_is(block->type.text, "provisioner"))
            diag_error(d->diags, block->type.span, _("Unsupported block type"),
                       _("detour has no provisioners: declare what should be on the machine with resources of its own "
                         "(debian_package, debian_file, debian_service), and let them depend on this one."));
    }
}

static void check_repetition(struct decode *d, const struct body *body, const struct config_resource *r)
{
    if (r->count && r->for_each)
        diag_error(d->diags, body_attribute(body, STR("for_each"))->name.span, _("Both count and for_each"),
                   _("A block is repeated by count or by for_each, not by both: remove one of them."));
}

static void read_provider(struct decode *d, const struct body *body, struct config_resource *r)
{
    const struct expr *expr = decode_expr(body, "provider");
    struct config_provider_ref ref;
    if (!expr || !decode_provider_ref(d, expr, &ref))
        return;
    struct config_provider_ref *kept = ARENA_NEW(d->arena, struct config_provider_ref);
    *kept = ref;
    r->provider = kept;
}

static struct str resource_key(struct arena *arena, enum addr_mode mode, struct str type, struct str name)
{
    return arena_printf(arena, "%s%.*s.%.*s", mode == ADDR_DATA ? "data." : "", STR_ARG(type), STR_ARG(name));
}

/* The object without entering it anywhere; NULL after an error in its labels. */
static struct config_resource *decode_object(struct decode *d, const struct block *block,
                                             const struct language_block *row)
{
    if (!decode_labels(d, block, row) || !type_name(d, &block->labels[0]) || !decode_name(d, &block->labels[1]))
        return NULL;
    const struct body *body = block->body;
    struct config_resource *r = ARENA_NEW(d->arena, struct config_resource);
    r->mode = str_is(block->type.text, "data") ? ADDR_DATA : ADDR_MANAGED;
    r->type = (struct name){block->labels[0].text, block->labels[0].span};
    r->name = (struct name){block->labels[1].text, block->labels[1].span};
    r->key = resource_key(d->arena, r->mode, r->type.text, r->name.text);
    r->header = block->header_span;
    check_meta(d, body, row);
    r->args = decode_without(d, body, row);
    r->count = decode_expr(body, "count");
    r->for_each = decode_expr(body, "for_each");
    check_repetition(d, body, r);
    read_provider(d, body, r);
    r->depends_on = decode_depends_on(d, body);
    r->lifecycle = decode_lifecycle(d, body, row);
    return r;
}

static struct span resource_place(const void *object)
{
    return ((const struct config_resource *)object)->header;
}

static void declare(struct decode *d, const struct block *block)
{
    struct config_resource *r = decode_object(d, block, language_block(&language_root, block->type.text));
    if (r)
        decode_declare(d, &d->module->resources, r->key, r, r->header,
                       r->mode == ADDR_DATA ? _("data source") : _("resource"), resource_place);
}

void decode_resource(struct decode *d, const struct block *block)
{
    declare(d, block);
}

void decode_data(struct decode *d, const struct block *block)
{
    declare(d, block);
}

static struct span check_place(const void *object)
{
    return ((const struct config_check *)object)->header;
}

/* It is one, and only read. */
static void check_single(struct decode *d, const struct block *block, struct config_resource *r)
{
    static const char *const names[] = {"count", "for_each"};
    for (size_t i = 0; i < 2; i++) {
        const struct attribute *a = body_attribute(block->body, str_c(names[i]));
        if (a)
            diag_error(d->diags, a->name.span, _("Repeated data source in a check"),
                       _("A data source inside a check block takes neither count nor for_each: move it out of the "
                         "check, or write a check for each."));
    }
    r->count = r->for_each = NULL; /* told */
    if (r->lifecycle->header.file)
        diag_error(d->diags, r->lifecycle->header, _("Unsupported block type"),
                   _("A data source inside a check block has no lifecycle: what must hold is said by the check's "
                     "asserts."));
}

static void check_data(struct decode *d, const struct block *block, struct config_check *check)
{
    const struct block *data = decode_single(d, block->body, "data");
    const struct language_block *row = language_block(decode_row("check"), STR("data"));
    struct config_resource *r = data ? decode_object(d, data, row) : NULL;
    if (!r)
        return;
    check_single(d, data, r);
    r->check = check;
    check->data = r;
    decode_declare(d, &d->module->resources, r->key, r, r->header, _("data source"), resource_place);
}

void decode_check(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("check");
    decode_shape(d, block->body, row);
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    struct config_check *check = ARENA_NEW(d->arena, struct config_check);
    check->name = (struct name){block->labels[0].text, block->labels[0].span};
    check->header = block->header_span;
    check->asserts = decode_conditions(d, block->body, row, "assert");
    if (!check->asserts.n)
        diag_error(d->diags, block->header_span, _("Check without asserts"),
                   _("A check block needs at least one assert { condition = …, error_message = … }."));
    check_data(d, block, check);
    decode_declare(d, &d->module->checks, check->name.text, check, check->header, _("check"), check_place);
}
