#include "syntax/json.h"
#include "syntax/parse.h"
#include "tree.h"

#include <criterion/criterion.h>

static const char *const resource_code[] = {"depends_on", "provider", NULL};
static const char *const variable_code[] = {"type", NULL};
static const struct json_block lifecycle[] = {{.type = "lifecycle"}};
static const struct json_block blocks[] = {
    {.type = "resource", .n_labels = 2, .blocks = lifecycle, .n_blocks = 1, .code = resource_code},
    {.type = "variable", .n_labels = 1, .code = variable_code},
    {.type = "locals"},
};
static const struct json_block root = {.blocks = blocks, .n_blocks = 3};

/* The tree as text, or the first problem as "line:column summary". */
static void check(const char *text, const char *want, bool values)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    uint32_t file = sources_add(sources, STR("main.hcl.json"), str_c(text));
    const struct body *body =
        values ? json_values(arena, &diags, sources, file) : json_body(arena, &diags, sources, file, &root);
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    tree_body(&out, body);
    if (diags_failed(&diags)) {
        struct position at = sources_position(sources, diags.list.v[0].subject.file, diags.list.v[0].subject.off);
        strbuf_clear(&out);
        strbuf_printf(&out, "%u:%u %.*s", at.line, at.column, STR_ARG(diags.list.v[0].summary));
    }
    cr_assert(str_eq(strbuf_str(&out), str_c(want)), "%s\n-> %.*s", text, STR_ARG(strbuf_str(&out)));
    sources_free(sources);
}

Test(json, bodies)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"{}", ""},
        {"\xEF\xBB\xBF{\"//\": \"comment\", \"locals\": {\"a\": 1, \"//\": 2}}", "locals {a = 1}"},
        {"{\"resource\": {\"a\": {\"b\": {\"c\": \"x${d}\"}, \"e\": {}}}}",
         "resource \"a\" \"b\" {c = (tpl \"x\" d)}; resource \"a\" \"e\" {}"},
        {"{\"resource\": [{\"a\": [{\"b\": [{\"c\": 1}, {\"c\": 2}]}]}]}",
         "resource \"a\" \"b\" {c = 1}; resource \"a\" \"b\" {c = 2}"},
        {"{\"locals\": {\"a\": [1, -2.5e3, true, null, {\"k${x}\": \"${y}\"}]}}",
         "locals {a = (list 1 (- 2.5e3) true null {(tpl \"k\" x) = (wrap y)})}"},
        {"{\"resource\": {\"a\": {\"b\": {\"depends_on\": [\"x.y\"], \"lifecycle\": {\"prevent_destroy\": true}}}}}",
         "resource \"a\" \"b\" {depends_on = (list x.y); lifecycle {prevent_destroy = true}}"},
        {"{\"variable\": {\"v\": {\"type\": \"list(string)\", \"default\": []}}}",
         "variable \"v\" {type = list( string); default = (list)}"},
        {"[{\"locals\": {\"a\": 1}}, {\"locals\": {\"a\": 2}}]", "locals {a = 1}; locals {a = 2}"},
        {"{\"locals\": {\"a\": \"\\u00e9\\ud83d\\ude00\\n\\/\", \"b\": \"\\\"${x}\\\"\", \"c\": \"$${x} %\"}}",
         "locals {a = \"é😀\\n/\"; b = (tpl \"\\\"\" x \"\\\"\"); c = \"$${x} %\"}"},
        {"{\"locals\": null}", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].text, cases[i].want, false);
}

Test(json, values_are_text)
{
    check("{\"a\": \"${x}\", \"b\": {\"c\": [\"%{d}\"]}}", "a = \"$${x}\"; b = {\"c\" = (list \"%%{d}\")}", true);
}

Test(json, problems)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", "1:1 Invalid JSON"},
        {"{\"a\": 1,}", "1:9 Invalid JSON"},
        {"{\"a\" 1}", "1:6 Invalid JSON"},
        {"{a: 1}", "1:2 Invalid JSON"},
        {"{\"a\": 01}", "1:9 Invalid JSON"},
        {"{\"a\": .5}", "1:7 Invalid JSON"},
        {"{\"a\": \"x}", "1:7 Invalid JSON"},
        {"{\"a\": \"x\ny\"}", "1:9 Invalid JSON"},
        {"{\"a\": \"\\x\"}", "1:8 Invalid escape sequence"},
        {"{\"a\": \"\\ud800\"}", "1:8 Invalid escape sequence"},
        {"{} {}", "1:4 Invalid JSON"},
        {"{\"a\": 1\n,\"a\": 2}", "2:2 Duplicate argument"},
        {"1", "1:1 Incorrect JSON value type"},
        {"{\"resource\": {\"a\": 1}}", "1:20 Incorrect JSON value type"},
        {"{\"locals\": {\"a\": \"${\"}}", "1:21 Missing expression"},
        {"{\"a\": \"\xff\"}", "1:8 Invalid character encoding"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].text, cases[i].want, false);
}

Test(json, nesting)
{
    struct strbuf text = STRBUF_INIT(STRBUF_MAX);
    strbuf_lit(&text, "{\"a\": ");
    strbuf_add_n(&text, '[', 100000);
    strbuf_addc(&text, '\0');
    check(text.p, "1:1006 Nested too deeply", false);
    strbuf_free(&text);
}
