#include "value/json_private.h"

#include "base/gettext.h"
#include "value/value_private.h"

#include <stdlib.h>

/* A recursive descent that reads into a type as it goes; type_dynamic stands for the type that the text implies. */

static void push_item(struct json_reader *r, struct value v)
{
    HEAP_ROOM(r->items, r->n_items, r->cap_items, 64);
    r->items[r->n_items++] = v;
}

static void push_key(struct json_reader *r, struct str key)
{
    HEAP_ROOM(r->keys, r->n_keys, r->cap_keys, 64);
    r->keys[r->n_keys++] = key;
}

/* Takes the items above `base` off the stack into the arena. */
static struct value *pop_items(struct json_reader *r, size_t base)
{
    size_t n = r->n_items - base;
    struct value *items = n ? ARENA_ARRAY(r->arena, struct value, n) : NULL;
    if (n)
        memcpy(items, r->items + base, n * sizeof *items);
    r->n_items = base;
    return items;
}

static struct str *pop_keys(struct json_reader *r, size_t base)
{
    size_t n = r->n_keys - base;
    struct str *keys = n ? ARENA_ARRAY(r->arena, struct str, n) : NULL;
    if (n)
        memcpy(keys, r->keys + base, n * sizeof *keys);
    r->n_keys = base;
    return keys;
}

static int skip_blanks(struct json_reader *r)
{
    int c;
    while ((c = json_peek(r)) == ' ' || c == '\n' || c == '\t' || c == '\r')
        r->at++;
    return c;
}

static bool read_value(struct json_reader *r, const struct type *type, struct value *out);

static bool wrong_type(struct json_reader *r, size_t off, const struct type *type, const char *have)
{
    struct str want = type_friendly(r->arena, type);
    return json_fail_at(r, off, arena_printf(r->arena, _("%.*s required, but have %s"), STR_ARG(want), have).p);
}

static bool open_nesting(struct json_reader *r)
{
    if (++r->depth > r->deepest)
        return json_fail(r, arena_printf(r->arena, _("nesting is deeper than %u levels"), r->deepest).p);
    r->at++;
    return true;
}

/* After an item: true to go on with the next, false at the end or for an error. */
static bool next_item(struct json_reader *r, char close, bool *ok)
{
    int c = skip_blanks(r);
    if (c == ',') {
        r->at++;
        skip_blanks(r);
        return true;
    }
    *ok = c == close;
    if (*ok)
        r->at++;
    else
        json_fail(r,
                  close == ']' ? _("a comma or the closing ] is missing") : _("a comma or the closing } is missing"));
    return false;
}

/* The type of the next item of an array that is read into `type`. */
static const struct type *item_type(const struct type *type, size_t i)
{
    if (type->elem)
        return type->elem;
    return type->kind == TYPE_TUPLE && i < type->n ? type->items[i] : type_dynamic;
}

/* What waits on the stacks goes into the arena later: both together must fit what its budget leaves. */
static bool has_room(struct json_reader *r)
{
    size_t waiting = r->n_items * sizeof *r->items + r->n_keys * sizeof *r->keys;
    return waiting <= arena_left(r->arena) / 2 || json_fail(r, _("there are more values than fit into memory"));
}

static bool read_items(struct json_reader *r, const struct type *type)
{
    size_t base = r->n_items;
    bool ok = true;
    if (skip_blanks(r) == ']') {
        r->at++;
        return true;
    }
    do {
        struct value item;
        if (!has_room(r) || !read_value(r, item_type(type, r->n_items - base), &item))
            return false;
        push_item(r, item);
    } while (next_item(r, ']', &ok));
    return ok;
}

/* Elements of list(any) settle its type; they must agree. */
static bool elements_agree(struct json_reader *r, size_t off, const struct type *elem, const struct value *items,
                           size_t n)
{
    for (size_t i = 1; elem->has_dynamic && i < n; i++)
        if (items[i].type != items[0].type)
            return json_fail_at(r, off, _("all elements must have the same type"));
    return true;
}

static const struct type *settled(const struct type *elem, const struct value *items, size_t n)
{
    return n ? items[0].type : type_without_optional(elem);
}

static bool make_array(struct json_reader *r, size_t off, const struct type *type, const struct value *items, size_t n,
                       struct value *out)
{
    if (type->kind == TYPE_TUPLE && n != type->n)
        return json_fail_at(r, off, arena_printf(r->arena, _("%u elements required, but have %zu"), type->n, n).p);
    if (type == type_dynamic || type->kind == TYPE_TUPLE) {
        *out = value_tuple(items, n);
        return true;
    }
    if (!elements_agree(r, off, type->elem, items, n))
        return false;
    const struct type *elem = settled(type->elem, items, n);
    *out = type->kind == TYPE_LIST ? value_list(elem, items, n) : value_set(r->arena, elem, items, n);
    return true;
}

static bool read_array(struct json_reader *r, const struct type *type, struct value *out)
{
    size_t start = r->at, base = r->n_items;
    if (type != type_dynamic && !type_is_sequence(type) && type->kind != TYPE_SET)
        return wrong_type(r, start, type, _("an array"));
    if (!open_nesting(r) || !read_items(r, type))
        return false;
    r->depth--;
    size_t n = r->n_items - base;
    return make_array(r, start, type, pop_items(r, base), n, out);
}

static bool read_key(struct json_reader *r, struct str *key)
{
    if (json_peek(r) != '"')
        return json_fail(r, _("the name of a member must be a string in quotes"));
    if (!json_read_string(r, key))
        return false;
    if (skip_blanks(r) != ':')
        return json_fail(r, _("a colon must follow the name of a member"));
    r->at++;
    skip_blanks(r);
    return true;
}

/* The type of a member; NULL where an object type has no such attribute. */
static const struct type *member_type(const struct type *type, struct str key)
{
    if (type->kind != TYPE_OBJECT)
        return type->elem ? type->elem : type_dynamic;
    int i = type_attr(type, key);
    return i < 0 ? NULL : type->items[i];
}

static bool read_members(struct json_reader *r, const struct type *type)
{
    bool ok = true;
    if (skip_blanks(r) == '}') {
        r->at++;
        return true;
    }
    do {
        struct str key;
        struct value item;
        size_t start = r->at;
        if (!has_room(r) || !read_key(r, &key))
            return false;
        const struct type *member = member_type(type, key);
        if (!member)
            return json_fail_at(r, start, arena_printf(r->arena, _("unsupported attribute \"%.*s\""), STR_ARG(key)).p);
        if (!read_value(r, member, &item))
            return false;
        push_key(r, key);
        push_item(r, item);
    } while (next_item(r, '}', &ok));
    return ok;
}

static bool make_object(struct json_reader *r, size_t off, const struct type *type, struct value v, struct value *out)
{
    struct value *items = ARENA_ARRAY(r->arena, struct value, type->n ? type->n : 1);
    for (uint32_t i = 0; i < type->n; i++) {
        items[i] = value_attr(v, type->names[i]);
        if (value_exists(items[i]))
            continue;
        if (!type->optional || !type->optional[i])
            return json_fail_at(r, off,
                                arena_printf(r->arena, _("attribute \"%.*s\" is required"), STR_ARG(type->names[i])).p);
        items[i] = value_null(type->items[i]);
    }
    *out = value_object(r->arena, type->names, items, type->n);
    return true;
}

static bool make_members(struct json_reader *r, size_t off, const struct type *type, const struct str *keys,
                         const struct value *items, size_t n, struct value *out)
{
    if (type->kind == TYPE_MAP) {
        *out = value_map(r->arena, settled(type->elem, items, n), keys, items, n);
        return elements_agree(r, off, type->elem, items, n);
    }
    *out = value_object(r->arena, keys, items, n);
    return type == type_dynamic || out->type == type || make_object(r, off, type, *out, out);
}

static bool read_object(struct json_reader *r, const struct type *type, struct value *out)
{
    size_t start = r->at, base_items = r->n_items, base_keys = r->n_keys;
    if (type != type_dynamic && !type_is_keyed(type))
        return wrong_type(r, start, type, _("an object"));
    if (!open_nesting(r) || !read_members(r, type))
        return false;
    r->depth--;
    size_t n = r->n_items - base_items;
    const struct value *items = pop_items(r, base_items);
    const struct str *keys = pop_keys(r, base_keys);
    return make_members(r, start, type, keys, items, n, out);
}

static bool read_word(struct json_reader *r, struct value *out, const struct type *type)
{
    struct str rest = str_sub(r->text, r->at, r->text.n);
    if (str_starts(rest, STR("null"))) {
        r->at += 4;
        *out = value_null(type);
    } else if (str_starts(rest, STR("true"))) {
        r->at += 4;
        *out = value_bool(true);
    } else if (str_starts(rest, STR("false"))) {
        r->at += 5;
        *out = value_bool(false);
    } else {
        return json_fail(r, r->at == r->text.n ? _("the text ends where a value is expected")
                                               : _("this is no JSON value"));
    }
    return true;
}

static bool read_scalar(struct json_reader *r, const struct type *type, struct value *out)
{
    static const char *const have[] = {
        [TYPE_BOOL] = N_("a bool"), [TYPE_NUMBER] = N_("a number"), [TYPE_STRING] = N_("a string")};
    size_t start = r->at;
    int c = json_peek(r);
    if (c == '"') {
        struct str s;
        if (!json_read_string(r, &s))
            return false;
        *out = value_string(s);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
        if (!json_read_number(r, out))
            return false;
    } else if (!read_word(r, out, type)) {
        return false;
    }
    if (type == type_dynamic || out->state == VALUE_NULL || out->type == type)
        return true;
    return wrong_type(r, start, type, _(have[out->type->kind]));
}

static bool read_value(struct json_reader *r, const struct type *type, struct value *out)
{
    switch (skip_blanks(r)) {
    case '{':
        return read_object(r, type, out);
    case '[':
        return read_array(r, type, out);
    default:
        return read_scalar(r, type, out);
    }
}

static bool read_text(struct arena *arena, struct str text, const struct type *type, unsigned deepest,
                      struct value *out, struct json_error *error)
{
    struct json_error ignored = {0};
    struct json_reader r = {.arena = arena, .text = text, .deepest = deepest, .error = error ? error : &ignored};
    *r.error = (struct json_error){0};
    bool ok = read_value(&r, type, out);
    if (ok && skip_blanks(&r) != -1)
        ok = json_fail(&r, _("there is more text after the value"));
    free(r.items);
    free(r.keys);
    return ok;
}

bool json_read_as(struct arena *arena, struct str text, const struct type *type, struct value *out,
                  struct json_error *error)
{
    return read_text(arena, text, type, JSON_NESTING_OWN, out, error);
}

bool json_read(struct arena *arena, struct str text, struct value *out, struct json_error *error)
{
    return read_text(arena, text, type_dynamic, JSON_NESTING, out, error);
}
