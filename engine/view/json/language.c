#include "view/json/language.h"
#include "view/json/language_private.h"

/* -- what stands in a body -- */

static bool is_settable(const struct schema_attr *attr)
{
    return (attr->flags & (SCHEMA_REQUIRED | SCHEMA_OPTIONAL)) != 0;
}

static void schema_properties(struct language *l, const struct schema *schema, const char *name)
{
    for (size_t i = 0; i < schema->n_attrs; i++) {
        const struct schema_attr *attr = &schema->attrs[i];
        if (!is_settable(attr))
            continue;
        language_begin(l, arena_str(l->arena, attr->name).p);
        language_description(&l->w, attr->doc);
        language_value(l, attr->type);
        language_end(l);
    }
    for (size_t i = 0; i < schema->n_nested; i++) {
        struct str nested = schema->nested[i].name;
        language_field_ref(l, arena_str(l->arena, nested).p,
                           arena_printf(l->arena, "%s.%.*s", name, STR_ARG(nested)).p);
    }
    if (schema->n_nested)
        language_field_ref(l, "dynamic", arena_printf(l->arena, "%s.dynamic", name).p);
}

static void schema_required(struct language *l, const struct schema *schema)
{
    for (size_t i = 0; i < schema->n_attrs; i++)
        if (schema->attrs[i].flags & SCHEMA_REQUIRED)
            writer_str(&l->w, schema->attrs[i].name);
}

/* One block, or an array of them: `name` is the definition that this is. */
static void body_begin(struct language *l, const char *name, struct str doc, bool single, uint32_t max)
{
    language_begin(l, name);
    language_description(&l->w, doc);
    KINDS(&l->w, "object", "array", "null");
    language_field_ref(l, "items", name);
    if (single || max)
        writer_field_int(&l->w, "maxItems", single ? 1 : max);
    writer_key(&l->w, "properties");
    writer_open(&l->w, '{');
    writer_key(&l->w, "//");
    writer_bool(&l->w, true);
}

/* Between the properties and the names of those that are required. */
static void body_required(struct language *l, bool open)
{
    writer_close(&l->w, '}');
    if (!open)
        writer_field_bool(&l->w, "additionalProperties", false);
    writer_key(&l->w, "required");
    writer_open(&l->w, '[');
}

static void body_end(struct language *l)
{
    writer_close(&l->w, ']');
    language_end(l);
}

/* A level of labels that may be any name. */
static void define_label(struct language *l, const char *name, const char *below, struct str doc)
{
    language_begin(l, name);
    language_description(&l->w, doc);
    KINDS(&l->w, "object", "array");
    language_field_ref(l, "items", name);
    language_field_ref(l, "propertyNames", "name");
    language_field_ref(l, "additionalProperties", below);
    language_end(l);
}

/* -- blocks of schemas -- */

static void define_schema(struct language *l, const char *name, const char *in, const struct language_block *block,
                          const struct schema *schema, uint32_t max);

/* dynamic "…" { for_each, content }: one property for each type of nested block. */
static void define_dynamic(struct language *l, const char *name, const struct schema *schema)
{
    const char *all = arena_printf(l->arena, "%s.dynamic", name).p;
    language_begin(l, all);
    language_description(&l->w, str_c(language_dynamic.doc));
    KINDS(&l->w, "object", "array");
    language_field_ref(l, "items", all);
    writer_field_bool(&l->w, "additionalProperties", false);
    writer_key(&l->w, "properties");
    writer_open(&l->w, '{');
    for (size_t i = 0; i < schema->n_nested; i++) {
        struct str nested = schema->nested[i].name;
        language_field_ref(l, arena_str(l->arena, nested).p, arena_printf(l->arena, "%s.%.*s", all, STR_ARG(nested)).p);
    }
    writer_close(&l->w, '}');
    language_end(l);
    for (size_t i = 0; i < schema->n_nested; i++) {
        struct str nested = schema->nested[i].name;
        body_begin(l, arena_printf(l->arena, "%s.%.*s", all, STR_ARG(nested)).p, str_c(language_dynamic.doc), false, 0);
        language_arguments(l, &language_dynamic);
        language_field_ref(l, "content", arena_printf(l->arena, "%s.%.*s", name, STR_ARG(nested)).p);
        body_required(l, false);
        language_required(l, &language_dynamic);
        writer_c(&l->w, "content");
        body_end(l);
    }
}

static void define_nested(struct language *l, const char *name, const struct schema_nested *nested)
{
    const char *own = arena_printf(l->arena, "%s.%.*s", name, STR_ARG(nested->name)).p;
    if (nested->nesting != NESTING_MAP) {
        define_schema(l, own, NULL, NULL, nested->schema, nested->nesting == NESTING_SINGLE ? 1 : nested->max);
        return;
    }
    const char *body = arena_printf(l->arena, "%s.body", own).p;
    define_label(l, own, body, nested->schema->doc);
    define_schema(l, body, NULL, NULL, nested->schema, 0);
}

static const char *nested_name(struct language *l, const char *in, const struct language_block *block)
{
    return arena_printf(l->arena, "%s.%s", in, block->type).p;
}

static void block_properties(struct language *l, const char *name, const struct language_block *block)
{
    for (size_t i = 0; block->blocks && block->blocks[i]; i++)
        if (!block->blocks[i]->foreign)
            language_field_ref(l, block->blocks[i]->type,
                               *name ? nested_name(l, name, block->blocks[i]) : block->blocks[i]->type);
}

/* A body that holds what the block of the language (NULL: none), which is defined as `in`, and the schema say. */
static void define_schema(struct language *l, const char *name, const char *in, const struct language_block *block,
                          const struct schema *schema, uint32_t max)
{
    body_begin(l, name, schema->doc, false, max);
    if (block)
        language_arguments(l, block);
    if (block)
        block_properties(l, in, block);
    schema_properties(l, schema, name);
    body_required(l, false);
    schema_required(l, schema);
    body_end(l);
    if (schema->n_nested)
        define_dynamic(l, name, schema);
    for (size_t i = 0; i < schema->n_nested; i++)
        define_nested(l, name, &schema->nested[i]);
}

/* -- blocks of the language -- */

static void define_block(struct language *l, const char *name, const struct language_block *block);

static void define_blocks_in(struct language *l, const char *name, const struct language_block *block)
{
    for (size_t i = 0; block->blocks && block->blocks[i]; i++)
        if (!block->blocks[i]->foreign)
            define_block(l, *name ? nested_name(l, name, block->blocks[i]) : block->blocks[i]->type, block->blocks[i]);
}

/* The types that may stand as the first label of the block: those of data sources, resources, or providers. */
typedef void visit_type(struct language *l, const char *name, const struct language_block *block, struct str type,
                        const struct schema *schema);

static void each_type(struct language *l, const char *name, const struct language_block *block, visit_type *visit)
{
    enum addr_mode mode = strcmp(block->type, "data") == 0 ? ADDR_DATA : ADDR_MANAGED;
    for (size_t i = 0; i < registry_count(l->registry); i++) {
        const struct detour_provider *provider = registry_at(l->registry, i);
        if (strcmp(block->type, "provider") == 0) {
            visit(l, name, block, str_c(provider->name), registry_config_schema(l->registry, provider));
            continue;
        }
        for (const struct detour_type *abi = provider->types; abi && abi->name; abi++)
            if (((abi->flags & DETOUR_DATA) != 0) == (mode == ADDR_DATA))
                visit(l, name, block, str_c(abi->name), registry_type(l->registry, mode, str_c(abi->name))->schema);
    }
}

static const char *type_name(struct language *l, const char *name, struct str type)
{
    return arena_printf(l->arena, "%s.%.*s", name, STR_ARG(type)).p;
}

static void type_property(struct language *l, const char *name, const struct language_block *block, struct str type,
                          const struct schema *schema)
{
    (void)block;
    (void)schema;
    language_field_ref(l, arena_str(l->arena, type).p, type_name(l, name, type));
}

static void define_type(struct language *l, const char *name, const struct language_block *block, struct str type,
                        const struct schema *schema)
{
    const char *own = type_name(l, name, type);
    if (!block->labels[1]) {
        define_schema(l, own, name, block, schema, 0);
        return;
    }
    const char *body = arena_printf(l->arena, "%s.body", own).p;
    define_label(l, own, body, schema->doc);
    define_schema(l, body, name, block, schema, 0);
}

/* resource, data, provider: a property for each type that there is. */
static void define_typed(struct language *l, const char *name, const struct language_block *block)
{
    language_begin(l, name);
    language_description(&l->w, str_c(block->doc));
    KINDS(&l->w, "object", "array");
    language_field_ref(l, "items", name);
    writer_field_bool(&l->w, "additionalProperties", false);
    writer_key(&l->w, "properties");
    writer_open(&l->w, '{');
    each_type(l, name, block, type_property);
    writer_close(&l->w, '}');
    language_end(l);
    each_type(l, name, block, define_type);
    define_blocks_in(l, name, block);
}

static void define_body(struct language *l, const char *name, const char *inner, const struct language_block *block)
{
    body_begin(l, name, str_c(block->doc), block->single, 0);
    language_arguments(l, block);
    block_properties(l, inner, block);
    body_required(l, block->rest == LANGUAGE_ARGUMENTS);
    language_required(l, block);
    body_end(l);
    define_blocks_in(l, inner, block);
}

static void define_block(struct language *l, const char *name, const struct language_block *block)
{
    if (block->rest == LANGUAGE_SCHEMA) {
        define_typed(l, name, block);
    } else if (block->labels) {
        const char *body = arena_printf(l->arena, "%s.body", name).p;
        define_label(l, name, body, str_c(block->doc));
        define_body(l, body, name, block);
    } else {
        define_body(l, name, name, block);
    }
}

void json_language(struct strbuf *out, struct registry *registry, enum language_file file)
{
    const struct language_block *root = file == LANGUAGE_TESTS ? &language_test : &language_root;
    ARENA_AUTO arena = arena_new();
    struct language l = {writer_to(out), arena, registry};
    struct writer *w = &l.w;
    writer_open(w, '{');
    writer_field_c(w, "$schema", "https://json-schema.org/draft/2020-12/schema");
    writer_field_c(w, "title",
                   file == LANGUAGE_TESTS ? "detour test file in JSON (*.test.hcl.json)"
                                          : "detour configuration in JSON (*.hcl.json)");
    KINDS(w, "object", "array");
    writer_key(w, "items");
    writer_open(w, '{');
    writer_field_c(w, "$ref", "#");
    writer_close(w, '}');
    writer_field_bool(w, "additionalProperties", false);
    writer_key(w, "properties");
    writer_open(w, '{');
    writer_key(w, "//");
    writer_bool(w, true);
    block_properties(&l, "", root);
    writer_close(w, '}');
    writer_key(w, "$defs");
    writer_open(w, '{');
    language_define_values(&l);
    define_blocks_in(&l, "", root);
    writer_close(w, '}');
    writer_close(w, '}');
    strbuf_addc(out, '\n');
}
