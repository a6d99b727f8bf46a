/* variable: variable, locals and output blocks. */
#include "config/decode.h"

/* They are arguments of module blocks, so a module could not be given such a variable. */
static const char *const reserved_variables[] = {"source", "version",    "providers", "count", "for_each",
                                                 "locals", "depends_on", "lifecycle", NULL};

static bool variable_name(struct decode *d, const struct block *block)
{
    const struct label *label = &block->labels[0];
    if (!names_have(reserved_variables, label->text))
        return decode_name(d, label);
    diag_error(d->diags, label->span, _("Reserved variable name"),
               _("\"%.*s\" is an argument of module blocks, so a variable cannot have this name: choose another."),
               STR_ARG(label->text));
    return false;
}

static void say_mismatch(struct decode *d, const struct config_variable *v, struct path where, struct str why)
{
    STRBUF_AUTO path = STRBUF_INIT(STRBUF_MAX);
    path_print(&path, where);
    STRBUF_AUTO type = STRBUF_INIT(STRBUF_MAX);
    type_print(&type, v->type);
    diag_error(d->diags, v->default_expr->span, _("Invalid default value"),
               _("The default of var.%.*s does not fit its type %.*s: default%.*s: %.*s."), STR_ARG(v->name.text),
               STR_ARG(strbuf_str(&type)), STR_ARG(strbuf_str(&path)), STR_ARG(why));
}

static void variable_default(struct decode *d, struct config_variable *v)
{
    struct value value, out;
    struct path where = {0};
    STRBUF_AUTO why = STRBUF_INIT(STRBUF_MAX);
    if (!v->default_expr || !decode_constant(d, v->default_expr, type_dynamic, _("The default of a variable"), &value))
        return;
    if (value_is_null(value) && !v->nullable) {
        diag_error(d->diags, v->default_expr->span, _("Invalid default value"),
                   _("var.%.*s has nullable = false, so its default cannot be null."), STR_ARG(v->name.text));
        return;
    }
    if (v->defaults)
        value = convert_defaults(d->arena, value, v->defaults);
    if (convert(d->arena, value, v->type, &out, &where, &why))
        v->default_value = out;
    else
        say_mismatch(d, v, where, strbuf_str(&why));
}

static void variable_type(struct decode *d, struct config_variable *v)
{
    const struct type *type =
        v->type_expr ? config_type_parse(d->arena, d->sources, v->type_expr, &v->defaults, d->diags) : NULL;
    v->type = type ? type : type_dynamic;
}

static struct span variable_place(const void *object)
{
    return ((const struct config_variable *)object)->header;
}

void decode_variable(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("variable");
    decode_shape(d, block->body, row);
    if (!decode_labels(d, block, row) || !variable_name(d, block))
        return;
    const struct body *body = block->body;
    struct config_variable *v = ARENA_NEW(d->arena, struct config_variable);
    v->name = (struct name){block->labels[0].text, block->labels[0].span};
    v->header = block->header_span;
    v->type_expr = decode_expr(body, "type");
    v->default_expr = decode_expr(body, "default");
    v->description = decode_text(d, body, "description");
    v->deprecated = decode_text(d, body, "deprecated");
    v->sensitive = decode_bool(d, body, "sensitive", false);
    v->ephemeral = decode_bool(d, body, "ephemeral", false);
    v->nullable = decode_bool(d, body, "nullable", true);
    v->validations = decode_conditions(d, body, row, "validation");
    variable_type(d, v);
    variable_default(d, v);
    decode_declare(d, &d->module->variables, v->name.text, v, v->header, _("variable"), variable_place);
}

static struct span local_place(const void *object)
{
    return ((const struct config_local *)object)->name.span;
}

static void decode_local(struct decode *d, const struct attribute *attribute)
{
    struct config_local *local = ARENA_NEW(d->arena, struct config_local);
    *local = (struct config_local){attribute->name, attribute->expr};
    decode_declare(d, &d->module->locals, local->name.text, local, local->name.span, _("local value"), local_place);
}

void decode_locals(struct decode *d, const struct block *block)
{
    if (!decode_labels(d, block, decode_row("locals")))
        return;
    for (size_t i = 0; i < block->body->n_items; i++) {
        const struct body_item *item = &block->body->items[i];
        if (item->attribute)
            decode_local(d, item->attribute);
        else
            diag_error(d->diags, item->block->header_span, _("Unsupported block type"),
                       _("A locals block holds arguments only: %.*s = { … }."), STR_ARG(item->block->type.text));
    }
}

static struct span output_place(const void *object)
{
    return ((const struct config_output *)object)->header;
}

void decode_output(struct decode *d, const struct block *block)
{
    const struct language_block *row = decode_row("output");
    decode_shape(d, block->body, row);
    if (!decode_labels(d, block, row) || !decode_name(d, &block->labels[0]))
        return;
    const struct body *body = block->body;
    struct config_output *o = ARENA_NEW(d->arena, struct config_output);
    o->name = (struct name){block->labels[0].text, block->labels[0].span};
    o->header = block->header_span;
    o->value = decode_required(d, block, "value");
    o->description = decode_text(d, body, "description");
    o->deprecated = decode_text(d, body, "deprecated");
    o->sensitive = decode_bool(d, body, "sensitive", false);
    o->ephemeral = decode_bool(d, body, "ephemeral", false);
    o->depends_on = decode_depends_on(d, body);
    o->preconditions = decode_conditions(d, body, row, "precondition");
    if (o->value)
        decode_declare(d, &d->module->outputs, o->name.text, o, o->header, _("output"), output_place);
}
