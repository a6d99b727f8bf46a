/*
 * schema: what a block may hold: attributes and nested blocks, with types, flags and documentation.
 * Made from a provider's static tables (provider/registry does that), or by hand for the language's own blocks.
 */
#ifndef DETOUR_SCHEMA_SCHEMA_H
#define DETOUR_SCHEMA_SCHEMA_H

#include "base/map.h"
#include "diag/diag.h"
#include "value/convert.h"

enum schema_flags {
    SCHEMA_REQUIRED = 1 << 0,
    SCHEMA_OPTIONAL = 1 << 1,
    SCHEMA_COMPUTED = 1 << 2, /* the provider sets it; with OPTIONAL: where the configuration does not */
    SCHEMA_SENSITIVE = 1 << 3,
    SCHEMA_REPLACE = 1 << 4,     /* a change means replacing the object */
    SCHEMA_WRITE_ONLY = 1 << 5,  /* never stored */
    SCHEMA_CREATE_ONLY = 1 << 6, /* used at creation; a later change is ignored, with a note (never a silent replace) */
    SCHEMA_CONNECTION = 1 << 7,  /* says how the object's machine is reached; see the provider ABI */
};

struct schema_attr {
    struct str name;
    const struct type *type;
    unsigned flags;
    struct str doc, deprecated;
};

enum schema_nesting { NESTING_SINGLE, NESTING_LIST, NESTING_SET, NESTING_MAP };

struct schema_nested {
    struct str name;
    enum schema_nesting nesting;
    const struct schema *schema;
    uint32_t min, max; /* max 0: any number */
};

struct schema {
    const struct schema_attr *attrs; /* sorted by name */
    size_t n_attrs;
    const struct schema_nested *nested; /* sorted by name */
    size_t n_nested;
    const struct type *implied; /* the object type of a decoded block */
    struct str doc;
    int version;
    bool has_sensitive;
};

/* A schema from unsorted parts (copied); computes the implied type. */
const struct schema *schema_make(struct arena *arena, const struct schema_attr *attrs, size_t n_attrs,
                                 const struct schema_nested *nested, size_t n_nested, struct str doc);

/* The attribute, or the type of nested blocks, of that name; NULL where there is none. */
const struct schema_attr *schema_attr(const struct schema *schema, struct str name);
const struct schema_nested *schema_nested(const struct schema *schema, struct str name);

/* The nearest name of an attribute or block, for "Did you mean", or the empty slice. */
struct str schema_near(const struct schema *schema, struct str name);

/* A type from its constraint text ("list(object({a=string}))"), as provider tables write it; NULL where it is not one.
 */
const struct type *schema_type_parse(struct str text);

/* v with SENSITIVE marks put on the attributes that the schema says are sensitive. */
struct value schema_mark_sensitive(struct arena *arena, const struct schema *schema, struct value v);

/* Whether v (as stored in an older state, say) fits the schema: unknown attributes dropped, missing ones null, types
 * converted. False with the offending path and reason. */
bool schema_conform(struct arena *arena, const struct schema *schema, struct value v, struct value *out,
                    struct path *where, struct strbuf *why);

#endif
