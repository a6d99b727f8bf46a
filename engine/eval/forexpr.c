/* [for …] and {for …}: linear in the elements; marks of the collection, of keys and of conditions taint the result. */
#include "eval/eval_private.h"

/* One loop at work. */
struct loop {
    struct eval *eval;
    const struct expr_for *e;
    struct str names[2];
    struct value values[2];
    struct scope_names bound;
    struct scope scope;
    uint16_t marks;
    bool known;      /* all conditions and keys so far */
    size_t failures; /* elements with problems */
};

/* What a loop has gathered: the elements of a tuple, or the attributes of an object. */
struct gathered {
    VEC(struct value) values;
    struct map groups; /* key -> struct group */
};

/* Elements under one key, in order; for {… => x...}. */
struct group {
    struct str key;
    VEC(struct value) values;
};

static void loop_init(struct loop *loop, struct eval *eval, const struct expr_for *e)
{
    bool keyed = e->key.text.n != 0;
    *loop = (struct loop){.eval = eval, .e = e, .known = true};
    /* The value comes first, so that it hides a key of the same name. */
    loop->names[0] = e->value.text;
    loop->names[1] = e->key.text;
    loop->values[0] = loop->values[1] = eval_nothing();
    loop->bound = (struct scope_names){loop->names, loop->values, keyed ? 2 : 1};
    loop->scope = scope_values(eval->scope, &loop->bound);
}

static struct value in_loop(struct loop *loop, const struct expr *e)
{
    const struct scope *outer = loop->eval->scope;
    loop->eval->scope = &loop->scope;
    struct value v = eval_expr(loop->eval, e);
    loop->eval->scope = outer;
    return v;
}

/* Reports with the names of the loop in sight. Where conditions or keys are unknown or wrong already, more of the same
 * says nothing new. */
static void report(struct loop *loop, const struct expr *e, const char *summary, struct str detail)
{
    const struct scope *outer = loop->eval->scope;
    if (!loop->known)
        return;
    loop->eval->scope = &loop->scope;
    eval_error(loop->eval, e, e->span, summary, "%.*s", STR_ARG(detail));
    loop->eval->scope = outer;
}

static bool check_collection(struct loop *loop, struct value v)
{
    const struct expr *e = loop->e->collection;
    if (value_is_null(v)) {
        eval_error(loop->eval, e, e->span, _("Iteration over null value"),
                   _("A for expression cannot go through null. coalesce(…, []) can put an empty list in its place."));
        return false;
    }
    if (!type_is_primitive(v.type))
        return true;
    eval_error(loop->eval, e, e->span, _("Iteration over non-iterable value"),
               _("A for expression goes through a list, set, map, tuple or object, but this is %.*s."),
               STR_ARG(eval_described(loop->eval, v)));
    return false;
}

/* The condition for the element at hand. *include is set where it is known; false after a problem. */
static bool check_condition(struct loop *loop, bool *include)
{
    const struct expr *e = loop->e->condition;
    size_t errors = loop->eval->diags->n_errors;
    struct value v = in_loop(loop, e), converted;
    struct str why = {0};
    *include = false;
    loop->marks |= v.marks;
    if (loop->eval->diags->n_errors != errors)
        return false;
    if (value_is_null(v)) {
        report(loop, e, _("Invalid 'for' condition"), str_c(_("The condition is null, but it must be true or false.")));
        return false;
    }
    if (!eval_convert(loop->eval, v, type_bool, &converted, &why)) {
        report(loop, e, _("Invalid 'for' condition"),
               arena_printf(loop->eval->arena, _("A condition must be true or false, but this is %.*s."),
                            STR_ARG(eval_brief(loop->eval, v))));
        return false;
    }
    *include = value_is_known(converted) && converted.u.boolean;
    loop->known &= value_is_known(converted);
    return true;
}

/* Where there are no elements to go by, one trial with an unknown one finds a condition that is wrong for any. (With
 * elements, the trial would only double the work, at each level of loops within conditions.) */
static bool try_condition(struct loop *loop, struct value collection)
{
    uint16_t marks = loop->marks;
    bool ignored, known = value_is_known(collection);
    if (!loop->e->condition || (known && collection.n))
        return true;
    bool ok = check_condition(loop, &ignored);
    loop->known = true;
    if (known)
        loop->marks = marks;
    return ok;
}

/* The key for the element at hand; false where it is unknown or wrong. */
static bool element_key(struct loop *loop, struct str *key)
{
    const struct expr *e = loop->e->result_key;
    size_t errors = loop->eval->diags->n_errors;
    struct value v = in_loop(loop, e), text;
    struct str why = {0};
    loop->marks |= v.marks;
    if (loop->eval->diags->n_errors != errors)
        return false;
    if (value_is_null(v)) {
        report(loop, e, _("Invalid object key"), str_c(_("The key is null, but it must be a string.")));
        return false;
    }
    if (!eval_convert(loop->eval, v, type_string, &text, &why)) {
        report(loop, e, _("Invalid object key"),
               arena_printf(loop->eval->arena, _("The key must be a string, but it is %.*s: %.*s."),
                            STR_ARG(eval_brief(loop->eval, v)), STR_ARG(why)));
        return false;
    }
    *key = text.u.string;
    return value_is_known(text);
}

static void report_duplicate(struct loop *loop, struct str key)
{
    bool secret = loop->marks & MARK_SENSITIVE;
    STRBUF_AUTO quoted = STRBUF_INIT(1 << 10);
    print_quoted(&quoted, key);
    report(loop, loop->e->result_key, _("Duplicate object key"),
           arena_printf(loop->eval->arena,
                        _("Two elements have the key %.*s. Where that is wanted, write ... behind the value to gather "
                          "the values of each key in a list."),
                        STR_ARG(secret ? STR("(sensitive)") : strbuf_str(&quoted))));
}

static void add_keyed(struct loop *loop, struct gathered *out)
{
    struct arena *arena = loop->eval->arena;
    struct str key;
    if (!element_key(loop, &key)) {
        loop->known = false;
        return;
    }
    struct value v = in_loop(loop, loop->e->result);
    struct group *group = map_get(&out->groups, key);
    if (group && !loop->e->group) {
        report_duplicate(loop, key);
        return;
    }
    if (!group) {
        group = ARENA_NEW(arena, struct group);
        group->key = key;
        map_put(&out->groups, key, group);
    }
    vec_push(arena, &group->values, v);
}

static void add_element(struct loop *loop, struct gathered *out)
{
    bool include;
    if (loop->e->condition) {
        if (!check_condition(loop, &include))
            loop->known = false;
        if (!include)
            return;
    }
    if (loop->e->object)
        add_keyed(loop, out);
    else
        vec_push(loop->eval->arena, &out->values, in_loop(loop, loop->e->result));
}

static struct value object_of(struct loop *loop, const struct gathered *out)
{
    struct arena *arena = loop->eval->arena;
    size_t n = out->groups.n;
    struct str *names = ARENA_ARRAY(arena, struct str, n);
    struct value *items = ARENA_ARRAY(arena, struct value, n);
    map_each (&out->groups, i) {
        const struct group *group = out->groups.entries[i].value;
        names[i] = group->key;
        items[i] = loop->e->group ? value_tuple(group->values.v, group->values.n) : group->values.v[0];
    }
    return value_object(arena, names, items, n);
}

static struct value run(struct loop *loop, struct value collection)
{
    struct gathered out = {.groups = MAP_INIT(loop->eval->arena)};
    struct value_iter it = value_iter(collection);
    while (loop->failures < EVAL_FAILURES && !eval_spent(loop->eval) &&
           value_next(&it, &loop->values[1], &loop->values[0])) {
        size_t errors = loop->eval->diags->n_errors;
        add_element(loop, &out);
        loop->failures += loop->eval->diags->n_errors != errors;
    }
    if (!loop->known || loop->failures)
        return eval_nothing();
    return loop->e->object ? object_of(loop, &out) : value_tuple(out.values.v, out.values.n);
}

struct value eval_for(struct eval *eval, const struct expr_for *e)
{
    struct loop loop;
    struct value collection = eval_expr(eval, e->collection);
    loop_init(&loop, eval, e);
    loop.marks = collection.marks;
    if (collection.type == type_dynamic && !value_is_null(collection))
        return value_mark(eval_nothing(), loop.marks);
    if (!check_collection(&loop, collection) || !try_condition(&loop, collection))
        return eval_nothing();
    struct value result = value_is_known(collection) ? run(&loop, collection) : eval_nothing();
    return value_mark(result, loop.marks);
}
