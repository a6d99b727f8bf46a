#include "provider/mock.h"

#include "base/gettext.h"
#include "base/rng.h"
#include "provider/host.h"
#include "value/walk.h"

#include <pthread.h>
#include <stdlib.h>

struct mock {
    struct detour_provider provider; /* first: the way from the provider to its mock */
    const struct detour_provider *real;
    mock_find *find;
    void *ctx;
};

/* An opened mock. */
struct opened {
    const struct mock *mock;
    void *real; /* for validation; NULL where the real one does not open without a configuration */
};

static const struct mock *mock_of(const struct detour_provider *provider)
{
    return (const struct mock *)(const void *)provider;
}

static struct call *call_of(detour_call *call)
{
    return (struct call *)(void *)call;
}

/* -- made-up values -- */

/* All strings that were made up in this process. They find their way into the configuration of other objects, where a
 * provider may look for something better than eight letters: for its validation they are unknown. */
static struct {
    pthread_mutex_t mutex;
    struct arena *arena;
    VEC(struct str) list;
} made_up = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void remember(struct str text)
{
    pthread_mutex_lock(&made_up.mutex);
    if (!made_up.arena)
        made_up.arena = arena_new();
    vec_push(made_up.arena, &made_up.list, arena_str(made_up.arena, text));
    pthread_mutex_unlock(&made_up.mutex);
}

static bool holds_made_up(struct str text)
{
    bool found = false;
    pthread_mutex_lock(&made_up.mutex);
    for (size_t i = 0; !found && i < made_up.list.n; i++)
        found = str_find(text, made_up.list.v[i], 0) != SIZE_MAX;
    pthread_mutex_unlock(&made_up.mutex);
    return found;
}

static struct value random_text(struct arena *arena)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    enum { LENGTH = 8 };
    unsigned char bytes[LENGTH];
    char text[LENGTH];
    rng_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < LENGTH; i++)
        text[i] = letters[bytes[i] % (sizeof letters - 1)];
    remember(str_from(text, LENGTH));
    return value_string(arena_str(arena, str_from(text, LENGTH)));
}

/* The value that stands for an attribute of that type of which nothing is known. */
static struct value stand_in(struct arena *arena, const struct type *type)
{
    struct value *items = ARENA_ARRAY(arena, struct value, type->n);
    switch (type->kind) {
    case TYPE_STRING:
        return random_text(arena);
    case TYPE_NUMBER:
        return value_int(0);
    case TYPE_BOOL:
        return value_bool(false);
    case TYPE_LIST:
        return value_list(type->elem, NULL, 0);
    case TYPE_SET:
        return value_set(arena, type->elem, NULL, 0);
    case TYPE_MAP:
        return value_map(arena, type->elem, NULL, NULL, 0);
    case TYPE_TUPLE:
    case TYPE_OBJECT:
        for (uint32_t i = 0; i < type->n; i++)
            items[i] = stand_in(arena, type->items[i]);
        return type->kind == TYPE_TUPLE ? value_tuple(items, type->n) : value_object_of(type, items);
    case TYPE_DYNAMIC:
        break;
    }
    return value_null(type);
}

/* -- filling in -- */

enum filling {
    FILL_PLAN,  /* given values that are known while planning */
    FILL_APPLY, /* all that is unknown */
    FILL_DATA,  /* computed attributes that the configuration leaves out */
};

struct fill {
    struct call *call;
    size_t request;
    enum filling filling;
    struct arena *arena;
};

static struct value fill_leaf(void *ctx, struct path path, struct value v)
{
    (void)path;
    return value_is_known(v) ? v : stand_in(ctx, v.type);
}

static bool given_value(const struct fill *f, const struct schema_attr *attr, struct value given, struct value *out)
{
    STRBUF_AUTO why = STRBUF_INIT(1 << 12);
    struct value v = value_is_set(given) ? value_attr(given, attr->name) : (struct value){0};
    if (!value_exists(v))
        return false;
    if (convert(f->arena, v, attr->type, out, NULL, &why))
        return true;
    struct str said = strbuf_str(&why);
    host_problem(f->call, f->request, DIAG_ERROR, attr->name, str_c(_("Mocked value does not fit")),
                 arena_printf(f->arena, _("The value given for the attribute \"%.*s\": %.*s."), STR_ARG(attr->name),
                              STR_ARG(said)));
    return false;
}

static struct value fill_attr(const struct fill *f, const struct schema_attr *attr, struct value v, struct value given)
{
    bool wanted =
        f->filling == FILL_DATA ? (attr->flags & SCHEMA_COMPUTED) && value_is_null(v) : !value_wholly_known(v);
    struct value out;
    if (!wanted)
        return v;
    if (!(v.state == VALUE_KNOWN) && given_value(f, attr, given, &out))
        return out;
    if (f->filling == FILL_DATA)
        return stand_in(f->arena, attr->type);
    return f->filling == FILL_APPLY ? value_rewrite(f->arena, v, fill_leaf, f->arena) : v;
}

static struct value fill_object(const struct fill *f, const struct schema *schema, struct value v, struct value given);

static struct value fill_nested(const struct fill *f, const struct schema_nested *nested, struct value v,
                                struct value given)
{
    if (!value_is_set(v) || nested->nesting == NESTING_SINGLE)
        return fill_object(f, nested->schema, v, given);
    struct value *items = ARENA_ARRAY(f->arena, struct value, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        items[i] = fill_object(f, nested->schema, v.type->kind == TYPE_MAP ? v.u.map.items[i] : v.u.items[i], given);
    switch (v.type->kind) {
    case TYPE_LIST:
        return value_list(v.type->elem, items, v.n);
    case TYPE_SET:
        return value_set(f->arena, v.type->elem, items, v.n);
    case TYPE_MAP:
        return value_map(f->arena, v.type->elem, v.u.map.keys, items, v.n);
    case TYPE_TUPLE:
        return value_tuple(items, v.n);
    default:
        return v;
    }
}

static struct value fill_object(const struct fill *f, const struct schema *schema, struct value v, struct value given)
{
    if (!value_is_set(v) || v.type->kind != TYPE_OBJECT)
        return v;
    struct value *items = ARENA_ARRAY(f->arena, struct value, v.type->n);
    bool same = true;
    for (uint32_t i = 0; i < v.type->n; i++) {
        const struct schema_attr *attr = schema_attr(schema, v.type->names[i]);
        const struct schema_nested *nested = schema_nested(schema, v.type->names[i]);
        struct value below = nested && value_is_set(given) ? value_attr(given, nested->name) : (struct value){0};
        items[i] = attr     ? fill_attr(f, attr, v.u.items[i], given)
                   : nested ? fill_nested(f, nested, v.u.items[i], value_exists(below) ? below : (struct value){0})
                            : v.u.items[i];
        same &= items[i].type == v.type->items[i];
    }
    return same ? value_object_of(v.type, items) : value_object(f->arena, v.type->names, items, v.type->n);
}

static const detour_value *filled(detour_call *handle, size_t request, enum filling filling, const detour_value *from)
{
    struct call *call = call_of(handle);
    struct request *r = &call->requests[request];
    const struct mock_values *given = mock_values_of(call->instance->provider, r->type, r->tag);
    struct fill f = {call, request, filling, call->arena};
    struct value values = given && (filling != FILL_PLAN || given->planned) ? given->values : (struct value){0};
    return host_give(call, fill_object(&f, r->type->schema, *host_value(from), values));
}

/* -- the provider -- */

static void *mock_open(const struct detour_host *host, detour_call *call, const detour_value *config)
{
    const struct mock *mock = mock_of(call_of(call)->instance->provider);
    struct opened *self = heap_alloc(sizeof *self);
    *self = (struct opened){.mock = mock};
    (void)config;
    if (!mock->real->validate)
        return self;
    struct instance instance = {.provider = mock->real};
    struct call *own = call_new(CALL_OPEN, &instance, 0); /* what it says about a missing configuration is not told */
    self->real = mock->real->open(host, (detour_call *)(void *)own, NULL);
    call_free(own);
    return self;
}

static void mock_close(void *opaque)
{
    struct opened *self = opaque;
    if (self->real && self->mock->real->close)
        self->mock->real->close(self->real);
    free(self);
}

static struct detour_str mock_lane(void *self, detour_call *call, const struct detour_type *type,
                                   const detour_value *object)
{
    (void)self;
    (void)call;
    (void)type;
    (void)object;
    return (struct detour_str){"", 0};
}

static struct value unmade(void *ctx, struct path path, struct value v)
{
    (void)ctx;
    (void)path;
    return value_is_set(v) && v.type == type_string && holds_made_up(v.u.string) ? value_unknown(v.type) : v;
}

static void mock_validate(void *opaque, detour_call *handle, struct detour_validate *reqs, size_t n)
{
    struct opened *self = opaque;
    struct call *call = call_of(handle);
    struct detour_validate *own = ARENA_ARRAY(call->arena, struct detour_validate, n);
    for (size_t i = 0; i < n; i++) {
        own[i] = reqs[i];
        if (own[i].config)
            own[i].config = host_give(call, value_rewrite(call->arena, *host_value(own[i].config), unmade, NULL));
    }
    if (self->real)
        self->mock->real->validate(self->real, handle, own, n);
}

static void mock_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        if (!reqs[i].prior)
            reqs[i].state = filled(call, i, FILL_DATA, reqs[i].config);
        else /* an object whose creation was cut off was never there */
            reqs[i].state = value_wholly_known(*host_value(reqs[i].prior)) ? reqs[i].prior : NULL;
}

static void mock_plan(void *self, detour_call *call, struct detour_plan *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        if (!reqs[i].prior)
            reqs[i].planned = filled(call, i, FILL_PLAN, reqs[i].proposed);
}

static void mock_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        reqs[i].state = reqs[i].action == DETOUR_DELETE ? NULL : filled(call, i, FILL_APPLY, reqs[i].planned);
}

static void mock_import(void *self, detour_call *call, struct detour_import *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        host_problem(call_of(call), i, DIAG_ERROR, (struct str){0}, str_c(_("Import from a mock")),
                     arena_printf(call_of(call)->arena,
                                  _("A mocked provider has no \"%.*s\" to import. Override the "
                                    "resource in the test: override_resource { target = … }."),
                                  (int)reqs[i].id.n, reqs[i].id.p));
}

const struct detour_provider *mock_new(struct arena *arena, const struct detour_provider *real, mock_find *find,
                                       void *ctx)
{
    struct mock *mock = ARENA_NEW(arena, struct mock);
    *mock = (struct mock){.real = real, .find = find, .ctx = ctx};
    mock->provider = (struct detour_provider){
        .size = sizeof mock->provider,
        .abi = DETOUR_ABI_VERSION,
        .name = real->name,
        .doc = real->doc,
        .config = real->config,
        .types = real->types,
        .open = mock_open,
        .close = mock_close,
        .lane = mock_lane,
        .validate = real->validate ? mock_validate : NULL,
        .read = mock_read,
        .plan = mock_plan,
        .apply = mock_apply,
        .import = mock_import,
    };
    return &mock->provider;
}

bool mock_is(const struct detour_provider *provider)
{
    return provider->open == mock_open;
}

bool mock_key(struct str key)
{
    return str_starts(key, STR("mock:")) || str_starts(key, STR("override:"));
}

const struct mock_values *mock_values_of(const struct detour_provider *provider, const struct provider_type *type,
                                         const void *tag)
{
    if (!mock_is(provider) || !mock_of(provider)->find)
        return NULL;
    return mock_of(provider)->find(mock_of(provider)->ctx, type, tag);
}
