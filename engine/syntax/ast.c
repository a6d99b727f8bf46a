#include "syntax/ast.h"

const struct attribute *body_attribute(const struct body *body, struct str name)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        if (attribute && str_eq(attribute->name.text, name))
            return attribute;
    }
    return NULL;
}

struct str expr_keyword(const struct expr *e)
{
    if (e->kind == EXPR_NULL)
        return STR("null");
    if (e->kind == EXPR_BOOL)
        return expr_bool(e)->value ? STR("true") : STR("false");
    if (e->kind == EXPR_TRAVERSAL && expr_traversal(e)->traversal.n_steps == 0)
        return expr_traversal(e)->traversal.root.text;
    return (struct str){0};
}

const struct traversal *expr_as_traversal(const struct expr *e, struct traversal *out)
{
    if (e->kind == EXPR_TRAVERSAL)
        return &expr_traversal(e)->traversal;
    struct str keyword = expr_keyword(e);
    if (!keyword.n)
        return NULL;
    *out = (struct traversal){.root = {keyword, e->span}, .span = e->span};
    return out;
}

typedef bool visit_fn(void *ctx, const struct expr *child);

static bool visit_list(const struct expr *const *list, size_t n, visit_fn *visit, void *ctx)
{
    for (size_t i = 0; i < n; i++)
        if (!visit(ctx, list[i]))
            return false;
    return true;
}

/* Those of the three that are set. */
static bool visit_some(const struct expr *a, const struct expr *b, const struct expr *c, visit_fn *visit, void *ctx)
{
    return (!a || visit(ctx, a)) && (!b || visit(ctx, b)) && (!c || visit(ctx, c));
}

static bool visit_items(const struct expr_object *object, visit_fn *visit, void *ctx)
{
    for (size_t i = 0; i < object->n_items; i++) {
        const struct object_item *item = &object->items[i];
        if (!visit_some(item->name.n ? NULL : item->key, item->value, NULL, visit, ctx))
            return false;
    }
    return true;
}

static bool visit_for(const struct expr_for *f, visit_fn *visit, void *ctx)
{
    return visit_some(f->collection, f->result_key, f->result, visit, ctx) &&
           visit_some(f->condition, NULL, NULL, visit, ctx);
}

static bool visit_conditional(const struct expr_conditional *c, visit_fn *visit, void *ctx)
{
    return visit_some(c->condition, c->yes, c->no, visit, ctx);
}

static bool visit_template_if(const struct expr_template_if *t, visit_fn *visit, void *ctx)
{
    return visit_some(t->condition, t->yes, t->no, visit, ctx);
}

bool expr_children(const struct expr *e, visit_fn *visit, void *ctx)
{
    switch (e->kind) {
    case EXPR_INVALID:
    case EXPR_NULL:
    case EXPR_BOOL:
    case EXPR_NUMBER:
    case EXPR_STRING:
    case EXPR_TRAVERSAL:
    case EXPR_ITEM:
        return true;
    case EXPR_TEMPLATE:
        return visit_list(expr_template(e)->parts, expr_template(e)->n_parts, visit, ctx);
    case EXPR_WRAP:
        return visit(ctx, expr_wrap(e)->inner);
    case EXPR_TEMPLATE_IF:
        return visit_template_if(expr_template_if(e), visit, ctx);
    case EXPR_TEMPLATE_FOR:
        return visit_some(expr_template_for(e)->collection, expr_template_for(e)->body, NULL, visit, ctx);
    case EXPR_RELATIVE:
        return visit(ctx, expr_relative(e)->source);
    case EXPR_CALL:
        return visit_list(expr_call(e)->args, expr_call(e)->n_args, visit, ctx);
    case EXPR_CONDITIONAL:
        return visit_conditional(expr_conditional(e), visit, ctx);
    case EXPR_INDEX:
        return visit_some(expr_index(e)->collection, expr_index(e)->key, NULL, visit, ctx);
    case EXPR_SPLAT:
        return visit_some(expr_splat(e)->source, expr_splat(e)->each, NULL, visit, ctx);
    case EXPR_FOR:
        return visit_for(expr_for(e), visit, ctx);
    case EXPR_OBJECT:
        return visit_items(expr_object(e), visit, ctx);
    case EXPR_TUPLE:
        return visit_list(expr_tuple(e)->items, expr_tuple(e)->n_items, visit, ctx);
    case EXPR_UNARY:
        return visit(ctx, expr_unary(e)->operand);
    case EXPR_BINARY:
        return visit_some(expr_binary(e)->left, expr_binary(e)->right, NULL, visit, ctx);
    case EXPR_PAREN:
        return visit(ctx, expr_paren(e)->inner);
    }
    return true;
}

struct str op_text(enum op op)
{
    static const struct str text[] = {
        [OP_OR] = STR_INIT("||"), [OP_AND] = STR_INIT("&&"), [OP_EQ] = STR_INIT("=="),    [OP_NE] = STR_INIT("!="),
        [OP_LT] = STR_INIT("<"),  [OP_GT] = STR_INIT(">"),   [OP_LE] = STR_INIT("<="),    [OP_GE] = STR_INIT(">="),
        [OP_ADD] = STR_INIT("+"), [OP_SUB] = STR_INIT("-"),  [OP_MUL] = STR_INIT("*"),    [OP_DIV] = STR_INIT("/"),
        [OP_MOD] = STR_INIT("%"), [OP_NOT] = STR_INIT("!"),  [OP_NEGATE] = STR_INIT("-"),
    };
    return text[op];
}
