#include "script.h"
#include "base/rng.h"
#include "state/encode.h"
#include "value/path.h"
#include "value/json.h"

#include <stdio.h>
#include <stdlib.h>

#define PATH "dir/detour.state"

/* -- the steps -- */

struct maker {
    struct script *script;
    VEC(struct act) steps;
};

static const struct addr *addr(struct script *s, const char *text)
{
    struct diags diags = DIAGS_INIT(s->arena);
    const struct addr *a = addr_parse(s->addrs, s->sources, str_c(text), &diags);
    if (!a)
        abort();
    return a;
}

/* An object with what is hard to keep: a secret, a set, a null with a type, many digits, line breaks. */
static struct value value_of(struct arena *arena, const char *text, bool unknown_id)
{
    struct number big;
    number_parse(arena, STR("123456789012345678901234567890.125"), &big);
    struct value *pair = ARENA_ARRAY(arena, struct value, 2);
    pair[0] = value_string(STR("x"));
    pair[1] = value_string(str_c(text));
    const struct str names[] = {STR("id"), STR("input"), STR("none"), STR("number"), STR("set")};
    const struct value items[] = {
        unknown_id ? value_unknown(type_string) : value_string(arena_printf(arena, "id-%s", text)),
        value_mark(value_string(arena_printf(arena, "line \"%s\"\n\x01", text)), MARK_SENSITIVE),
        value_null(type_map(type_string)),
        value_number(big),
        value_set(arena, type_string, pair, 2),
    };
    struct value *kept = ARENA_ARRAY(arena, struct value, 5);
    memcpy(kept, items, sizeof items);
    return value_object(arena, names, kept, 5);
}

static struct state_object *object(struct script *s, const char *text)
{
    struct state_object *o = ARENA_NEW(s->arena, struct state_object);
    *o = (struct state_object){.provider = STR("detour"), .schema_version = 3, .private = STR("p\0q")};
    o->value = value_of(s->arena, text, false);
    const struct addr **depends = ARENA_ARRAY(s->arena, const struct addr *, 1);
    depends[0] = addr(s, "detour_data.base");
    o->depends = depends;
    o->n_depends = 1;
    return o;
}

static void add(struct maker *m, enum act_kind kind)
{
    vec_push(m->script->arena, &m->steps, ((struct act){.kind = kind}));
}

static void add_intents(struct maker *m, const struct intent *intents, size_t n)
{
    struct intent *copy = ARENA_ARRAY(m->script->arena, struct intent, n);
    memcpy(copy, intents, n * sizeof *copy);
    vec_push(m->script->arena, &m->steps, ((struct act){.kind = ACT_INTENTS, .intents = copy, .n = n}));
}

static void add_results(struct maker *m, const struct result *results, size_t n)
{
    struct result *copy = ARENA_ARRAY(m->script->arena, struct result, n);
    memcpy(copy, results, n * sizeof *copy);
    vec_push(m->script->arena, &m->steps, ((struct act){.kind = ACT_RESULTS, .results = copy, .n = n}));
}

static struct intent intent(struct script *s, const char *text, enum intent_action action, const char *deposed)
{
    struct intent i = {.addr = addr(s, text), .action = action, .deposed = str_c(deposed)};
    i.planned.provider = STR("detour");
    if (action != INTENT_DELETE)
        i.planned.value = value_of(s->arena, text, true);
    return i;
}

static struct result result(struct script *s, enum result_kind kind, const char *text, const char *deposed,
                            const char *content)
{
    struct result r = {.kind = kind, .addr = addr(s, text), .deposed = str_c(deposed)};
    if (content)
        r.object = object(s, content);
    return r;
}

static struct result output(struct script *s, const char *name, const char *content)
{
    return (struct result){.kind = RESULT_OUTPUT, .name = str_c(name), .value = value_of(s->arena, content, false)};
}

/* Two creates; one fails and leaves a tainted object. */
static void first_run(struct maker *m)
{
    struct script *s = m->script;
    add(m, ACT_OPEN);
    add(m, ACT_BEGIN);
    add_intents(m,
                (struct intent[]){intent(s, "detour_data.a", INTENT_CREATE, ""),
                                  intent(s, "detour_data.b[\"k\"]", INTENT_CREATE, ""),
                                  intent(s, "module.m[1].detour_data.c", INTENT_CREATE, "")},
                3);
    struct result tainted = result(s, RESULT_SET, "detour_data.b[\"k\"]", "", "b1");
    struct state_object *half = object(s, "b1");
    half->status = OBJECT_TAINTED;
    tainted.object = half;
    add_results(m, (struct result[]){result(s, RESULT_SET, "detour_data.a", "", "a1"), tainted}, 2);
    add_results(m, (struct result[]){result(s, RESULT_SET, "module.m[1].detour_data.c", "", "c1")}, 1);
    add_results(m, (struct result[]){output(s, "one", "o1"), output(s, "two", "o2")}, 2);
    add(m, ACT_CHECKPOINT);
    add(m, ACT_CLOSE);
}

/* A replacement in each order, a move, a removed output. */
static void second_run(struct maker *m)
{
    struct script *s = m->script;
    add(m, ACT_OPEN);
    add(m, ACT_BEGIN);
    struct result move = result(s, RESULT_MOVE, "detour_data.moved", "", NULL);
    move.from = addr(s, "module.m[1].detour_data.c");
    add_results(m, (struct result[]){move, result(s, RESULT_DEPOSE, "detour_data.a", "0000aaaa", NULL)}, 2);
    add_intents(m,
                (struct intent[]){intent(s, "detour_data.a", INTENT_CREATE, ""),
                                  intent(s, "detour_data.b[\"k\"]", INTENT_DELETE, "")},
                2);
    add_results(m, (struct result[]){result(s, RESULT_GONE, "detour_data.b[\"k\"]", "", NULL)}, 1);
    add_results(m, (struct result[]){result(s, RESULT_SET, "detour_data.a", "", "a2")}, 1);
    add_intents(m,
                (struct intent[]){intent(s, "detour_data.a", INTENT_DELETE, "0000aaaa"),
                                  intent(s, "detour_data.b[\"k\"]", INTENT_CREATE, "")},
                2);
    add_results(m,
                (struct result[]){result(s, RESULT_SET, "detour_data.b[\"k\"]", "", "b2"),
                                  {.kind = RESULT_OUTPUT_REMOVE, .name = STR("two")}},
                2);
    add(m, ACT_CLOSE); /* as if killed: the deposed object's deletion stays uncertain */
}

/* Takes over, settles what was uncertain, leaves something uncertain over a checkpoint. */
static void third_run(struct maker *m)
{
    struct script *s = m->script;
    add(m, ACT_OPEN);
    add(m, ACT_BEGIN);
    add_results(m, (struct result[]){result(s, RESULT_GONE, "detour_data.a", "0000aaaa", NULL)}, 1);
    add_intents(m,
                (struct intent[]){intent(s, "detour_data.moved", INTENT_UPDATE, ""),
                                  intent(s, "detour_data.new", INTENT_CREATE, "")},
                2);
    add_results(m, (struct result[]){result(s, RESULT_SET, "detour_data.moved", "", "c2")}, 1);
    add(m, ACT_CHECKPOINT);
    add(m, ACT_BEGIN);
    add_results(m, (struct result[]){result(s, RESULT_GONE, "detour_data.new", "", NULL), output(s, "one", "o3")}, 2);
    add(m, ACT_CHECKPOINT);
    add(m, ACT_CLOSE);
}

/* -- what to expect -- */

static void put(struct map *map, struct str name, struct strbuf *text)
{
    map_put(map, arena_str(map->arena, name), ARENA_NEW(map->arena, struct str));
    *(struct str *)map_get(map, name) = arena_str(map->arena, strbuf_str(text));
    strbuf_clear(text);
}

/* The type in full, since its number depends on the company. */
static void describe_value(struct strbuf *out, struct value v)
{
    if (value_exists(v))
        type_json_write(out, v.type);
}

/* As the state writes it, but with its secrets in plain text: their seals are never the same twice. */
static void describe_object(struct map *map, struct str name, const struct state_object *o)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    struct encoder encoder;
    struct addr nowhere = {.text = STR("nowhere")};
    struct paths marks = {0};
    if (!o)
        return;
    struct state_object bare = *o;
    if (value_exists(bare.value))
        bare.value = paths_unmark(map->arena, bare.value, &marks);
    describe_value(&out, o->value);
    vec_each (&marks.list, i)
        path_json_write(&out, marks.list.v[i].path);
    encoder_init(&encoder, NULL);
    encode_object(&encoder, &out, &nowhere, STR(""), &bare);
    put(map, name, &out);
    encoder_free(&encoder);
}

static void describe_intent(struct map *map, struct str place, const struct intent *i)
{
    if (i)
        describe_object(map, arena_printf(map->arena, "uncertain %s of %s", intent_action_name(i->action), place.p),
                        &i->planned);
}

static void describe_instance(struct map *map, const struct state_instance *in)
{
    describe_object(map, in->addr->text, in->object);
    describe_intent(map, in->addr->text, in->uncertain);
    vec_each (&in->deposed, i) {
        struct str name = arena_printf(map->arena, "%s deposed %.*s", in->addr->text.p, STR_ARG(in->deposed.v[i].key));
        describe_object(map, name, in->deposed.v[i].object);
        describe_intent(map, name, in->deposed.v[i].uncertain);
    }
}

struct map script_describe(struct arena *arena, struct snapshot *snapshot)
{
    struct map map = MAP_INIT(arena);
    size_t n;
    const struct state_instance *const *all = snapshot_sorted(snapshot, &n);
    for (size_t i = 0; i < n; i++)
        describe_instance(&map, all[i]);
    const struct state_output *outputs = snapshot_outputs(snapshot, &n);
    for (size_t i = 0; i < n; i++)
        describe_object(&map, arena_printf(arena, "output %.*s", STR_ARG(outputs[i].name)),
                        &(struct state_object){.value = outputs[i].value});
    return map;
}

static void apply_step(struct snapshot *mirror, const struct act *step)
{
    for (size_t i = 0; step->kind == ACT_INTENTS && i < step->n; i++)
        snapshot_intend(mirror, &step->intents[i]);
    for (size_t i = 0; step->kind == ACT_RESULTS && i < step->n; i++)
        if (!snapshot_apply(mirror, &step->results[i]))
            abort();
}

static void expect(struct script *s)
{
    struct snapshot *mirror = snapshot_new(s->addrs);
    s->expected = ARENA_ARRAY(s->arena, struct map, s->n + 1);
    for (size_t i = 0; i < s->n; i++) {
        s->expected[i] = script_describe(s->arena, mirror);
        apply_step(mirror, &s->steps[i]);
    }
    s->expected[s->n] = script_describe(s->arena, mirror);
    snapshot_free(mirror);
}

struct script *script_new(void)
{
    struct arena *arena = arena_new();
    struct script *s = ARENA_NEW(arena, struct script);
    *s = (struct script){.arena = arena, .addrs = addrs_new(), .sources = sources_new()};
    struct maker m = {.script = s};
    first_run(&m);
    second_run(&m);
    third_run(&m);
    s->steps = m.steps.v;
    s->n = m.steps.n;
    expect(s);
    return s;
}

void script_free(struct script *s)
{
    addrs_free(s->addrs);
    sources_free(s->sources);
    arena_free(s->arena);
}

/* -- running -- */

static struct store *open_store(const struct script *s, const struct vfs *vfs, struct diags *diags)
{
    return store_open(
        &(struct store_options){
            .vfs = vfs, .path = PATH, .addrs = s->addrs, .sources = s->sources, .operation = "test"},
        diags);
}

static bool run_step(const struct script *s, struct run *run, const struct act *step, const struct vfs *vfs,
                     struct diags *diags)
{
    switch (step->kind) {
    case ACT_OPEN:
        run->store = open_store(s, vfs, diags);
        return run->store != NULL;
    case ACT_BEGIN:
        return store_begin(run->store, diags);
    case ACT_INTENTS:
        return store_intents(run->store, step->intents, step->n, diags);
    case ACT_RESULTS:
        return store_results(run->store, step->results, step->n, diags);
    case ACT_CHECKPOINT:
        return store_checkpoint(run->store, diags);
    case ACT_CLOSE:
        store_close(run->store);
        run->store = NULL;
        return true;
    }
    return false;
}

struct run script_run(const struct script *s, const struct vfs *vfs, bool on)
{
    struct run run = {0};
    ARENA_AUTO arena = arena_new();
    for (size_t i = 0; i < s->n; i++) {
        struct diags diags = DIAGS_INIT(arena);
        bool ok = run_step(s, &run, &s->steps[i], vfs, &diags);
        if (!ok && !diags.n_errors) {
            fprintf(stderr, "step %zu failed without a diagnostic\n", i);
            abort();
        }
        run.failed += !ok;
        if (!ok && (!on || s->steps[i].kind == ACT_OPEN || s->steps[i].kind == ACT_BEGIN))
            break;
        if (!run.failed)
            run.done++;
        if (run.failed && (s->steps[i].kind == ACT_CHECKPOINT || s->steps[i].kind == ACT_CLOSE))
            break;
    }
    return run;
}

/* -- judging -- */

static bool same_text(const struct map *a, const struct map *b, struct str name)
{
    const struct str *left = map_get(a, name), *right = map_get(b, name);
    if (!left || !right)
        return left == right;
    return str_eq(*left, *right);
}

static bool allowed(const struct script *s, const struct map *got, struct str name, size_t from, size_t to)
{
    for (size_t i = from; i <= to && i <= s->n; i++)
        if (same_text(got, &s->expected[i], name))
            return true;
    const struct str *text = map_get(got, name);
    fprintf(stderr, "%.*s is neither as before nor as after: %.*s\n", STR_ARG(name),
            STR_ARG(text ? *text : STR("(gone)")));
    return false;
}

bool script_between(const struct script *s, const struct map *got, size_t from, size_t to, const char *what)
{
    bool ok = true;
    map_each (got, i)
        ok &= allowed(s, got, got->entries[i].key, from, to);
    for (size_t k = from; k <= to && k <= s->n; k++)
        map_each (&s->expected[k], i)
            if (!map_find(got, s->expected[k].entries[i].key))
                ok &= allowed(s, got, s->expected[k].entries[i].key, from, to);
    if (!ok)
        fprintf(stderr, "  … %s, steps %zu to %zu\n", what, from, to);
    return ok;
}

static void print_diags(const struct diags *diags)
{
    vec_each (&diags->list, i)
        fprintf(stderr, "%.*s: %.*s\n", STR_ARG(diags->list.v[i].summary), STR_ARG(diags->list.v[i].detail));
}

static bool reads_as(const struct script *s, const struct vfs *vfs, const struct map *wanted, struct str without)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct snapshot *snapshot =
        store_read(&(struct store_options){.vfs = vfs, .path = PATH, .addrs = s->addrs, .sources = s->sources}, &diags);
    if (!snapshot) {
        print_diags(&diags);
        return false;
    }
    struct map got = script_describe(arena, snapshot);
    bool ok = true;
    map_each (wanted, i)
        ok &= same_text(&got, wanted, wanted->entries[i].key);
    map_each (&got, i)
        ok &= str_eq(got.entries[i].key, without) || map_find(wanted, got.entries[i].key);
    snapshot_free(snapshot);
    return ok;
}

static bool continues(const struct script *s, struct store *store, const struct vfs *vfs, const struct map *got)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct str name = STR("detour_data.after");
    struct result r = {.kind = RESULT_SET,
                       .addr = addr((struct script *)s, name.p),
                       .object =
                           &(struct state_object){.provider = STR("detour"), .value = value_of(arena, "z", false)}};
    bool ok = store_begin(store, &diags) && store_results(store, &r, 1, &diags) && reads_as(s, vfs, got, name) &&
              store_checkpoint(store, &diags) && reads_as(s, vfs, got, name);
    if (!ok)
        print_diags(&diags);
    return ok;
}

bool script_recovers(const struct script *s, const struct vfs *vfs, size_t from, size_t to, const char *what)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct store *store = open_store(s, vfs, &diags);
    if (!store) {
        fprintf(stderr, "%s: the state cannot be opened any more\n", what);
        print_diags(&diags);
        return false;
    }
    struct map got = script_describe(arena, store_snapshot(store));
    bool ok = script_between(s, &got, from, to, what) && continues(s, store, vfs, &got);
    store_close(store);
    return ok;
}
