#include "fixture.h"
#include "syntax/json.h"

/* -- a schema -- */

/* Name (required), size, id (computed), tags, one rule list, one limit, items by label. */
static const struct schema *nested_schema(struct arena *arena)
{
    const struct schema_attr attrs[] = {{.name = STR("port"), .type = type_number, .flags = SCHEMA_REQUIRED},
                                        {.name = STR("host"), .type = type_string, .flags = SCHEMA_OPTIONAL}};
    return schema_make(arena, attrs, 2, NULL, 0, STR(""));
}

static const struct schema *test_schema(struct arena *arena)
{
    const struct schema *inner = nested_schema(arena);
    const struct schema_attr attrs[] = {
        {.name = STR("name"), .type = type_string, .flags = SCHEMA_REQUIRED},
        {.name = STR("size"), .type = type_number, .flags = SCHEMA_OPTIONAL},
        {.name = STR("id"), .type = type_string, .flags = SCHEMA_COMPUTED},
        {.name = STR("tags"), .type = type_map(type_string), .flags = SCHEMA_OPTIONAL},
    };
    const struct schema_nested nested[] = {
        {.name = STR("rule"), .nesting = NESTING_LIST, .schema = inner, .max = 3},
        {.name = STR("limit"), .nesting = NESTING_SINGLE, .schema = inner},
        {.name = STR("item"), .nesting = NESTING_MAP, .schema = inner},
    };
    return schema_make(arena, attrs, 4, nested, 3, STR(""));
}

static struct value decode(struct fixture *f, const char *text)
{
    static const struct str skip[] = {STR_INIT("count"), STR_INIT("lifecycle")};
    uint32_t file = sources_add(f->sources, STR("t"), str_c(text));
    f->diags = DIAGS_INIT(f->arena);
    const struct body *body = parse_body(f->arena, &f->diags, f->sources, file);
    return eval_body(&f->eval, body, test_schema(f->arena), skip, 2);
}

Test(body, blocks_from_json)
{
    static const struct json_block root = {.type = NULL};
    struct fixture f;
    fixture_init(&f);
    f.diags = DIAGS_INIT(f.arena);
    uint32_t file =
        sources_add(f.sources, STR("t.hcl.json"),
                    STR("{\"name\": \"${str}\", \"limit\": {\"port\": 1}, \"rule\": [{\"port\": 1}, {\"port\": 2}],"
                        " \"item\": {\"x\": {\"port\": 3}}}"));
    const struct body *body = json_body(f.arena, &f.diags, f.sources, file, &root);
    const char *got = fixture_text(&f, eval_body(&f.eval, body, test_schema(f.arena), NULL, 0));
    cr_assert_not(f.diags.list.n, "%s", fixture_problem(&f));
    cr_assert_str_eq(got, "{id=null,item={x={host=null,port=3}},limit={host=null,port=1},name=\"hi\","
                          "rule=[{host=null,port=1},{host=null,port=2}],size=null,tags=null}");
    fixture_free(&f);
}

Test(body, values)
{
    static const struct fixture_case cases[] = {
        {"name = str\ncount = 3\nlifecycle {\n  x = 1\n}\n",
         "{id=null,item={},limit=null,name=\"hi\",rule=[],size=null,tags=null}"},
        {"name = \"a\"\nsize = \"7\"\ntags = { a = 1 }\nlimit {\n  port = 1\n}\n",
         "{id=null,item={},limit={host=null,port=1},name=\"a\",rule=[],size=7,tags={a=\"1\"}}"},
        {"name = \"a\"\nitem \"x\" {\n  port = 1\n}\nrule {\n  port = 1\n}\nrule {\n  port = 2\n}\n",
         "{id=null,item={x={host=null,port=1}},limit=null,name=\"a\",rule=[{host=null,port=1},{host=null,port=2}],"
         "size=null,tags=null}"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = list\n  content {\n    port = rule.key\n    host = "
         "rule.value\n  }\n}\n",
         "{id=null,item={},limit=null,name=\"a\",rule=[{host=\"x\",port=0},{host=\"y\",port=1}],size=null,tags=null}"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = map\n  iterator = it\n  content {\n    port = num\n    host = "
         "it.key\n  }\n}\n",
         "{id=null,item={},limit=null,name=\"a\",rule=[{host=\"a\",port=42},{host=\"b\",port=42}],size=null,tags="
         "null}"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = any\n  content {\n    port = rule.value\n  }\n}\n",
         "{id=null,item={},limit=null,name=\"a\",rule=?list(object({host=string, port=number})),size=null,tags=null}"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = [secret]\n  content {\n    port = 1\n    host = rule.value\n  "
         "}\n}\n",
         "{id=null,item={},limit=null,name=\"a\",rule=[{host=\"s3cr3t\"!,port=1}],size=null,tags=null}"},
        {"name = \"a\"\ndynamic \"item\" {\n  for_each = map\n  labels = [item.value]\n  content {\n    port = 1\n  "
         "}\n}\n",
         "{id=null,item={x={host=null,port=1},y={host=null,port=1}},limit=null,name=\"a\",rule=[],size=null,tags="
         "null}"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        const char *got = fixture_text(&f, decode(&f, cases[i].expr));
        cr_expect(!f.diags.list.n, "%s: %s", cases[i].expr, fixture_problem(&f));
        cr_expect(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].expr, got, cases[i].want);
    }
    fixture_free(&f);
}

Test(body, problems)
{
    static const struct fixture_case cases[] = {
        {"size = 1\n", "9 Missing required argument"},
        {"name = \"a\"\nsise = 1\n", "11 Unsupported argument"},
        {"name = \"a\"\nid = \"x\"\n", "11 Value for unconfigurable argument"},
        {"name = \"a\"\nsize = \"x\"\n", "18 Incorrect argument type"},
        {"name = \"a\"\nrule = 1\n", "11 Unsupported argument"},
        {"name = \"a\"\nsize {\n}\n", "11 Unsupported block type"},
        {"name = \"a\"\nrules {\n}\n", "11 Unsupported block type"},
        {"name = \"a\"\nrule {\n}\n", "18 Missing required argument"},
        {"name = \"a\"\nrule \"x\" {\n  port = 1\n}\n", "16 Wrong number of block labels"},
        {"name = \"a\"\nlimit {\n  port = 1\n}\nlimit {\n  port = 1\n}\n", "32 Too many blocks"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = null\n  content {\n    port = 1\n  }\n}\n",
         "41 Invalid dynamic for_each value"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = 1\n  content {\n    port = 1\n  }\n}\n",
         "41 Invalid dynamic for_each value"},
        {"name = \"a\"\ndynamic \"rule\" {\n  for_each = []\n}\n", "44 Missing dynamic content block"},
        {"name = \"a\"\ndynamic \"nope\" {\n  for_each = []\n  content {\n  }\n}\n", "19 Unsupported block type"},
    };
    struct fixture f;
    fixture_init(&f);
    for (size_t i = 0; i < LENGTH(cases); i++) {
        decode(&f, cases[i].expr);
        const char *got = fixture_problem(&f);
        cr_expect(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].expr, got, cases[i].want);
    }
    cr_assert(decode(&f, "name = \"a\"\nsise = 1\n").type, "a value all the same");
    cr_assert(str_find(f.diags.list.v[0].detail, STR("\"size\""), 0) != SIZE_MAX);
    fixture_free(&f);
}

static struct path path_of(struct fixture *f, struct str attr, int index, struct str inner)
{
    struct path path = path_attr(f->arena, (struct path){0}, attr);
    if (index >= 0)
        path = path_index(f->arena, path, value_int(index));
    return inner.n ? path_attr(f->arena, path, inner) : path;
}

Test(body, spans_of_paths)
{
    struct fixture f;
    fixture_init(&f);
    uint32_t file =
        sources_add(f.sources, STR("t"),
                    STR("name = \"a\"\ntags = { k = 1, (num) = 2 }\nrule {\n  port = 1\n}\nrule {\n  port = 2\n}\n"
                        "dynamic \"limit\" {\n  for_each = [1]\n  content {\n    port = 3\n  }\n}\n"));
    const struct body *body = parse_body(f.arena, &f.diags, f.sources, file);
    struct span fallback = {file, 0, 0};
    static const struct {
        struct str attr;
        int index;
        struct str inner, want;
    } cases[] = {
        {STR_INIT("name"), -1, {0}, STR_INIT("\"a\"")},
        {STR_INIT("tags"), -1, STR_INIT("k"), STR_INIT("1")},
        {STR_INIT("tags"), -1, STR_INIT("zz"), STR_INIT("{ k = 1, (num) = 2 }")},
        {STR_INIT("rule"), 1, STR_INIT("port"), STR_INIT("2")},
        {STR_INIT("rule"), 0, STR_INIT("nope"), STR_INIT("rule")},
        {STR_INIT("limit"), -1, STR_INIT("port"), STR_INIT("3")},
        {STR_INIT("nope"), -1, {0}, STR_INIT("")},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct span span = eval_body_span(body, path_of(&f, cases[i].attr, cases[i].index, cases[i].inner), fallback);
        struct str got = sources_text(f.sources, span);
        cr_expect(str_eq(got, cases[i].want), "%zu: got %.*s", i, STR_ARG(got));
    }
    fixture_free(&f);
}
