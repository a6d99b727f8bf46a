#include "value/print.h"
#include "value/type.h"

/* How the types are called: in messages for people, and as type constraints are written. */

struct str type_friendly(struct arena *arena, const struct type *type)
{
    static const char *const plain[] = {
        [TYPE_DYNAMIC] = "any type", [TYPE_BOOL] = "bool",   [TYPE_NUMBER] = "number",
        [TYPE_STRING] = "string",    [TYPE_TUPLE] = "tuple", [TYPE_OBJECT] = "object",
    };
    static const char *const collection[] = {[TYPE_LIST] = "list", [TYPE_SET] = "set", [TYPE_MAP] = "map"};
    if (!type->elem)
        return str_c(plain[type->kind]);
    if (type->elem == type_dynamic)
        return arena_printf(arena, "%s of any single type", collection[type->kind]);
    struct str elem = type_friendly(arena, type->elem);
    return arena_printf(arena, "%s of %.*s", collection[type->kind], STR_ARG(elem));
}

static void print_attribute(struct strbuf *out, const struct type *object, uint32_t i)
{
    if (print_is_identifier(object->names[i]))
        strbuf_add(out, object->names[i]);
    else
        print_quoted(out, object->names[i]);
    strbuf_addc(out, '=');
    bool optional = object->optional && object->optional[i];
    if (optional)
        strbuf_lit(out, "optional(");
    type_print(out, object->items[i]);
    if (optional)
        strbuf_addc(out, ')');
}

static void print_object(struct strbuf *out, const struct type *type)
{
    strbuf_lit(out, "object({");
    for (uint32_t i = 0; i < type->n; i++) {
        if (i)
            strbuf_lit(out, ", ");
        print_attribute(out, type, i);
    }
    strbuf_lit(out, "})");
}

static void print_tuple(struct strbuf *out, const struct type *type)
{
    strbuf_lit(out, "tuple([");
    for (uint32_t i = 0; i < type->n; i++) {
        if (i)
            strbuf_lit(out, ", ");
        type_print(out, type->items[i]);
    }
    strbuf_lit(out, "])");
}

void type_print(struct strbuf *out, const struct type *type)
{
    static const char *const word[] = {
        [TYPE_DYNAMIC] = "any", [TYPE_BOOL] = "bool", [TYPE_NUMBER] = "number", [TYPE_STRING] = "string",
        [TYPE_LIST] = "list(",  [TYPE_SET] = "set(",  [TYPE_MAP] = "map(",
    };
    if (type->kind == TYPE_OBJECT) {
        print_object(out, type);
    } else if (type->kind == TYPE_TUPLE) {
        print_tuple(out, type);
    } else {
        strbuf_add(out, str_c(word[type->kind]));
        if (type->elem) {
            type_print(out, type->elem);
            strbuf_addc(out, ')');
        }
    }
}
