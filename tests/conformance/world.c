#include "world.h"

#include "base/gettext.h"
#include "syntax/parse.h"

static void put(struct world *world, struct map *map, struct str name, struct value v)
{
    struct value *kept = ARENA_NEW(world->arena, struct value);
    *kept = value_copy(world->arena, v);
    map_put(map, arena_str(world->arena, name), kept);
}

/* -- references -- */

static enum scope_answer undeclared(struct eval *eval, const struct traversal *t, const char *summary)
{
    eval_error(eval, NULL, t->root.span, summary, "%.*s", STR_ARG(sources_text(eval->sources, t->span)));
    return SCOPE_FAILED;
}

static enum scope_answer named(const struct map *map, struct eval *eval, const struct traversal *t, size_t *used,
                               struct value *out)
{
    bool has_name = t->n_steps && t->steps[0].kind == STEP_ATTR;
    struct value *v = has_name ? map_get(map, t->steps[0].text) : NULL;
    if (!v)
        return undeclared(eval, t, _("Undeclared name"));
    *used = 1;
    *out = *v;
    return SCOPE_FOUND;
}

static bool is_instances(struct value v)
{
    return v.type->kind == TYPE_TUPLE || type_attr(v.type, STR("id")) < 0;
}

static enum scope_answer resource(struct world *world, struct eval *eval, const struct traversal *t, size_t *used,
                                  struct value *out)
{
    if (named(&world->resources, eval, t, used, out) == SCOPE_FAILED)
        return SCOPE_FAILED;
    if (t->n_steps < 2)
        return SCOPE_FOUND;
    if (is_instances(*out) && t->steps[1].kind == STEP_ATTR && out->type->kind == TYPE_TUPLE)
        return undeclared(eval, t, _("Missing resource instance key"));
    if (!is_instances(*out) && t->steps[1].kind == STEP_INDEX)
        return undeclared(eval, t, _("Unexpected resource instance key"));
    return SCOPE_FOUND;
}

static enum scope_answer path_of(struct eval *eval, const struct traversal *t, size_t *used, struct value *out)
{
    struct str name = t->n_steps ? t->steps[0].text : (struct str){0};
    if (!str_is(name, "module") && !str_is(name, "root") && !str_is(name, "cwd"))
        return undeclared(eval, t, _("Invalid \"path\" attribute"));
    *used = 1;
    *out = value_string(STR("."));
    return SCOPE_FOUND;
}

static enum scope_answer resolve(void *ctx, struct eval *eval, const struct traversal *t, size_t *used,
                                 struct value *out)
{
    struct world *world = ctx;
    if (str_is(t->root.text, "var"))
        return named(&world->variables, eval, t, used, out);
    if (str_is(t->root.text, "local"))
        return named(&world->locals, eval, t, used, out);
    if (str_is(t->root.text, "terraform_data"))
        return resource(world, eval, t, used, out);
    return str_is(t->root.text, "path") ? path_of(eval, t, used, out) : SCOPE_UNNAMED;
}

struct eval world_eval(struct world *world, struct arena *arena, const struct func_table *funcs, struct str base_dir,
                       struct diags *diags)
{
    return (struct eval){.arena = arena,
                         .diags = diags,
                         .sources = world->sources,
                         .scope = &world->scope,
                         .funcs = funcs,
                         .base_dir = base_dir,
                         .planning = true};
}

static struct value object(struct arena *arena, const struct str *names, const struct value *items, size_t n)
{
    struct value *kept = ARENA_ARRAY(arena, struct value, n);
    for (size_t i = 0; i < n; i++)
        kept[i] = items[i];
    return value_object(arena, names, kept, n);
}

/* -- declarations -- */

static struct value evaluate(struct world *world, struct eval *eval, const struct body *body, const char *name)
{
    (void)world;
    const struct attribute *attribute = body_attribute(body, str_c(name));
    return attribute ? eval_expr(eval, attribute->expr) : value_null(type_dynamic);
}

/* The one variable whose type holds optional attributes, with its defaults filled in. */
static struct value opt_value(struct eval *eval, struct value given)
{
    struct arena *arena = eval->arena;
    static const struct str names[] = {STR_INIT("name"), STR_INIT("port"), STR_INIT("tags"), STR_INIT("inner")};
    static const struct str inner_names[] = {STR_INIT("a"), STR_INIT("b")};
    struct value inner[] = {value_string(STR("x")), value_null(type_bool)};
    struct value items[] = {value_attr(given, STR("name")), value_int(80), value_map(arena, type_string, NULL, NULL, 0),
                            object(arena, inner_names, inner, 2)};
    return object(arena, names, items, 4);
}

static void load_variable(struct world *world, struct eval *eval, const struct block *block)
{
    struct str name = block->labels[0].text;
    struct value v = evaluate(world, eval, block->body, "default"), converted;
    const struct attribute *type = body_attribute(block->body, STR("type"));
    struct str constraint = type ? sources_text(eval->sources, type->expr->span) : STR("any");
    if (str_is(name, "opt"))
        v = opt_value(eval, v);
    else if (!convert(eval->arena, v, schema_type_parse(constraint), &converted, NULL, NULL))
        diag_error(eval->diags, block->span, _("Unsuitable default"), "%.*s", STR_ARG(name));
    else
        v = converted;
    struct value sensitive = evaluate(world, eval, block->body, "sensitive");
    if (value_is_set(sensitive) && sensitive.u.boolean)
        v = value_mark(v, MARK_SENSITIVE);
    put(world, &world->variables, name, v);
}

static void load_locals(struct world *world, struct eval *eval, const struct body *body)
{
    for (size_t i = 0; i < body->n_items; i++)
        if (body->items[i].attribute)
            put(world, &world->locals, body->items[i].attribute->name.text,
                eval_expr(eval, body->items[i].attribute->expr));
}

static struct value instance(struct eval *eval, const struct body *body)
{
    static const struct str names[] = {STR_INIT("id"), STR_INIT("input"), STR_INIT("output"),
                                       STR_INIT("triggers_replace")};
    const struct attribute *input = body_attribute(body, STR("input"));
    const struct attribute *triggers = body_attribute(body, STR("triggers_replace"));
    struct value in = input ? eval_expr(eval, input->expr) : value_null(type_dynamic);
    struct value items[] = {value_refine_not_null(eval->arena, value_unknown(type_string)), in,
                            value_is_null(in) ? in : value_unknown(in.type),
                            triggers ? eval_expr(eval, triggers->expr) : value_null(type_dynamic)};
    return object(eval->arena, names, items, 4);
}

/* The body with one more name: count or each. */
static struct value instance_with(struct eval *eval, const struct body *body, struct str root, struct value v)
{
    const struct scope *outer = eval->scope;
    struct scope scope = scope_of_values(eval->arena, outer, &root, &v, 1);
    eval->scope = &scope;
    struct value object = instance(eval, body);
    eval->scope = outer;
    return object;
}

static struct value counted(struct eval *eval, const struct body *body, struct value count)
{
    int64_t n = 0;
    number_to_int64(value_as_number(count), &n);
    struct value *items = ARENA_ARRAY(eval->arena, struct value, (size_t)n);
    for (int64_t i = 0; i < n; i++) {
        struct str name = STR("index");
        struct value index = value_int(i);
        items[i] = instance_with(eval, body, STR("count"), object(eval->arena, &name, &index, 1));
    }
    return value_tuple(items, (size_t)n);
}

static struct value for_each(struct eval *eval, const struct body *body, struct value each)
{
    static const struct str names[] = {STR_INIT("key"), STR_INIT("value")};
    struct str *keys = ARENA_ARRAY(eval->arena, struct str, each.n);
    struct value *items = ARENA_ARRAY(eval->arena, struct value, each.n);
    struct value_iter it = value_iter(each);
    struct value parts[2];
    for (size_t i = 0; value_next(&it, &parts[0], &parts[1]); i++) {
        keys[i] = parts[0].u.string;
        items[i] = instance_with(eval, body, STR("each"), object(eval->arena, names, parts, 2));
    }
    return object(eval->arena, keys, items, each.n);
}

static void load_resource(struct world *world, struct eval *eval, const struct block *block)
{
    struct value count = evaluate(world, eval, block->body, "count");
    struct value each = evaluate(world, eval, block->body, "for_each");
    struct value v = value_is_set(count)  ? counted(eval, block->body, count)
                     : value_is_set(each) ? for_each(eval, block->body, each)
                                          : instance(eval, block->body);
    put(world, &world->resources, block->labels[1].text, v);
}

bool world_load(struct world *world, struct str fixture, const struct func_table *funcs, struct diags *diags)
{
    uint32_t file = sources_add(world->sources, STR("fixture.tf"), fixture);
    const struct body *body = parse_body(world->arena, diags, world->sources, file);
    world->variables = world->locals = world->resources = MAP_INIT(world->arena);
    world->scope = (struct scope){.resolve = resolve, .ctx = world};
    struct eval eval = world_eval(world, world->arena, funcs, STR("."), diags);
    for (size_t i = 0; i < body->n_items; i++) {
        const struct block *block = body->items[i].block;
        if (str_is(block->type.text, "variable"))
            load_variable(world, &eval, block);
        else if (str_is(block->type.text, "locals"))
            load_locals(world, &eval, block->body);
        else
            load_resource(world, &eval, block);
    }
    return !diags_failed(diags);
}
