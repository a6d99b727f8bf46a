/* What rows say without a call: documentation and editors are given it. */
#include "funcs/table.h"
#include "schema/schema.h"

#include <criterion/criterion.h>

static const struct func *function(const char *name)
{
    const struct func *func = func_find(funcs_table(), str_c(name));
    cr_assert(func, "%s", name);
    return func;
}

Test(signature, result_types)
{
    static const struct {
        const char *name, *type;
    } cases[] = {
        {"upper", "string"},   {"chunklist", "list(list(any))"}, {"contains", "any"}, /* an argument of unknown type
                                                                                         leaves the call unknown */
        {"lookup", "any"},     {"tolist", "list(any)"},          {"templatestring", "string"}, {"can", "bool"},
        {"command", "string"},
    };
    struct arena *arena = arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct type *want = schema_type_parse(str_c(cases[i].type));
        cr_assert_eq(func_result_type(arena, function(cases[i].name)), want, "%s", cases[i].name);
    }
    arena_free(arena);
}

static void check_param(const struct func *func, const struct func_param *param)
{
    cr_assert(param->doc && *param->doc, "%s: %s has no description", func->name, param->name);
    cr_assert(schema_type_parse(str_c(param->type)), "%s: type of %s", func->name, param->name);
}

Test(signature, everything_is_described)
{
    struct arena *arena = arena_new();
    size_t n;
    const struct func *const *all = func_sorted(arena, funcs_table(), &n);
    cr_assert(n > 118);
    for (size_t i = 0; i < n; i++) {
        cr_assert(i == 0 || strcmp(all[i - 1]->name, all[i]->name) < 0);
        cr_assert(all[i]->doc && *all[i]->doc, "%s", all[i]->name);
        for (const struct func_param *param = all[i]->params; param && param->name; param++)
            check_param(all[i], param);
        if (all[i]->rest)
            check_param(all[i], all[i]->rest);
    }
    arena_free(arena);
}
