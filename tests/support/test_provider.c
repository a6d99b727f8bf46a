#include "test_provider.h"

#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct detour_host *host;

/* -- the world and the log: shared by lanes, so behind one lock -- */

struct object {
    char key[128], value[128];
    bool there;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t met = PTHREAD_COND_INITIALIZER;
static struct object world[4096];
static unsigned n_world;
static char log_text[1 << 16];
static char fail_operation[8][16], fail_name[8][64];
static unsigned n_fails, wanted_lanes, waiting_lanes;
static char half_name[64];
static void (*apply_hook)(void);

static struct object *find(const char *machine, const char *name, bool make)
{
    char key[128];
    snprintf(key, sizeof key, "%s/%s", machine, name);
    for (unsigned i = 0; i < n_world; i++)
        if (!strcmp(world[i].key, key))
            return &world[i];
    if (!make)
        return NULL;
    assert(n_world < sizeof world / sizeof *world);
    memcpy(world[n_world].key, key, sizeof key);
    return &world[n_world++];
}

const char *test_world(const char *machine, const char *name)
{
    const struct object *o = find(machine, name, false);
    return o && o->there ? o->value : NULL;
}

void test_world_set(const char *machine, const char *name, const char *value)
{
    struct object *o = find(machine, name, true);
    o->there = value != NULL;
    snprintf(o->value, sizeof o->value, "%s", value ? value : "");
}

unsigned test_world_size(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < n_world; i++)
        n += world[i].there;
    return n;
}

__attribute__((format(printf, 1, 2))) static void record(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    size_t n = strlen(log_text);
    vsnprintf(log_text + n, sizeof log_text - n, format, args);
    va_end(args);
}

const char *test_log(void)
{
    return log_text;
}

unsigned test_count(const char *prefix)
{
    unsigned n = 0;
    for (const char *line = log_text; *line; line = strchr(line, '\n') + 1)
        n += !strncmp(line, prefix, strlen(prefix));
    return n;
}

void test_reset(void)
{
    log_text[0] = '\0';
    n_fails = wanted_lanes = waiting_lanes = 0;
    half_name[0] = '\0';
    apply_hook = NULL;
}

void test_forget(void)
{
    test_reset();
    n_world = 0;
}

void test_fail(const char *operation, const char *name)
{
    snprintf(fail_operation[n_fails], sizeof fail_operation[0], "%s", operation);
    snprintf(fail_name[n_fails++], sizeof fail_name[0], "%s", name);
}

void test_fail_half(const char *name)
{
    snprintf(half_name, sizeof half_name, "%s", name);
}

void test_rendezvous(unsigned lanes)
{
    wanted_lanes = lanes;
}

void test_on_apply(void (*f)(void))
{
    apply_hook = f;
}

static bool fails(const char *operation, const char *machine, const char *name)
{
    for (unsigned i = 0; i < n_fails; i++)
        if (!strcmp(fail_operation[i], operation) &&
            (fail_name[i][0] == '@' ? !strcmp(fail_name[i] + 1, machine) : !strcmp(fail_name[i], name)))
            return true;
    return false;
}

/* -- attributes -- */

static const char *text(const detour_value *object, const char *name)
{
    const detour_value *v = object ? host->attr(object, name) : NULL;
    return v && host->state(v) == DETOUR_KNOWN ? host->string(v).p : "";
}

static bool is_host(const struct detour_type *type)
{
    return !strcmp(type->name, "test_host");
}

static const char *machine_of(const struct detour_type *type, const detour_value *object)
{
    return text(object, is_host(type) ? "name" : "host");
}

static const detour_value *string(detour_call *call, const char *s)
{
    return host->make_string(call, (struct detour_str){s, strlen(s)});
}

/* -- the provider -- */

static void *provider_open(const struct detour_host *given, detour_call *call, const detour_value *config)
{
    (void)call;
    (void)config;
    host = given;
    return &world;
}

static struct detour_str provider_lane(void *self, detour_call *call, const struct detour_type *type,
                                       const detour_value *object)
{
    (void)self;
    const char *machine = machine_of(type, object);
    size_t n = strlen(machine);
    char *copy = host->alloc(call, n + 1);
    memcpy(copy, machine, n);
    return (struct detour_str){copy, n};
}

static void read_one(detour_call *call, struct detour_read *req, size_t i)
{
    bool data = req->type->flags & DETOUR_DATA;
    const detour_value *object = data ? req->config : req->prior;
    const char *machine = machine_of(req->type, object), *name = text(object, "name");
    const char *found = test_world(machine, name);
    if (fails("read", machine, name)) {
        host->fail(call, i, NULL, "Machine does not answer", "%s did not answer.", machine);
        return;
    }
    if (data) {
        static const char *const names[] = {"value", "found"};
        const detour_value *items[] = {found ? string(call, found) : host->null(call), host->make_bool(call, found)};
        req->state = host->with(call, object, names, items, 2);
    } else if (found) {
        static const char *const names[] = {"value", "size", "id"};
        char id[300];
        snprintf(id, sizeof id, "%s/%s", machine, name);
        const detour_value *items[] = {string(call, found), host->make_integer(call, (int64_t)strlen(found)),
                                       string(call, id)};
        static const char *const own[] = {"id"};
        const detour_value *own_items[] = {string(call, name)};
        req->state = is_host(req->type) ? host->with(call, object, own, own_items, 1)
                                        : host->with(call, object, names, items, *found ? 3 : 3);
    }
}

static void provider_read(void *self, detour_call *call, struct detour_read *reqs, size_t n)
{
    (void)self;
    pthread_mutex_lock(&lock);
    const detour_value *first = reqs[0].prior ? reqs[0].prior : reqs[0].config;
    record("read %s: %zu%s%s\n", machine_of(reqs[0].type, first), n,
           reqs[0].config && is_host(reqs[0].type) ? " at " : "",
           reqs[0].config && is_host(reqs[0].type) ? text(reqs[0].config, "address") : "");
    for (size_t i = 0; i < n; i++)
        read_one(call, &reqs[i], i);
    pthread_mutex_unlock(&lock);
}

static void plan_one(detour_call *call, struct detour_plan *req, size_t i)
{
    const char *name = text(req->proposed, "name");
    if (fails("plan", machine_of(req->type, req->proposed), name)) {
        host->fail(call, i, "value", "Bad value", "\"%s\" is not to the provider's liking.",
                   text(req->proposed, "value"));
        return;
    }
    if (is_host(req->type)) {
        static const char *const names[] = {"id"};
        const detour_value *items[] = {host->attr(req->proposed, "name")};
        req->planned = host->with(call, req->proposed, names, items, 1);
    } else if (req->prior && !host->equal(host->attr(req->prior, "value"), host->attr(req->proposed, "value"))) {
        static const char *const names[] = {"size"};
        const detour_value *items[] = {host->unknown(call)};
        req->planned = host->with(call, req->proposed, names, items, 1);
    }
}

static void provider_plan(void *self, detour_call *call, struct detour_plan *reqs, size_t n)
{
    (void)self;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < n; i++)
        plan_one(call, &reqs[i], i);
    pthread_mutex_unlock(&lock);
}

static void provider_review(void *self, detour_call *call, struct detour_review *reqs, size_t n)
{
    (void)self;
    pthread_mutex_lock(&lock);
    record("review %s: %zu\n", machine_of(reqs[0].type, reqs[0].planned ? reqs[0].planned : reqs[0].prior), n);
    for (size_t i = 0; i < n; i++) {
        const detour_value *object = reqs[i].planned ? reqs[i].planned : reqs[i].prior;
        if (fails("review", machine_of(reqs[i].type, object), text(object, "name")))
            host->consequence(call, i, DETOUR_RISK, "%s would also go", text(object, "name"));
    }
    pthread_mutex_unlock(&lock);
}

static void apply_one(detour_call *call, struct detour_apply *req, size_t i)
{
    const detour_value *object = req->planned ? req->planned : req->prior;
    const char *machine = machine_of(req->type, object), *name = text(object, "name");
    static const char *const symbols[] = {[DETOUR_CREATE] = "+", [DETOUR_UPDATE] = "~", [DETOUR_DELETE] = "-"};
    record(" %s%s", symbols[req->action], name);
    if (*text(req->config, "token"))
        record(" with %s", text(req->config, "token"));
    if (fails("apply", machine, name)) {
        host->fail(call, i, NULL, "It broke", "%s could not be done.", name);
        return;
    }
    const char *value = is_host(req->type) ? "host" : text(req->planned, "value");
    test_world_set(machine, name, req->action == DETOUR_DELETE ? NULL : value);
    if (req->action == DETOUR_DELETE) {
        req->state = NULL;
        return;
    }
    char id[300];
    snprintf(id, sizeof id, "%s/%s", machine, name);
    static const char *const names[] = {"id", "size"};
    const detour_value *items[] = {is_host(req->type) ? string(call, name) : string(call, id),
                                   host->make_integer(call, (int64_t)strlen(value))};
    req->state = host->with(call, req->planned, names, items, is_host(req->type) ? 1 : 2);
    if (!strcmp(half_name, name))
        host->fail(call, i, NULL, "Half done", "%s was begun, and not finished.", name);
}

static void provider_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n)
{
    (void)self;
    pthread_mutex_lock(&lock);
    if (apply_hook)
        apply_hook();
    waiting_lanes++;
    pthread_cond_broadcast(&met);
    while (waiting_lanes < wanted_lanes)
        pthread_cond_wait(&met, &lock);
    record("apply %s:", machine_of(reqs[0].type, reqs[0].planned ? reqs[0].planned : reqs[0].prior));
    for (size_t i = 0; i < n; i++)
        apply_one(call, &reqs[i], i);
    record("\n");
    pthread_mutex_unlock(&lock);
}

/* "MACHINE/NAME"; what no look can tell is taken from the configuration. */
static void import_one(detour_call *call, struct detour_import *req, size_t i)
{
    static const char *const kept[] = {"note", "secret", "address"};
    const char *slash = strchr(req->id.p, '/');
    struct detour_str keys[5];
    const detour_value *values[5];
    size_t n = 0;
    if (is_host(req->type) == (slash != NULL)) {
        host->fail(call, i, NULL, "Not an import id", "\"%s\" should be MACHINE/NAME.", req->id.p);
        return;
    }
    if (slash) {
        keys[n] = (struct detour_str){"host", 4};
        values[n++] = host->make_string(call, (struct detour_str){req->id.p, (size_t)(slash - req->id.p)});
    }
    keys[n] = (struct detour_str){"name", 4};
    values[n++] = string(call, slash ? slash + 1 : req->id.p);
    for (size_t k = 0; req->config && k < 3; k++) {
        const detour_value *v = host->attr(req->config, kept[k]);
        if (!v || host->state(v) != DETOUR_KNOWN)
            continue;
        keys[n] = (struct detour_str){kept[k], strlen(kept[k])};
        values[n++] = v;
    }
    req->state = host->make_map(call, keys, values, n);
}

static void provider_import(void *self, detour_call *call, struct detour_import *reqs, size_t n)
{
    (void)self;
    for (size_t i = 0; i < n; i++)
        import_one(call, &reqs[i], i);
}

static const struct detour_attribute host_attributes[] = {
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE, NULL},
    {"address", "string", DETOUR_OPTIONAL | DETOUR_CONNECTION, NULL},
    {"id", "string", DETOUR_COMPUTED, NULL},
    {0},
};

static const struct detour_attribute thing_attributes[] = {
    {"host", "string", DETOUR_REQUIRED | DETOUR_REPLACE, NULL},
    {"name", "string", DETOUR_REQUIRED | DETOUR_REPLACE, NULL},
    {"value", "string", DETOUR_OPTIONAL, NULL},
    {"note", "string", DETOUR_OPTIONAL | DETOUR_CREATE_ONLY, NULL},
    {"secret", "string", DETOUR_OPTIONAL | DETOUR_SENSITIVE, NULL},
    {"size", "number", DETOUR_COMPUTED, NULL},
    {"token", "string", DETOUR_OPTIONAL | DETOUR_WRITE_ONLY, NULL},
    {"id", "string", DETOUR_COMPUTED, NULL},
    {0},
};

static const struct detour_attribute lookup_attributes[] = {
    {"host", "string", DETOUR_REQUIRED, NULL},
    {"name", "string", DETOUR_REQUIRED, NULL},
    {"value", "string", DETOUR_COMPUTED, NULL},
    {"found", "bool", DETOUR_COMPUTED, NULL},
    {0},
};

static const struct detour_type types[] = {
    {.name = "test_host", .flags = DETOUR_ANCHOR, .attributes = host_attributes, .import_id = "web"},
    {.name = "test_thing", .attributes = thing_attributes, .import_id = "web/a"},
    {.name = "test_mending", .flags = DETOUR_MENDS, .attributes = thing_attributes},
    {.name = "test_lookup", .flags = DETOUR_DATA, .attributes = lookup_attributes},
    {0},
};

const struct detour_provider *test_provider(void)
{
    static const struct detour_provider provider = {
        .size = sizeof provider,
        .abi = DETOUR_ABI_VERSION,
        .name = "test",
        .types = types,
        .open = provider_open,
        .lane = provider_lane,
        .place = provider_lane,
        .read = provider_read,
        .plan = provider_plan,
        .review = provider_review,
        .apply = provider_apply,
        .import = provider_import,
    };
    return &provider;
}
