#include "eval/eval_private.h"

#include "syntax/parse.h"

static_assert((int)EVAL_DEPTH > (int)PARSE_NESTING, "whatever parses can be evaluated");

static struct value number_literal(struct eval *eval, const struct expr_number *e)
{
    struct number n = number_int(0);
    if (!number_parse(eval->arena, e->text, &n)) {
        eval_error(eval, NULL, e->expr.span, _("Invalid number literal"), _("%.*s is not a number."), STR_ARG(e->text));
        return value_unknown(type_number);
    }
    return value_number(n);
}

static struct value traverse(struct eval *eval, const struct expr *e, const struct traversal *traversal)
{
    size_t used = 0;
    struct value v;
    if (!scope_lookup(eval, traversal, &used, &v))
        return eval_nothing();
    return eval_apply(eval, e, traversal->steps + used, traversal->n_steps - used, v);
}

static struct value relative(struct eval *eval, const struct expr_relative *e)
{
    size_t errors = eval->diags->n_errors;
    struct value v = eval_expr(eval, e->source);
    return eval->diags->n_errors == errors ? eval_apply(eval, &e->expr, e->steps, e->n_steps, v) : eval_nothing();
}

static struct value index_expr(struct eval *eval, const struct expr_index *e)
{
    size_t errors = eval->diags->n_errors;
    struct value v = eval_expr(eval, e->collection), key = eval_expr(eval, e->key);
    if (eval->diags->n_errors != errors)
        return eval_nothing();
    return eval_index_of(eval, &e->expr, v, key, e->bracket_span);
}

static struct value tuple(struct eval *eval, const struct expr_tuple *e)
{
    struct value *items = ARENA_ARRAY(eval->arena, struct value, e->n_items);
    for (size_t i = 0; i < e->n_items; i++)
        items[i] = eval_expr(eval, e->items[i]);
    return value_tuple(items, e->n_items);
}

/* The names and values of an object under construction. */
struct object_parts {
    struct str *names;
    struct value *items;
    size_t n;
    uint16_t marks;
    bool complete; /* all names are known */
};

static struct value key_value_of(struct eval *eval, const struct object_item *item)
{
    if (item->name.n)
        return value_string(item->name);
    if (item->key->kind != EXPR_TRAVERSAL || !expr_traversal(item->key)->traversal.n_steps)
        return eval_expr(eval, item->key);
    struct str text = eval->sources ? sources_text(eval->sources, item->key->span) : STR("…");
    eval_error(eval, NULL, item->key->span, _("Ambiguous attribute key"),
               _("For the value of the reference, write (%.*s) in parentheses; for a key with this very text, write "
                 "\"%.*s\" in quotes."),
               STR_ARG(text), STR_ARG(text));
    return eval_nothing();
}

/* The text of a key; false where it is unknown or wrong (reported). */
static bool object_name(struct eval *eval, const struct object_item *item, struct value key, struct str *name)
{
    struct value text;
    struct str why = {0};
    if (value_is_null(key)) {
        eval_error(eval, item->key, item->value->span, _("Null value as key"),
                   _("The key of this attribute is null, but it must be a string."));
        return false;
    }
    if (!eval_convert(eval, key, type_string, &text, &why)) {
        eval_error(eval, item->key, item->key->span, _("Incorrect key type"),
                   _("%.*s cannot be the key of an attribute: %.*s."), STR_ARG(eval_brief(eval, key)), STR_ARG(why));
        return false;
    }
    *name = text.u.string;
    return value_is_known(text);
}

static void add_item(struct eval *eval, struct object_parts *parts, const struct object_item *item)
{
    size_t errors = eval->diags->n_errors;
    struct value key = key_value_of(eval, item);
    bool failed = eval->diags->n_errors != errors;
    struct value v = eval_expr(eval, item->value);
    parts->marks |= key.marks;
    if (failed || !object_name(eval, item, key, &parts->names[parts->n])) {
        parts->complete = false;
        return;
    }
    parts->items[parts->n++] = v;
}

static struct value object(struct eval *eval, const struct expr_object *e)
{
    struct object_parts parts = {.names = ARENA_ARRAY(eval->arena, struct str, e->n_items),
                                 .items = ARENA_ARRAY(eval->arena, struct value, e->n_items),
                                 .complete = true};
    for (size_t i = 0; i < e->n_items; i++)
        add_item(eval, &parts, &e->items[i]);
    struct value v = parts.complete ? value_object(eval->arena, parts.names, parts.items, parts.n) : eval_nothing();
    return value_mark(v, parts.marks);
}

static struct value item_value(const struct eval *eval, const struct expr *e)
{
    for (const struct eval_item *item = eval->items; item; item = item->outer)
        if (item->item == e)
            return item->value;
    return eval_nothing();
}

static struct value evaluate(struct eval *eval, const struct expr *e)
{
    switch (e->kind) {
    case EXPR_INVALID:
        return eval_nothing();
    case EXPR_NULL:
        return value_null(type_dynamic);
    case EXPR_BOOL:
        return value_bool(expr_bool(e)->value);
    case EXPR_NUMBER:
        return number_literal(eval, expr_number(e));
    case EXPR_STRING:
        return value_string(expr_string(e)->text);
    case EXPR_TEMPLATE:
        return eval_joined(eval, expr_template(e));
    case EXPR_WRAP:
        return eval_expr(eval, expr_wrap(e)->inner);
    case EXPR_TEMPLATE_IF:
        return eval_choice(eval, e, expr_template_if(e)->condition, expr_template_if(e)->yes, expr_template_if(e)->no);
    case EXPR_TEMPLATE_FOR:
        return eval_template_for(eval, expr_template_for(e));
    case EXPR_TRAVERSAL:
        return traverse(eval, e, &expr_traversal(e)->traversal);
    case EXPR_RELATIVE:
        return relative(eval, expr_relative(e));
    case EXPR_CALL:
        return eval_call(eval, expr_call(e));
    case EXPR_CONDITIONAL:
        return eval_choice(eval, e, expr_conditional(e)->condition, expr_conditional(e)->yes, expr_conditional(e)->no);
    case EXPR_INDEX:
        return index_expr(eval, expr_index(e));
    case EXPR_SPLAT:
        return eval_splat(eval, expr_splat(e));
    case EXPR_ITEM:
        return item_value(eval, e);
    case EXPR_FOR:
        return eval_for(eval, expr_for(e));
    case EXPR_OBJECT:
        return object(eval, expr_object(e));
    case EXPR_TUPLE:
        return tuple(eval, expr_tuple(e));
    case EXPR_UNARY:
        return eval_unary(eval, expr_unary(e));
    case EXPR_BINARY:
        return eval_binary(eval, expr_binary(e));
    case EXPR_PAREN:
        return eval_expr(eval, expr_paren(e)->inner);
    }
    return eval_nothing();
}

struct value eval_expr(struct eval *eval, const struct expr *expr)
{
    if (!eval->budget)
        return budget_eval(eval, expr);
    if (!budget_step(eval, expr))
        return eval_nothing();
    if (eval->depth >= EVAL_DEPTH) {
        eval_error(eval, NULL, expr->span, _("Expression nested too deeply"),
                   _("This is %d levels deep, which is the most that can be evaluated. Split it up, for example into "
                     "several locals."),
                   EVAL_DEPTH);
        return eval_nothing();
    }
    eval->depth++;
    struct value v = evaluate(eval, expr);
    eval->depth--;
    return v;
}

struct value eval_expr_as(struct eval *eval, const struct expr *expr, const struct type *type)
{
    struct value v = eval_expr(eval, expr), converted;
    struct str why = {0};
    if (eval_convert(eval, v, type, &converted, &why))
        return converted;
    eval_error(eval, expr, expr->span, _("Unsuitable value type"), _("The value is %.*s, which does not fit: %.*s."),
               STR_ARG(eval_brief(eval, v)), STR_ARG(why));
    return value_mark(value_unknown(type_without_optional(type)), v.marks);
}
