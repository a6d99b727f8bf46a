/* constant: expressions that must be known before anything is evaluated. */
#include "config/decode.h"
#include "eval/eval.h"
#include "eval/refs.h"

struct search {
    struct diags *diags;
    const char *what;
    bool found;
};

static void report_name(void *ctx, const struct traversal *t)
{
    struct search *s = ctx;
    s->found = true;
    if (!t->n_steps)
        diag_error(s->diags, t->span, _("Names not allowed"),
                   _("%s must be a constant, so it cannot refer to \"%.*s\". If this is text, write it in quotes: "
                     "\"%.*s\"."),
                   s->what, STR_ARG(t->root.text), STR_ARG(t->root.text));
    else
        diag_error(s->diags, t->span, _("Names not allowed"),
                   _("%s must be a constant, so it cannot refer to other objects."), s->what);
}

static bool report_call(void *ctx, const struct expr *expr)
{
    struct search *s = ctx;
    if (expr->kind == EXPR_CALL) {
        const struct expr_call *call = expr_call(expr);
        s->found = true;
        diag_error(s->diags, call->name.span, _("Function calls not allowed"),
                   _("%s must be a constant, so it cannot call the function \"%.*s\"."), s->what,
                   STR_ARG(call->name.text));
    }
    return expr_children(expr, report_call, s);
}

/* Reports names and function calls in what has to be constant. */
static bool is_constant(struct diags *diags, const struct expr *expr, const char *what)
{
    struct search s = {diags, what, false};
    refs_expr(expr, report_name, &s);
    report_call(&s, expr);
    return !s.found;
}

bool decode_constant(struct decode *d, const struct expr *expr, const struct type *type, const char *what,
                     struct value *out)
{
    if (expr->kind == EXPR_INVALID || !is_constant(d->diags, expr, what))
        return false;
    size_t errors = d->diags->n_errors;
    struct eval eval = {.arena = d->arena, .diags = d->diags, .sources = d->sources};
    *out = eval_expr_as(&eval, expr, type);
    return d->diags->n_errors == errors && value_wholly_known(*out);
}

static const char *argument_words(struct decode *d, const char *name)
{
    return arena_printf(d->arena, _("The value of \"%s\""), name).p;
}

static bool refuse_null(struct decode *d, const struct expr *expr, const char *name, struct value v)
{
    if (value_is_null(v))
        diag_error(d->diags, expr->span, _("Invalid value"), _("The value of \"%s\" must not be null: leave it out."),
                   name);
    return !value_is_null(v);
}

bool decode_bool(struct decode *d, const struct body *body, const char *name, bool otherwise)
{
    const struct expr *expr = decode_expr(body, name);
    struct value v;
    if (!expr)
        return otherwise;
    if (expr->kind == EXPR_BOOL)
        return expr_bool(expr)->value;
    if (!decode_constant(d, expr, type_bool, argument_words(d, name), &v) || !refuse_null(d, expr, name, v))
        return otherwise;
    return v.u.boolean;
}

struct str decode_text(struct decode *d, const struct body *body, const char *name)
{
    const struct expr *expr = decode_expr(body, name);
    struct value v;
    if (!expr)
        return (struct str){0};
    if (expr->kind == EXPR_STRING)
        return expr_string(expr)->text;
    if (!decode_constant(d, expr, type_string, argument_words(d, name), &v) || !refuse_null(d, expr, name, v))
        return (struct str){0};
    return v.u.string;
}
