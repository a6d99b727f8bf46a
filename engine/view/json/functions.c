#include "view/json/functions.h"
#include "schema/schema.h"

static void parameter(struct writer *w, const struct func_param *param)
{
    writer_open(w, '{');
    writer_field_c(w, "name", param->name);
    if (param->doc)
        writer_field_c(w, "description", param->doc);
    if (param->flags & PARAM_NULL)
        writer_field_bool(w, "is_nullable", true);
    writer_key(w, "type");
    writer_type(w, schema_type_parse(str_c(param->type)));
    writer_close(w, '}');
}

void json_signature(struct writer *w, const struct func *func)
{
    ARENA_AUTO arena = arena_new();
    size_t n = func_count_params(func);
    writer_open(w, '{');
    if (func->doc)
        writer_field_c(w, "description", func->doc);
    writer_key(w, "return_type");
    writer_type(w, func_result_type(arena, func));
    if (n) {
        writer_key(w, "parameters");
        writer_open(w, '[');
        for (size_t i = 0; i < n; i++)
            parameter(w, &func->params[i]);
        writer_close(w, ']');
    }
    if (func->rest) {
        writer_key(w, "variadic_parameter");
        parameter(w, func->rest);
    }
    writer_close(w, '}');
}

void json_functions(struct strbuf *out, const struct func_table *table)
{
    ARENA_AUTO arena = arena_new();
    size_t n;
    const struct func *const *sorted = func_sorted(arena, table, &n);
    struct writer w = writer_to(out);
    writer_open(&w, '{');
    writer_field_c(&w, "format_version", "1.0");
    writer_key(&w, "function_signatures");
    writer_open(&w, '{');
    for (size_t i = 0; i < 2 * n; i++) {
        const char *prefix = i < n ? "" : "core::";
        if (*prefix && str_starts(str_c(sorted[i % n]->name), STR("provider::")))
            continue;
        writer_key_str(&w, arena_printf(arena, "%s%s", prefix, sorted[i % n]->name));
        json_signature(&w, sorted[i % n]);
    }
    writer_close(&w, '}');
    writer_close(&w, '}');
    strbuf_addc(out, '\n');
}
