/* check: every reference of a configuration, and what module calls pass. */
#include "config/check.h"
#include "config/decode.h"
#include "config/reference.h"
#include "eval/refs.h"

/* Where an expression stands. */
struct place {
    const struct config *config;
    const struct config_module *module;
    struct diags *diags;
    bool each, count, self;              /* which of them have a meaning here */
    bool repetition;                     /* inside count or for_each themselves */
    const struct config_resource *owner; /* the resource that must not refer to itself, or NULL */
    const struct config_check *check;    /* the check whose scoped data source is visible */
};

static void check_each(const struct place *p, const struct config_ref *ref, const char *object, const char *argument)
{
    if (p->repetition)
        diag_error(p->diags, ref->traversal->span,
                   arena_printf(p->diags->arena, _("Invalid \"%s\" reference"), object).p,
                   _("\"%s\" is what \"%s\" makes, so it cannot be used in it."), object, argument);
    else
        diag_error(p->diags, ref->traversal->span,
                   arena_printf(p->diags->arena, _("Invalid \"%s\" reference"), object).p,
                   _("\"%s\" can be used only in resource, data and module blocks that have the argument \"%s\"."),
                   object, argument);
}

static void check_self(const struct place *p, const struct config_ref *ref)
{
    diag_error(p->diags, ref->traversal->span, _("Invalid \"self\" reference"),
               _("\"self\" can be used only in postconditions."));
}

static void missing_key(const struct place *p, const struct config_ref *ref, const char *object, const char *argument)
{
    struct str rest = sources_text(p->config->sources, ref->traversal->steps[ref->used].span);
    const char *key = strcmp(argument, "count") == 0 ? "0" : "\"key\"";
    diag_error(p->diags, ref->traversal->span, _("Missing instance key"),
               _("%s is repeated by %s: name one instance, %s[%s]%.*s, or take the values of all."), object, argument,
               object, key, STR_ARG(rest));
}

static void unexpected_key(const struct place *p, const struct config_ref *ref, const char *object)
{
    struct span at = span_join(ref->traversal->root.span, ref->key->span);
    diag_error(p->diags, at, _("Unexpected instance key"),
               _("%s has neither count nor for_each, so there is only one of it: remove the key %.*s."), object,
               STR_ARG(sources_text(p->config->sources, ref->key->span)));
}

/* Whether the key, or its absence, fits count and for_each. */
static void check_key(const struct place *p, const struct config_ref *ref, const struct expr *count,
                      const struct expr *for_each, struct str object)
{
    const struct traversal *t = ref->traversal;
    const char *name = arena_str(p->diags->arena, object).p;
    if (ref->key && !count && !for_each)
        unexpected_key(p, ref, name);
    else if ((count || for_each) && ref->used < t->n_steps && !ref->key)
        missing_key(p, ref, name, count ? "count" : "for_each");
}

static void check_resource_ref(const struct place *p, const struct config_ref *ref)
{
    const struct config_resource *r = ref->resource;
    struct span at = ref->traversal->span;
    if (r == p->owner) {
        diag_error(p->diags, at, _("Self-referential block"), _("%.*s cannot refer to itself.%s"), STR_ARG(r->key),
                   p->self ? _(" In a postcondition, write self for its own values.") : "");
        return;
    }
    if (r->check && r->check != p->check) {
        diag_error(p->diags, at, _("Reference to scoped data source"),
                   _("%.*s belongs to the check \"%.*s\" and can be used only in it."), STR_ARG(r->key),
                   STR_ARG(r->check->name.text));
        return;
    }
    if ((!r->count && !r->for_each && !ref->key))
        return;
    check_key(p, ref, r->count, r->for_each, r->key);
}

static void check_call_ref(const struct place *p, const struct config_ref *ref)
{
    const struct config_call *call = ref->call;
    if (ref->output && ref->output->deprecated.n)
        diag_warning(p->diags, ref->traversal->span, _("Deprecated output"), "%.*s", STR_ARG(ref->output->deprecated));
    if (call->count || call->for_each || ref->key)
        check_key(p, ref, call->count, call->for_each,
                  arena_printf(p->diags->arena, "module.%.*s", STR_ARG(call->name.text)));
}

static void check_ref(const struct place *p, const struct config_ref *ref)
{
    if (ref->kind == REF_RESOURCE)
        check_resource_ref(p, ref);
    else if (ref->kind == REF_CALL)
        check_call_ref(p, ref);
    else if (ref->kind == REF_EACH && !p->each)
        check_each(p, ref, "each", "for_each");
    else if (ref->kind == REF_COUNT && !p->count)
        check_each(p, ref, "count", "count");
    else if (ref->kind == REF_SELF && !p->self)
        check_self(p, ref);
}

static void check_traversal(void *ctx, const struct traversal *traversal)
{
    const struct place *p = ctx;
    struct config_ref ref;
    if (config_ref_resolve(p->module, traversal, &ref, p->diags))
        check_ref(p, &ref);
}

static void check_expr(const struct place *p, const struct expr *expr)
{
    if (expr)
        refs_expr(expr, check_traversal, (void *)p);
}

void config_check_expr(const struct config *config, const struct config_module *module, const struct expr *expr,
                       struct diags *diags)
{
    check_expr(&(struct place){.config = config, .module = module, .diags = diags}, expr);
}

static void count_name(void *ctx, const struct traversal *traversal)
{
    (void)traversal;
    ++*(size_t *)ctx;
}

/* A condition without any name is always true or always false. */
static void check_condition(const struct place *p, const struct config_condition *c)
{
    size_t names = 0;
    refs_expr(c->condition, count_name, &names);
    if (!names && c->condition->kind != EXPR_INVALID)
        diag_error(p->diags, c->condition->span, _("Invalid condition"),
                   _("The condition must refer to something in the configuration, or else it checks nothing."));
    check_expr(p, c->condition);
    check_expr(p, c->error_message);
}

static void check_conditions(const struct place *p, struct config_conditions conditions)
{
    for (size_t i = 0; i < conditions.n; i++)
        check_condition(p, &conditions.v[i]);
}

/* depends_on names whole objects. */
static void check_dependency(const struct place *p, const struct traversal *t)
{
    struct config_ref ref;
    if (!config_ref_resolve(p->module, t, &ref, p->diags))
        return;
    size_t whole = ref.used + (ref.key != NULL) + (ref.output != NULL);
    bool object = ref.kind == REF_RESOURCE || ref.kind == REF_CALL || ref.kind == REF_VARIABLE || ref.kind == REF_LOCAL;
    if (!object || whole < t->n_steps)
        diag_error(p->diags, object ? t->steps[whole].span : t->span, _("Invalid depends_on"),
                   object ? _("depends_on names whole objects: remove this and what follows it.")
                          : _("depends_on names objects: resources, data sources, modules."));
    else if (ref.kind == REF_RESOURCE && ref.resource == p->owner)
        check_resource_ref(p, &ref);
}

static void check_depends_on(const struct place *p, struct config_traversals depends_on)
{
    for (size_t i = 0; i < depends_on.n; i++)
        check_dependency(p, depends_on.v[i]);
}

/* -- the blocks -- */

static void note_own(void *ctx, const struct config_ref *ref, enum config_use use)
{
    (void)use;
    const struct config_variable **own = ctx;
    if (ref->kind == REF_VARIABLE && ref->variable == *own)
        *own = NULL;
}

static void check_variable(const struct place *p, const struct config_variable *variable)
{
    size_t from = p->diags->list.n;
    for (size_t i = 0; i < variable->validations.n; i++) {
        const struct config_condition *c = &variable->validations.v[i];
        const struct config_variable *own = variable;
        check_expr(p, c->condition);
        check_expr(p, c->error_message);
        config_expr_refs(p->module, c->condition, USE_CONDITION, note_own, &own);
        if (own && c->condition->kind != EXPR_INVALID)
            diag_error(p->diags, c->condition->span, _("Invalid validation condition"),
                       _("The condition must look at var.%.*s, the value that it is to judge."),
                       STR_ARG(variable->name.text));
    }
    words_object(p->config->sources, p->diags, from, variable->header);
}

static void self_local(void *ctx, const struct config_ref *ref, enum config_use use)
{
    (void)use;
    const struct place *p = ((void **)ctx)[0];
    const struct config_local *local = ((void **)ctx)[1];
    if (ref->kind == REF_LOCAL && ref->local == local)
        diag_error(p->diags, ref->traversal->span, _("Self-referential local value"),
                   _("local.%.*s cannot refer to itself."), STR_ARG(local->name.text));
}

static void check_local(const struct place *p, const struct config_local *local)
{
    void *ctx[] = {(void *)p, (void *)local};
    check_expr(p, local->expr);
    config_expr_refs(p->module, local->expr, USE_ARGUMENT, self_local, ctx);
}

static void check_output(const struct place *p, const struct config_output *output)
{
    size_t from = p->diags->list.n;
    check_expr(p, output->value);
    check_depends_on(p, output->depends_on);
    check_conditions(p, output->preconditions);
    words_object(p->config->sources, p->diags, from, output->header);
}

/* The leftmost expression that indexes and attributes are taken from. */
static const struct expr *base_of(const struct expr *expr)
{
    for (;;) {
        if (expr->kind == EXPR_INDEX)
            expr = expr_index(expr)->collection;
        else if (expr->kind == EXPR_RELATIVE)
            expr = expr_relative(expr)->source;
        else
            return expr;
    }
}

static void check_trigger(const struct place *p, const struct expr *expr)
{
    struct config_ref ref;
    const struct expr *base = base_of(expr);
    size_t errors = p->diags->n_errors;
    check_expr(p, expr);
    if (p->diags->n_errors > errors || base->kind == EXPR_INVALID)
        return;
    bool resource = base->kind == EXPR_TRAVERSAL &&
                    config_ref_resolve(p->module, &expr_traversal(base)->traversal, &ref, NULL) &&
                    ref.kind == REF_RESOURCE && ref.resource->mode == ADDR_MANAGED;
    if (!resource)
        diag_error(p->diags, expr->span, _("Invalid replace_triggered_by"),
                   _("An element of replace_triggered_by is a managed resource or one of its attributes. To replace "
                     "on another change, keep the value in a detour_data resource and name that."));
}

static void check_lifecycle(struct place p, const struct config_lifecycle *l)
{
    if (!l->header.file)
        return;
    check_expr(&p, l->prevent_destroy);
    for (size_t i = 0; i < l->n_replace_triggered_by; i++)
        check_trigger(&p, l->replace_triggered_by[i]);
    check_conditions(&p, l->preconditions);
    p.self = true;
    check_conditions(&p, l->postconditions);
}

static void check_repetition(struct place p, const struct expr *count, const struct expr *for_each)
{
    p.each = p.count = false;
    p.repetition = true;
    check_expr(&p, count);
    check_expr(&p, for_each);
}

static void check_resource(const struct place *outer, const struct config_resource *r)
{
    size_t from = outer->diags->list.n;
    struct place p = *outer;
    p.owner = r;
    p.check = r->check;
    check_repetition(p, r->count, r->for_each);
    p.each = r->for_each != NULL;
    p.count = r->count != NULL;
    refs_body(r->args, check_traversal, &p);
    check_depends_on(&p, r->depends_on);
    check_lifecycle(p, r->lifecycle);
    words_object(outer->config->sources, outer->diags, from, r->header);
}

static void check_call_block(const struct place *outer, const struct config_call *call)
{
    size_t from = outer->diags->list.n;
    struct place p = *outer;
    check_repetition(p, call->count, call->for_each);
    p.each = call->for_each != NULL;
    p.count = call->count != NULL;
    refs_body(call->args, check_traversal, &p);
    check_depends_on(&p, call->depends_on);
    check_lifecycle(p, call->lifecycle);
    if (call->module)
        check_call_arguments(call, p.diags);
    words_object(outer->config->sources, outer->diags, from, call->header);
}

static void check_import(const struct place *outer, const struct config_import *import)
{
    size_t from = outer->diags->list.n;
    struct place p = *outer;
    if (outer->module != outer->config->root->module)
        diag_error(p.diags, import->header, _("Import in a called module"),
                   _("Import blocks stand only in the root module: move this one there, with the address of the "
                     "resource as seen from there, such as module.NAME.TYPE.NAME."));
    check_repetition(p, NULL, import->for_each);
    p.each = import->for_each != NULL;
    check_expr(&p, import->id);
    words_object(outer->config->sources, outer->diags, from, import->header);
}

static void check_scope(const struct place *outer, const struct config_check *check)
{
    size_t from = outer->diags->list.n;
    struct place p = *outer;
    p.check = check;
    check_conditions(&p, check->asserts);
    words_object(outer->config->sources, outer->diags, from, check->header);
}

static void check_provider(const struct place *p, const struct config_provider *provider)
{
    size_t from = p->diags->list.n;
    refs_body(provider->args, check_traversal, (void *)p);
    words_object(p->config->sources, p->diags, from, provider->header);
}

static void check_module(const struct config *config, const struct config_module *m, struct diags *diags)
{
    struct place p = {.config = config, .module = m, .diags = diags};
    map_each (&m->variables, i)
        check_variable(&p, m->variables.entries[i].value);
    map_each (&m->locals, i)
        check_local(&p, m->locals.entries[i].value);
    map_each (&m->providers, i)
        check_provider(&p, m->providers.entries[i].value);
    map_each (&m->resources, i)
        check_resource(&p, m->resources.entries[i].value);
    map_each (&m->calls, i)
        check_call_block(&p, m->calls.entries[i].value);
    map_each (&m->outputs, i)
        check_output(&p, m->outputs.entries[i].value);
    map_each (&m->checks, i)
        check_scope(&p, m->checks.entries[i].value);
    for (size_t i = 0; i < m->n_imports; i++)
        check_import(&p, &m->imports[i]);
    check_moves(m, diags);
}

void config_check_references(const struct config *config, const struct config_provider_ref *given, size_t n,
                             struct diags *diags)
{
    map_each (&config->modules, i)
        check_module(config, config->modules.entries[i].value, diags);
    map_each (&config->nodes, i)
        check_node_providers(config->nodes.entries[i].value, given, n, diags);
}
