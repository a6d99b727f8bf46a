#include "view/json/schemas.h"
#include "provider/functions.h"
#include "view/json/functions.h"
#include "view/json/writer.h"

static void description(struct writer *w, struct str doc)
{
    if (doc.n)
        writer_field_str(w, "description", doc);
    writer_field_c(w, "description_kind", doc.n ? "markdown" : "plain");
}

static void attribute(struct writer *w, const struct schema_attr *attr)
{
    static const struct {
        unsigned flag;
        const char *key;
    } flags[] = {{SCHEMA_REQUIRED, "required"},
                 {SCHEMA_OPTIONAL, "optional"},
                 {SCHEMA_COMPUTED, "computed"},
                 {SCHEMA_SENSITIVE, "sensitive"},
                 {SCHEMA_WRITE_ONLY, "write_only"}};
    writer_key_str(w, attr->name);
    writer_open(w, '{');
    writer_key(w, "type");
    writer_type(w, attr->type);
    description(w, attr->doc);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (attr->flags & flags[i].flag)
            writer_field_bool(w, flags[i].key, true);
    if (attr->deprecated.n)
        writer_field_bool(w, "deprecated", true);
    writer_close(w, '}');
}

static void block(struct writer *w, const struct schema *schema);

static void nested_block(struct writer *w, const struct schema_nested *nested)
{
    static const char *const modes[] = {
        [NESTING_SINGLE] = "single", [NESTING_LIST] = "list", [NESTING_SET] = "set", [NESTING_MAP] = "map"};
    writer_key_str(w, nested->name);
    writer_open(w, '{');
    writer_field_c(w, "nesting_mode", modes[nested->nesting]);
    writer_key(w, "block");
    block(w, nested->schema);
    if (nested->min)
        writer_field_int(w, "min_items", nested->min);
    if (nested->max)
        writer_field_int(w, "max_items", nested->max);
    writer_close(w, '}');
}

static void block(struct writer *w, const struct schema *schema)
{
    writer_open(w, '{');
    if (schema->n_attrs) {
        writer_key(w, "attributes");
        writer_open(w, '{');
        for (size_t i = 0; i < schema->n_attrs; i++)
            attribute(w, &schema->attrs[i]);
        writer_close(w, '}');
    }
    if (schema->n_nested) {
        writer_key(w, "block_types");
        writer_open(w, '{');
        for (size_t i = 0; i < schema->n_nested; i++)
            nested_block(w, &schema->nested[i]);
        writer_close(w, '}');
    }
    description(w, schema->doc);
    writer_close(w, '}');
}

static void types(struct writer *w, struct registry *registry, const struct detour_provider *provider,
                  enum addr_mode mode)
{
    bool any = false;
    for (const struct detour_type *abi = provider->types; abi && abi->name; abi++) {
        if (((abi->flags & DETOUR_DATA) != 0) != (mode == ADDR_DATA))
            continue;
        if (!any) {
            writer_key(w, mode == ADDR_DATA ? "data_source_schemas" : "resource_schemas");
            writer_open(w, '{');
        }
        any = true;
        const struct schema *schema = registry_type(registry, mode, str_c(abi->name))->schema;
        writer_key_str(w, str_c(abi->name));
        writer_open(w, '{');
        writer_field_int(w, "version", schema->version);
        writer_key(w, "block");
        block(w, schema);
        writer_close(w, '}');
    }
    if (any)
        writer_close(w, '}');
}

static void functions(struct writer *w, struct registry *registry, const struct detour_provider *provider)
{
    const struct func *const *rows = provider_functions_of(registry, provider);
    if (!*rows)
        return;
    writer_key(w, "functions");
    writer_open(w, '{');
    for (; *rows; rows++) {
        writer_key(w, strrchr((*rows)->name, ':') + 1);
        json_signature(w, *rows);
    }
    writer_close(w, '}');
}

static void provider(struct writer *w, struct registry *registry, const struct detour_provider *provider)
{
    writer_key(w, provider->name);
    writer_open(w, '{');
    writer_key(w, "provider");
    writer_open(w, '{');
    writer_field_int(w, "version", 0);
    writer_key(w, "block");
    block(w, registry_config_schema(registry, provider));
    writer_close(w, '}');
    types(w, registry, provider, ADDR_MANAGED);
    types(w, registry, provider, ADDR_DATA);
    functions(w, registry, provider);
    writer_close(w, '}');
}

void json_provider_schemas(struct strbuf *out, struct registry *registry)
{
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.0");
    writer_key(&w, "provider_schemas");
    writer_open(&w, '{');
    for (size_t i = 0; i < registry_count(registry); i++)
        provider(&w, registry, registry_at(registry, i));
    writer_close(&w, '}');
    writer_close(&w, '}');
    strbuf_addc(out, '\n');
}
