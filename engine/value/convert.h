/* convert: conversion and unification of types, as cty defines them. */
#ifndef DETOUR_VALUE_CONVERT_H
#define DETOUR_VALUE_CONVERT_H

#include "value/path.h"

/*
 * v as a value of `type` (may hold type_dynamic, and optional attributes, which become null where left out). Keeps
 * marks, passes unknowns on. False where it cannot be: `where` gets the path of the offending part and `why` a reason
 * such as "a number is required" or "attribute \"name\" is required" (both may be NULL).
 */
bool convert(struct arena *arena, struct value v, const struct type *type, struct value *out, struct path *where,
             struct strbuf *why);

/* The default values of optional attributes of a type constraint: a tree beside the type. */
struct type_defaults {
    const struct type *type;         /* the object/collection type this level is about */
    struct value *attr_defaults;     /* object: per attribute (order of names), {0} where there is none */
    struct type_defaults **children; /* object/tuple: per attribute or element; collections: [0] for elements; NULL
                                        where nothing below has any */
};
/* v with defaults filled in wherever an attribute is left out or null. Done before convert. */
struct value convert_defaults(struct arena *arena, struct value v, const struct type_defaults *defaults);

/* Whether a value of type `from` can be converted to `to` (some conversions still fail for some values: unsafe). */
bool convert_possible(const struct type *from, const struct type *to, bool allow_unsafe);

/* The one type that all can be converted to, or NULL. With n == 0: type_dynamic. */
const struct type *convert_unify(const struct type *const *types, size_t n);

#endif
