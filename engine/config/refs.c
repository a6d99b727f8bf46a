/* refs: which objects an object refers to, for the graph. */
#include "config/reference.h"
#include "eval/refs.h"

struct visitor {
    const struct config_module *module;
    enum config_use use;
    config_ref_visit *visit;
    void *ctx;
};

static void visit_traversal(void *ctx, const struct traversal *traversal)
{
    const struct visitor *v = ctx;
    struct config_ref ref;
    if (config_ref_resolve(v->module, traversal, &ref, NULL))
        v->visit(v->ctx, &ref, v->use);
}

void config_expr_refs(const struct config_module *module, const struct expr *expr, enum config_use use,
                      config_ref_visit *visit, void *ctx)
{
    struct visitor v = {module, use, visit, ctx};
    if (expr)
        refs_expr(expr, visit_traversal, &v);
}

void config_body_refs(const struct config_module *module, const struct body *body, config_ref_visit *visit, void *ctx)
{
    struct visitor v = {module, USE_ARGUMENT, visit, ctx};
    refs_body(body, visit_traversal, &v);
}

void config_depends_refs(const struct config_module *module, struct config_traversals depends_on,
                         config_ref_visit *visit, void *ctx)
{
    struct visitor v = {module, USE_DEPENDS_ON, visit, ctx};
    for (size_t i = 0; i < depends_on.n; i++)
        visit_traversal(&v, depends_on.v[i]);
}

static void condition_refs(const struct config_module *module, struct config_conditions conditions, enum config_use use,
                           config_ref_visit *visit, void *ctx)
{
    for (size_t i = 0; i < conditions.n; i++) {
        config_expr_refs(module, conditions.v[i].condition, use, visit, ctx);
        config_expr_refs(module, conditions.v[i].error_message, use, visit, ctx);
    }
}

void config_variable_refs(const struct config_module *module, const struct config_variable *variable,
                          config_ref_visit *visit, void *ctx)
{
    condition_refs(module, variable->validations, USE_CONDITION, visit, ctx);
}

void config_output_refs(const struct config_module *module, const struct config_output *output, config_ref_visit *visit,
                        void *ctx)
{
    config_expr_refs(module, output->value, USE_ARGUMENT, visit, ctx);
    config_depends_refs(module, output->depends_on, visit, ctx);
    condition_refs(module, output->preconditions, USE_CONDITION, visit, ctx);
}

static void lifecycle_refs(const struct config_module *module, const struct config_lifecycle *l,
                           config_ref_visit *visit, void *ctx)
{
    if (!l->header.file)
        return;
    config_expr_refs(module, l->prevent_destroy, USE_PROTECTION, visit, ctx);
    for (size_t i = 0; i < l->n_replace_triggered_by; i++)
        config_expr_refs(module, l->replace_triggered_by[i], USE_TRIGGER, visit, ctx);
    condition_refs(module, l->preconditions, USE_CONDITION, visit, ctx);
    condition_refs(module, l->postconditions, USE_POSTCONDITION, visit, ctx);
}

void config_resource_refs(const struct config_module *module, const struct config_resource *resource,
                          config_ref_visit *visit, void *ctx)
{
    config_expr_refs(module, resource->count, USE_REPETITION, visit, ctx);
    config_expr_refs(module, resource->for_each, USE_REPETITION, visit, ctx);
    config_body_refs(module, resource->args, visit, ctx);
    config_depends_refs(module, resource->depends_on, visit, ctx);
    lifecycle_refs(module, resource->lifecycle, visit, ctx);
}

void config_call_refs(const struct config_module *module, const struct config_call *call, config_ref_visit *visit,
                      void *ctx)
{
    config_expr_refs(module, call->count, USE_REPETITION, visit, ctx);
    config_expr_refs(module, call->for_each, USE_REPETITION, visit, ctx);
    config_depends_refs(module, call->depends_on, visit, ctx);
    lifecycle_refs(module, call->lifecycle, visit, ctx);
}
