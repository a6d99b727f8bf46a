/*
 * reference: what the names in expressions mean inside one module, and which objects refer to which. Static: no values.
 */
#ifndef DETOUR_CONFIG_REFERENCE_H
#define DETOUR_CONFIG_REFERENCE_H

#include "config/config.h"
#include "value/path.h"

enum config_ref_kind {
    REF_VARIABLE, /* var.x */
    REF_LOCAL,    /* local.x */
    REF_RESOURCE, /* type.name, resource.type.name, data.type.name */
    REF_CALL,     /* module.x; `output` is set for module.x.y and module.x["k"].y */
    REF_EACH,     /* each.key, each.value: `name` */
    REF_COUNT,    /* count.index */
    REF_SELF,     /* self */
    REF_PATH,     /* path.module, path.root, path.cwd: `name` */
    REF_DETOUR,   /* detour.version: `name` */
};

struct config_ref {
    enum config_ref_kind kind;
    union { /* by kind */
        const struct config_variable *variable;
        const struct config_local *local;
        const struct config_resource *resource;
        const struct config_call *call;
    };
    const struct config_output *output;
    struct str name;
    size_t used; /* steps of the traversal that name the object: var.x 1, detour_data.a 1, data.t.n 2, self 0 */
    const struct step *key; /* the literal instance key right behind them, or NULL */
    const struct traversal *traversal;
};

/* What `traversal` refers to in `module`. False where there is no such thing: then a diagnostic is appended, unless
 * `diags` is NULL. Does not check whether each, count and self are allowed where it stands. */
bool config_ref_resolve(const struct config_module *module, const struct traversal *traversal, struct config_ref *out,
                        struct diags *diags);

/* What a reference is used for. */
enum config_use {
    USE_REPETITION,    /* count, for_each */
    USE_ARGUMENT,      /* the arguments, or the value */
    USE_DEPENDS_ON,    /* only the order matters */
    USE_CONDITION,     /* preconditions, validations, asserts: what must be known before the object's own turn */
    USE_POSTCONDITION, /* checked after the object */
    USE_TRIGGER,       /* replace_triggered_by */
    USE_PROTECTION,    /* prevent_destroy */
};

/* What the reference takes of its object: the attributes and constant keys behind it, up to the first that is no
 * constant. */
struct path config_ref_path(struct arena *arena, const struct config_ref *ref);

typedef void config_ref_visit(void *ctx, const struct config_ref *ref, enum config_use use);

/* Calls visit for each reference of the object that resolves in its module; others are passed over in silence. A call's
 * arguments are not among config_call_refs: each variable of the called module depends on the argument of its name
 * alone (config_expr_refs over body_attribute(call->args, name)->expr, in the caller's module). */
void config_expr_refs(const struct config_module *module, const struct expr *expr, enum config_use use,
                      config_ref_visit *visit, void *ctx);
void config_body_refs(const struct config_module *module, const struct body *body, config_ref_visit *visit, void *ctx);
void config_depends_refs(const struct config_module *module, struct config_traversals depends_on,
                         config_ref_visit *visit, void *ctx);
void config_variable_refs(const struct config_module *module, const struct config_variable *variable,
                          config_ref_visit *visit, void *ctx);
void config_output_refs(const struct config_module *module, const struct config_output *output, config_ref_visit *visit,
                        void *ctx);
void config_resource_refs(const struct config_module *module, const struct config_resource *resource,
                          config_ref_visit *visit, void *ctx);
void config_call_refs(const struct config_module *module, const struct config_call *call, config_ref_visit *visit,
                      void *ctx);

/* Reports every reference to something undeclared or out of place, arguments that called modules do not declare and
 * required ones left out, provider instances that do not exist. For validate and plan, once per run. `given`: provider
 * instances that whoever runs the configuration brings along: the root need not declare those. */
void config_check_references(const struct config *config, const struct config_provider_ref *given, size_t n,
                             struct diags *diags);

/* The same for one expression that stands in no block of the module (the console's). */
void config_check_expr(const struct config *config, const struct config_module *module, const struct expr *expr,
                       struct diags *diags);

#endif
