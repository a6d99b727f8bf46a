#include "provider/functions.h"

#include "base/gettext.h"
#include "eval/eval.h"
#include "provider/host.h"

/* What a row stands for. */
struct function {
    struct func row;
    const struct detour_function *abi;
    struct instance instance; /* of no block: functions need none */
};

/* -- calling -- */

static const struct problem *first_error(const struct call *call)
{
    vec_each (&call->problems, i)
        if (call->problems.v[i].severity == DIAG_ERROR)
            return &call->problems.v[i];
    return NULL;
}

/* Sentences of a provider stand within ours. */
static struct str without_stop(struct str text)
{
    return str_ends(text, STR(".")) ? str_sub(text, 0, text.n - 1) : text;
}

static bool fail(struct func_call *fc, const struct function *f, const struct problem *p)
{
    if (!p)
        return func_fail(fc, -1, _("provider \"%s\" gave no reason, which is a bug in it"), f->instance.provider->name);
    return func_fail(fc, p->request < fc->n ? (int)p->request : -1, "%.*s", STR_ARG(without_stop(p->detail)));
}

static bool take(struct func_call *fc, const struct function *f, struct value answer)
{
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct path where = {0};
    struct value v;
    if (!convert(fc->eval->arena, answer, fc->type, &v, &where, &why))
        return func_fail(fc, -1, _("provider \"%s\" answered something else than %s: %.*s; this is a bug in it"),
                         f->instance.provider->name, f->abi->result, STR_ARG(strbuf_str(&why)));
    if (!value_wholly_known(v))
        return func_fail(fc, -1, _("provider \"%s\" answered something unknown, which is a bug in it"),
                         f->instance.provider->name);
    fc->result = value_copy(fc->eval->arena, v);
    return true;
}

static bool impl(struct func_call *fc)
{
    const struct function *f = fc->func->ctx;
    struct call *call = call_new(CALL_FUNCTION, &f->instance, 0);
    const detour_value **args = ARENA_ARRAY(call->arena, const detour_value *, fc->n + 1);
    for (size_t i = 0; i < fc->n; i++)
        args[i] = host_give(call, value_copy(call->arena, fc->args[i]));
    const detour_value *answer = f->abi->call(&host_table, (detour_call *)(void *)call, args, fc->n);
    const struct problem *problem = first_error(call);
    bool ok = answer && !problem ? take(fc, f, *host_value(answer)) : fail(fc, f, problem);
    call_free(call);
    return ok;
}

/* -- rows -- */

static struct func_param param_make(const struct detour_parameter *abi)
{
    unsigned flags = abi->flags & DETOUR_PARAM_NULL ? PARAM_NULL | PARAM_DYNAMIC : 0;
    return (struct func_param){.name = abi->name, .type = abi->type, .flags = flags, .doc = abi->doc};
}

static const struct func_param *params_make(struct arena *arena, const struct detour_parameter *abi)
{
    size_t n = 0;
    while (abi && abi[n].name)
        n++;
    struct func_param *params = ARENA_ARRAY(arena, struct func_param, n + 1);
    for (size_t i = 0; i < n; i++)
        params[i] = param_make(&abi[i]);
    return params;
}

static const struct func *row_make(struct arena *arena, const struct detour_provider *provider,
                                   const struct detour_function *abi)
{
    struct function *f = ARENA_NEW(arena, struct function);
    f->abi = abi;
    f->instance = (struct instance){.provider = provider, .key = str_c(provider->name)};
    f->row = (struct func){.name = arena_printf(arena, "provider::%s::%s", provider->name, abi->name).p,
                           .params = params_make(arena, abi->parameters),
                           .result_type = abi->result,
                           .impl = impl,
                           .ctx = f,
                           .doc = abi->doc};
    if (abi->rest) {
        struct func_param *rest = ARENA_NEW(arena, struct func_param);
        *rest = param_make(abi->rest);
        f->row.rest = rest;
    }
    return &f->row;
}

const struct func *const *provider_functions_of(struct registry *registry, const struct detour_provider *provider)
{
    struct arena *arena = registry_arena(registry);
    const struct detour_function *abi = provider->size >= sizeof *provider ? provider->functions : NULL;
    size_t n = 0;
    while (abi && abi[n].name)
        n++;
    const struct func **rows = ARENA_ARRAY(arena, const struct func *, n + 1);
    for (size_t i = 0; i < n; i++)
        rows[i] = row_make(arena, provider, &abi[i]);
    return rows;
}

const struct func_table *provider_functions(struct registry *registry, const struct func_table *core)
{
    struct arena *arena = registry_arena(registry);
    struct func_table *table = ARENA_NEW(arena, struct func_table);
    table->by_name = MAP_INIT(arena);
    map_each (&core->by_name, i)
        map_put(&table->by_name, core->by_name.entries[i].key, core->by_name.entries[i].value);
    for (size_t i = 0; i < registry_count(registry); i++)
        for (const struct func *const *row = provider_functions_of(registry, registry_at(registry, i)); *row; row++)
            map_put(&table->by_name, str_c((*row)->name), (void *)(uintptr_t)*row);
    return table;
}
