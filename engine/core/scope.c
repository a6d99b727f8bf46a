/* Names to values: var, local, module, data, resources, each, count, self, path and detour, for one frame. */
#include "core/run.h"

#include "base/gettext.h"

#include <stdlib.h>

struct frame frame_of(struct run *run, struct module *module, const struct module_copy *copy)
{
    return (struct frame){.run = run, .module = module, .copy = copy};
}

struct frame frame_of_call(struct run *run, const struct module *child, const struct module_copy *copy)
{
    return (struct frame){
        .run = run,
        .module = child->parent,
        .copy = copy->parent,
        .key = copy->addr->key,
        .each_value = copy->each_value,
        .repetition = child->repetition,
        .unknown_key = run->phase == PHASE_VALIDATE && child->repetition != REPEAT_NONE,
    };
}

struct frame frame_of_instance(struct run *run, const struct task *task, const struct module_copy *copy,
                               const struct group *group, const struct instance_of *inst)
{
    return (struct frame){
        .run = run,
        .module = task->node->module,
        .copy = copy,
        .key = inst->addr->key,
        .each_value = inst->each_value,
        .repetition = group->repetition,
        .unknown_key = run->phase == PHASE_VALIDATE && group->repetition != REPEAT_NONE,
    };
}

/* -- resources -- */

struct instance_of *group_find(const struct group *group, struct key key)
{
    size_t low = 0, high = group->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = key_cmp(group->v[middle].addr->key, key);
        if (order == 0)
            return &group->v[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* As it is now, before the plan: unknown where it is still to be made. */
static struct value value_before(const struct run *run, const struct task *task, const struct instance_of *inst)
{
    struct value before = run->plan->changes.v[inst->change - 1].before;
    return value_is_set(before) ? before : value_unknown(task->type->schema->implied);
}

static struct value value_of_instance(const struct run *run, const struct task *task, const struct instance_of *inst)
{
    if (run->as_before && inst->change)
        return value_before(run, task, inst);
    return value_exists(inst->value) ? inst->value : value_unknown(task->type->schema->implied);
}

static struct value gather(struct run *run, const struct task *task, const struct group *group)
{
    if (group->repetition == REPEAT_NONE)
        return group->n ? value_of_instance(run, task, &group->v[0]) : value_null(task->type->schema->implied);
    struct value *items = ARENA_ARRAY(run->arena, struct value, group->n);
    for (uint32_t i = 0; i < group->n; i++)
        items[i] = value_of_instance(run, task, &group->v[i]);
    if (group->repetition == REPEAT_COUNT)
        return value_tuple(items, group->n);
    struct str *names = ARENA_ARRAY(run->arena, struct str, group->n);
    for (uint32_t i = 0; i < group->n; i++)
        names[i] = group->v[i].addr->key.name;
    return value_object(run->arena, names, items, group->n);
}

/* The value of a whole resource: object, tuple (count) or object by key (for_each). */
static struct value group_value(struct run *run, const struct task *task, struct group *group)
{
    if (run->phase == PHASE_VALIDATE && group->repetition != REPEAT_NONE)
        return value_unknown(type_dynamic); /* how many there are is not known */
    if (run->as_before)
        return gather(run, task, group);
    if (!value_exists(group->all))
        group->all = gather(run, task, group);
    return group->all;
}

/* The literal key behind a reference as an instance key; false where it is of neither kind. */
static bool literal_key(const struct step *step, enum repetition repetition, struct key *key)
{
    if (!step || !step->key)
        return false;
    if (repetition == REPEAT_EACH && step->key->kind == EXPR_STRING) {
        *key = (struct key){.kind = KEY_STRING, .name = step->text};
        return true;
    }
    if (repetition != REPEAT_COUNT || step->key->kind != EXPR_NUMBER)
        return false;
    char *end, text[24];
    if (!step->text.n || step->text.n >= sizeof text)
        return false;
    memcpy(text, step->text.p, step->text.n);
    text[step->text.n] = '\0';
    *key = (struct key){.kind = KEY_INT, .index = strtoll(text, &end, 10)};
    return *end == '\0';
}

static struct value resource_value(struct frame *frame, const struct config_ref *ref, size_t *used)
{
    struct node *node = tree_node(frame->module, ref->resource);
    struct task *task = node->task;
    if (!task->groups)
        return value_unknown(type_dynamic);
    struct group *group = &task->groups[frame->copy->index];
    struct key key;
    if (frame->run->phase != PHASE_VALIDATE && literal_key(ref->key, group->repetition, &key)) {
        /* t.n[0]: one instance, without making the value of the whole */
        const struct instance_of *inst = group_find(group, key);
        if (inst) {
            ++*used;
            return value_of_instance(frame->run, task, inst);
        }
    }
    return group_value(frame->run, task, group);
}

/* -- modules -- */

static struct value output_of(const struct node *output, const struct module_copy *copy)
{
    struct value v = output->values ? output->values[copy->index] : (struct value){0};
    return value_exists(v) ? v : value_unknown(type_dynamic);
}

static struct value copy_value(struct run *run, const struct module *child, const struct module_copy *copy)
{
    size_t n = child->outputs.n;
    struct str *names = ARENA_ARRAY(run->arena, struct str, n);
    struct value *items = ARENA_ARRAY(run->arena, struct value, n);
    for (size_t i = 0; i < n; i++) {
        names[i] = ((const struct config_output *)child->outputs.v[i]->object)->name.text;
        items[i] = output_of(child->outputs.v[i], copy);
    }
    return value_object(run->arena, names, items, n);
}

static struct value module_value(struct run *run, const struct module *child, struct copy_range range)
{
    if (child->repetition == REPEAT_NONE)
        return copy_value(run, child, &child->copies[range.first]);
    struct value *items = ARENA_ARRAY(run->arena, struct value, range.n);
    for (uint32_t i = 0; i < range.n; i++)
        items[i] = copy_value(run, child, &child->copies[range.first + i]);
    if (child->repetition == REPEAT_COUNT)
        return value_tuple(items, range.n);
    struct str *names = ARENA_ARRAY(run->arena, struct str, range.n);
    for (uint32_t i = 0; i < range.n; i++)
        names[i] = child->copies[range.first + i].addr->key.name;
    return value_object(run->arena, names, items, range.n);
}

static const struct module_copy *copy_find(const struct module *child, struct copy_range range, struct key key)
{
    uint32_t low = range.first, high = range.first + range.n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = key_cmp(child->copies[middle].addr->key, key);
        if (order == 0)
            return &child->copies[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static struct value call_value(struct frame *frame, const struct config_ref *ref, size_t *used)
{
    const struct module *child = map_get(&frame->module->children, ref->call->name.text);
    if (!child || !child->of_parent)
        return value_unknown(type_dynamic);
    if (frame->run->phase == PHASE_VALIDATE && child->repetition != REPEAT_NONE)
        return value_unknown(type_dynamic);
    struct copy_range range = child->of_parent[frame->copy->index];
    const struct node *output = ref->output ? tree_node(child, ref->output) : NULL;
    struct key key;
    if (output && child->repetition == REPEAT_NONE && !ref->key) {
        ++*used;
        return output_of(output, &child->copies[range.first]);
    }
    if (output && literal_key(ref->key, child->repetition, &key)) {
        const struct module_copy *copy = copy_find(child, range, key);
        if (copy) {
            *used += 2;
            return output_of(output, copy);
        }
    }
    return module_value(frame->run, child, range);
}

/* -- the language's own names -- */

static enum scope_answer each_value(const struct frame *frame, struct eval *eval, const struct config_ref *ref,
                                    struct value *out)
{
    if (frame->repetition != REPEAT_EACH) {
        diag_error(eval->diags, ref->traversal->span, _("No each here"),
                   _("\"each\" can be used only in blocks that have a for_each argument."));
        return SCOPE_FAILED;
    }
    if (str_is(ref->name, "key"))
        *out = frame->unknown_key ? value_unknown(type_string) : value_string(frame->key.name);
    else
        *out = value_exists(frame->each_value) ? frame->each_value : value_unknown(type_dynamic);
    return SCOPE_FOUND;
}

static enum scope_answer count_value(const struct frame *frame, struct eval *eval, const struct config_ref *ref,
                                     struct value *out)
{
    if (frame->repetition != REPEAT_COUNT) {
        diag_error(eval->diags, ref->traversal->span, _("No count here"),
                   _("\"count.index\" can be used only in blocks that have a count argument."));
        return SCOPE_FAILED;
    }
    *out = frame->unknown_key ? value_unknown(type_number) : value_int(frame->key.index);
    return SCOPE_FOUND;
}

static enum scope_answer self_value(const struct frame *frame, struct eval *eval, const struct config_ref *ref,
                                    struct value *out)
{
    if (!value_exists(frame->self)) {
        diag_error(eval->diags, ref->traversal->span, _("No self here"),
                   _("\"self\" can be used only in postconditions, where the object exists already."));
        return SCOPE_FAILED;
    }
    *out = frame->self;
    return SCOPE_FOUND;
}

static struct value path_value(const struct frame *frame, struct str name)
{
    if (str_is(name, "module"))
        return value_string(frame->module->config->module->path);
    if (str_is(name, "root"))
        return value_string(frame->run->tree->root->config->module->path);
    char *cwd = realpath(".", NULL);
    struct value v = value_string_copy(frame->run->arena, str_c(cwd ? cwd : "."));
    free(cwd);
    return v;
}

static struct value detour_value_of(const struct frame *frame, struct str name)
{
    const struct session_options *options = &frame->run->session->options;
    if (str_is(name, "env"))
        return value_string(options->env.n ? options->env : STR("default"));
    return value_string(options->version);
}

static struct value of_node(const struct frame *frame, const void *object)
{
    const struct node *node = tree_node(frame->module, object);
    struct value v = node && node->values ? node->values[frame->copy->index] : (struct value){0};
    return value_exists(v) ? v : value_unknown(type_dynamic);
}

static enum scope_answer resolve(void *ctx, struct eval *eval, const struct traversal *traversal, size_t *used,
                                 struct value *out)
{
    struct frame *frame = ctx;
    struct config_ref ref;
    if (!config_ref_resolve(frame->module->config->module, traversal, &ref, NULL))
        return SCOPE_UNNAMED;
    *used = ref.used;
    switch (ref.kind) {
    case REF_VARIABLE:
        *out = of_node(frame, ref.variable);
        return SCOPE_FOUND;
    case REF_LOCAL:
        *out = of_node(frame, ref.local);
        return SCOPE_FOUND;
    case REF_RESOURCE:
        *out = resource_value(frame, &ref, used);
        return SCOPE_FOUND;
    case REF_CALL:
        *out = call_value(frame, &ref, used);
        return SCOPE_FOUND;
    case REF_EACH:
        return each_value(frame, eval, &ref, out);
    case REF_COUNT:
        return count_value(frame, eval, &ref, out);
    case REF_SELF:
        return self_value(frame, eval, &ref, out);
    case REF_PATH:
        *out = path_value(frame, ref.name);
        return SCOPE_FOUND;
    case REF_DETOUR:
        *out = detour_value_of(frame, ref.name);
        return SCOPE_FOUND;
    }
    return SCOPE_UNNAMED;
}

struct eval frame_eval(struct frame *frame, struct scope *scope, struct arena *arena)
{
    *scope = (struct scope){.resolve = resolve, .ctx = frame};
    return (struct eval){
        .arena = arena,
        .diags = frame->run->diags,
        .sources = frame->run->session->sources,
        .scope = scope,
        .funcs = frame->run->session->options.funcs,
        .base_dir = STR("."),
        .timestamp = frame->run->timestamp,
        .planning = frame->run->phase != PHASE_APPLY,
    };
}
