/*
 * pins: detour.lock.hcl, which says for every package what was fetched when its source was first met.
 *
 *     module "git::https://example.org/web.git?ref=v1.2" {
 *       commit = "5d41402abc4b2a76b9719d911017c592ae3f81d0"
 *       digest = "sha256:…"
 *     }
 *
 * Owns the file's form. Entries are sorted by their label; those that did not change keep their text, and a file in
 * which nothing changed is not written.
 */
#ifndef DETOUR_MODULE_STORE_PINS_H
#define DETOUR_MODULE_STORE_PINS_H

#include "base/map.h"
#include "diag/diag.h"

#define PINS_FILE "detour.lock.hcl"

struct pin {
    struct str key;    /* of the origin */
    struct str commit; /* of a git repository; empty for archives */
    struct str digest; /* of the tree, 64 hexadecimal digits */
    struct str text;   /* its block as the file has it; empty: to be made */
    struct span span;
    bool used; /* the configuration still calls for it */
};

/* Reads the text of the file; `pins` maps key -> struct pin. False with diagnostics where it is damaged. */
bool pins_parse(struct arena *arena, struct sources *sources, struct str name, struct str text, struct map *pins,
                struct diags *diags);

/* The whole file with these pins. */
struct str pins_text(struct arena *arena, const struct map *pins);

#endif
