/* The way of a call in, and its run: marks are stripped; answer.c is the way out. */
#include "provider/call.h"

#include "base/gettext.h"
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
