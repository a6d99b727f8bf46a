/*
 * addr: addresses of modules and resources. Interned per run: equal addresses are the same pointer.
 * Thread-safe. Prints and parses the form people type: module.site["north"].debian_file.motd[0].
 */
#ifndef DETOUR_ADDR_ADDR_H
#define DETOUR_ADDR_ADDR_H

#include "base/strbuf.h"
#include "diag/diag.h"
#include "syntax/ast.h"
#include "value/value.h"

enum key_kind { KEY_NONE, KEY_INT, KEY_STRING };

/* Instance key of count or for_each. */
struct key {
    enum key_kind kind;
    int64_t index;
    struct str name;
};

struct module_inst {
    const struct module_inst *parent; /* NULL for the root module */
    struct str name;
    struct key key;
    struct str text; /* module.a["x"].module.b; empty for the root */
};

enum addr_mode { ADDR_MANAGED, ADDR_DATA };

struct addr {
    const struct module_inst *module; /* never NULL */
    enum addr_mode mode;
    struct str type, name;
    struct key key;
    struct str text; /* the whole address as printed, NUL-terminated */
};

struct addrs; /* the table of a run */

/* An empty table; release it with addrs_free. Safe to use from several threads. */
struct addrs *addrs_new(void);
void addrs_free(struct addrs *addrs);

/* The root module; a module called by `parent`; a resource in a module. Interned: equal ones are the same pointer. */
const struct module_inst *addr_root(struct addrs *addrs);
const struct module_inst *addr_module(struct addrs *addrs, const struct module_inst *parent, struct str name,
                                      struct key key);
const struct addr *addr_resource(struct addrs *addrs, const struct module_inst *module, enum addr_mode mode,
                                 struct str type, struct str name, struct key key);
/* The same resource with another key (KEY_NONE: the resource as a whole). */
const struct addr *addr_with_key(struct addrs *addrs, const struct addr *addr, struct key key);
/* The module, or the resource, without any keys on its way: as the configuration declares it, whatever the instance. */
const struct module_inst *addr_plain_module(struct addrs *addrs, const struct module_inst *module);
const struct addr *addr_plain(struct addrs *addrs, const struct addr *addr);

/* The address that prints as `text`, where it was made already; else NULL. */
const struct addr *addr_find(struct addrs *addrs, struct str text);

/* The order of plans: module path, data before managed, type, name, key (numbers by size, before strings by bytes). */
int addr_cmp(const struct addr *a, const struct addr *b);
int key_cmp(struct key a, struct key b);
static inline bool key_eq(struct key a, struct key b)
{
    return key_cmp(a, b) == 0;
}
/* The key as each.key / count.index sees it; value_null(type_dynamic) for KEY_NONE. */
struct value key_value(struct key key);

/* What -target and friends may name: a module, a whole resource (key NONE and `whole`), or one instance. */
struct target {
    const struct module_inst *module; /* set, with addr NULL, where a module is named */
    const struct addr *addr;
    bool whole; /* the resource with all of its instances */
};

/* Parses text; a mistake becomes a diagnostic that shows the text with a caret. */
bool addr_parse_target(struct addrs *addrs, struct sources *sources, struct str text, struct target *out,
                       struct diags *diags);
/* What a traversal of the configuration (moved, removed, import) names, as seen from the module instance `module`.
 * False where it is not an address (reported). */
bool addr_of_traversal(struct addrs *addrs, const struct module_inst *module, const struct traversal *traversal,
                       struct target *out, struct diags *diags);
/* Parses exactly one resource instance. */
const struct addr *addr_parse(struct addrs *addrs, struct sources *sources, struct str text, struct diags *diags);
/* Whether the target names addr or something that holds it. A module named without a key covers all of its instances.
 */
bool target_covers(const struct target *target, const struct addr *addr);

#endif
