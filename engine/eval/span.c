/* From a path inside a decoded body back to the place in the source. */
#include "eval/eval.h"

static const struct expr *unwrapped(const struct expr *e)
{
    while (e->kind == EXPR_PAREN)
        e = expr_paren(e)->inner;
    return e;
}

/* The written value of one key of an object, or NULL. */
static const struct expr *object_member(const struct expr_object *object, struct str name)
{
    const struct expr *found = NULL;
    for (size_t i = 0; i < object->n_items; i++) {
        const struct object_item *item = &object->items[i];
        struct str key = item->name;
        if (!key.n && unwrapped(item->key)->kind == EXPR_STRING)
            key = expr_string(unwrapped(item->key))->text;
        if (str_eq(key, name))
            found = item->value;
    }
    return found;
}

static const struct expr *tuple_member(const struct expr_tuple *tuple, struct value index)
{
    int64_t i;
    if (!value_is_set(index) || index.type != type_number || !number_to_int64(value_as_number(index), &i))
        return NULL;
    return i >= 0 && (uint64_t)i < tuple->n_items ? tuple->items[i] : NULL;
}

static const struct expr *member(const struct expr *e, const struct path_step *step)
{
    e = unwrapped(e);
    if (e->kind == EXPR_OBJECT && step->kind == PATH_ATTR)
        return object_member(expr_object(e), step->name);
    if (e->kind == EXPR_OBJECT && value_is_set(step->index) && step->index.type == type_string)
        return object_member(expr_object(e), step->index.u.string);
    return e->kind == EXPR_TUPLE && step->kind == PATH_INDEX ? tuple_member(expr_tuple(e), step->index) : NULL;
}

/* As deep into constructors of objects and tuples as the path goes. */
static struct span expr_span(const struct expr *e, struct path path)
{
    for (size_t i = 0; i < path.n; i++) {
        const struct expr *inner = member(e, &path.steps[i]);
        if (!inner)
            break;
        e = inner;
    }
    return e->span;
}

/* Whether the block is of the type, as written or from a dynamic block. */
static bool makes(const struct block *block, struct str type, bool *dynamic)
{
    *dynamic = str_is(block->type.text, "dynamic") && block->n_labels == 1 && str_eq(block->labels[0].text, type);
    return *dynamic || str_eq(block->type.text, type);
}

static const struct body *content_of(const struct block *dynamic)
{
    for (size_t i = 0; i < dynamic->body->n_items; i++) {
        const struct block *block = dynamic->body->items[i].block;
        if (block && str_is(block->type.text, "content"))
            return block->body;
    }
    return dynamic->body;
}

/* The block that the index points to: by place or label; where a dynamic block comes before it, that one. */
static const struct block *find_block(const struct body *body, struct str type, const struct path_step *index,
                                      bool *dynamic)
{
    const struct block *first = NULL;
    int64_t wanted = 0, seen = 0;
    bool first_dynamic = false;
    if (index && value_is_set(index->index) && index->index.type == type_number)
        number_to_int64(value_as_number(index->index), &wanted);
    bool by_label = index && value_is_set(index->index) && index->index.type == type_string;
    for (size_t i = 0; i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (!block || !makes(block, type, dynamic))
            continue;
        bool hit = by_label ? block->n_labels && str_eq(block->labels[0].text, index->index.u.string) : seen == wanted;
        if (*dynamic || hit)
            return block;
        if (!first) {
            first = block;
            first_dynamic = *dynamic;
        }
        seen++;
    }
    *dynamic = first_dynamic;
    return first;
}

struct span eval_body_span(const struct body *body, struct path path, struct span fallback)
{
    bool dynamic = false;
    if (!path.n || path.steps[0].kind != PATH_ATTR)
        return fallback;
    const struct attribute *attribute = body_attribute(body, path.steps[0].name);
    if (attribute)
        return expr_span(attribute->expr, (struct path){path.steps + 1, path.n - 1});
    bool indexed = path.n > 1 && path.steps[1].kind == PATH_INDEX;
    const struct block *block = find_block(body, path.steps[0].name, indexed ? &path.steps[1] : NULL, &dynamic);
    if (!block)
        return fallback;
    size_t used = indexed ? 2 : 1;
    struct path rest = {path.steps + used, path.n - used};
    return eval_body_span(dynamic ? content_of(block) : block->body, rest, block->header_span);
}
