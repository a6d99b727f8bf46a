/*
 * debian_drive: plans and applies a list of objects through the debian provider and engine/provider's checks, without
 * the language and the core around them. For trying the provider on a machine, and for measuring it alone. debian_drive
 * [-n] STATE <objects.json Objects: [{"key": "web", "type": "debian_host", "level": 0, "config": {…}}, …]; level is the
 * dependency level. -n: plan only. Prints what it plans, its consequences, problems, the number of remote executions;
 * rewrites STATE. Exit status 1 on problems.
 */
#include "debian/provider.h"
#include "plan/proposed.h"
#include "instance.h"
#include "transport/transport.h"
#include "base/clock.h"
#include "value/json.h"

#include <stdio.h>
#include <stdlib.h>

struct object {
    struct str key;
    const struct provider_type *type;
    int64_t level;
    struct value config, prior, planned; /* type NULL: none */
    struct blob private;
    enum detour_action action;
    bool changes, failed;
};

static struct arena *arena;
static struct registry *registry;
static struct instance instance;
static VEC(struct object) objects;
static bool problems;

static struct str slurp(FILE *file)
{
    struct strbuf sb = STRBUF_INIT(0);
    char bytes[65536];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file));)
        strbuf_add(&sb, str_from(bytes, n));
    struct str all = arena_str(arena, strbuf_str(&sb));
    strbuf_free(&sb);
    return all;
}

static struct value parse(struct str text)
{
    struct value v;
    struct json_error error;
    if (!json_read(arena, text, &v, &error)) {
        fprintf(stderr, "json: %s at %zu\n", error.why, error.off);
        exit(2);
    }
    return v;
}

static struct str text_of(struct value object, const char *name)
{
    struct value v = value_attr(object, str_c(name));
    return value_exists(v) && value_is_set(v) ? v.u.string : STR("");
}

static struct value conform(const struct provider_type *type, struct value v)
{
    struct value out;
    struct path where;
    STRBUF_AUTO why = STRBUF_INIT(0);
    if (!schema_conform(arena, type->schema, v, &out, &where, &why)) {
        fprintf(stderr, "config: %.*s\n", STR_ARG(strbuf_str(&why)));
        exit(2);
    }
    return out;
}

static struct object *object_for(struct str key)
{
    vec_each (&objects, i)
        if (str_eq(objects.v[i].key, key))
            return &objects.v[i];
    vec_push(arena, &objects, (struct object){.key = key});
    return &objects.v[objects.n - 1];
}

static void take(struct value list, bool state)
{
    struct value_iter it = value_iter(list);
    struct value key, v;
    while (value_next(&it, &key, &v)) {
        struct object *o = object_for(text_of(v, "key"));
        o->type = registry_type(registry, ADDR_MANAGED, text_of(v, "type"));
        struct value level = value_attr(v, STR("level"));
        if (value_exists(level))
            number_to_int64(value_as_number(level), &o->level);
        *(state ? &o->prior : &o->config) = conform(o->type, value_attr(v, str_c(state ? "value" : "config")));
        struct str private = text_of(v, "private");
        if (private.n)
            o->private = (struct blob){private.p, private.n};
    }
}

static void tell(struct call *call, const struct object *const *of)
{
    const struct problem *p;
    for (size_t i = 0, n = call_problems(call, &p); i < n; i++) {
        problems = problems || p[i].severity == DIAG_ERROR;
        printf("%s %.*s (%.*s): %.*s\n%.*s\n", p[i].severity == DIAG_ERROR ? "ERROR" : "WARNING",
               STR_ARG(of[p[i].request]->key), STR_ARG(p[i].attribute), STR_ARG(p[i].summary), STR_ARG(p[i].detail));
    }
    const struct consequence *c;
    static const char *const levels[] = {"note", "RISK", "DANGER"};
    for (size_t i = 0, n = call_consequences(call, &c); i < n; i++)
        printf("   %s %.*s: %.*s\n", levels[c[i].risk.level], STR_ARG(of[c[i].request]->key), STR_ARG(c[i].risk.text));
}

static struct str lane_of_object(const struct object *o)
{
    struct call *call = call_new(CALL_LANE, &instance, 1);
    struct value v = value_exists(o->prior) ? o->prior : value_exists(o->planned) ? o->planned : o->config;
    struct str lane, place;
    call_lane(call, o->type, v, &lane, &place);
    lane = arena_str(arena, lane);
    call_free(call);
    return lane;
}

/* Runs one call of a kind for each lane, over the objects that `wanted` accepts. */
static void by_lane(enum call_kind kind, bool (*wanted)(const struct object *, int64_t), int64_t level,
                    void (*add)(struct call *, struct object *), void (*done)(struct call *, size_t, struct object *))
{
    bool *seen = arena_calloc(arena, objects.n + 1, 1);
    vec_each (&objects, i) {
        if (seen[i] || !wanted(&objects.v[i], level))
            continue;
        struct str lane = lane_of_object(&objects.v[i]);
        struct object **of = ARENA_ARRAY(arena, struct object *, objects.n);
        struct call *call = call_new(kind, &instance, objects.n);
        size_t n = 0;
        for (size_t j = i; j < objects.n; j++) {
            if (seen[j] || !wanted(&objects.v[j], level) || !str_eq(lane_of_object(&objects.v[j]), lane))
                continue;
            seen[j] = true;
            of[n++] = &objects.v[j];
            add(call, &objects.v[j]);
        }
        call_run(call, NULL);
        for (size_t j = 0; j < n; j++)
            done(call, j, of[j]);
        tell(call, (const struct object *const *)of);
        call_free(call);
    }
}

static bool has_prior(const struct object *o, int64_t level)
{
    (void)level;
    return value_exists(o->prior);
}

static void add_read(struct call *call, struct object *o)
{
    bool anchor = o->type->anchor && value_exists(o->config);
    call_read_add(call, o->type, o->prior, anchor ? o->config : (struct value){0}, o->private);
}

static void done_read(struct call *call, size_t i, struct object *o)
{
    struct value state;
    struct blob private;
    if (!call_read_take(call, i, arena, &state, &private)) {
        o->failed = true;
        return;
    }
    if (value_is_null(state))
        printf("gone %.*s\n", STR_ARG(o->key));
    else if (!value_same(state, o->prior))
        printf("drift %.*s\n", STR_ARG(o->key));
    o->prior = value_is_null(state) ? (struct value){0} : state;
    o->private = (struct blob){arena_str(arena, str_from(private.p, private.n)).p, private.n};
}

static void show(const struct object *o)
{
    STRBUF_AUTO a = STRBUF_INIT(0);
    const char *verbs[] = {"create", "update", "delete"};
    printf("%s %.*s\n", verbs[o->action], STR_ARG(o->key));
    for (size_t i = 0; o->action == DETOUR_UPDATE && i < o->type->schema->n_attrs; i++) {
        struct str name = o->type->schema->attrs[i].name;
        if (value_same(value_attr(o->prior, name), value_attr(o->planned, name)))
            continue;
        strbuf_clear(&a);
        json_write(&a, value_attr(o->prior, name), JSON_COMPACT);
        strbuf_lit(&a, " -> ");
        json_write(&a, value_attr(o->planned, name), JSON_COMPACT);
        printf("     %.*s: %.*s\n", STR_ARG(name), (int)(a.n < 200 ? a.n : 200), a.p);
    }
}

static bool plan_one(struct object *o)
{
    struct call *call = call_new(CALL_VALIDATE, &instance, 1);
    const struct object *of[] = {o};
    call_validate_add(call, o->type, o->config);
    call_run(call, NULL);
    tell(call, of);
    bool ok = !call_failed(call, 0);
    call_free(call);
    if (!ok)
        return false;
    call = call_new(CALL_PLAN, &instance, 1);
    call_plan_add(call, o->type, o->prior, o->config, proposed_value(arena, o->type->schema, o->config, o->prior),
                  o->private);
    call_run(call, NULL);
    struct planned planned;
    ok = call_plan_take(call, 0, arena, &planned);
    tell(call, of);
    o->planned = planned.value;
    call_free(call);
    return ok;
}

static void plan_object(struct object *o)
{
    if (o->failed || (!value_exists(o->config) && !value_exists(o->prior)))
        return;
    if (!value_exists(o->config)) {
        o->action = DETOUR_DELETE;
        o->changes = true;
    } else if (!plan_one(o)) {
        o->failed = true;
        return;
    } else {
        o->action = value_exists(o->prior) ? DETOUR_UPDATE : DETOUR_CREATE;
        o->changes = o->action == DETOUR_CREATE || !value_same(o->prior, o->planned);
    }
    if (o->changes)
        show(o);
}

static bool is_changing(const struct object *o, int64_t level)
{
    (void)level;
    return o->changes && !o->failed;
}

static struct value planned_of(const struct object *o)
{
    return o->action == DETOUR_DELETE ? (struct value){0} : o->planned;
}

static void add_review(struct call *call, struct object *o)
{
    call_review_add(call, o->type, o->action, o->prior, planned_of(o), o->private);
}

static void done_review(struct call *call, size_t i, struct object *o)
{
    struct blob private;
    o->failed = !call_review_take(call, i, arena, &private);
    o->private = (struct blob){arena_str(arena, str_from(private.p, private.n)).p, private.n};
}

static bool at_level(const struct object *o, int64_t level)
{
    return o->changes && !o->failed && (o->action == DETOUR_DELETE ? -1 - o->level : o->level) == level;
}

static void add_apply(struct call *call, struct object *o)
{
    call_apply_add(call, o->type, o->action, o->prior, planned_of(o), o->config, o->private);
}

static void done_apply(struct call *call, size_t i, struct object *o)
{
    struct value state;
    struct blob private;
    o->failed = !call_apply_take(call, i, arena, &state, &private);
    o->prior = value_is_null(state) ? (struct value){0} : state;
    o->private = (struct blob){arena_str(arena, str_from(private.p, private.n)).p, private.n};
}

static void write_state(const char *path)
{
    STRBUF_AUTO sb = STRBUF_INIT(0);
    strbuf_lit(&sb, "[");
    vec_each (&objects, i) {
        struct object *o = &objects.v[i];
        if (!value_exists(o->prior))
            continue;
        strbuf_printf(&sb,
                      "%s\n{\"key\": \"%.*s\", \"type\": \"%.*s\", \"level\": %d, \"private\": \"%.*s\", \"value\": ",
                      sb.n > 1 ? "," : "", STR_ARG(o->key), STR_ARG(o->type->name), (int)o->level, (int)o->private.n,
                      (const char *)o->private.p);
        json_write(&sb, o->prior, JSON_COMPACT);
        strbuf_lit(&sb, "}");
    }
    strbuf_lit(&sb, "\n]\n");
    FILE *file = fopen(path, "w");
    fwrite(sb.p, 1, sb.n, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    bool only_plan = argc > 2 && strcmp(argv[1], "-n") == 0;
    const char *state = argv[argc - 1];
    arena = arena_new();
    registry = registry_new();
    registry_add(registry, debian_provider());
    instance = instance_open(debian_provider());
    FILE *file = fopen(state, "r");
    if (file) {
        take(parse(slurp(file)), true);
        fclose(file);
    }
    take(parse(slurp(stdin)), false);
    uint64_t start = clock_monotonic_ns();
    by_lane(CALL_READ, has_prior, 0, add_read, done_read);
    uint64_t read = clock_monotonic_ns();
    unsigned long reads = transport_executions();
    vec_each (&objects, i)
        plan_object(&objects.v[i]);
    by_lane(CALL_REVIEW, is_changing, 0, add_review, done_review);
    uint64_t reviewed = clock_monotonic_ns();
    unsigned long reviews = transport_executions() - reads;
    for (int64_t level = -10; level < 10 && !only_plan; level++)
        by_lane(CALL_APPLY, at_level, level, add_apply, done_apply);
    printf("executions: read %lu, review %lu, apply %lu; ms: read %.0f, plan and review %.0f, apply %.0f\n", reads,
           reviews, transport_executions() - reads - reviews, (double)(read - start) / 1e6,
           (double)(reviewed - read) / 1e6, (double)(clock_monotonic_ns() - reviewed) / 1e6);
    if (!only_plan)
        write_state(state);
    instance.provider->close(instance.self);
    registry_free(registry);
    arena_free(arena);
    return problems;
}
