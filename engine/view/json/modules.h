/*
 * modules: the nested form of planned_values and of states: a root module with resources and child modules, made from
 * flat lists.
 */
#ifndef DETOUR_VIEW_JSON_MODULES_H
#define DETOUR_VIEW_JSON_MODULES_H

#include "addr/addr.h"
#include "base/map.h"
#include "view/json/writer.h"

/* One resource of the tree. */
struct modules_item {
    const struct addr *addr;
    struct str provider;
    int64_t schema_version;
    struct value value; /* marked */
    bool tainted;
    struct str deposed;
    const struct addr *const *depends; /* what it was made from; as stored */
    size_t n_depends;
};

/* Writes the object of the root module ({} where there is nothing); linear in the number of items. */
void modules_write(struct writer *w, struct arena *arena, const struct modules_item *items, size_t n);

/* "address", "mode", "type", "name", "index", "provider_name": the fields that name a resource everywhere. */
void modules_name(struct writer *w, const struct addr *addr, struct str provider);

#endif
