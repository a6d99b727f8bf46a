/* count and for_each: which instances there are. */
#include "core/run.h"

#include "base/gettext.h"
#include "value/print.h"

enum { COUNT_MAX = 1000000 };

/* -- count -- */

static bool count_usable(struct frame *frame, struct value v, struct span at, struct str object)
{
    const char *why = NULL;
    if (value_has_secret(v))
        why =
            _("The value is sensitive, and the number of instances would give it away. Use nonsensitive() where it is "
              "no secret.");
    else if (!value_is_known(v))
        why = _("The value is known only after apply, so the number of instances cannot be planned. Use something that "
                "is known already, or apply what it depends on first, with -target.");
    else if (value_is_null(v))
        why = _("The value is null. A whole number, zero or more, is required.");
    if (!why)
        return true;
    struct diag *d = diag_error(frame->run->diags, at, _("Invalid count"), "%s", why);
    d->object = arena_str(frame->run->diags->arena, object);
    return false;
}

static bool count_number(struct frame *frame, struct value v, struct span at, struct str object, int64_t *n)
{
    struct run *run = frame->run;
    if (number_to_int64(value_as_number(v), n) && *n >= 0 && *n <= COUNT_MAX)
        return true;
    struct diag *d =
        diag_error(run->diags, at, _("Invalid count"), _("The value is %.*s. A whole number from 0 to %d is required."),
                   STR_ARG(value_brief(run->arena, v, 60)), COUNT_MAX);
    d->object = arena_str(run->diags->arena, object);
    return false;
}

static bool expand_count(struct frame *frame, const struct expr *expr, struct str object, struct expansion *out)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    eval.object = object;
    size_t errors = run->diags->n_errors;
    struct value v = eval_expr_as(&eval, expr, type_number);
    if (run->diags->n_errors > errors || !count_usable(frame, v, expr->span, object))
        return false;
    int64_t n;
    if (!count_number(frame, v, expr->span, object, &n))
        return false;
    *out = (struct expansion){.repetition = REPEAT_COUNT, .n = (size_t)n};
    out->keys = ARENA_ARRAY(run->arena, struct key, out->n);
    for (int64_t i = 0; i < n; i++)
        out->keys[i] = (struct key){.kind = KEY_INT, .index = i};
    return true;
}

/* -- for_each -- */

/* Why the value cannot be iterated, or NULL. */
static const char *each_refused(struct value v)
{
    if (v.marks & MARK_SENSITIVE)
        return _("The value is sensitive, and the keys of instances would give it away. Use nonsensitive() where they "
                 "are no secret.");
    bool wrong = v.type->kind != TYPE_SET && v.type != type_dynamic && !type_is_keyed(v.type);
    if (!value_is_known(v) && !wrong)
        return _(
            "The keys are known only after apply, so the instances cannot be planned. Use keys that are written in "
            "the configuration, and leave what is unknown to the values.");
    if (value_is_null(v))
        return _("The value is null. A map, an object or a set of strings is required.");
    if (type_is_keyed(v.type))
        return NULL;
    if (wrong)
        return v.type->kind == TYPE_TUPLE || v.type->kind == TYPE_LIST
                   ? _("The value is a list. A map, an object or a set of strings is required: toset() makes a set of "
                       "a "
                       "list of strings.")
                   : _("A map, an object or a set of strings is required.");
    if (v.n && v.type->elem != type_string)
        return _("The value is a set, but not of strings. Strings are required, since they name the instances.");
    if (!value_wholly_known(v))
        return _("The set holds strings that are known only after apply, so the instances cannot be planned. Use a map "
                 "with keys that are written in the configuration.");
    for (size_t i = 0; i < v.n; i++)
        if (value_is_null(v.u.items[i]))
            return _("The set holds null, which names no instance.");
    return NULL;
}

static bool each_usable(struct frame *frame, struct value v, struct span at, struct str object)
{
    const char *why = each_refused(v);
    if (!why)
        return true;
    struct diag *d = diag_error(frame->run->diags, at, _("Invalid for_each"), "%s", why);
    d->object = arena_str(frame->run->diags->arena, object);
    return false;
}

static bool expand_each(struct frame *frame, const struct expr *expr, struct str object, struct expansion *out)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    eval.object = object;
    size_t errors = run->diags->n_errors;
    struct value v = eval_expr(&eval, expr), key, item;
    if (run->diags->n_errors > errors)
        return false;
    if (!each_usable(frame, v, expr->span, object))
        return false;
    size_t n = v.type->kind == TYPE_OBJECT ? v.type->n : v.n;
    *out = (struct expansion){.repetition = REPEAT_EACH, .n = n};
    out->keys = ARENA_ARRAY(run->arena, struct key, n);
    out->values = ARENA_ARRAY(run->arena, struct value, n);
    size_t i = 0;
    for (struct value_iter it = value_iter(v); value_next(&it, &key, &item); i++) {
        out->keys[i] = (struct key){.kind = KEY_STRING, .name = key.u.string};
        out->values[i] = item;
    }
    return true;
}

/* While validating: whether what is written there can be used, as far as it is known. */
static bool expand_check(struct frame *frame, const struct expr *count, const struct expr *for_each, struct str object)
{
    struct run *run = frame->run;
    struct scope scope;
    struct eval eval = frame_eval(frame, &scope, run->arena);
    int64_t n;
    eval.object = object;
    size_t errors = run->diags->n_errors;
    struct value v = count ? eval_expr_as(&eval, count, type_number) : eval_expr(&eval, for_each);
    bool iterable = v.type == type_dynamic || v.type->kind == TYPE_SET || type_is_keyed(v.type);
    if (run->diags->n_errors > errors || (!value_wholly_known(v) && (count || iterable)))
        return true; /* the plan knows more */
    if (count)
        return value_has_secret(v) ||
               (count_usable(frame, v, count->span, object) && count_number(frame, v, count->span, object, &n));
    return each_usable(frame, v, for_each->span, object);
}

bool expand(struct frame *frame, const struct expr *count, const struct expr *for_each, struct str object,
            struct expansion *out)
{
    static const struct value unknown_each = {0};
    struct run *run = frame->run;
    *out = (struct expansion){.repetition = REPEAT_NONE, .n = 1};
    if (run->phase == PHASE_VALIDATE && (count || for_each)) {
        /* one instance stands for all; the expression itself is still checked */
        if (!expand_check(frame, count, for_each, object))
            return false;
        out->repetition = count ? REPEAT_COUNT : REPEAT_EACH;
    } else if (count) {
        return expand_count(frame, count, object, out);
    } else if (for_each) {
        return expand_each(frame, for_each, object, out);
    }
    out->keys = ARENA_ARRAY(run->arena, struct key, 1);
    out->values = ARENA_ARRAY(run->arena, struct value, 1);
    out->values[0] = unknown_each;
    return true;
}

/* -- modules -- */

void expand_root(struct run *run)
{
    struct module *root = run->tree->root;
    root->copies = ARENA_NEW(run->arena, struct module_copy);
    root->copies[0].addr = root->plain;
    root->n_copies = 1;
}

static void add_copies(struct run *run, struct module *child, const struct module_copy *parent,
                       const struct expansion *found)
{
    child->of_parent[parent->index] = (struct copy_range){child->n_copies, (uint32_t)found->n};
    for (size_t i = 0; i < found->n; i++, child->n_copies++)
        child->copies[child->n_copies] = (struct module_copy){
            .addr = addr_module(run->session->addrs, parent->addr, child->config->call->name.text, found->keys[i]),
            .parent = parent,
            .each_value = found->values ? found->values[i] : (struct value){0},
            .index = child->n_copies};
}

bool expand_call(struct run *run, struct node *node)
{
    struct module *child = node->child, *parent = node->module;
    const struct config_call *call = node->object;
    if (!child)
        return true; /* could not be loaded: reported */
    child->repetition = call->count ? REPEAT_COUNT : call->for_each ? REPEAT_EACH : REPEAT_NONE;
    struct str object = arena_printf(run->arena, "module.%.*s", STR_ARG(call->name.text));
    struct expansion *found = ARENA_ARRAY(run->arena, struct expansion, parent->n_copies);
    size_t n = 0;
    for (uint32_t i = 0; i < parent->n_copies; n += found[i++].n) {
        struct frame frame = frame_of(run, parent, &parent->copies[i]);
        if (!expand(&frame, call->count, call->for_each, object, &found[i]))
            return false;
    }
    child->of_parent = ARENA_ARRAY(run->arena, struct copy_range, parent->n_copies);
    child->copies = ARENA_ARRAY(run->arena, struct module_copy, n);
    child->n_copies = 0;
    for (uint32_t i = 0; i < parent->n_copies; i++)
        add_copies(run, child, &parent->copies[i], &found[i]);
    return true;
}

/* -- resources -- */

static void fill_group(struct run *run, const struct task *task, const struct module_copy *copy,
                       const struct expansion *found, struct group *group)
{
    *group = (struct group){.n = (uint32_t)found->n, .repetition = found->repetition};
    group->v = ARENA_ARRAY(run->arena, struct instance_of, found->n);
    for (size_t i = 0; i < found->n; i++) {
        group->v[i].addr = addr_resource(run->session->addrs, copy->addr, task->config->mode, task->config->type.text,
                                         task->config->name.text, found->keys[i]);
        if (found->values)
            group->v[i].each_value = found->values[i];
    }
}

bool expand_task(struct run *run, struct task *task)
{
    struct module *module = task->node->module;
    const struct config_resource *config = task->config;
    task->groups = ARENA_ARRAY(run->arena, struct group, module->n_copies);
    struct str object = {0};
    if (config->count || config->for_each)
        object = instance_object(run->arena, task, NULL);
    for (uint32_t i = 0; i < module->n_copies; i++) {
        struct frame frame = frame_of(run, module, &module->copies[i]);
        struct expansion found;
        if (!expand(&frame, config->count, config->for_each, object, &found))
            return false;
        fill_group(run, task, &module->copies[i], &found, &task->groups[i]);
    }
    return true;
}
