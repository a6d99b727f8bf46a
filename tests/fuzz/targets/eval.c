/* Any bytes as an expression and as a body, evaluated with all functions but those that read files or take long on
 * purpose. No message may show the secret, unless nonsensitive() was asked to. */
#include "eval/eval.h"
#include "funcs/table.h"
#include "syntax/parse.h"

#include <assert.h>

/* Made from the input, so that no input can hold its own. */
static struct str secret_of(struct arena *arena, struct str input)
{
    return arena_printf(arena, "%016llx", (unsigned long long)str_hash(input));
}

static bool is_left_out(struct str name)
{
    return str_starts(name, STR("file")) || str_starts(name, STR("template")) || str_is(name, "bcrypt") ||
           str_is(name, "abspath") || str_is(name, "pathexpand");
}

static struct func_table pure_functions(struct arena *arena)
{
    const struct map *all = &funcs_table()->by_name;
    struct func_table table = {.by_name = MAP_INIT(arena)};
    map_each (all, i)
        if (!is_left_out(all->entries[i].key))
            map_put(&table.by_name, all->entries[i].key, all->entries[i].value);
    return table;
}

/* o = {a = 1, b = secret}, s = secret, u = unknown string, v = unknown, n = null, l = list, m = map. */
static struct scope names_in(struct arena *arena, struct str secret)
{
    static const struct str names[] = {STR_INIT("o"), STR_INIT("s"), STR_INIT("u"), STR_INIT("v"),
                                       STR_INIT("n"), STR_INIT("l"), STR_INIT("m")};
    static const struct str keys[] = {STR_INIT("a"), STR_INIT("b")};
    struct value *v = ARENA_ARRAY(arena, struct value, 7), *parts = ARENA_ARRAY(arena, struct value, 4);
    v[1] = value_mark(value_string(secret), MARK_SENSITIVE);
    parts[0] = value_int(1);
    parts[1] = v[1];
    parts[2] = value_string(STR("x"));
    parts[3] = value_string(STR("y"));
    v[0] = value_object(arena, keys, parts, 2);
    v[2] = value_refine_not_null(arena, value_unknown(type_string));
    v[3] = value_unknown(type_dynamic);
    v[4] = value_null(type_string);
    v[5] = value_list(type_string, parts + 2, 2);
    v[6] = value_map(arena, type_string, keys, parts + 2, 2);
    return scope_of_values(arena, NULL, names, v, 7);
}

static void check_secrecy(const struct diags *diags, struct str input, struct str secret)
{
    if (str_find(input, STR("nonsensitive"), 0) != SIZE_MAX)
        return;
    vec_each (&diags->list, i) {
        const struct diag *diag = &diags->list.v[i];
        assert(str_find(diag->detail, secret, 0) == SIZE_MAX);
        vec_each (&diag->notes, j)
            assert(str_find(diag->notes.v[j].text, secret, 0) == SIZE_MAX);
    }
}

static const struct schema *schema_of(struct arena *arena)
{
    const struct schema_attr inner[] = {{.name = STR("a"), .type = type_number, .flags = SCHEMA_REQUIRED}};
    const struct schema *rule = schema_make(arena, inner, 1, NULL, 0, STR(""));
    const struct schema_attr attrs[] = {
        {.name = STR("a"), .type = type_string, .flags = SCHEMA_OPTIONAL},
        {.name = STR("b"), .type = type_dynamic, .flags = SCHEMA_OPTIONAL},
        {.name = STR("c"), .type = type_list(type_map(type_string)), .flags = SCHEMA_OPTIONAL},
    };
    const struct schema_nested nested[] = {
        {.name = STR("l"), .nesting = NESTING_LIST, .schema = rule, .min = 1, .max = 2},
        {.name = STR("m"), .nesting = NESTING_MAP, .schema = rule},
        {.name = STR("o"), .nesting = NESTING_SINGLE, .schema = rule},
        {.name = STR("s"), .nesting = NESTING_SET, .schema = rule},
    };
    return schema_make(arena, attrs, 3, nested, 4, STR(""));
}

static void run(struct arena *arena, struct sources *sources, struct str input)
{
    struct diags diags = DIAGS_INIT(arena);
    struct str secret = secret_of(arena, input);
    struct scope scope = names_in(arena, secret);
    struct func_table funcs = pure_functions(arena);
    struct eval eval = {.arena = arena,
                        .diags = &diags,
                        .sources = sources,
                        .scope = &scope,
                        .funcs = &funcs,
                        .planning = input.n % 2 == 0};
    const struct expr *expr = parse_expression(arena, &diags, sources, 1);
    struct value v = eval_expr(&eval, expr);
    assert(v.type && (expr->kind == EXPR_INVALID || eval.depth == 0));
    v = eval_body(&eval, parse_body(arena, &diags, sources, 1), schema_of(arena), NULL, 0);
    assert(v.type && v.type->kind == TYPE_OBJECT && !eval.items && eval.scope == &scope);
    check_secrecy(&diags, input, secret);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sources *sources = sources_new();
    ARENA_AUTO arena = arena_new();
    struct str input = str_from((const char *)data, size);
    sources_add_borrowed(sources, STR("fuzz.hcl"), input);
    run(arena, sources, input);
    sources_free(sources);
    return 0;
}
