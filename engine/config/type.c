/* type: type constraints written in the configuration, with the defaults of optional attributes. */
#include "config/decode.h"

struct typing {
    struct decode decode;
    const struct type_defaults *defaults; /* of the type read last; NULL for none */
};

static const struct type *read_type(struct typing *t, const struct expr *expr);

static const char *const type_names[] = {"string", "number", "bool",  "any",    "list",
                                         "set",    "map",    "tuple", "object", NULL};

static const struct type *refuse(struct typing *t, struct span at, const char *why)
{
    diag_error(t->decode.diags, at, _("Invalid type"), "%s", why);
    return NULL;
}

/* What is wrong with the number or kind of arguments is told of the parentheses where there are none, else of the last
 * argument. */
static struct span arguments_span(const struct expr_call *call)
{
    return call->n_args ? call->args[call->n_args - 1]->span : span_join(call->open_span, call->close_span);
}

static struct type_defaults *new_defaults(struct typing *t, const struct type *type, size_t n_children)
{
    struct type_defaults *defaults = ARENA_NEW(t->decode.arena, struct type_defaults);
    defaults->type = type;
    defaults->children = ARENA_ARRAY(t->decode.arena, struct type_defaults *, n_children);
    return defaults;
}

static const struct type *read_collection(struct typing *t, const struct expr_call *call,
                                          const struct type *(*make)(const struct type *))
{
    if (call->n_args != 1)
        return refuse(t, arguments_span(call),
                      arena_printf(t->decode.arena,
                                   _("%.*s takes one argument, the type of its elements: %.*s(string)."),
                                   STR_ARG(call->name.text), STR_ARG(call->name.text))
                          .p);
    const struct type *elem = read_type(t, call->args[0]);
    const struct type_defaults *inner = t->defaults;
    t->defaults = NULL;
    if (!elem)
        return NULL;
    const struct type *type = make(elem);
    if (inner) {
        struct type_defaults *defaults = new_defaults(t, type, 1);
        defaults->children[0] = (struct type_defaults *)inner;
        t->defaults = defaults;
    }
    return type;
}

static const struct type *read_tuple(struct typing *t, const struct expr_call *call)
{
    if (call->n_args != 1 || call->args[0]->kind != EXPR_TUPLE)
        return refuse(t, arguments_span(call), _("tuple takes a list of types: tuple([string, number])."));
    const struct expr_tuple *tuple = expr_tuple(call->args[0]);
    const struct type **items = ARENA_ARRAY(t->decode.arena, const struct type *, tuple->n_items);
    struct type_defaults *defaults = new_defaults(t, NULL, tuple->n_items);
    bool any = false;
    for (size_t i = 0; i < tuple->n_items; i++) {
        if (!(items[i] = read_type(t, tuple->items[i])))
            return NULL;
        defaults->children[i] = (struct type_defaults *)t->defaults;
        any |= t->defaults != NULL;
    }
    defaults->type = type_tuple(items, tuple->n_items);
    t->defaults = any ? defaults : NULL;
    return defaults->type;
}

/* Attributes of an object constraint in the order they are written. */
struct attributes {
    struct str *names;
    const struct type **types;
    bool *optional;
    struct value *values; /* defaults */
    struct type_defaults **children;
    size_t n;
};

static bool read_default(struct typing *t, const struct expr *expr, struct attributes *a, size_t i)
{
    struct value value;
    struct path where = {0};
    STRBUF_AUTO why = STRBUF_INIT(STRBUF_MAX);
    if (!decode_constant(&t->decode, expr, type_dynamic, _("The default of an optional attribute"), &value))
        return false;
    if (a->children[i])
        value = convert_defaults(t->decode.arena, value, a->children[i]);
    if (convert(t->decode.arena, value, a->types[i], &a->values[i], &where, &why))
        return true;
    STRBUF_AUTO path = STRBUF_INIT(STRBUF_MAX);
    path_print(&path, where);
    diag_error(t->decode.diags, expr->span, _("Invalid default value for optional attribute"),
               _("The default does not fit the type of the attribute \"%.*s\": %.*s%.*s: %.*s."), STR_ARG(a->names[i]),
               STR_ARG(a->names[i]), STR_ARG(strbuf_str(&path)), STR_ARG(strbuf_str(&why)));
    return false;
}

static bool read_optional(struct typing *t, const struct expr_call *call, struct attributes *a, size_t i)
{
    a->optional[i] = true;
    if (call->n_args < 1 || call->n_args > 2) {
        refuse(t, span_join(call->open_span, call->close_span),
               _("optional takes a type and, if need be, a default: optional(string), optional(number, 80)."));
        return false;
    }
    if (!(a->types[i] = read_type(t, call->args[0])))
        return false;
    a->children[i] = (struct type_defaults *)t->defaults;
    return call->n_args == 1 || read_default(t, call->args[1], a, i);
}

static bool read_attribute(struct typing *t, const struct object_item *item, struct attributes *a, size_t i)
{
    const struct expr *value = item->value;
    a->names[i] = item->name;
    if (!item->name.n) {
        refuse(t, item->key->span, _("An attribute of an object type is a plain name: object({ port = number })."));
        return false;
    }
    for (size_t k = 0; k < i; k++)
        if (str_eq(a->names[k], item->name)) {
            refuse(t, item->key->span, _("This attribute is declared twice."));
            return false;
        }
    if (value->kind == EXPR_CALL && str_is(expr_call(value)->name.text, "optional"))
        return read_optional(t, expr_call(value), a, i);
    a->types[i] = read_type(t, value);
    a->children[i] = (struct type_defaults *)t->defaults;
    return a->types[i] != NULL;
}

/* The defaults in the order of the type's names. */
static const struct type_defaults *object_defaults(struct typing *t, const struct type *type,
                                                   const struct attributes *a)
{
    struct type_defaults *defaults = new_defaults(t, type, a->n);
    defaults->attr_defaults = ARENA_ARRAY(t->decode.arena, struct value, a->n);
    bool any = false;
    for (size_t i = 0; i < a->n; i++) {
        int at = type_attr(type, a->names[i]);
        defaults->attr_defaults[at] = a->values[i];
        defaults->children[at] = a->children[i];
        any |= value_exists(a->values[i]) || a->children[i];
    }
    return any ? defaults : NULL;
}

static const struct type *read_object(struct typing *t, const struct expr_call *call)
{
    if (call->n_args != 1 || call->args[0]->kind != EXPR_OBJECT)
        return refuse(t, arguments_span(call),
                      _("object takes its attributes with their types: object({ port = number })."));
    const struct expr_object *object = expr_object(call->args[0]);
    struct arena *arena = t->decode.arena;
    struct attributes a = {.names = ARENA_ARRAY(arena, struct str, object->n_items),
                           .types = ARENA_ARRAY(arena, const struct type *, object->n_items),
                           .optional = ARENA_ARRAY(arena, bool, object->n_items),
                           .values = ARENA_ARRAY(arena, struct value, object->n_items),
                           .children = ARENA_ARRAY(arena, struct type_defaults *, object->n_items),
                           .n = object->n_items};
    for (size_t i = 0; i < object->n_items; i++)
        if (!read_attribute(t, &object->items[i], &a, i))
            return NULL;
    const struct type *type = type_object(a.names, a.types, a.optional, a.n);
    t->defaults = object_defaults(t, type, &a);
    return type;
}

static const struct type *unknown_type(struct typing *t, struct span at, struct str name)
{
    return refuse(t, at,
                  arena_printf(t->decode.arena,
                               _("\"%.*s\" is not a type.%s The types are string, number, bool, any, list(…), set(…), "
                                 "map(…), tuple([…]) and object({…})."),
                               STR_ARG(name), words_near(t->decode.arena, words_nearest(type_names, name)))
                      .p);
}

static const struct type *read_constructor(struct typing *t, const struct expr_call *call)
{
    struct str name = call->name.text;
    if (str_is(name, "list"))
        return read_collection(t, call, type_list);
    if (str_is(name, "set"))
        return read_collection(t, call, type_set);
    if (str_is(name, "map"))
        return read_collection(t, call, type_map);
    if (str_is(name, "tuple"))
        return read_tuple(t, call);
    if (str_is(name, "object"))
        return read_object(t, call);
    if (str_is(name, "optional"))
        return refuse(t, call->name.span,
                      _("optional(…) belongs to an attribute of an object: object({ a = optional(string) })."));
    if (names_have(type_names, name))
        return refuse(t, call->expr.span,
                      arena_printf(t->decode.arena, _("%.*s takes no arguments."), STR_ARG(name)).p);
    return unknown_type(t, call->name.span, name);
}

static const struct type *read_keyword(struct typing *t, struct span at, struct str name)
{
    const struct type *type = type_keyword(name);
    if (type)
        return type;
    if (!names_have(type_names, name))
        return unknown_type(t, at, name);
    return refuse(
        t, at,
        arena_printf(t->decode.arena, _("%.*s needs to say what it holds: %.*s."), STR_ARG(name),
                     STR_ARG(str_is(name, "tuple")    ? STR("tuple([string, number])")
                             : str_is(name, "object") ? STR("object({ port = number })")
                                                      : arena_printf(t->decode.arena, "%.*s(string)", STR_ARG(name))))
            .p);
}

static const struct type *read_type(struct typing *t, const struct expr *expr)
{
    t->defaults = NULL;
    struct str keyword = expr_keyword(expr);
    if (keyword.n)
        return read_keyword(t, expr->span, keyword);
    if (expr->kind == EXPR_CALL)
        return read_constructor(t, expr_call(expr));
    if (expr->kind == EXPR_STRING)
        return refuse(
            t, expr->span,
            arena_printf(t->decode.arena, _("Write the type without quotes: %.*s."), STR_ARG(expr_string(expr)->text))
                .p);
    return expr->kind == EXPR_INVALID
               ? NULL
               : refuse(t, expr->span,
                        _("A type is a name or a constructor: string, list(string), object({ port = number })."));
}

const struct type *config_type_parse(struct arena *arena, struct sources *sources, const struct expr *expr,
                                     const struct type_defaults **defaults, struct diags *diags)
{
    struct typing t = {.decode = {.arena = arena, .sources = sources, .diags = diags}};
    struct str word = expr_keyword(expr);
    const struct type *type = str_is(word, "list")  ? type_list(type_dynamic) /* short forms of old */
                              : str_is(word, "map") ? type_map(type_dynamic)
                                                    : read_type(&t, expr);
    if (defaults)
        *defaults = type ? t.defaults : NULL;
    return type;
}
