/* Variables, locals, outputs and provider blocks: their values in each copy of the module. */
#include "core/run.h"

#include "base/gettext.h"

static struct value *values_room(struct run *run, struct node *node)
{
    if (!node->values)
        node->values = ARENA_ARRAY(run->arena, struct value, node->module->n_copies);
    return node->values;
}

/* -- variables -- */

static struct value unknown_variable(const struct config_variable *variable)
{
    struct value v = value_unknown(type_without_optional(variable->type));
    return variable->sensitive ? value_mark(v, MARK_SENSITIVE) : v;
}

static bool root_variable(struct run *run, const struct config_variable *variable, struct value *out)
{
    const struct config_input *input = map_get(&run->session->inputs, variable->name.text);
    bool validating = run->phase == PHASE_VALIDATE;
    *out = validating || !input || !value_exists(input->value) ? unknown_variable(variable) : input->value;
    return validating || (input && value_exists(input->value));
}

static bool child_variable(struct run *run, struct module *module, const struct module_copy *copy,
                           const struct config_variable *variable, struct value *out)
{
    const struct config_call *call = module->config->call;
    const struct attribute *argument = body_attribute(call->args, variable->name.text);
    struct frame frame = frame_of_call(run, module, copy);
    struct scope scope;
    struct eval eval = frame_eval(&frame, &scope, run->arena);
    eval.object = copy->addr->text;
    size_t errors = run->diags->n_errors;
    struct value given = argument ? eval_expr(&eval, argument->expr) : (struct value){0};
    struct span at = argument ? argument->expr->span : call->header;
    struct str who = arena_printf(run->scratch, "%.*s.%.*s", STR_ARG(copy->addr->text), STR_ARG(variable->name.text));
    return run->diags->n_errors == errors &&
           config_variable_value(run->arena, variable, given, at, who, run->diags, out);
}

static bool variable_node(struct run *run, struct node *node)
{
    const struct config_variable *variable = node->object;
    struct module *module = node->module;
    struct value *values = values_room(run, node);
    struct str text = arena_printf(run->arena, "var.%.*s", STR_ARG(variable->name.text));
    for (uint32_t i = 0; i < module->n_copies; i++) {
        const struct module_copy *copy = &module->copies[i];
        if (!(module->parent ? child_variable(run, module, copy, variable, &values[i])
                             : root_variable(run, variable, &values[i])))
            return false;
        if (!variable->validations.n)
            continue;
        struct frame frame = frame_of(run, module, copy);
        struct str instance = arena_printf(run->arena, "%.*s%s%.*s", STR_ARG(copy->addr->text),
                                           copy->addr->text.n ? "." : "", STR_ARG(text));
        if (!conditions_check(&frame, variable->validations, CHECK_VARIABLE, text, instance, NULL,
                              _("Invalid value for variable")))
            return false;
    }
    return true;
}

/* -- locals -- */

static bool local_node(struct run *run, struct node *node)
{
    const struct config_local *local = node->object;
    struct value *values = values_room(run, node);
    size_t errors = run->diags->n_errors;
    struct str object = arena_printf(run->scratch, "local.%.*s", STR_ARG(local->name.text));
    for (uint32_t i = 0; i < node->module->n_copies; i++) {
        struct frame frame = frame_of(run, node->module, &node->module->copies[i]);
        struct scope scope;
        struct eval eval = frame_eval(&frame, &scope, run->arena);
        eval.object = object;
        values[i] = eval_expr(&eval, local->expr);
    }
    return run->diags->n_errors == errors;
}

/* -- outputs -- */

static bool output_shown(struct run *run, const struct node *node, const struct config_output *output, struct value v)
{
    if (output->sensitive || !value_has_secret(v) || node->module->parent)
        return true;
    diag_error(
        run->diags, output->value->span, _("Output refers to a sensitive value"),
        _("The value of output \"%.*s\" holds something sensitive, and outputs of the root module are shown. Write "
          "sensitive = true in the block to keep it hidden, or nonsensitive() around what is no secret."),
        STR_ARG(output->name.text));
    return false;
}

/* What a test says the output is; what it does not say is null. */
static void overridden_output(const struct node *node, const struct config_output *output, struct value *values)
{
    struct value given = node->module->override->values, v = {0};
    if (value_is_set(given))
        v = value_attr(given, output->name.text);
    v = value_exists(v) ? v : value_null(type_dynamic);
    for (uint32_t i = 0; i < node->module->n_copies; i++)
        values[i] = output->sensitive ? value_mark(v, MARK_SENSITIVE) : v;
}

static bool output_node(struct run *run, struct node *node)
{
    const struct config_output *output = node->object;
    struct value *values = values_room(run, node);
    if (node->module->override) {
        overridden_output(node, output, values);
        return true;
    }
    size_t errors = run->diags->n_errors;
    struct str text = arena_printf(run->arena, "output.%.*s", STR_ARG(output->name.text));
    for (uint32_t i = 0; i < node->module->n_copies; i++) {
        const struct module_copy *copy = &node->module->copies[i];
        struct frame frame = frame_of(run, node->module, copy);
        struct scope scope;
        struct eval eval = frame_eval(&frame, &scope, run->arena);
        eval.object = text;
        struct str instance = arena_printf(run->arena, "%.*s%s%.*s", STR_ARG(copy->addr->text),
                                           copy->addr->text.n ? "." : "", STR_ARG(text));
        if (output->preconditions.n && !conditions_check(&frame, output->preconditions, CHECK_OUTPUT, text, instance,
                                                         NULL, _("Output precondition failed")))
            return false;
        values[i] = eval_expr(&eval, output->value);
        if (output->sensitive)
            values[i] = value_mark(values[i], MARK_SENSITIVE);
        if (run->diags->n_errors == errors && !ephemeral_refused_output(run, output, values[i]))
            output_shown(run, node, output, values[i]);
    }
    return run->diags->n_errors == errors;
}

/* -- providers -- */

static bool provider_config(struct run *run, struct provider_slot *slot, struct value *config)
{
    struct module *module = slot->module;
    if (slot->given)
        *config = slot->given->config;
    if (!slot->block || !module->n_copies)
        return true;
    struct frame frame = frame_of(run, module, &module->copies[0]);
    struct scope scope;
    struct eval eval = frame_eval(&frame, &scope, run->scratch);
    eval.object = arena_printf(run->scratch, "provider \"%.*s\"", STR_ARG(slot->block->name.text));
    size_t errors = run->diags->n_errors;
    *config = eval_body(&eval, slot->block->args, registry_config_schema(run->session->options.registry, slot->real),
                        NULL, 0);
    return run->diags->n_errors == errors;
}

static void report_open(struct run *run, const struct provider_slot *slot, const struct call *call)
{
    const struct problem *list;
    size_t n = call_problems(call, &list);
    struct span header = slot->block ? slot->block->header : (struct span){0};
    for (size_t i = 0; i < n; i++) {
        struct path_step step = {.kind = PATH_ATTR, .name = list[i].attribute};
        struct span at = slot->block && list[i].attribute.n
                             ? eval_body_span(slot->block->args, (struct path){&step, 1}, header)
                             : header;
        struct diag *d = (list[i].severity == DIAG_ERROR ? diag_error : diag_warning)(run->diags, at, "", "%.*s",
                                                                                      STR_ARG(list[i].detail));
        d->summary = arena_str(run->diags->arena, list[i].summary);
        d->object = arena_printf(run->diags->arena, "provider \"%.*s\"", STR_ARG(slot->instance.key));
    }
}

static bool open_with(struct run *run, struct provider_slot *slot, struct value config)
{
    const struct detour_provider *provider = slot->instance.provider;
    if (slot->opened && provider->close)
        provider->close(slot->instance.self);
    struct call *call = call_new(CALL_OPEN, &slot->instance, 0);
    slot->instance.self = call_open(call, config);
    slot->opened = slot->instance.self != NULL;
    slot->failed = !slot->opened;
    slot->known = !value_exists(config) || value_wholly_known(config);
    report_open(run, slot, call);
    if (slot->failed && !diags_failed(run->diags))
        diag_error(run->diags, slot->block ? slot->block->header : (struct span){0}, _("Provider did not start"),
                   _("Provider \"%.*s\" did not start, and did not say why. This is a bug in the provider."),
                   STR_ARG(slot->instance.key));
    call_free(call);
    return slot->opened;
}

bool provider_open(struct run *run, struct provider_slot *slot)
{
    struct value config = {0};
    if (slot->opened && slot->known)
        return true;
    if (slot->failed && run->phase != PHASE_VALIDATE)
        return false;
    if (!provider_config(run, slot, &config)) {
        slot->failed = true;
        return false;
    }
    if (run->phase == PHASE_VALIDATE && value_exists(config) && !value_wholly_known(config))
        return true;
    if (slot->opened && value_exists(config) && !value_wholly_known(config))
        return true; /* no wiser than before */
    return open_with(run, slot, config);
}

bool evaluate_value_node(struct run *run, struct node *node)
{
    switch ((enum node_kind)node->kind) {
    case NODE_VARIABLE:
        return variable_node(run, node);
    case NODE_LOCAL:
        return local_node(run, node);
    case NODE_OUTPUT:
        return output_node(run, node);
    case NODE_CALL:
        return expand_call(run, node);
    case NODE_PROVIDER:
        return provider_open(run, node->slot);
    case NODE_MODULE_END:
    case NODE_RESOURCE:
        break;
    }
    return true;
}
