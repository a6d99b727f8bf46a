/* signature: what a function takes and answers, without calling it: for documentation. */
#include "eval/eval.h"

#include <stdlib.h>

/* An argument of which only the parameter's type is known. False where no call could tell its type from it. */
static bool stand_in(const struct func_param *param, struct value *out)
{
    *out = value_unknown(schema_type_parse(str_c(param->type)));
    return out->type != type_dynamic || (param->flags & PARAM_DYNAMIC);
}

static const struct type *type_by_call(struct arena *arena, const struct func *func, const struct value *args, size_t n)
{
    STRBUF_AUTO why = STRBUF_INIT(1 << 16);
    struct diags diags = DIAGS_INIT(arena);
    struct eval eval = {.arena = arena, .diags = &diags};
    struct func_call call = {.eval = &eval, .args = args, .n = n, .bad_arg = -1, .why = &why};
    const struct type *type = NULL;
    return func->type(&call, &type) ? type : type_dynamic;
}

const struct type *func_result_type(struct arena *arena, const struct func *func)
{
    size_t n = 0, n_params = func_count_params(func);
    bool telling = true;
    struct value *args = ARENA_ARRAY(arena, struct value, n_params + 1);
    for (; n < n_params; n++)
        telling &= stand_in(&func->params[n], &args[n]);
    if (func->rest)
        telling &= stand_in(func->rest, &args[n++]);
    if (!telling)
        return type_dynamic;
    return func->type ? type_by_call(arena, func, args, n) : schema_type_parse(str_c(func->result_type));
}

static int name_order(const void *a, const void *b)
{
    return strcmp((*(const struct func *const *)a)->name, (*(const struct func *const *)b)->name);
}

const struct func *const *func_sorted(struct arena *arena, const struct func_table *table, size_t *n)
{
    *n = table->by_name.n;
    const struct func **list = ARENA_ARRAY(arena, const struct func *, *n);
    for (size_t i = 0; i < *n; i++)
        list[i] = table->by_name.entries[i].value;
    if (*n)
        qsort(list, *n, sizeof *list, name_order);
    return list;
}
