/* provider::detour::…: files of variables, and expressions, as text and back. */
#include "functions.h"

#include <string.h>

static bool is_name(struct detour_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
        if (!letter && (!i || ((c < '0' || c > '9') && c != '-')))
            return false;
    }
    return s.n > 0;
}

static const detour_value *encode_vars(const struct detour_host *host, detour_call *call,
                                       const detour_value *const *args, size_t n)
{
    (void)n;
    enum detour_kind kind = host->kind(args[0]);
    if (kind != DETOUR_OBJECT && kind != DETOUR_MAP) {
        host->fail(call, 0, NULL, "Not an object",
                   "an object is required, whose attributes become the variables of the file");
        return NULL;
    }
    for (size_t i = 0; i < host->length(args[0]); i++) {
        struct detour_str name = host->key_at(args[0], i);
        if (is_name(name))
            continue;
        host->fail(call, 0, NULL, "Not a variable", "\"%.*s\" cannot be the name of a variable", (int)name.n, name.p);
        return NULL;
    }
    return host->make_string(call, host->to_hcl_body(call, args[0]));
}

static const detour_value *decode_vars(const struct detour_host *host, detour_call *call,
                                       const detour_value *const *args, size_t n)
{
    (void)n;
    return host->from_hcl_body(call, host->string(args[0]));
}

static const detour_value *encode_expr(const struct detour_host *host, detour_call *call,
                                       const detour_value *const *args, size_t n)
{
    (void)n;
    return host->make_string(call, host->to_hcl(call, args[0]));
}

const struct detour_function detour_data_functions[] = {
    {
        .name = "decode_vars",
        .parameters = (const struct detour_parameter[]){{"text", "string", 0,
                                                         "What a file of variables holds: arguments whose values "
                                                         "refer to nothing and call nothing."},
                                                        {0}},
        .result = "any",
        .call = decode_vars,
        .doc = "The variables that the text of a *.vars.hcl file sets, as an object.",
        .example = "provider::detour::decode_vars(\"size = 3\\nnames = [\\\"a\\\", \\\"b\\\"]\\n\").size",
    },
    {
        .name = "encode_expr",
        .parameters = (const struct detour_parameter[]){{"value", "any", DETOUR_PARAM_NULL, "Any value."}, {0}},
        .result = "string",
        .call = encode_expr,
        .doc = "The value as an expression of the language, formatted as \"detour fmt\" has it.",
        .example = "provider::detour::encode_expr({ ports = [80, 443] })",
    },
    {
        .name = "encode_vars",
        .parameters =
            (const struct detour_parameter[]){
                {"variables", "any", 0, "An object or map; each of its attributes becomes a variable."}, {0}},
        .result = "string",
        .call = encode_vars,
        .doc = "The text of a *.vars.hcl file that sets these variables.",
        .example = "provider::detour::encode_vars({ size = 3, names = [\"a\", \"b\"] })",
    },
    {0},
};
