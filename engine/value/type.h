/*
 * type: the types of the language, hash-consed: equal types are the same pointer, so equality is `==`.
 * Types live as long as the process; making one is thread-safe.
 */
#ifndef DETOUR_VALUE_TYPE_H
#define DETOUR_VALUE_TYPE_H

#include "base/arena.h"
#include "base/strbuf.h"

enum type_kind {
    TYPE_DYNAMIC, /* "any": a type not yet known */
    TYPE_BOOL,
    TYPE_NUMBER,
    TYPE_STRING,
    TYPE_LIST,
    TYPE_SET,
    TYPE_MAP,
    TYPE_TUPLE,
    TYPE_OBJECT,
};

/* Read-only. */
struct type {
    enum type_kind kind;
    bool has_dynamic;                /* TYPE_DYNAMIC somewhere inside */
    bool has_optional;               /* an object type with optional attributes somewhere inside */
    uint32_t n;                      /* attributes of an object, elements of a tuple */
    const struct type *elem;         /* list, set, map */
    const struct type *const *items; /* element types of a tuple; attribute types of an object, in the order of names */
    const struct str *names;         /* object: attribute names, sorted by bytes */
    const bool *optional;            /* object in a type constraint: which attributes may be left out; else NULL */
    uint64_t hash;
};

extern const struct type *const type_dynamic, *const type_bool, *const type_number, *const type_string;

/* The type that one word names: string, number, bool, any; NULL for another word. */
const struct type *type_keyword(struct str word);

/* Lists, sets and maps of elements of that type; the tuple of these types (copied). */
const struct type *type_list(const struct type *elem);
const struct type *type_set(const struct type *elem);
const struct type *type_map(const struct type *elem);
const struct type *type_tuple(const struct type *const *items, size_t n);

/* An object type. `names` need not be sorted, but must be unique; `optional` may be NULL. Everything is copied. */
const struct type *type_object(const struct str *names, const struct type *const *types, const bool *optional,
                               size_t n);

/* The object type without attributes. */
const struct type *type_empty_object(void);

/* Index of an attribute of an object type (binary search), or -1. */
int type_attr(const struct type *object, struct str name);

/* The same type with no attribute marked optional: what values of the constraint have. */
const struct type *type_without_optional(const struct type *type);

/* string, number or bool. */
static inline bool type_is_primitive(const struct type *t)
{
    return t->kind == TYPE_BOOL || t->kind == TYPE_NUMBER || t->kind == TYPE_STRING;
}

/* list, set or map. */
static inline bool type_is_collection(const struct type *t)
{
    return t->kind == TYPE_LIST || t->kind == TYPE_SET || t->kind == TYPE_MAP;
}

/* map or object: elements have names. */
static inline bool type_is_keyed(const struct type *t)
{
    return t->kind == TYPE_MAP || t->kind == TYPE_OBJECT;
}

/* list or tuple: elements have positions. */
static inline bool type_is_sequence(const struct type *t)
{
    return t->kind == TYPE_LIST || t->kind == TYPE_TUPLE;
}

/* For messages: "string", "list of string", "object", "tuple", "bool". */
struct str type_friendly(struct arena *arena, const struct type *type);

/* As written in a type constraint: list(object({a=string, b=optional(number)})). */
void type_print(struct strbuf *out, const struct type *type);

/* The notation of cty in JSON: "string", ["list","string"], ["object",{"a":"string"}]. */
void type_json_write(struct strbuf *out, const struct type *type);

/* Reads that notation; NULL where `json` does not hold one. */
const struct type *type_json_read(struct str json);

#endif
