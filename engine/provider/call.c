#include "provider/call.h"

#include "base/gettext.h"
#include "plan/contract.h"
#include "provider/copies.h"
#include "provider/host.h"

#include <assert.h>
#include <stdlib.h>

/* -- life -- */

static size_t abi_size(enum call_kind kind)
{
    switch (kind) {
    case CALL_VALIDATE:
        return sizeof(struct detour_validate);
    case CALL_READ:
        return sizeof(struct detour_read);
    case CALL_PLAN:
        return sizeof(struct detour_plan);
    case CALL_REVIEW:
        return sizeof(struct detour_review);
    case CALL_APPLY:
        return sizeof(struct detour_apply);
    case CALL_IMPORT:
        return sizeof(struct detour_import);
    case CALL_OPEN:
    case CALL_LANE:
    case CALL_FUNCTION:
        break;
    }
    return 0;
}

static void call_init(struct call *call, struct arena *arena, enum call_kind kind, const struct instance *instance,
                      size_t cap)
{
    *call = (struct call){.kind = kind, .arena = arena, .instance = instance, .cap = cap};
    call->requests = ARENA_ARRAY(arena, struct request, cap);
    call->abi = arena_calloc(arena, cap, abi_size(kind));
}

struct call *call_new(enum call_kind kind, const struct instance *instance, size_t cap)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena); /* providers see secrets in plain */
    struct call *call = heap_alloc(sizeof *call);
    call_init(call, arena, kind, instance, cap);
    return call;
}

void call_free(struct call *call)
{
    if (!call)
        return;
    arena_free(call->arena);
    free(call);
}

void call_reset(struct call *call, const struct instance *instance, size_t cap)
{
    arena_reset(call->arena);
    call_init(call, call->arena, call->kind, instance, cap);
}

void call_tag(struct call *call, size_t request, void *tag)
{
    assert(request < call->n);
    call->requests[request].tag = tag;
}

void *call_tag_of(const struct call *call, size_t request)
{
    assert(request < call->n);
    return call->requests[request].tag;
}

size_t call_size(const struct call *call)
{
    return call->n;
}

enum call_kind call_kind(const struct call *call)
{
    return call->kind;
}

const struct instance *call_instance(const struct call *call)
{
    return call->instance;
}

/* -- in: unmarked copies -- */

static struct request *request_new(struct call *call, enum call_kind kind, const struct provider_type *type)
{
    assert(call->kind == kind && call->n < call->cap);
    struct request *r = &call->requests[call->n++];
    *r = (struct request){.type = type};
    return r;
}

/* A copy without marks; where `keep` is set, the marks go to the request, to be put on its answer. A null object and no
 * object are the same to providers. */
static struct value enter(struct call *call, struct request *r, struct value v, bool keep)
{
    if (!value_exists(v) || value_is_null(v))
        return (struct value){0};
    if (v.marks || (v.deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL))) {
        struct paths ignored = {0};
        v = paths_unmark(call->arena, v, keep ? &r->marks : &ignored);
        r->marked |= keep;
    }
    return value_copy(call->arena, v);
}

static struct detour_blob blob_in(struct blob b)
{
    return (struct detour_blob){b.p, b.n};
}

size_t call_validate_add(struct call *call, const struct provider_type *type, struct value config)
{
    struct request *r = request_new(call, CALL_VALIDATE, type);
    r->config = enter(call, r, config, false);
    ((struct detour_validate *)call->abi)[call->n - 1] =
        (struct detour_validate){.type = type->abi, .config = host_give(call, r->config)};
    return call->n - 1;
}

size_t call_read_add(struct call *call, const struct provider_type *type, struct value prior, struct value config,
                     struct blob private_in)
{
    struct request *r = request_new(call, CALL_READ, type);
    bool data = type->mode == ADDR_DATA;
    r->prior = enter(call, r, prior, !data);
    r->config = enter(call, r, config, data);
    ((struct detour_read *)call->abi)[call->n - 1] = (struct detour_read){.type = type->abi,
                                                                          .prior = host_give(call, r->prior),
                                                                          .config = host_give(call, r->config),
                                                                          .private_in = blob_in(private_in),
                                                                          .private_out = blob_in(private_in)};
    return call->n - 1;
}

size_t call_plan_add(struct call *call, const struct provider_type *type, struct value prior, struct value config,
                     struct value proposed, struct blob private_in)
{
    struct request *r = request_new(call, CALL_PLAN, type);
    r->prior = enter(call, r, prior, false);
    r->config = enter(call, r, config, true);
    r->planned = enter(call, r, proposed, false);
    const detour_value *given = host_give(call, r->planned);
    ((struct detour_plan *)call->abi)[call->n - 1] = (struct detour_plan){.type = type->abi,
                                                                          .prior = host_give(call, r->prior),
                                                                          .config = host_give(call, r->config),
                                                                          .proposed = given,
                                                                          .planned = given,
                                                                          .private_in = blob_in(private_in),
                                                                          .private_out = blob_in(private_in)};
    return call->n - 1;
}

size_t call_review_add(struct call *call, const struct provider_type *type, enum detour_action action,
                       struct value prior, struct value planned, struct blob private_in)
{
    struct request *r = request_new(call, CALL_REVIEW, type);
    r->prior = enter(call, r, prior, false);
    r->planned = enter(call, r, planned, false);
    ((struct detour_review *)call->abi)[call->n - 1] = (struct detour_review){.type = type->abi,
                                                                              .action = action,
                                                                              .prior = host_give(call, r->prior),
                                                                              .planned = host_give(call, r->planned),
                                                                              .private_in = blob_in(private_in),
                                                                              .private_out = blob_in(private_in)};
    return call->n - 1;
}

size_t call_apply_add(struct call *call, const struct provider_type *type, enum detour_action action,
                      struct value prior, struct value planned, struct value config, struct blob private_in)
{
    struct request *r = request_new(call, CALL_APPLY, type);
    r->prior = enter(call, r, prior, action == DETOUR_DELETE);
    r->planned = enter(call, r, planned, true);
    r->config = enter(call, r, config, false);
    /* silence is no answer: until the provider says otherwise, what was there still is */
    ((struct detour_apply *)call->abi)[call->n - 1] = (struct detour_apply){.type = type->abi,
                                                                            .action = action,
                                                                            .prior = host_give(call, r->prior),
                                                                            .planned = host_give(call, r->planned),
                                                                            .config = host_give(call, r->config),
                                                                            .private_in = blob_in(private_in),
                                                                            .state = host_give(call, r->prior),
                                                                            .private_out = blob_in(private_in)};
    return call->n - 1;
}

size_t call_import_add(struct call *call, const struct provider_type *type, struct str id, struct value config)
{
    struct request *r = request_new(call, CALL_IMPORT, type);
    struct str own = arena_str(call->arena, id);
    r->config = enter(call, r, config, true);
    ((struct detour_import *)call->abi)[call->n - 1] =
        (struct detour_import){.type = type->abi, .id = {own.p, own.n}, .config = host_give(call, r->config)};
    return call->n - 1;
}

/* -- running -- */

void call_run(struct call *call, const struct call_hooks *hooks)
{
    const struct detour_provider *p = call->instance->provider;
    void *self = call->instance->self;
    detour_call *handle = (detour_call *)(void *)call;
    call->hooks = hooks ? *hooks : (struct call_hooks){0};
    if (call->kind == CALL_READ)
        p->read(self, handle, call->abi, call->n);
    else if (call->kind == CALL_APPLY)
        p->apply(self, handle, call->abi, call->n);
    else if (call->kind == CALL_PLAN && p->plan)
        p->plan(self, handle, call->abi, call->n);
    else if (call->kind == CALL_REVIEW && p->review)
        p->review(self, handle, call->abi, call->n);
    else if (call->kind == CALL_VALIDATE && p->validate)
        p->validate(self, handle, call->abi, call->n);
    else if (call->kind == CALL_IMPORT && p->import)
        p->import(self, handle, call->abi, call->n);
    call->hooks = (struct call_hooks){0};
}

/* A provider tells what befell a whole call, a machine that is down, say, at one request and fails the others with it.
 */
static bool has_reason(const struct call *call)
{
    vec_each (&call->problems, i)
        if (call->problems.v[i].severity == DIAG_ERROR)
            return true;
    return false;
}

bool call_failed(struct call *call, size_t request)
{
    bool *failed = host_failed(call, request);
    if (*failed && !has_reason(call))
        host_problem(call, request, DIAG_ERROR, (struct str){0}, str_c(_("Provider failed without a reason")),
                     arena_printf(call->arena,
                                  _("Provider \"%s\" reported a failure and no reason. This is a bug in the provider."),
                                  call->instance->provider->name));
    return *failed;
}

/* -- out: conformed, checked, marked -- */

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

/* -- what is asked one by one -- */

void *call_open(struct call *call, struct value config)
{
    assert(call->kind == CALL_OPEN);
    const struct detour_provider *p = call->instance->provider;
    struct request ignored = {0};
    if (!p->open)
        return (void *)(uintptr_t)p; /* nothing to open: any pointer but NULL will do */
    return p->open(&host_table, (detour_call *)(void *)call, host_give(call, enter(call, &ignored, config, false)));
}

void call_lane(struct call *call, const struct provider_type *type, struct value object, struct str *lane,
               struct str *place)
{
    assert(call->kind == CALL_LANE);
    const struct detour_provider *p = call->instance->provider;
    detour_call *handle = (detour_call *)(void *)call;
    struct request ignored = {0};
    const detour_value *given = host_give(call, enter(call, &ignored, object, false));
    struct detour_str name = p->lane(call->instance->self, handle, type->abi, given);
    *lane = str_from(name.p, name.n);
    name = p->place ? p->place(call->instance->self, handle, type->abi, given) : (struct detour_str){0};
    *place = str_from(name.p, name.n);
}

void call_connection(struct call *call, const struct provider_type *type, struct value prior, struct value config)
{
    assert(call->kind == CALL_LANE);
    const struct detour_provider *p = call->instance->provider;
    struct request ignored = {0};
    if (p->size < sizeof *p || !p->connection)
        return;
    const detour_value *object = host_give(call, enter(call, &ignored, prior, false));
    const detour_value *configured = host_give(call, enter(call, &ignored, config, false));
    p->connection(call->instance->self, (detour_call *)(void *)call, type->abi, object, configured);
}
