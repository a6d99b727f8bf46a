#include "syntax/json.h"
#include "base/map.h"
#include "base/unicode.h"
#include "syntax/jsontext.h"
#include "syntax/parser.h"

/* How strings are read. */
enum strings { STRINGS_TEMPLATES, STRINGS_CODE, STRINGS_TEXT };

struct converter {
    struct arena *arena;
    struct diags *diags;
    struct sources *sources;
    uint32_t file;
    enum strings strings;
};

static void *new_expr(struct converter *c, size_t size, enum expr_kind kind, struct span span, unsigned below)
{
    struct expr *e = arena_alloc(c->arena, size);
    e->kind = kind;
    e->height = below & 0xffff; /* JSON nests no deeper than PARSE_NESTING */
    e->span = span;
    return e;
}
#define NEW_EXPR(c, type, kind, span, below)                                                                           \
    ((struct type *)new_expr((c), sizeof(struct type), (kind), (span), (below)))

static struct span open_span(struct span span)
{
    return (struct span){span.file, span.off, 1};
}

static struct span close_span(struct span span)
{
    return (struct span){span.file, span.off + span.len - 1, 1};
}

/* -- strings -- */

static const struct expr *make_text(struct converter *c, const struct json_value *v)
{
    struct expr_string *e = NEW_EXPR(c, expr_string, EXPR_STRING, v->span, 0);
    e->text = unicode_nfc(c->arena, v->text);
    return &e->expr;
}

/* The place of a string's content: in the file, or where escapes were resolved, in a text of its own. */
static struct span content(struct converter *c, const struct json_value *v)
{
    if (!v->escapes)
        return (struct span){c->file, v->span.off + 1, v->span.len - 2};
    unsigned line = sources_position(c->sources, c->file, v->span.off).line;
    struct str name =
        arena_printf(c->arena, _("%.*s, string on line %u"), STR_ARG(sources_get(c->sources, c->file)->name), line);
    return (struct span){sources_add(c->sources, name, v->text), 0, (uint32_t)v->text.n};
}

static bool is_plain(struct str text)
{
    return str_find_byte(text, '$', 0) == SIZE_MAX && str_find_byte(text, '%', 0) == SIZE_MAX;
}

static const struct expr *convert_string(struct converter *c, const struct json_value *v)
{
    if (c->strings == STRINGS_TEXT || (c->strings == STRINGS_TEMPLATES && is_plain(v->text)))
        return make_text(c, v);
    struct span in = content(c, v);
    if (c->strings == STRINGS_CODE)
        return parser_expression_in(c->arena, c->diags, c->sources, in);
    return parse_template(c->arena, c->diags, c->sources, in.file, in.off, in.off + in.len);
}

/* -- values to expressions -- */

static const struct expr *convert(struct converter *c, const struct json_value *v);

static const struct expr *convert_number(struct converter *c, const struct json_value *v)
{
    bool negative = v->text.p[0] == '-';
    struct span span = v->span;
    span.off += negative;
    span.len -= negative;
    struct expr_number *number = NEW_EXPR(c, expr_number, EXPR_NUMBER, span, 0);
    number->text = str_sub(v->text, negative, v->text.n);
    if (!negative)
        return &number->expr;
    struct expr_unary *e = NEW_EXPR(c, expr_unary, EXPR_UNARY, v->span, 1);
    e->op = OP_NEGATE;
    e->op_span = open_span(v->span);
    e->operand = &number->expr;
    return &e->expr;
}

static const struct expr *convert_bool(struct converter *c, const struct json_value *v)
{
    struct expr_bool *e = NEW_EXPR(c, expr_bool, EXPR_BOOL, v->span, 0);
    e->value = v->kind == JSON_TRUE;
    return &e->expr;
}

static const struct expr *convert_array(struct converter *c, const struct json_value *v)
{
    const struct expr **items = ARENA_ARRAY(c->arena, const struct expr *, v->n);
    unsigned below = 0;
    for (size_t i = 0; i < v->n; i++) {
        items[i] = convert(c, v->items[i]);
        below = taller(below, height(items[i]));
    }
    struct expr_tuple *e = NEW_EXPR(c, expr_tuple, EXPR_TUPLE, v->span, below);
    e->items = items;
    e->n_items = v->n;
    e->open_span = open_span(v->span);
    e->close_span = close_span(v->span);
    return &e->expr;
}

static const struct expr *convert_object(struct converter *c, const struct json_value *v)
{
    struct object_item *items = ARENA_ARRAY(c->arena, struct object_item, v->n);
    unsigned below = 0;
    for (size_t i = 0; i < v->n; i++) {
        items[i].key = convert(c, v->members[i].key);
        items[i].value = convert(c, v->members[i].value);
        if (c->strings == STRINGS_CODE)
            items[i].name = expr_keyword(items[i].key);
        below = taller(below, taller(height(items[i].key), height(items[i].value)));
    }
    struct expr_object *e = NEW_EXPR(c, expr_object, EXPR_OBJECT, v->span, below);
    e->items = items;
    e->n_items = v->n;
    e->open_span = open_span(v->span);
    e->close_span = close_span(v->span);
    return &e->expr;
}

static const struct expr *convert_value(struct converter *c, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_NULL:
        return new_expr(c, sizeof(struct expr), EXPR_NULL, v->span, 0);
    case JSON_TRUE:
    case JSON_FALSE:
        return convert_bool(c, v);
    case JSON_NUMBER:
        return convert_number(c, v);
    case JSON_STRING:
        return convert_string(c, v);
    case JSON_ARRAY:
        return convert_array(c, v);
    case JSON_OBJECT:
        return convert_object(c, v);
    }
    return NULL;
}

/* Templates within nested objects may add up to more than the readers of a tree can bear. */
static const struct expr *convert(struct converter *c, const struct json_value *v)
{
    const struct expr *e = convert_value(c, v);
    if (e->height <= PARSE_NESTING)
        return e;
    diag_error(c->diags, v->span, _("Nested too deeply"),
               _("Objects, arrays and templates may stand within one another up to %d levels deep."), PARSE_NESTING);
    return new_expr(c, sizeof(struct expr), EXPR_INVALID, v->span, 0);
}

/* -- objects to bodies -- */

struct items {
    VEC(struct body_item) list;
    struct map names; /* of attributes */
};

static struct name name_of(struct converter *c, const struct json_value *key)
{
    return (struct name){unicode_nfc(c->arena, key->text), key->span};
}

static bool is_code(const struct json_block *in, struct str name)
{
    for (const char *const *code = in->code; code && *code; code++)
        if (str_eq(str_c(*code), name))
            return true;
    return false;
}

static void add_attribute(struct converter *c, struct items *items, const struct json_block *in,
                          const struct json_member *m)
{
    struct name name = name_of(c, m->key);
    struct attribute *a = ARENA_NEW(c->arena, struct attribute);
    struct converter strings = *c;
    if (c->strings == STRINGS_TEMPLATES && is_code(in, name.text))
        strings.strings = STRINGS_CODE;
    *a = (struct attribute){
        .name = name, .equals_span = span_end(m->key->span), .expr = convert(&strings, m->value), .json = true};
    a->span = span_join(m->key->span, m->value->span);
    const struct attribute *before = map_get(&items->names, name.text);
    if (before) {
        diag_error(c->diags, name.span, _("Duplicate argument"),
                   _("The argument \"%.*s\" was set before, on line %u. Each argument may be set once."),
                   STR_ARG(name.text), sources_position(c->sources, c->file, before->name.span.off).line);
        return;
    }
    map_put(&items->names, name.text, a);
    vec_push(c->arena, &items->list, ((struct body_item){.attribute = a}));
}

static void add_members(struct converter *c, struct items *items, const struct json_block *in,
                        const struct json_value *v);

static const struct body *make_body(struct converter *c, const struct json_block *in, const struct json_value *v)
{
    struct items items = {.names = MAP_INIT(c->arena)};
    add_members(c, &items, in, v);
    struct body *body = ARENA_NEW(c->arena, struct body);
    *body = (struct body){.items = items.list.v,
                          .n_items = items.list.n,
                          .n_attributes = items.names.n,
                          .span = v->span,
                          .end_span = close_span(v->span)};
    return body;
}

/* A block being unwrapped: its type, and the labels found so far. */
struct unwrapping {
    const struct json_block *type;
    struct name name;
    struct label labels[4];
    unsigned n_labels;
};

static void fail_block(struct converter *c, const struct unwrapping *u, const struct json_value *v)
{
    if (u->n_labels < u->type->n_labels)
        diag_error(
            c->diags, v->span, _("Incorrect JSON value type"),
            _("\"%.*s\" is a block with %u labels: an object is expected here, whose property names are labels."),
            STR_ARG(u->name.text), u->type->n_labels);
    else
        diag_error(c->diags, v->span, _("Incorrect JSON value type"),
                   _("\"%.*s\" is a block: an object is expected here, or an array of objects."),
                   STR_ARG(u->name.text));
}

static void add_block(struct converter *c, struct items *items, const struct unwrapping *u, const struct json_value *v)
{
    struct block *b = ARENA_NEW(c->arena, struct block);
    struct label *labels = ARENA_ARRAY(c->arena, struct label, u->n_labels);
    if (u->n_labels)
        memcpy(labels, u->labels, u->n_labels * sizeof *labels);
    *b = (struct block){.type = u->name, .labels = labels, .n_labels = u->n_labels, .body = make_body(c, u->type, v)};
    b->header_span = u->n_labels ? u->labels[u->n_labels - 1].span : u->name.span;
    b->open_span = open_span(v->span);
    b->close_span = close_span(v->span);
    b->span = v->span;
    vec_push(c->arena, &items->list, ((struct body_item){.block = b}));
}

/* `v` stands for blocks whose outer labels are known. Arrays may stand on any level. */
static void unwrap(struct converter *c, struct items *items, struct unwrapping *u, const struct json_value *v)
{
    if (v->kind == JSON_ARRAY) {
        for (size_t i = 0; i < v->n; i++)
            unwrap(c, items, u, v->items[i]);
    } else if (v->kind == JSON_NULL && u->n_labels == u->type->n_labels) {
        return;
    } else if (v->kind != JSON_OBJECT) {
        fail_block(c, u, v);
    } else if (u->n_labels == u->type->n_labels) {
        add_block(c, items, u, v);
    } else {
        for (size_t i = 0; i < v->n; i++) {
            struct name name = name_of(c, v->members[i].key);
            u->labels[u->n_labels++] = (struct label){name.text, name.span, true};
            unwrap(c, items, u, v->members[i].value);
            u->n_labels--;
        }
    }
}

static const struct json_block *block_type(const struct json_block *in, struct str name)
{
    for (size_t i = 0; i < in->n_blocks; i++)
        if (str_eq(str_c(in->blocks[i].type), name))
            return &in->blocks[i];
    return NULL;
}

static void add_member(struct converter *c, struct items *items, const struct json_block *in,
                       const struct json_member *m)
{
    if (str_is(m->key->text, "//"))
        return;
    const struct json_block *type = block_type(in, m->key->text);
    if (!type) {
        add_attribute(c, items, in, m);
        return;
    }
    struct unwrapping u = {.type = type, .name = name_of(c, m->key)};
    assert(type->n_labels <= sizeof u.labels / sizeof *u.labels);
    unwrap(c, items, &u, m->value);
}

/* The members of an object, or of all objects of an array. */
static void add_members(struct converter *c, struct items *items, const struct json_block *in,
                        const struct json_value *v)
{
    if (v->kind == JSON_OBJECT) {
        for (size_t i = 0; i < v->n; i++)
            add_member(c, items, in, &v->members[i]);
    } else if (v->kind == JSON_ARRAY) {
        for (size_t i = 0; i < v->n; i++)
            add_members(c, items, in, v->items[i]);
    } else {
        diag_error(c->diags, v->span, _("Incorrect JSON value type"), _("An object is expected here."));
    }
}

static const struct body *file_body(struct converter *c, const struct json_block *root)
{
    const struct json_value *v = jsontext_parse(c->arena, c->diags, c->sources, c->file);
    return v ? make_body(c, root, v) : ARENA_NEW(c->arena, struct body);
}

const struct body *json_body(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t file,
                             const struct json_block *root)
{
    struct converter c = {arena, diags, sources, file, STRINGS_TEMPLATES};
    return file_body(&c, root);
}

const struct body *json_values(struct arena *arena, struct diags *diags, struct sources *sources, uint32_t file)
{
    struct converter c = {arena, diags, sources, file, STRINGS_TEXT};
    static const struct json_block root;
    return file_body(&c, &root);
}

/* -- arguments to blocks -- */

struct late {
    struct arena *arena;
    struct diags *diags;
    const struct attribute *attribute;
    unsigned n_labels;
    VEC(const struct block *) list;
};

static struct str key_text(const struct object_item *item)
{
    return item->key->kind == EXPR_STRING ? expr_string(item->key)->text : item->name;
}

static const struct body *late_body(struct late *l, const struct expr_object *object)
{
    struct body *body = ARENA_NEW(l->arena, struct body);
    struct body_item *items = ARENA_ARRAY(l->arena, struct body_item, object->n_items);
    size_t n = 0;
    for (size_t i = 0; i < object->n_items; i++) {
        const struct object_item *item = &object->items[i];
        if (str_is(key_text(item), "//"))
            continue;
        struct attribute *a = ARENA_NEW(l->arena, struct attribute);
        *a = (struct attribute){.name = {key_text(item), item->key->span}, .expr = item->value, .json = true};
        a->equals_span = span_end(item->key->span);
        a->span = span_join(item->key->span, item->value->span);
        items[n++].attribute = a;
    }
    *body = (struct body){
        .items = items, .n_items = n, .n_attributes = n, .span = object->expr.span, .end_span = object->close_span};
    return body;
}

static void late_block(struct late *l, const struct expr_object *object, const struct object_item *label)
{
    struct block *b = ARENA_NEW(l->arena, struct block);
    *b = (struct block){.type = l->attribute->name, .body = late_body(l, object)};
    b->header_span = b->type.span;
    if (label) {
        struct label *labels = ARENA_NEW(l->arena, struct label);
        *labels = (struct label){key_text(label), label->key->span, true};
        b->labels = labels;
        b->n_labels = 1;
        b->header_span = labels->span;
    }
    b->open_span = object->open_span;
    b->close_span = object->close_span;
    b->span = object->expr.span;
    vec_push(l->arena, &l->list, b);
}

static void late_unwrap(struct late *l, const struct expr *e, const struct object_item *label)
{
    bool whole = (label ? 1 : 0) == l->n_labels;
    if (e->kind == EXPR_TUPLE) {
        for (size_t i = 0; i < expr_tuple(e)->n_items; i++)
            late_unwrap(l, expr_tuple(e)->items[i], label);
    } else if (e->kind == EXPR_OBJECT && whole) {
        late_block(l, expr_object(e), label);
    } else if (e->kind == EXPR_OBJECT) {
        for (size_t i = 0; i < expr_object(e)->n_items; i++)
            late_unwrap(l, expr_object(e)->items[i].value, &expr_object(e)->items[i]);
    } else if (e->kind != EXPR_NULL) {
        diag_error(l->diags, e->span, _("Incorrect JSON value type"),
                   _("\"%.*s\" is a block: an object is expected here, or an array of objects."),
                   STR_ARG(l->attribute->name.text));
    }
}

const struct block *const *json_attribute_blocks(struct arena *arena, struct diags *diags,
                                                 const struct attribute *attribute, unsigned n_labels, size_t *n)
{
    struct late l = {.arena = arena, .diags = diags, .attribute = attribute, .n_labels = n_labels};
    late_unwrap(&l, attribute->expr, NULL);
    *n = l.list.n;
    return l.list.v;
}
