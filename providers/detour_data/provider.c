#include "provider.h"

#include "base/rng.h"
#include "functions.h"

#include <string.h>

/* The host table is one for the process: whoever opens first or last, it is the same. */
static const struct detour_host *host;

static const struct detour_attribute data_attributes[] = {
    {"id", "string", DETOUR_COMPUTED, "A random UUID, made when the object is created."},
    {"input", "any", DETOUR_OPTIONAL, "Any value; it comes back as `output`."},
    {"output", "any", DETOUR_COMPUTED,
     "The `input` of the last apply. Not known while a change of `input` is planned."},
    {"triggers_replace", "any", DETOUR_OPTIONAL | DETOUR_REPLACE,
     "Any value; when it changes, the object is replaced, and with it whatever is tied to it."},
    {0},
};

static const struct detour_type types[] = {
    {
        .name = "detour_data",
        .version = 0,
        .attributes = data_attributes,
        .doc =
            "Keeps a value in the state, with the life cycle of a resource: for values that are to be remembered, and "
            "for tying replacements to a value. It reaches nothing outside the state; destroying it forgets it. "
            "Importing "
            "takes the id that is given, and the values as the configuration has them.",
        .example = "resource \"detour_data\" \"release\" {\n"
                   "  input            = { version = \"2.4.1\", released = \"2025-05-20\" }\n"
                   "  triggers_replace = debian_host.web.os_version\n"
                   "}\n",
        .import_id = "release-2.4.1",
    },
    {0},
};

static void *data_open(const struct detour_host *given, detour_call *call, const detour_value *config)
{
    (void)call;
    (void)config;
    host = given;
    return (void *)(uintptr_t)given; /* there is nothing to keep */
}

static struct detour_str data_lane(void *self, detour_call *call, const struct detour_type *type,
                                   const detour_value *object)
{
    (void)self;
    (void)call;
    (void)type;
    (void)object;
    return (struct detour_str){"", 0};
}

static void data_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    (void)call;
    /* an object whose creation was cut off has no id yet: it was never there */
    for (size_t i = 0; i < n; i++)
        reqs[i].state = host->wholly_known(reqs[i].prior) ? reqs[i].prior : NULL;
}

static void plan_one(detour_call *call, struct detour_plan *req)
{
    const detour_value *input = host->attr(req->proposed, "input");
    const detour_value *unknown = host->unknown(call);
    static const char *const names[] = {"output", "id"};
    if (!req->prior) {
        /* the output's type is that of the input, also where it is null */
        const detour_value *items[] = {host->state(input) == DETOUR_NULL ? input : unknown, unknown};
        req->planned = host->with(call, req->proposed, names, items, 2);
    } else if (!host->equal(host->attr(req->prior, "input"), input)) {
        req->planned = host->with(call, req->proposed, names, &unknown, 1);
    }
}

static void data_plan(void *self, detour_call *call, struct detour_plan *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        plan_one(call, &reqs[i]);
}

static const detour_value *make_id(detour_call *call)
{
    char id[UUID_LEN];
    rng_uuid_text(id);
    return host->make_string(call, (struct detour_str){id, sizeof id});
}

static void apply_one(detour_call *call, struct detour_apply *req)
{
    static const char *const names[] = {"output", "id"};
    if (req->action == DETOUR_DELETE) {
        req->state = NULL;
        return;
    }
    const detour_value *id = req->action == DETOUR_CREATE ? make_id(call) : host->attr(req->planned, "id");
    const detour_value *items[] = {host->attr(req->planned, "input"), id};
    req->state = host->with(call, req->planned, names, items, 2);
}

static void data_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        apply_one(call, &reqs[i]);
}

/* Nothing but the state ever held the values, so they are those of the configuration, where it knows them. */
static void import_one(detour_call *call, struct detour_import *req)
{
    static const char *const names[] = {"id", "input", "output", "triggers_replace"};
    struct detour_str keys[4] = {{names[0], strlen(names[0])}};
    const detour_value *values[4] = {host->make_string(call, req->id)};
    size_t n = 1;
    for (size_t i = 1; req->config && i < 4; i++) {
        const detour_value *v = host->attr(req->config, i == 2 ? "input" : names[i]);
        if (!v || host->state(v) == DETOUR_NULL || !host->wholly_known(v))
            continue;
        keys[n] = (struct detour_str){names[i], strlen(names[i])};
        values[n++] = v;
    }
    req->state = host->make_map(call, keys, values, n);
}

static void data_import(void *self, detour_call *call, struct detour_import *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        import_one(call, &reqs[i]);
}

static const struct detour_provider provider = {
    .size = sizeof provider,
    .abi = DETOUR_ABI_VERSION,
    .name = "detour",
    .doc = "Built in: values with the life cycle of resources, kept in the state alone.",
    .types = types,
    .open = data_open,
    .lane = data_lane,
    .read = data_read,
    .plan = data_plan,
    .apply = data_apply,
    .import = data_import,
    .functions = detour_data_functions,
};

const struct detour_provider *detour_data_provider(void)
{
    return &provider;
}
