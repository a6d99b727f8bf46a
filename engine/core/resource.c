/* A resource's body to its configured value, and that to what the provider plans. */
#include "core/run.h"

#include "base/gettext.h"
#include "plan/proposed.h"
#include "value/print.h"

#include <stdarg.h>

struct str instance_object(struct arena *arena, const struct task *task, const struct addr *addr)
{
    if (addr)
        return addr->text;
    return arena_printf(arena, "%s \"%.*s\" \"%.*s\"", task->config->mode == ADDR_DATA ? "data" : "resource",
                        STR_ARG(task->config->type.text), STR_ARG(task->config->name.text));
}

static bool validate_config(struct run *run, const struct task *task, const struct instance_of *inst,
                            struct value config)
{
    if (!task->slot->instance.provider->validate || !task->slot->opened)
        return true;
    struct about about = {.addr = inst->addr, .task = task};
    struct call *call = call_new(CALL_VALIDATE, &task->slot->instance, 1);
    call_tag(call, call_validate_add(call, task->type, config), &about);
    call_run(call, NULL);
    bool ok = !call_failed(call, 0);
    report_call(run, call);
    call_free(call);
    return ok;
}

bool instance_config(struct frame *frame, const struct task *task, const struct instance_of *inst, struct arena *arena,
                     struct value *config)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, arena);
    eval.object = inst->addr->text;
    size_t errors = run->diags->n_errors;
    *config = eval_body(&eval, task->config->args, task->type->schema, NULL, 0);
    return run->diags->n_errors == errors && !ephemeral_refused_object(run, task, eval.object, *config) &&
           validate_config(run, task, inst, *config);
}

/* -- ignore_changes -- */

static struct value keep_at(struct arena *arena, struct value config, struct value prior, struct path path);

static struct value keep_attr(struct arena *arena, struct value config, struct value prior, struct path path,
                              struct str name)
{
    int at = type_attr(config.type, name);
    struct value was = value_attr(prior, name);
    if (at < 0 || !value_exists(was))
        return config;
    struct value *items = ARENA_ARRAY(arena, struct value, config.type->n);
    memcpy(items, config.u.items, config.type->n * sizeof *items);
    items[at] = keep_at(arena, items[at], was, (struct path){path.steps + 1, path.n - 1});
    return value_mark(proposed_object(arena, config, items), config.marks);
}

/* The element under the key as it was: also gone, or there, as it was. */
static struct value keep_key(struct arena *arena, struct value config, struct value prior, struct path path,
                             struct str name)
{
    struct str *keys = ARENA_ARRAY(arena, struct str, config.n + 1);
    struct value *items = ARENA_ARRAY(arena, struct value, config.n + 1);
    struct value was = value_map_get(prior, name);
    size_t n = 0;
    bool met = false;
    for (size_t i = 0; i < config.n; i++) {
        bool here = str_eq(config.u.map.keys[i], name);
        met |= here;
        if (here && !value_exists(was))
            continue;
        keys[n] = config.u.map.keys[i];
        items[n++] = here ? keep_at(arena, config.u.map.items[i], was, (struct path){path.steps + 1, path.n - 1})
                          : config.u.map.items[i];
    }
    if (!met && value_exists(was)) {
        keys[n] = name;
        items[n++] = was;
    }
    return value_mark(value_map(arena, config.type->elem, keys, items, n), config.marks);
}

static struct value keep_item(struct arena *arena, struct value config, struct value prior, struct path path,
                              int64_t index)
{
    if (index < 0 || (uint64_t)index >= config.n || (uint64_t)index >= prior.n)
        return config;
    struct value *items = ARENA_ARRAY(arena, struct value, config.n);
    memcpy(items, config.u.items, config.n * sizeof *items);
    items[index] = keep_at(arena, items[index], prior.u.items[index], (struct path){path.steps + 1, path.n - 1});
    struct value kept =
        config.type->kind == TYPE_LIST ? value_list(config.type->elem, items, config.n) : value_tuple(items, config.n);
    return value_mark(kept, config.marks);
}

static struct value keep_at(struct arena *arena, struct value config, struct value prior, struct path path)
{
    if (path.n == 0)
        return prior;
    if (!value_is_set(config) || !value_is_set(prior))
        return config;
    const struct path_step *step = path.steps;
    bool attr = step->kind == PATH_ATTR;
    struct str name = attr ? step->name : step->index.type == type_string ? step->index.u.string : (struct str){0};
    if (config.type->kind == TYPE_OBJECT && prior.type->kind == TYPE_OBJECT && name.n)
        return keep_attr(arena, config, prior, path, name);
    if (config.type->kind == TYPE_MAP && prior.type == config.type && name.n)
        return keep_key(arena, config, prior, path, name);
    int64_t index;
    if (!attr && type_is_sequence(config.type) && type_is_sequence(prior.type) && step->index.type == type_number &&
        number_to_int64(value_as_number(step->index), &index))
        return keep_item(arena, config, prior, path, index);
    return config;
}

static struct value keep_all(struct arena *arena, const struct task *task, struct value config, struct value prior)
{
    /* computed attributes that nobody sets stay with the provider */
    struct value *items = ARENA_ARRAY(arena, struct value, config.type->n);
    for (size_t i = 0; i < config.type->n; i++) {
        const struct schema_attr *attr = schema_attr(task->type->schema, config.type->names[i]);
        struct value was = value_attr(prior, config.type->names[i]);
        bool computed = attr && (attr->flags & (SCHEMA_REQUIRED | SCHEMA_OPTIONAL)) == 0;
        items[i] = computed || !value_exists(was) ? config.u.items[i] : was;
    }
    return proposed_object(arena, config, items);
}

/* -- create-only attributes -- */

void change_note(struct run *run, struct change *change, enum risk_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    struct risk risk = {level, arena_vprintf(run->plan->arena, format, args)};
    va_end(args);
    vec_push(run->plan->arena, &change->risks, risk);
}

static struct value keep_create_only(struct run *run, const struct task *task, struct value config, struct value prior,
                                     struct change *change)
{
    const struct schema *schema = task->type->schema;
    for (size_t i = 0; i < schema->n_attrs; i++) {
        const struct schema_attr *attr = &schema->attrs[i];
        if (!(attr->flags & SCHEMA_CREATE_ONLY))
            continue;
        struct value now = value_attr(config, attr->name), was = value_attr(prior, attr->name);
        if (!value_exists(was) || value_is_null(now) || value_same(now, was))
            continue;
        struct path_step step = {.kind = PATH_ATTR, .name = attr->name};
        config = keep_at(run->scratch, config, prior, (struct path){&step, 1});
        if (change)
            change_note(run, change, RISK_NOTE,
                        _("%.*s is used when the object is created; its change is ignored from then on"),
                        STR_ARG(attr->name));
    }
    return config;
}

struct value config_hold_back(struct run *run, const struct task *task, struct value config, struct value prior,
                              struct change *change)
{
    const struct config_lifecycle *lifecycle = task->config->lifecycle;
    if (!value_is_set(prior) || !value_is_set(config))
        return config;
    if (lifecycle->ignore_all)
        config = keep_all(run->scratch, task, config, prior);
    for (size_t i = 0; i < lifecycle->n_ignore_changes; i++)
        config = keep_at(run->scratch, config, prior, lifecycle->ignore_changes[i].path);
    if (task->type->has_create_only)
        config = keep_create_only(run, task, config, prior, change);
    return config;
}

/* -- asking the provider -- */

static struct value bare(struct arena *arena, struct value v)
{
    if (!value_exists(v) || (!v.marks && !(v.deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL))))
        return v;
    return value_unmark_deep(arena, v);
}

bool plan_object(struct run *run, const struct about *about, struct value prior, struct value config,
                 struct blob private_in, struct arena *arena, struct planned *out)
{
    struct session *session = run->session;
    const struct task *task = about->task;
    struct value proposed =
        proposed_value(run->scratch, task->type->schema, bare(run->scratch, config), bare(run->scratch, prior));
    if (!session->plan_call)
        session->plan_call = call_new(CALL_PLAN, &task->slot->instance, 1);
    else
        call_reset(session->plan_call, &task->slot->instance, 1);
    struct call *call = session->plan_call;
    call_tag(call, call_plan_add(call, task->type, prior, config, proposed, private_in), (void *)(uintptr_t)about);
    if (run->phase != PHASE_VALIDATE)
        call_run(call, NULL);
    bool ok = call_plan_take(call, 0, arena, out);
    report_call(run, call);
    return ok;
}
