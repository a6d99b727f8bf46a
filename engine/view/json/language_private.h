/* language_private: what the two files of the JSON schema share. */
#ifndef DETOUR_VIEW_JSON_LANGUAGE_PRIVATE_H
#define DETOUR_VIEW_JSON_LANGUAGE_PRIVATE_H

#include "config/language.h"
#include "provider/registry.h"
#include "view/json/writer.h"

/* Keywords of JSON schema apply by the kind of the instance: "pattern" to strings, "items" to arrays, "properties" to
 * objects. So one object says what each kind must be like, without alternatives that editors explain badly. */
struct language {
    struct writer w;
    struct arena *arena;
    struct registry *registry;
};

/* "type": [names]; NULL-ended. */
void language_kinds(struct writer *w, const char *const *names);
#define KINDS(w, ...) language_kinds((w), (const char *const[]){__VA_ARGS__, NULL})

/* "NAME": {"$ref": …}: the property is what the definition says. */
void language_field_ref(struct language *l, const char *key, const char *name);
/* "description", where there is one. */
void language_description(struct writer *w, struct str doc);
/* A property that is an object: a definition, say. */
void language_begin(struct language *l, const char *name);
void language_end(struct language *l);

/* What an expression of the type may look like. */
void language_value(struct language *l, const struct type *type);
/* The definitions that values are made of. */
void language_define_values(struct language *l);

/* The arguments of a block of the language as properties; the names of those that are required. */
void language_arguments(struct language *l, const struct language_block *block);
void language_required(struct language *l, const struct language_block *block);

#endif
