/* Calls: arguments are converted, checked against the parameters' flags, stripped of marks, and the marks put on the
 * result. */
#include "eval/eval_private.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { BYTES_PER_STEP = 64 };

struct calling {
    struct eval *eval;
    const struct expr_call *e;
    const struct func *func;
    size_t n_params;
    size_t n_written;             /* arguments that are expressions of their own */
    const struct value *elements; /* of the last expression, where it is expanded: f(a, b...) */
    size_t n_args;
    struct value *values;
    uint16_t marks;
    bool unknown; /* some argument that its parameter does not take yet */
};

bool func_fail(struct func_call *call, int arg, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    call->bad_arg = arg;
    strbuf_clear(call->why);
    strbuf_vprintf(call->why, format, args);
    va_end(args);
    return false;
}

/* The types of parameters, found by the address of their constraint text in the tables; entries live for ever. */
struct known_type {
    const char *text;
    const struct type *type;
};
enum { KNOWN_TYPES = 512 };
static _Atomic(struct known_type *) known_types[KNOWN_TYPES];

static const struct type *remember_type(const char *text, const struct type *type, size_t slot)
{
    struct known_type *entry = heap_alloc(sizeof *entry), *empty = NULL;
    *entry = (struct known_type){text, type};
    if (!atomic_compare_exchange_strong(&known_types[slot], &empty, entry))
        free(entry); /* another text or another thread was there first; this one is parsed again next time */
    return type;
}

static const struct type *constraint_type(const char *text)
{
    if (strcmp(text, "any") == 0)
        return type_dynamic;
    if (strcmp(text, "string") == 0)
        return type_string;
    size_t slot = ((uintptr_t)text >> 3) * 0x9e3779b1u % KNOWN_TYPES;
    struct known_type *entry = atomic_load(&known_types[slot]);
    if (entry && entry->text == text)
        return entry->type;
    const struct type *type = schema_type_parse(str_c(text));
    assert(type && "a function's table holds a type constraint");
    return remember_type(text, type, slot);
}

static const struct func_param *param_at(const struct calling *c, size_t i)
{
    return i < c->n_params ? &c->func->params[i] : c->func->rest;
}

/* -- which function -- */

static struct str without_core(struct str name)
{
    return str_starts(name, STR("core::")) ? str_sub(name, 6, name.n) : name;
}

static struct str near_function(struct eval *eval, struct str name)
{
    return eval->funcs && !eval->quiet ? map_near(&eval->funcs->by_name, name) : STR("");
}

/* Of the provider, or of no provider at all. */
static struct str no_such_function(struct eval *eval, struct str name)
{
    size_t from = strlen("provider::"), end = str_find(name, STR("::"), from);
    if (end == SIZE_MAX)
        return arena_printf(eval->arena,
                            _("\"%.*s\" is no function: those of providers are called as "
                              "provider::PROVIDER::FUNCTION(…)."),
                            STR_ARG(name));
    struct str provider = str_sub(name, from, end), prefix = str_sub(name, 0, end + 2);
    map_each (&eval->funcs->by_name, i)
        if (str_starts(eval->funcs->by_name.entries[i].key, prefix))
            return arena_printf(eval->arena, _("Provider \"%.*s\" has no function \"%.*s\"."), STR_ARG(provider),
                                STR_ARG(str_sub(name, prefix.n, name.n)));
    return arena_printf(eval->arena, _("No provider \"%.*s\" has functions, so there is no %.*s()."), STR_ARG(provider),
                        STR_ARG(name));
}

static void report_unknown(struct eval *eval, const struct expr_call *e)
{
    struct str name = e->name.text, bare = without_core(name);
    struct str hint = eval_did_you_mean(eval, near_function(eval, bare));
    if (!eval->funcs)
        eval_error(eval, NULL, e->name.span, _("Function calls not allowed"), _("Functions cannot be called here."));
    else if (str_starts(name, STR("provider::")))
        eval_error(eval, NULL, e->name.span, _("Unknown provider function"), "%.*s%.*s",
                   STR_ARG(no_such_function(eval, name)), STR_ARG(hint));
    else
        eval_error(eval, NULL, e->name.span, _("Call to unknown function"),
                   _("There is no function named \"%.*s\".%.*s"), STR_ARG(name), STR_ARG(hint));
}

static const struct func *find_function(struct eval *eval, const struct expr_call *e)
{
    const struct func *func = func_find(eval->funcs, without_core(e->name.text));
    if (!func)
        report_unknown(eval, e);
    return func;
}

/* -- arguments -- */

static void *not_expandable(struct calling *c, const struct expr *last, struct value v)
{
    if (value_is_null(v))
        eval_error(c->eval, last, last->span, _("Invalid expanding argument value"),
                   _("The argument before ... is null, but it must be a list, set or tuple."));
    else
        eval_error(c->eval, last, last->span, _("Invalid expanding argument value"),
                   _("The argument before ... must be a list, set or tuple, but it is %.*s."),
                   STR_ARG(eval_described(c->eval, v)));
    return NULL;
}

/* What a problem with the argument points at. */
static struct span argument_span(const struct calling *c, size_t i)
{
    return i < c->n_written ? eval_start(c->eval, c->e->args[i]) : c->e->args[c->n_written]->span;
}

static const struct expr *argument_expr(const struct calling *c, size_t i)
{
    return c->e->args[i < c->n_written ? i : c->n_written];
}

static void expand(struct calling *c, struct value v)
{
    struct value *elements = ARENA_ARRAY(c->eval->arena, struct value, v.n);
    struct value_iter it = value_iter(v);
    struct value key, element;
    for (size_t n = 0; value_next(&it, &key, &element); n++)
        elements[n] = value_mark(element, v.marks);
    c->elements = elements;
    c->n_args = c->n_written + v.n;
}

/* f(a, list...): one argument per element. False where there is nothing to call with: *out is the answer then. */
static bool expand_final(struct calling *c, struct value *out)
{
    size_t errors = c->eval->diags->n_errors;
    const struct expr *last = c->e->args[c->e->n_args - 1];
    struct value v = eval_expr(c->eval, last);
    enum type_kind kind = v.type->kind;
    *out = value_mark(eval_nothing(), v.marks);
    if (c->eval->diags->n_errors != errors)
        return false;
    if (value_is_null(v) || (kind != TYPE_DYNAMIC && kind != TYPE_TUPLE && kind != TYPE_LIST && kind != TYPE_SET))
        return not_expandable(c, last, v);
    if (!value_is_known(v))
        return false;
    expand(c, v);
    return true;
}

static bool check_count(struct calling *c)
{
    struct str name = c->e->name.text;
    if (c->n_args < c->n_params) {
        eval_error(c->eval, NULL, c->e->close_span, _("Not enough function arguments"),
                   c->func->rest
                       ? _("%.*s() takes at least %zu arguments, but has %zu: the value for \"%s\" is missing.")
                       : _("%.*s() takes %zu arguments, but has %zu: the value for \"%s\" is missing."),
                   STR_ARG(name), c->n_params, c->n_args, c->func->params[c->n_args].name);
        return false;
    }
    if (c->func->rest || c->n_args == c->n_params)
        return true;
    eval_error(c->eval, NULL, argument_span(c, c->n_params), _("Too many function arguments"),
               _("%.*s() takes %zu arguments, but has %zu."), STR_ARG(name), c->n_params, c->n_args);
    return false;
}

static void bad_argument(struct calling *c, size_t i, struct str why)
{
    eval_error(c->eval, argument_expr(c, i), argument_span(c, i), _("Invalid function argument"),
               _("The value for \"%s\" of %.*s() is not suitable: %.*s."), param_at(c, i)->name,
               STR_ARG(c->e->name.text), STR_ARG(why));
}

static void bad_type(struct calling *c, size_t i, struct value v, struct str why)
{
    eval_error(c->eval, argument_expr(c, i), argument_span(c, i), _("Invalid function argument"),
               _("The value for \"%s\" of %.*s() is %.*s: %.*s."), param_at(c, i)->name, STR_ARG(c->e->name.text),
               STR_ARG(eval_brief(c->eval, v)), STR_ARG(why));
}

static bool convert_argument(struct calling *c, size_t i, struct value v)
{
    const struct func_param *param = param_at(c, i);
    const struct type *type = constraint_type(param->type);
    struct str why = {0};
    if ((param->flags & PARAM_EXACT) && v.type != type && v.type != type_dynamic)
        why = arena_printf(c->eval->arena, _("a value of type %.*s is required"),
                           STR_ARG(type_friendly(c->eval->arena, type)));
    else if (eval_convert(c->eval, v, type, &c->values[i], &why))
        return true;
    bad_type(c, i, v, why);
    return false;
}

/* An argument that the function looks into by itself: it is the one that tells of problems there. */
static struct value evaluate_quoted(struct calling *c, size_t i)
{
    struct diags *diags = c->eval->diags, caught = DIAGS_INIT(c->eval->arena);
    c->eval->diags = &caught;
    struct value v = eval_expr(c->eval, c->e->args[i]);
    c->eval->diags = diags;
    vec_each (&caught.list, k) {
        const struct diag *d = &caught.list.v[k];
        if (d->severity != DIAG_ERROR)
            continue;
        eval_error(c->eval, argument_expr(c, i), argument_span(c, i), _("Invalid function argument"),
                   _("The value for \"%s\" of %.*s() cannot be told: %.*s; %.*s"), param_at(c, i)->name,
                   STR_ARG(c->e->name.text), STR_ARG(d->summary), STR_ARG(d->detail));
        break;
    }
    return v;
}

static struct value evaluate_argument(struct calling *c, size_t i)
{
    if (i >= c->n_written)
        return c->elements[i - c->n_written];
    return param_at(c, i)->flags & PARAM_QUOTED ? evaluate_quoted(c, i) : eval_expr(c->eval, c->e->args[i]);
}

static bool convert_arguments(struct calling *c)
{
    size_t errors = c->eval->diags->n_errors;
    c->values = ARENA_ARRAY(c->eval->arena, struct value, c->n_args);
    for (size_t i = 0; i < c->n_args; i++)
        convert_argument(c, i, evaluate_argument(c, i));
    return c->eval->diags->n_errors == errors;
}

static bool takes_unknown(const struct func_param *param, struct value v)
{
    return (param->flags & PARAM_UNKNOWN) || value_wholly_known(v) ||
           ((param->flags & PARAM_PARTLY) && value_is_known(v));
}

/* Strips the marks of all arguments whose parameters do not see any. */
static void strip_marks(struct calling *c)
{
    for (size_t i = 0; i < c->n_args; i++) {
        if (param_at(c, i)->flags & PARAM_MARKED)
            continue;
        uint16_t marks = value_marks_deep(c->values[i]);
        if (marks)
            c->values[i] = value_unmark_deep(c->eval->arena, c->values[i]);
        c->marks |= marks;
    }
}

/* Nulls and values of unknown type. False where one is refused; *untyped where the call's type cannot be told. */
static bool check_arguments(struct calling *c, bool *untyped)
{
    *untyped = false;
    for (size_t i = 0; i < c->n_args && !*untyped; i++) {
        const struct func_param *param = param_at(c, i);
        if (value_is_null(c->values[i]) && !(param->flags & PARAM_NULL)) {
            bad_argument(c, i, str_c(_("it must not be null")));
            return false;
        }
        *untyped = c->values[i].type == type_dynamic && !(param->flags & PARAM_DYNAMIC);
    }
    for (size_t i = 0; i < c->n_args; i++)
        c->unknown |= !takes_unknown(param_at(c, i), c->values[i]);
    /* Without the implementation, nobody else places the marks that it would have seen. */
    for (size_t i = 0; i < c->n_args && (c->unknown || *untyped); i++)
        c->marks |= value_marks_deep(c->values[i]);
    return true;
}

/* -- the call itself -- */

static void report_failure(struct calling *c, const struct func_call *call)
{
    struct str why = strbuf_str(call->why);
    if (call->bad_arg >= 0 && (size_t)call->bad_arg < c->n_args)
        bad_argument(c, (size_t)call->bad_arg, why);
    else
        eval_error(c->eval, &c->e->expr, eval_start(c->eval, &c->e->expr), _("Error in function call"),
                   _("%.*s() failed: %.*s."), STR_ARG(c->e->name.text), STR_ARG(why));
}

/* The type of the result, from the types of the arguments. */
static bool announce(struct calling *c, struct func_call *call)
{
    const struct type *type = NULL;
    if (!c->func->type) {
        type = constraint_type(c->func->result_type);
    } else if (!c->func->type(call, &type)) {
        report_failure(c, call);
        return false;
    }
    call->type = type;
    return true;
}

static struct value unknown_result(const struct calling *c, const struct type *type)
{
    struct value v = value_unknown(type);
    bool not_null = (c->func->flags & FUNC_REFINE_NOT_NULL) && type != type_dynamic;
    return not_null ? value_refine_not_null(c->eval->arena, v) : v;
}

static struct value perform(struct calling *c, struct func_call *call)
{
    if (!announce(c, call))
        return eval_nothing();
    if (c->unknown || ((c->func->flags & FUNC_IMPURE) && c->eval->planning))
        return unknown_result(c, call->type);
    if (!c->func->impl(call)) {
        report_failure(c, call);
        return eval_nothing();
    }
    bool refine = !value_is_known(call->result) && (c->func->flags & FUNC_REFINE_NOT_NULL);
    return refine && call->result.type != type_dynamic ? value_refine_not_null(c->eval->arena, call->result)
                                                       : call->result;
}

/* What the call costs besides the evaluation of its arguments: most functions look at each byte. Those that go through
 * collections and make none charge for it themselves. */
static void charge(struct calling *c)
{
    for (size_t i = 0; i < c->n_args; i++) {
        struct value v = c->values[i];
        bool text = v.type == type_string && value_is_known(v) && !value_is_null(v);
        if (text)
            eval_charge(c->eval, v.u.string.n / BYTES_PER_STEP);
    }
}

static struct value call_with_arguments(struct calling *c)
{
    STRBUF_AUTO why = STRBUF_INIT(1 << 16);
    bool untyped;
    if (!check_count(c) || !convert_arguments(c))
        return eval_nothing();
    charge(c);
    strip_marks(c);
    if (eval_spent(c->eval) || !check_arguments(c, &untyped))
        return eval_nothing();
    struct func_call call = {.func = c->func,
                             .eval = c->eval,
                             .args = c->values,
                             .n = c->n_args,
                             .source = c->e,
                             .bad_arg = -1,
                             .why = &why};
    return value_mark(untyped ? eval_nothing() : perform(c, &call), c->marks);
}

/* An expression that has the value, for as long as `item` is among the evaluation's items. */
static const struct expr *valued(struct calling *c, struct eval_item *item, struct value v)
{
    struct expr_item *e = ARENA_NEW(c->eval->arena, struct expr_item);
    e->expr = (struct expr){.kind = EXPR_ITEM, .span = c->e->args[c->n_written]->span};
    *item = (struct eval_item){c->eval->items, &e->expr, v};
    c->eval->items = item;
    return &e->expr;
}

/* The call with an expression for each element of the expanded one. */
static const struct expr *expanded_call(struct calling *c)
{
    struct arena *arena = c->eval->arena;
    const struct expr **args = ARENA_ARRAY(arena, const struct expr *, c->n_args);
    struct eval_item *items = ARENA_ARRAY(arena, struct eval_item, c->n_args);
    for (size_t i = 0; i < c->n_args; i++)
        args[i] = i < c->n_written ? c->e->args[i] : valued(c, &items[i], c->elements[i - c->n_written]);
    struct expr_call *call = ARENA_NEW(arena, struct expr_call);
    *call = *c->e;
    call->args = args;
    call->n_args = c->n_args;
    call->expand_final = false;
    return &call->expr;
}

/* try() and can() evaluate their arguments themselves. */
static struct value call_lazily(struct calling *c)
{
    const struct eval_item *items = c->eval->items;
    struct value v = eval_nothing();
    if (!check_count(c))
        return v;
    const struct expr *call = c->e->expand_final ? expanded_call(c) : &c->e->expr;
    if (!c->func->lazy(c->eval, call, &v))
        v = eval_nothing();
    c->eval->items = items;
    return v;
}

struct value eval_call(struct eval *eval, const struct expr_call *e)
{
    struct calling c = {.eval = eval, .e = e, .func = find_function(eval, e), .n_args = e->n_args};
    struct value v;
    if (!c.func)
        return eval_nothing();
    c.n_params = func_count_params(c.func);
    c.n_written = e->n_args - e->expand_final;
    if (e->expand_final && !expand_final(&c, &v))
        return v;
    return c.func->lazy ? call_lazily(&c) : call_with_arguments(&c);
}
