/* The whole provider on this machine, through the engine's own checks: `local = true`, in a folder of its own. */
#include "debian/provider.h"
#include "plan/proposed.h"
#include "instance.h"
#include "transport/transport.h"
#include "value/json.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

enum { MAX = 4 };

static struct arena *arena;
static struct registry *registry;
static struct instance instance;
static char folder[64];
static struct str owner;

struct object {
    const struct provider_type *type;
    struct value config, state;
    struct blob private;
    bool failed;
};

static void set_up(void)
{
    arena = arena_new();
    registry = registry_new();
    registry_add(registry, debian_provider());
    instance = instance_open(debian_provider());
    strcpy(folder, "/tmp/detour-debian-XXXXXX");
    cr_assert(mkdtemp(folder));
    owner = arena_printf(arena, "\"owner\": \"%u\", \"group\": \"%u\"", getuid(), getgid());
}

static void tear_down(void)
{
    cr_assert_eq(system(arena_printf(arena, "rm -rf %s", folder).p), 0);
    instance.provider->close(instance.self);
    registry_free(registry);
    arena_free(arena);
}

TestSuite(provider, .init = set_up, .fini = tear_down);

static struct object object(const char *type, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str text = arena_vprintf(arena, format, args);
    va_end(args);
    struct object o = {.type = registry_type(registry, ADDR_MANAGED, str_c(type))};
    struct value v;
    struct json_error error;
    struct path where;
    STRBUF_AUTO why = STRBUF_INIT(0);
    cr_assert(json_read(arena, text, &v, &error), "%s", error.why);
    cr_assert(schema_conform(arena, o.type->schema, v, &o.config, &where, &why), "%.*s", STR_ARG(strbuf_str(&why)));
    return o;
}

static struct object host(void)
{
    return object("debian_host", "{\"name\": \"here\", \"local\": true}");
}

static struct object file(const char *name, const char *content)
{
    return object("debian_file", "{\"host\": \"here\", \"path\": \"%s/%s\", \"content\": \"%s\", %.*s}", folder, name,
                  content, STR_ARG(owner));
}

static bool validates(const struct object *o)
{
    struct call *call = call_new(CALL_VALIDATE, &instance, 1);
    call_validate_add(call, o->type, o->config);
    call_run(call, NULL);
    bool ok = !call_failed(call, 0);
    call_free(call);
    return ok;
}

static struct value planned_of(struct object *o)
{
    struct call *call = call_new(CALL_PLAN, &instance, 1);
    struct planned planned;
    call_plan_add(call, o->type, o->state, o->config, proposed_value(arena, o->type->schema, o->config, o->state),
                  o->private);
    call_run(call, NULL);
    cr_assert(call_plan_take(call, 0, arena, &planned));
    call_free(call);
    return planned.value;
}

static void keep(struct object *o, struct value state, struct blob private)
{
    o->state = value_is_null(state) ? (struct value){0} : state;
    o->private = (struct blob){arena_str(arena, str_from(private.p, private.n)).p, private.n};
}

/* Applies all in one call; objects without configuration are destroyed. How many failed. */
static size_t apply(struct object *o, size_t n)
{
    struct call *call = call_new(CALL_APPLY, &instance, n);
    size_t failed = 0;
    for (size_t i = 0; i < n; i++) {
        bool gone = !value_exists(o[i].config);
        enum detour_action action = gone ? DETOUR_DELETE : value_exists(o[i].state) ? DETOUR_UPDATE : DETOUR_CREATE;
        call_apply_add(call, o[i].type, action, o[i].state, gone ? (struct value){0} : planned_of(&o[i]), o[i].config,
                       o[i].private);
    }
    call_run(call, NULL);
    for (size_t i = 0; i < n; i++) {
        struct value state;
        struct blob private;
        o[i].failed = !call_apply_take(call, i, arena, &state, &private);
        keep(&o[i], state, private);
        failed += o[i].failed;
    }
    call_free(call);
    return failed;
}

static void read_all(struct object *o, size_t n)
{
    struct call *call = call_new(CALL_READ, &instance, n);
    for (size_t i = 0; i < n; i++)
        call_read_add(call, o[i].type, o[i].state, (struct value){0}, o[i].private);
    call_run(call, NULL);
    for (size_t i = 0; i < n; i++) {
        struct value state;
        struct blob private;
        cr_assert(call_read_take(call, i, arena, &state, &private));
        keep(&o[i], state, private);
    }
    call_free(call);
}

static struct str text(const struct object *o, const char *attribute)
{
    struct value v = value_attr(o->state, str_c(attribute));
    return value_is_set(v) ? v.u.string : STR("(null)");
}

static void shell(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct str command = arena_vprintf(arena, format, args);
    va_end(args);
    cr_assert_eq(system(command.p), 0);
}

Test(provider, each_call_is_one_remote_execution)
{
    struct object o[MAX] = {host(), file("a", "one"), file("b", "two"), file("c", "")};
    unsigned long before = transport_executions();
    cr_assert_eq(apply(o, 1), 0);
    cr_assert_eq(apply(o + 1, 3), 0);
    cr_assert_eq(transport_executions() - before, 2);
    read_all(o, 4);
    cr_assert_eq(transport_executions() - before, 3);
    cr_assert(str_is(text(&o[0], "id"), "here") && text(&o[0], "machine_id").n > 6);
    for (size_t i = 0; i < 4; i++)
        cr_assert(value_same(o[i].state, planned_of(&o[i])), "object %zu: nothing to do", i);
}

Test(provider, drift_is_seen_and_repaired)
{
    struct object o[2] = {host(), file("it's", "one\\n")};
    cr_assert_eq(apply(o, 1) + apply(o + 1, 1), 0);
    shell("echo two >\"%s/it's\" && chmod 600 \"%s/it's\"", folder, folder);
    read_all(o, 2);
    cr_assert(str_is(text(&o[1], "content"), "two\n") && str_is(text(&o[1], "mode"), "0600"));
    cr_assert_eq(apply(o + 1, 1), 0);
    cr_assert(str_is(text(&o[1], "content"), "one\n") && str_is(text(&o[1], "mode"), "0644"));
    shell("rm \"%s/it's\"", folder);
    read_all(o, 2);
    cr_assert(!value_exists(o[1].state));
}

Test(provider, a_file_that_changed_since_is_left_alone)
{
    struct object o[2] = {host(), file("f", "one")};
    cr_assert_eq(apply(o, 1) + apply(o + 1, 1), 0);
    o[1].config = file("f", "two").config;
    shell("printf theirs >%s/f", folder);
    cr_assert_eq(apply(o + 1, 1), 1);
    cr_assert(str_is(text(&o[1], "content"), "theirs"), "the state has what is there");
    cr_assert_eq(apply(o + 1, 1), 0, "a new plan has seen it");
    cr_assert(str_is(text(&o[1], "content"), "two"));
}

Test(provider, one_failure_harms_no_other)
{
    struct object o[MAX] = {
        host(), file("no/folder", "x"), file("fine", "x"),
        object("debian_directory", "{\"host\": \"here\", \"path\": \"%s/d\", %.*s}", folder, STR_ARG(owner))};
    cr_assert_eq(apply(o, 1), 0);
    cr_assert_eq(apply(o + 1, 3), 1);
    cr_assert(o[1].failed && !value_exists(o[1].state));
    cr_assert(str_is(text(&o[2], "content"), "x") && str_is(text(&o[3], "mode"), "0755"));
    o[2].config = o[3].config = (struct value){0};
    cr_assert_eq(apply(o + 2, 2), 0);
    shell("test ! -e %s/fine && test ! -e %s/d", folder, folder);
}

Test(provider, bytes_that_are_no_text)
{
    struct object o[2] = {host(), object("debian_file",
                                         "{\"host\": \"here\", \"path\": \"%s/b\", \"content_base64\": \"AAH/\", %.*s}",
                                         folder, STR_ARG(owner))};
    cr_assert_eq(apply(o, 1) + apply(o + 1, 1), 0);
    shell("test \"$(od -An -tx1 %s/b)\" = ' 00 01 ff'", folder);
    shell("printf 'text' >%s/b", folder);
    read_all(o, 2);
    cr_assert(str_is(text(&o[1], "content_base64"), "dGV4dA=="));
}

Test(provider, what_is_wrong_is_said_before_anything_runs)
{
    static const char *const wrong[][2] = {
        {"debian_file", "{\"host\": \"h\", \"path\": \"etc/motd\", \"content\": \"\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/../motd\", \"content\": \"\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/\", \"content\": \"\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/motd\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/motd\", \"content\": \"\", \"source\": \"x\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/motd\", \"content\": \"\", \"mode\": \"rw\"}"},
        {"debian_file", "{\"host\": \"h\", \"path\": \"/etc/motd\", \"content_base64\": \"a\"}"},
        {"debian_host", "{\"name\": \"a b\", \"address\": \"x\"}"},
        {"debian_host", "{\"name\": \"a:b\", \"address\": \"x\"}"},
        {"debian_host", "{\"name\": \"a\"}"},
        {"debian_host", "{\"name\": \"a\", \"address\": \"x\", \"local\": true}"},
        {"debian_host", "{\"name\": \"a\", \"address\": \"x\", \"port\": 0}"},
        {"debian_host", "{\"name\": \"a\", \"address\": \"x\", \"host_key\": \"secret\"}"},
        {"debian_package", "{\"host\": \"h\", \"name\": \"--force\"}"},
        {"debian_package", "{\"host\": \"h\", \"name\": \"Nginx\"}"},
        {"debian_package", "{\"host\": \"h\", \"name\": \"nginx\", \"version\": \"1 2\"}"},
        {"debian_user", "{\"host\": \"h\", \"name\": \"a b\"}"},
        {"debian_user", "{\"host\": \"h\", \"name\": \"a\", \"comment\": \"a:b\"}"},
        {"debian_user", "{\"host\": \"h\", \"name\": \"a\", \"groups\": [\"-x\"]}"},
        {"debian_group", "{\"host\": \"h\", \"name\": \"\"}"},
        {"debian_service", "{\"host\": \"h\", \"name\": \"ngi nx\"}"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct object o = object(wrong[i][0], "%s", wrong[i][1]);
        cr_assert_not(validates(&o), "%s", wrong[i][1]);
    }
    struct object fine = host();
    cr_assert(validates(&fine));
}
