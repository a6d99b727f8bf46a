/* The way out of a call: answers conformed to the schema, checked against the contract, and marked again. */
#include "provider/call.h"

#include "base/gettext.h"
#include "plan/contract.h"
#include "provider/copies.h"
#include "provider/host.h"

/* -- conformed and marked again -- */

/* Whether v has the schema's type already, parts of any type included. */
static bool fits(const struct type *type, struct value v)
{
    if (v.type == type)
        return true;
    if (!value_is_set(v) || v.type->kind != TYPE_OBJECT || v.type->n != type->n || !type->has_dynamic)
        return false;
    for (size_t i = 0; i < type->n; i++)
        if ((type->items[i] != type_dynamic && type->items[i] != v.type->items[i]) ||
            !str_eq(type->names[i], v.type->names[i]))
            return false;
    return true;
}

static void bug(struct call *call, size_t request, struct path where, struct str what)
{
    STRBUF_AUTO path = STRBUF_INIT(4096);
    path_print(&path, where);
    struct str attribute = where.n && where.steps[0].kind == PATH_ATTR ? where.steps[0].name : (struct str){0};
    const struct provider_type *type = call->requests[request].type;
    host_problem(call, request, DIAG_ERROR, attribute, str_c(_("Provider produced an inconsistent result")),
                 arena_printf(call->arena, _("%.*s%.*s %.*s. This is a bug in provider \"%s\", to be reported there."),
                              STR_ARG(type->name), STR_ARG(strbuf_str(&path)), STR_ARG(what), type->provider->name));
}

/* An answer as an object of the schema; false after a problem. NULL is the null object. */
static bool conform(struct call *call, size_t request, const detour_value *answer, struct value *out)
{
    const struct schema *schema = call->requests[request].type->schema;
    if (!answer || value_is_null(*host_value(answer))) {
        *out = value_null(schema->implied);
        return true;
    }
    if (fits(schema->implied, *host_value(answer))) {
        *out = *host_value(answer);
        return true;
    }
    STRBUF_AUTO why = STRBUF_INIT(4096);
    struct path where = {0};
    if (schema_conform(call->arena, schema, *host_value(answer), out, &where, &why))
        return true;
    bug(call, request, where, strbuf_str(&why));
    return false;
}

static bool report_breaches(struct call *call, size_t request, const struct breaches *breaches)
{
    vec_each (&breaches->list, i)
        bug(call, request, breaches->list.v[i].path, breaches->list.v[i].text);
    return breaches->list.n == 0;
}

/* Write-only attributes go to the provider with the configuration, and are neither planned nor stored. */
static struct value drop_write_only(struct call *call, const struct provider_type *type, struct value v)
{
    if (!type->has_write_only || !value_is_set(v))
        return v;
    struct value *items = ARENA_ARRAY(call->arena, struct value, v.type->n);
    for (size_t i = 0; i < v.type->n; i++) {
        const struct schema_attr *attr = schema_attr(type->schema, v.type->names[i]);
        bool drop = attr && (attr->flags & SCHEMA_WRITE_ONLY);
        items[i] = drop ? value_null(v.type->items[i]) : v.u.items[i];
    }
    return value_object_of(v.type, items);
}

static struct value remark(struct call *call, size_t request, struct value v)
{
    const struct request *r = &call->requests[request];
    v = drop_write_only(call, r->type, v);
    if (r->marked)
        v = paths_mark(call->arena, v, &r->marks);
    if (r->type->schema->has_sensitive)
        v = schema_mark_sensitive(call->arena, r->type->schema, v);
    return copies_mark(call->arena, r->type->schema, v);
}

static struct value leave(struct call *call, size_t request, struct arena *arena, struct value v)
{
    return value_copy(arena, remark(call, request, v));
}

static struct blob blob_out(struct arena *arena, struct detour_blob b)
{
    if (!b.n)
        return (struct blob){0};
    return (struct blob){arena_str(arena, str_from(b.p, b.n)).p, b.n};
}

/* -- one kind of call after the other -- */

bool call_read_unchanged(struct call *call, size_t request)
{
    const struct detour_read *abi = &((struct detour_read *)call->abi)[request];
    return !abi->failed && abi->state && abi->state == abi->prior && abi->private_out.p == abi->private_in.p &&
           value_wholly_known(call->requests[request].prior);
}

bool call_read_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                    struct blob *private_out)
{
    const struct detour_read *abi = &((struct detour_read *)call->abi)[request];
    struct value v;
    struct breaches breaches = {0};
    *state = value_null(call->requests[request].type->schema->implied);
    if (call_failed(call, request) || !conform(call, request, abi->state, &v))
        return false;
    contract_known(call->arena, v, &breaches);
    if (!report_breaches(call, request, &breaches))
        return false;
    *state = leave(call, request, arena, v);
    *private_out = blob_out(arena, abi->private_out);
    return true;
}

bool call_plan_take(struct call *call, size_t request, struct arena *arena, struct planned *out)
{
    const struct detour_plan *abi = &((struct detour_plan *)call->abi)[request];
    const struct request *r = &call->requests[request];
    struct value v;
    struct breaches breaches = {0};
    *out = (struct planned){.value = value_unknown(r->type->schema->implied)};
    if (call_failed(call, request) || !conform(call, request, abi->planned, &v))
        return false;
    if (abi->planned != abi->proposed)
        contract_planned(call->arena, r->type->schema, r->prior, r->config, v, &breaches);
    if (!report_breaches(call, request, &breaches))
        return false;
    out->value = leave(call, request, arena, v);
    out->private_out = blob_out(arena, abi->private_out);
    for (const char *const *name = abi->replace; name && *name; name++)
        vec_push(arena, &out->replace, arena_str(arena, str_c(*name)));
    return true;
}

bool call_review_take(struct call *call, size_t request, struct arena *arena, struct blob *private_out)
{
    const struct detour_review *abi = &((struct detour_review *)call->abi)[request];
    *private_out = blob_out(arena, abi->private_out);
    return !call_failed(call, request);
}

/* The actual object keeps what was planned, but for write-only attributes, which never come back. */
static bool apply_check(struct call *call, size_t request, struct value actual)
{
    const struct detour_apply *abi = &((struct detour_apply *)call->abi)[request];
    const struct request *r = &call->requests[request];
    struct breaches breaches = {0};
    contract_known(call->arena, actual, &breaches);
    if (abi->action == DETOUR_DELETE) {
        if (!value_is_null(actual))
            bug(call, request, (struct path){0}, str_c(_("was to be destroyed, but is still there")));
    } else {
        contract_applied(call->arena, r->type->schema, r->planned, actual, &breaches);
    }
    return report_breaches(call, request, &breaches) && !call_failed(call, request);
}

void call_prepare(struct call *call, size_t request)
{
    const struct detour_apply *abi = &((struct detour_apply *)call->abi)[request];
    struct request *r = &call->requests[request];
    r->ok = !call_failed(call, request);
    if (!conform(call, request, abi->state, &r->answer)) {
        r->answer = value_exists(r->prior) ? r->prior : value_null(r->type->schema->implied);
        r->ok = false;
    }
    r->answer = drop_write_only(call, r->type, r->answer);
    if (r->ok)
        r->ok = apply_check(call, request, r->answer);
    r->answer = remark(call, request, r->answer);
    r->private_out = (struct blob){abi->private_out.p, abi->private_out.n};
    r->prepared = true;
}

bool call_apply_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                     struct blob *private_out)
{
    struct request *r = &call->requests[request];
    if (!r->prepared)
        call_prepare(call, request);
    *state = value_copy(arena, r->answer);
    *private_out = blob_out(arena, (struct detour_blob){r->private_out.p, r->private_out.n});
    return r->ok;
}

bool call_import_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                      struct blob *private_out)
{
    const struct detour_import *abi = &((struct detour_import *)call->abi)[request];
    struct value v;
    *state = value_null(call->requests[request].type->schema->implied);
    if (call_failed(call, request) || !conform(call, request, abi->state, &v))
        return false;
    *state = leave(call, request, arena, v);
    *private_out = blob_out(arena, abi->private_out);
    return true;
}

size_t call_problems(const struct call *call, const struct problem **list)
{
    *list = call->problems.v;
    return call->problems.n;
}

size_t call_consequences(const struct call *call, const struct consequence **list)
{
    *list = call->consequences.v;
    return call->consequences.n;
}
