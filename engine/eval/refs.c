#include "eval/refs.h"

/* Names bound by the for expressions and dynamic blocks around; on the stack, innermost first. */
struct bound {
    const struct bound *outer;
    struct str names[2];
};

struct refs_walk {
    const struct bound *bound;
    refs_visit *visit;
    void *ctx;
};

static bool is_bound(const struct bound *bound, struct str name)
{
    for (; bound; bound = bound->outer)
        if (str_eq(bound->names[0], name) || str_eq(bound->names[1], name))
            return true;
    return false;
}

static bool walk_expr(void *ctx, const struct expr *e);

/* The parts of a loop that see its names; NULL ones are passed over. */
static void walk_bound(struct refs_walk *walk, struct str key, struct str value, const struct expr *const *parts,
                       size_t n)
{
    struct bound bound = {walk->bound, {key, value}};
    struct refs_walk inner = {&bound, walk->visit, walk->ctx};
    for (size_t i = 0; i < n; i++)
        if (parts[i])
            walk_expr(&inner, parts[i]);
}

static void walk_for(struct refs_walk *walk, const struct expr_for *f)
{
    const struct expr *parts[] = {f->result_key, f->result, f->condition};
    walk_expr(walk, f->collection);
    walk_bound(walk, f->key.text, f->value.text, parts, 3);
}

static void walk_template_for(struct refs_walk *walk, const struct expr_template_for *f)
{
    const struct expr *parts[] = {f->body};
    walk_expr(walk, f->collection);
    walk_bound(walk, f->key.text, f->value.text, parts, 1);
}

static bool walk_expr(void *ctx, const struct expr *e)
{
    struct refs_walk *walk = ctx;
    if (e->kind == EXPR_FOR) {
        walk_for(walk, expr_for(e));
    } else if (e->kind == EXPR_TEMPLATE_FOR) {
        walk_template_for(walk, expr_template_for(e));
    } else if (e->kind == EXPR_TRAVERSAL) {
        const struct traversal *traversal = &expr_traversal(e)->traversal;
        if (!is_bound(walk->bound, traversal->root.text))
            walk->visit(walk->ctx, traversal);
    } else {
        expr_children(e, walk_expr, walk);
    }
    return true;
}

void refs_expr(const struct expr *expr, refs_visit *visit, void *ctx)
{
    struct refs_walk walk = {NULL, visit, ctx};
    walk_expr(&walk, expr);
}

static void walk_body(struct refs_walk *walk, const struct body *body);

/* The name that the content of a dynamic block calls its element by. */
static struct str iterator_name(const struct block *dynamic)
{
    const struct attribute *iterator = body_attribute(dynamic->body, STR("iterator"));
    struct str name = iterator ? expr_keyword(iterator->expr) : (struct str){0};
    return name.n ? name : dynamic->labels[0].text;
}

static void walk_dynamic(struct refs_walk *walk, const struct block *dynamic)
{
    struct bound bound = {walk->bound, {iterator_name(dynamic)}};
    struct refs_walk inner = {&bound, walk->visit, walk->ctx};
    for (size_t i = 0; i < dynamic->body->n_items; i++) {
        struct body_item item = dynamic->body->items[i];
        if (item.block)
            walk_body(&inner, item.block->body);
        else if (str_is(item.attribute->name.text, "labels"))
            walk_expr(&inner, item.attribute->expr);
        else if (!str_is(item.attribute->name.text, "iterator"))
            walk_expr(walk, item.attribute->expr);
    }
}

static void walk_body(struct refs_walk *walk, const struct body *body)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (!block)
            walk_expr(walk, body->items[i].attribute->expr);
        else if (str_is(block->type.text, "dynamic") && block->n_labels == 1)
            walk_dynamic(walk, block);
        else
            walk_body(walk, block->body);
    }
}

void refs_body(const struct body *body, refs_visit *visit, void *ctx)
{
    struct refs_walk walk = {NULL, visit, ctx};
    walk_body(&walk, body);
}
