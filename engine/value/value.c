#include "value/value_private.h"

#include "base/unicode.h"

#include <assert.h>
#include <stdlib.h>

enum { TYPES_ON_STACK = 32 };

struct value value_null(const struct type *type)
{
    return (struct value){.type = type_without_optional(type), .state = VALUE_NULL};
}

struct value value_unknown(const struct type *type)
{
    return (struct value){.type = type_without_optional(type), .state = VALUE_UNKNOWN, .deep = DEEP_UNKNOWN};
}

struct value value_bool(bool b)
{
    return (struct value){.type = type_bool, .u.boolean = b, .state = VALUE_KNOWN};
}

struct value value_int(int64_t i)
{
    return (struct value){.type = type_number, .u.small = i, .state = VALUE_KNOWN};
}

struct value value_number(struct number n)
{
    struct value v = {.type = type_number, .state = VALUE_KNOWN};
    if (n.big) {
        v.u.big = n.big;
        v.n = 1;
    } else {
        v.u.small = n.small;
        v.n = n.prec == NUMBER_PREC_INT ? 0 : n.prec;
    }
    return v;
}

struct number value_as_number(struct value v)
{
    assert(v.type == type_number && v.state == VALUE_KNOWN);
    if (v.n == 1)
        return (struct number){.big = v.u.big};
    return (struct number){.small = v.u.small, .prec = v.n ? v.n : NUMBER_PREC_INT};
}

struct value value_string(struct str s)
{
    return (struct value){.type = type_string, .u.string = s, .state = VALUE_KNOWN};
}

static struct str replace_invalid(struct arena *arena, struct str s)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    for (size_t bad; (bad = utf8_invalid(s)) != SIZE_MAX; s = str_sub(s, bad + 1, s.n)) {
        strbuf_add(&out, str_sub(s, 0, bad));
        strbuf_add_rune(&out, 0xFFFD);
    }
    strbuf_add(&out, s);
    return arena_str(arena, strbuf_str(&out));
}

struct value value_string_copy(struct arena *arena, struct str s)
{
    struct str valid = utf8_invalid(s) == SIZE_MAX ? s : replace_invalid(arena, s);
    struct str norm = unicode_nfc(arena, valid);
    return value_string(norm.p == s.p ? arena_str(arena, s) : norm);
}

static uint8_t deep_of(const struct value *items, size_t n)
{
    unsigned deep = 0;
    for (size_t i = 0; i < n; i++)
        deep |= items[i].deep;
    return (uint8_t)deep;
}

static struct value known(const struct type *type, const struct value *items, size_t n)
{
    return (struct value){
        .type = type, .u.items = items, .state = VALUE_KNOWN, .deep = deep_of(items, n), .n = (uint32_t)n};
}

struct value value_list(const struct type *elem, const struct value *items, size_t n)
{
    return known(type_list(elem), items, n);
}

/* The tuple type of the items, or with `names` (sorted) the object type. */
static const struct type *type_of_items(const struct str *names, const struct value *items, size_t n)
{
    const struct type *few[TYPES_ON_STACK];
    const struct type **types = n <= TYPES_ON_STACK ? few : heap_alloc(n * sizeof *types);
    for (size_t i = 0; i < n; i++)
        types[i] = items[i].type;
    const struct type *type = names ? type_object(names, types, NULL, n) : type_tuple(types, n);
    if (types != few)
        free(types);
    return type;
}

struct value value_tuple(const struct value *items, size_t n)
{
    return known(type_of_items(NULL, items, n), items, n);
}

struct value value_object_of(const struct type *type, const struct value *items)
{
    return known(type, items, type->n);
}

static bool ascending(const struct str *keys, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (str_cmp(keys[i - 1], keys[i]) >= 0)
            return false;
    return true;
}

struct entry {
    struct str key;
    size_t at;
};

static int entry_cmp(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int c = str_cmp(x->key, y->key);
    return c ? c : (x->at > y->at) - (x->at < y->at);
}

/* Sorted copies of both arrays without duplicate keys, of which the last stays; returns how many are left. */
static size_t sort_entries(struct arena *arena, const struct str **keys, const struct value **items, size_t n)
{
    struct entry *entries = heap_alloc(n * sizeof *entries);
    struct str *sorted_keys = ARENA_ARRAY(arena, struct str, n);
    struct value *sorted_items = ARENA_ARRAY(arena, struct value, n);
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        entries[i] = (struct entry){(*keys)[i], i};
    qsort(entries, n, sizeof *entries, entry_cmp);
    for (size_t i = 0; i < n; i++) {
        if (i + 1 < n && str_eq(entries[i].key, entries[i + 1].key))
            continue;
        sorted_keys[m] = entries[i].key;
        sorted_items[m++] = (*items)[entries[i].at];
    }
    free(entries);
    *keys = sorted_keys;
    *items = sorted_items;
    return m;
}

struct value value_map(struct arena *arena, const struct type *elem, const struct str *keys, const struct value *items,
                       size_t n)
{
    if (!ascending(keys, n))
        n = sort_entries(arena, &keys, &items, n);
    struct value v = known(type_map(elem), NULL, 0);
    v.u.map.keys = keys;
    v.u.map.items = items;
    v.deep = deep_of(items, n);
    v.n = (uint32_t)n;
    return v;
}

struct value value_object(struct arena *arena, const struct str *names, const struct value *items, size_t n)
{
    if (n == 0)
        return known(type_empty_object(), NULL, 0);
    if (!ascending(names, n))
        n = sort_entries(arena, &names, &items, n);
    return known(type_of_items(names, items, n), items, n);
}

struct value value_attr(struct value object, struct str name)
{
    int i = object.type->kind == TYPE_OBJECT ? type_attr(object.type, name) : -1;
    if (i < 0)
        return (struct value){0};
    if (object.state == VALUE_KNOWN)
        return object.u.items[i];
    const struct type *type = object.type->items[i];
    return object.state == VALUE_NULL ? value_null(type) : value_unknown(type);
}

struct value value_map_get(struct value map, struct str key)
{
    assert(map.type->kind == TYPE_MAP && map.state == VALUE_KNOWN);
    size_t lo = 0, hi = map.n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(map.u.map.keys[mid], key);
        if (c == 0)
            return map.u.map.items[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return (struct value){0};
}

static struct value key_at(struct value of, size_t i)
{
    switch (of.type->kind) {
    case TYPE_MAP:
        return value_string(of.u.map.keys[i]);
    case TYPE_OBJECT:
        return value_string(of.type->names[i]);
    case TYPE_SET:
        return of.u.items[i];
    default:
        return value_int((int64_t)i);
    }
}

bool value_next(struct value_iter *it, struct value *key, struct value *item)
{
    const struct value *parts = value_parts(it->of);
    if (!parts || it->i >= it->of.n)
        return false;
    if (key)
        *key = key_at(it->of, it->i);
    if (item)
        *item = parts[it->i];
    it->i++;
    return true;
}

uint8_t value_deep_sum(struct value v)
{
    const struct value *parts = value_parts(v);
    return value_deep_own(v) | (parts ? deep_of(parts, v.n) : 0);
}

/* The usual case: working out a type means looking it up among all. */
static bool types_stay(struct value v, const struct value *parts)
{
    bool each = v.type->kind == TYPE_TUPLE || v.type->kind == TYPE_OBJECT;
    for (uint32_t i = 0; i < v.n; i++)
        if (parts[i].type != (each ? v.type->items[i] : v.type->elem))
            return false;
    return true;
}

static const struct type *type_with_parts(struct value v, const struct value *parts)
{
    if (types_stay(v, parts))
        return v.type;
    switch (v.type->kind) {
    case TYPE_TUPLE:
        return type_of_items(NULL, parts, v.n);
    case TYPE_OBJECT:
        return v.n ? type_of_items(v.type->names, parts, v.n) : v.type;
    case TYPE_LIST:
        return v.n ? type_list(parts[0].type) : v.type;
    case TYPE_SET:
        return v.n ? type_set(parts[0].type) : v.type;
    default:
        return v.n ? type_map(parts[0].type) : v.type;
    }
}

static struct value put_parts(struct value v, const struct value *parts)
{
    if (v.type->kind == TYPE_MAP)
        v.u.map.items = parts;
    else
        v.u.items = parts;
    v.deep = value_deep_sum(v);
    return v;
}

struct value value_with_parts(struct value v, const struct value *parts)
{
    v.type = type_with_parts(v, parts);
    return put_parts(v, parts);
}

struct value value_mark(struct value v, uint16_t marks)
{
    v.marks |= marks;
    v.deep |= value_deep_own(v);
    return v;
}

struct value value_unmark(struct value v)
{
    if (v.marks) {
        v.marks = 0;
        v.deep = value_deep_sum(v);
    }
    return v;
}

static bool marked_inside(struct value v)
{
    return (v.deep & (DEEP_SENSITIVE | DEEP_EPHEMERAL)) != 0;
}

struct value value_unmark_deep(struct arena *arena, struct value v)
{
    if (!marked_inside(v))
        return v;
    v.marks = 0;
    const struct value *parts = value_parts(v);
    if (!parts || !(deep_of(parts, v.n) & (DEEP_SENSITIVE | DEEP_EPHEMERAL))) {
        v.deep = value_deep_sum(v);
        return v;
    }
    struct value *bare = ARENA_ARRAY(arena, struct value, v.n);
    for (uint32_t i = 0; i < v.n; i++)
        bare[i] = value_unmark_deep(arena, parts[i]);
    return put_parts(v, bare);
}

uint16_t value_marks_deep(struct value v)
{
    unsigned marks = v.marks;
    if (v.deep & DEEP_SENSITIVE)
        marks |= MARK_SENSITIVE;
    if (v.deep & DEEP_EPHEMERAL)
        marks |= MARK_EPHEMERAL;
    return (uint16_t)marks;
}
