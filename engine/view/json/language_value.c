/* Values and arguments of the language, as a JSON schema. */
#include "view/json/language_private.h"

#define TEMPLATE "\\$\\{|%\\{" /* a string that holds one may be of any type */

/* -- pieces -- */

void language_kinds(struct writer *w, const char *const *names)
{
    writer_key(w, "type");
    writer_open(w, '[');
    for (; *names; names++)
        writer_c(w, *names);
    writer_close(w, ']');
}

/* "$ref": the definition of that name. */
static void language_ref(struct language *l, const char *name)
{
    writer_field_str(&l->w, "$ref", arena_printf(l->arena, "#/$defs/%s", name));
}

void language_field_ref(struct language *l, const char *key, const char *name)
{
    writer_key(&l->w, key);
    writer_open(&l->w, '{');
    language_ref(l, name);
    writer_close(&l->w, '}');
}

void language_description(struct writer *w, struct str doc)
{
    if (doc.n)
        writer_field_str(w, "description", doc);
}

/* Begins a definition of that name. */
void language_begin(struct language *l, const char *name)
{
    writer_key(&l->w, name);
    writer_open(&l->w, '{');
}

void language_end(struct language *l)
{
    writer_close(&l->w, '}');
}

/* -- values -- */

static void field_value(struct language *l, const char *key, const struct type *type)
{
    writer_key(&l->w, key);
    writer_open(&l->w, '{');
    language_value(l, type);
    writer_close(&l->w, '}');
}

static void sequence_fields(struct language *l, const struct type *type)
{
    KINDS(&l->w, "array", "string", "null");
    if (type->kind != TYPE_TUPLE) {
        field_value(l, "items", type->elem);
        return;
    }
    writer_key(&l->w, "prefixItems");
    writer_open(&l->w, '[');
    for (uint32_t i = 0; i < type->n; i++) {
        writer_open(&l->w, '{');
        language_value(l, type->items[i]);
        writer_close(&l->w, '}');
    }
    writer_close(&l->w, ']');
}

/* Attributes that are required are not: keys are templates, too. */
static void keyed_fields(struct language *l, const struct type *type)
{
    KINDS(&l->w, "object", "string", "null");
    if (type->kind == TYPE_MAP) {
        field_value(l, "additionalProperties", type->elem);
        return;
    }
    writer_key(&l->w, "properties");
    writer_open(&l->w, '{');
    for (uint32_t i = 0; i < type->n; i++)
        field_value(l, arena_str(l->arena, type->names[i]).p, type->items[i]);
    writer_close(&l->w, '}');
}

/* What an expression of the type may look like. */
void language_value(struct language *l, const struct type *type)
{
    if (type == type_dynamic)
        return;
    if (type == type_string || type == type_number || type == type_bool) {
        language_ref(l, type == type_string ? "string" : type == type_number ? "number" : "bool");
        return;
    }
    if (type_is_keyed(type))
        keyed_fields(l, type);
    else
        sequence_fields(l, type);
    writer_field_c(&l->w, "pattern", TEMPLATE);
}

/* The definitions that values are made of. */
void language_define_values(struct language *l)
{
    static const struct {
        const char *name, *pattern;
    } strings[] = {{"name", "^[^\\s\\d.\"'(){}\\[\\]$-][^\\s.\"'(){}\\[\\]$]*$"},
                   {"reference", "^[^\\s\\d.\"'(){}\\[\\]$-][^\\s]*$"},
                   {"type", "^\\s*[a-z]+"}};
    language_begin(l, "string");
    KINDS(&l->w, "string", "number", "boolean", "null");
    language_end(l);
    language_begin(l, "number");
    KINDS(&l->w, "number", "string", "null");
    writer_field_c(&l->w, "pattern", "^-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?$|" TEMPLATE);
    language_end(l);
    language_begin(l, "bool");
    KINDS(&l->w, "boolean", "string", "null");
    writer_field_c(&l->w, "pattern", "^(true|false|1|0)$|" TEMPLATE);
    language_end(l);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        language_begin(l, strings[i].name);
        writer_field_c(&l->w, "type", "string");
        writer_field_c(&l->w, "pattern", strings[i].pattern);
        language_end(l);
    }
    language_begin(l, "references");
    writer_field_c(&l->w, "type", "array");
    language_field_ref(l, "items", "reference");
    language_end(l);
}

/* -- arguments of the language -- */

static void constant_fields(struct language *l, const struct type *type)
{
    language_value(l, type);
    if (type == type_dynamic)
        return;
    writer_key(&l->w, "not");
    writer_open(&l->w, '{');
    writer_field_c(&l->w, "type", "string");
    writer_field_c(&l->w, "pattern", "(^|[^$])\\$\\{|(^|[^%])%\\{");
    writer_close(&l->w, '}');
}

static void ignore_fields(struct language *l)
{
    KINDS(&l->w, "array", "string");
    language_field_ref(l, "items", "reference");
    writer_field_c(&l->w, "pattern", "^all$");
}

static void providers_fields(struct language *l)
{
    writer_field_c(&l->w, "type", "object");
    language_field_ref(l, "additionalProperties", "reference");
}

static void argument(struct language *l, const struct language_argument *a)
{
    const struct type *type = a->type ? schema_type_parse(str_c(a->type)) : NULL;
    language_begin(l, a->name);
    language_description(&l->w, str_c(a->doc));
    switch (a->kind) {
    case LANGUAGE_EXPR:
        language_value(l, type);
        break;
    case LANGUAGE_CONSTANT:
        constant_fields(l, type);
        break;
    case LANGUAGE_TYPE:
        language_ref(l, "type");
        break;
    case LANGUAGE_NAME:
        language_ref(l, "name");
        break;
    case LANGUAGE_REF:
        language_ref(l, "reference");
        break;
    case LANGUAGE_REFS:
        language_ref(l, "references");
        break;
    case LANGUAGE_IGNORE:
        ignore_fields(l);
        break;
    case LANGUAGE_PROVIDERS:
        providers_fields(l);
        break;
    }
    language_end(l);
}

void language_arguments(struct language *l, const struct language_block *block)
{
    for (const struct language_argument *a = block->arguments; a && a->name; a++)
        if (!a->foreign)
            argument(l, a);
}

void language_required(struct language *l, const struct language_block *block)
{
    for (const struct language_argument *a = block->arguments; a && a->name; a++)
        if (a->required)
            writer_c(&l->w, a->name);
}
