#include "schema/schema.h"
#include "value/json.h"
#include "value/walk.h"
#include <criterion/criterion.h>

/* name, secret (sensitive), port; blocks rule { cidr, token (sensitive) }, labels "x" { v } */
static const struct schema *sample(struct arena *arena)
{
    struct schema_attr rule[] = {
        {.name = STR("token"), .type = type_string, .flags = SCHEMA_OPTIONAL | SCHEMA_SENSITIVE},
        {.name = STR("cidr"), .type = type_string, .flags = SCHEMA_REQUIRED}};
    struct schema_attr label[] = {{.name = STR("v"), .type = type_string, .flags = SCHEMA_OPTIONAL}};
    struct schema_nested nested[] = {
        {.name = STR("rule"), .nesting = NESTING_LIST, .schema = schema_make(arena, rule, 2, NULL, 0, STR(""))},
        {.name = STR("labels"), .nesting = NESTING_MAP, .schema = schema_make(arena, label, 1, NULL, 0, STR(""))},
        {.name = STR("one"), .nesting = NESTING_SINGLE, .schema = schema_make(arena, label, 1, NULL, 0, STR(""))}};
    struct schema_attr attrs[] = {
        {.name = STR("secret"), .type = type_string, .flags = SCHEMA_OPTIONAL | SCHEMA_SENSITIVE},
        {.name = STR("name"), .type = type_string, .flags = SCHEMA_REQUIRED},
        {.name = STR("port"), .type = type_number, .flags = SCHEMA_OPTIONAL}};
    return schema_make(arena, attrs, 3, nested, 3, STR("A sample."));
}

Test(schema, sorts_and_finds)
{
    ARENA_AUTO arena = arena_new();
    const struct schema *schema = sample(arena);
    cr_assert(str_is(schema->attrs[0].name, "name"));
    cr_assert_eq(schema_attr(schema, STR("port"))->type, type_number);
    cr_assert_null(schema_attr(schema, STR("rule")));
    cr_assert_eq(schema_nested(schema, STR("rule"))->nesting, NESTING_LIST);
    cr_assert_null(schema_nested(schema, STR("name")));
    cr_assert(str_is(schema_near(schema, STR("prot")), "port"));
    cr_assert(str_is(schema_near(schema, STR("rules")), "rule"));
    cr_assert_eq(schema_near(schema, STR("zzzzzz")).n, 0);
    cr_assert(schema->has_sensitive);
}

Test(schema, implies_the_type_of_a_block)
{
    ARENA_AUTO arena = arena_new();
    const struct type *want =
        schema_type_parse(STR("object({labels=map(object({v=string})),name=string,one=object({v=string}),"
                              "port=number,rule=list(object({cidr=string,token=string})),secret=string})"));
    cr_assert_not_null(want);
    cr_assert_eq(sample(arena)->implied, want);
}

static struct value json(struct arena *arena, const char *text)
{
    struct value v;
    struct json_error error;
    cr_assert(json_read(arena, str_c(text), &v, &error), "%s", text);
    return v;
}

Test(schema, conforms_older_objects)
{
    ARENA_AUTO arena = arena_new();
    struct value v = json(
                     arena,
                     "{\"name\":\"n\",\"gone\":1,\"port\":\"80\",\"rule\":[{\"cidr\":\"c\"}],\"labels\":{\"k\":{}}}"),
                 out;
    struct path where = {0};
    STRBUF_AUTO why = STRBUF_INIT(1000);
    cr_assert(schema_conform(arena, sample(arena), v, &out, &where, &why), "%.*s", STR_ARG(strbuf_str(&why)));
    STRBUF_AUTO got = STRBUF_INIT(1000);
    json_write(&got, out, JSON_COMPACT);
    struct str want = STR("{\"labels\":{\"k\":{\"v\":null}},\"name\":\"n\",\"one\":null,\"port\":80,"
                          "\"rule\":[{\"cidr\":\"c\",\"token\":null}],\"secret\":null}");
    cr_assert(str_eq(strbuf_str(&got), want), "%.*s", STR_ARG(strbuf_str(&got)));
    cr_assert_eq(out.type, sample(arena)->implied);
}

Test(schema, says_what_does_not_conform)
{
    ARENA_AUTO arena = arena_new();
    static const struct {
        const char *json, *where;
    } cases[] = {{"{\"port\":\"x\"}", ".port"},
                 {"{\"rule\":[{},{\"cidr\":[1]}]}", ".rule[1].cidr"},
                 {"{\"rule\":\"x\"}", ".rule"},
                 {"3", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value out;
        struct path where = {0};
        STRBUF_AUTO why = STRBUF_INIT(1000);
        cr_assert_not(schema_conform(arena, sample(arena), json(arena, cases[i].json), &out, &where, &why), "%s",
                      cases[i].json);
        STRBUF_AUTO text = STRBUF_INIT(1000);
        path_print(&text, where);
        cr_assert(str_eq(strbuf_str(&text), str_c(cases[i].where)), "%s: %.*s", cases[i].json,
                  STR_ARG(strbuf_str(&text)));
        cr_assert_gt(why.n, 0);
    }
}

Test(schema, marks_sensitive_leaves)
{
    ARENA_AUTO arena = arena_new();
    const struct schema *schema = sample(arena);
    struct value v = json(arena, "{\"name\":\"n\",\"secret\":\"s\",\"rule\":[{\"cidr\":\"c\",\"token\":\"t\"}]}");
    cr_assert(schema_conform(arena, schema, v, &v, NULL, NULL));
    v = schema_mark_sensitive(arena, schema, v);
    cr_assert_eq(value_attr(v, STR("name")).deep & DEEP_SENSITIVE, 0);
    cr_assert_eq(value_attr(v, STR("secret")).marks, MARK_SENSITIVE);
    struct value rule = value_attr(v, STR("rule")).u.items[0];
    cr_assert_eq(value_attr(rule, STR("token")).marks, MARK_SENSITIVE);
    cr_assert_eq(value_attr(rule, STR("cidr")).marks, 0);
    cr_assert_eq(rule.marks, 0);
}
