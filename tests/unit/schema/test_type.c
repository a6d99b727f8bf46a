#include "schema/schema.h"
#include <criterion/criterion.h>

Test(type, reads_what_type_print_writes)
{
    static const char *const same[] = {
        "string",
        "number",
        "bool",
        "any",
        "list(string)",
        "set(number)",
        "map(list(any))",
        "tuple([string, number])",
        "tuple([])",
        "object({})",
        "list(object({a=string, b=optional(number)}))",
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        const struct type *type = schema_type_parse(str_c(same[i]));
        cr_assert_not_null(type, "%s", same[i]);
        STRBUF_AUTO text = STRBUF_INIT(1000);
        type_print(&text, type);
        cr_assert_eq(schema_type_parse(strbuf_str(&text)), type, "%s -> %.*s", same[i], STR_ARG(strbuf_str(&text)));
    }
    cr_assert_eq(schema_type_parse(STR(" list ( string ) ")), type_list(type_string));
    cr_assert_eq(schema_type_parse(STR("object({b: string\n a: any})")),
                 schema_type_parse(STR("object({a=any,b=string})")));
}

Test(type, refuses_what_is_not_a_type)
{
    static const char *const wrong[] = {
        "",
        "strin",
        "list",
        "list(",
        "list()",
        "list(string",
        "list(string))",
        "list(string, number)",
        "object({a})",
        "object({a=string,a=number})",
        "object({a=optional(string)",
        "tuple(string)",
        "optional(string)",
        "tuple([string number])",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_assert_null(schema_type_parse(str_c(wrong[i])), "%s", wrong[i]);
}

Test(type, caps_nesting)
{
    STRBUF_AUTO text = STRBUF_INIT(STRBUF_MAX);
    for (int i = 0; i < 100000; i++)
        strbuf_lit(&text, "list(");
    cr_assert_null(schema_type_parse(strbuf_str(&text)));
}
