/* convert: tostring() and its kin, try() and can(), and the functions about marks. */
#include "funcs/kit.h"
#include "value/print.h"
#include "value/walk.h"

/* -- to…() -- */

static bool fail_conversion(struct func_call *call, const struct type *to, const struct strbuf *why)
{
    struct arena *arena = kit_arena(call);
    struct value v = call->args[0];
    struct str shown = value_has_secret(v) || !type_is_primitive(v.type) || !value_is_set(v)
                           ? arena_printf(arena, "this %s", kit_type_name(call, v.type))
                           : value_brief(arena, v, 60);
    return func_fail(call, 0, _("cannot convert %.*s to %s%s%.*s"), STR_ARG(shown), kit_type_name(call, to),
                     why->n ? ": " : "", STR_ARG(strbuf_str(why)));
}

static bool announce(struct func_call *call, const struct type *to, const struct type **out)
{
    const struct type *from = call->args[0].type;
    *out = to;
    if (from == to || convert_possible(from, to, true))
        return true;
    return func_fail(call, 0, _("cannot convert %s to %s"), kit_type_name(call, from), kit_type_name(call, to));
}

static bool to_impl(struct func_call *call)
{
    STRBUF_AUTO why = STRBUF_INIT(1024);
    struct value v;
    if (!convert(kit_arena(call), call->args[0], call->type, &v, NULL, &why))
        return fail_conversion(call, call->type, &why);
    return kit_answer(call, v);
}

#define TO_TYPE(noun, expr)                                                                                            \
    static bool noun##_type(struct func_call *call, const struct type **out)                                           \
    {                                                                                                                  \
        return announce(call, (expr), out);                                                                            \
    }
TO_TYPE(tostring, type_string)
TO_TYPE(tonumber, type_number)
TO_TYPE(tobool, type_bool)
TO_TYPE(tolist, type_list(type_dynamic))
TO_TYPE(toset, type_set(type_dynamic))
TO_TYPE(tomap, type_map(type_dynamic))

/* -- try, can -- */

/* "main.hcl:3,5: Unsupported attribute; …" for one problem of an expression that try() gave up on. */
static void add_problem(struct eval *eval, struct strbuf *text, const struct diag *d)
{
    const struct source *source = sources_get(eval->sources, d->subject.file);
    strbuf_lit(text, "\n  - ");
    if (source) {
        struct position at = sources_position(eval->sources, d->subject.file, d->subject.off);
        strbuf_printf(text, "%.*s:%u,%u: ", STR_ARG(source->name), at.line, at.column);
    }
    strbuf_printf(text, "%.*s: %.*s", STR_ARG(d->summary), STR_ARG(d->detail));
}

static bool try_failed(struct eval *eval, const struct expr_call *e, const struct diags *caught)
{
    STRBUF_AUTO text = STRBUF_INIT(16 << 10);
    vec_each (&caught->list, i)
        add_problem(eval, &text, &caught->list.v[i]);
    eval_error(eval, NULL, e->expr.span, _("Error in function call"),
               e->n_args
                   ? _("No argument of try() gave a value; the last one usually is a constant to fall back to:%.*s")
                   : _("try() needs at least one argument%.*s"),
               STR_ARG(strbuf_str(&text)));
    return false;
}

/* What a not yet known value will turn into may change which argument is taken, so the answer stays open. */
static bool try_lazy(struct eval *eval, const struct expr *call, struct value *out)
{
    const struct expr_call *e = expr_call(call);
    struct diags caught = DIAGS_INIT(eval->arena);
    for (size_t i = 0; i < e->n_args; i++) {
        if (!eval_try(eval, e->args[i], out, &caught))
            continue;
        if (!value_wholly_known(*out))
            *out = value_unknown(type_dynamic);
        return true;
    }
    return try_failed(eval, e, &caught);
}

static bool can_lazy(struct eval *eval, const struct expr *call, struct value *out)
{
    const struct expr_call *e = expr_call(call);
    struct diags caught = DIAGS_INIT(eval->arena);
    struct value v;
    bool ok = eval_try(eval, e->args[0], &v, &caught);
    *out = ok && !value_wholly_known(v) ? value_refine_not_null(eval->arena, value_unknown(type_bool)) : value_bool(ok);
    return true;
}

/* -- marks -- */

static bool sensitive_impl(struct func_call *call)
{
    return kit_answer(call, value_mark(call->args[0], MARK_SENSITIVE));
}

/* Marks inside stay: only the value itself is declared fit to show. */
static bool nonsensitive_impl(struct func_call *call)
{
    struct value v = call->args[0];
    return kit_answer(call, value_mark(value_unmark(v), v.marks & (uint16_t)~MARK_SENSITIVE));
}

static bool issensitive_impl(struct func_call *call)
{
    struct value v = call->args[0];
    if (!(v.marks & MARK_SENSITIVE) && !value_is_known(v))
        return kit_unknown(call);
    return kit_answer(call, value_bool(v.marks & MARK_SENSITIVE));
}

static struct value drop_ephemeral(void *ctx, struct path path, struct value v)
{
    (void)ctx, (void)path;
    return v.marks & MARK_EPHEMERAL ? value_mark(value_null(v.type), v.marks & (uint16_t)~MARK_EPHEMERAL) : v;
}

static bool ephemeralasnull_impl(struct func_call *call)
{
    return kit_answer(call, value_rewrite(kit_arena(call), call->args[0], drop_ephemeral, NULL));
}

#define ANY_VALUE (PARAM_NULL | PARAM_UNKNOWN | PARAM_DYNAMIC | PARAM_MARKED)
#define TO_ROW(noun, doc_)                                                                                             \
    {                                                                                                                  \
        .name = #noun, .type = noun##_type, .impl = to_impl, .doc = doc_,                                              \
        .params = PARAMS(                                                                                              \
            {"v", "any", PARAM_NULL | PARAM_DYNAMIC | PARAM_PARTLY | PARAM_MARKED, N_("The value to convert.")})       \
    }

const struct func convert_funcs[] = {
    TO_ROW(tostring, N_("Converts a number or bool to a string.")),
    TO_ROW(tonumber, N_("Converts a string in decimal notation to a number.")),
    TO_ROW(tobool, N_("Converts \"true\" or \"false\" to a bool.")),
    TO_ROW(tolist, N_("Converts a tuple or set to a list, all elements to one type.")),
    TO_ROW(toset, N_("Converts a tuple or list to a set without duplicates, all elements to one type.")),
    TO_ROW(tomap, N_("Converts an object to a map, all attributes to one type.")),
    {.name = "try",
     .lazy = try_lazy,
     .result_type = "any",
     .params = NO_PARAMS,
     .rest = REST("expressions", "any", ANY_VALUE & ~PARAM_NULL, N_("Expressions to try, in order.")),
     .doc = N_("The first of the given expressions that evaluates without an error.")},
    {.name = "can",
     .lazy = can_lazy,
     .result_type = "bool",
     .params = PARAMS({"expression", "any", ANY_VALUE & ~PARAM_NULL, N_("The expression to try.")}),
     .doc = N_("Whether the expression evaluates without an error.")},
    {.name = "sensitive",
     .type = kit_type_first,
     .impl = sensitive_impl,
     .params = PARAMS({"value", "any", ANY_VALUE, N_("The value to hide.")}),
     .doc = N_("The value, marked so that it is never shown.")},
    {.name = "nonsensitive",
     .type = kit_type_first,
     .impl = nonsensitive_impl,
     .params = PARAMS({"value", "any", ANY_VALUE, N_("The value that may be shown.")}),
     .doc = N_("The value without its sensitive mark: for what no longer gives a secret away.")},
    {.name = "issensitive",
     .result_type = "bool",
     .impl = issensitive_impl,
     .flags = FUNC_REFINE_NOT_NULL,
     .params = PARAMS({"value", "any", ANY_VALUE, N_("The value in question.")}),
     .doc = N_("Whether the value is marked as sensitive.")},
    {.name = "ephemeralasnull",
     .type = kit_type_first,
     .impl = ephemeralasnull_impl,
     .params = PARAMS({"value", "any", ANY_VALUE, N_("The value to clear.")}),
     .doc = N_("The value with everything ephemeral in it replaced by null.")},
    {0},
};
