/* world: the names that expressions of the language cases may use, as data/fixture.tf declares them, before its first
 * apply. */
#ifndef DETOUR_CONFORMANCE_WORLD_H
#define DETOUR_CONFORMANCE_WORLD_H

#include "eval/eval.h"

struct world {
    struct arena *arena;
    struct sources *sources;
    struct map variables, locals, resources; /* name -> struct value * */
    struct scope scope;
};

/* Parses and evaluates the file; false with what is wrong in `diags`. `funcs` may be NULL. */
bool world_load(struct world *world, struct str fixture, const struct func_table *funcs, struct diags *diags);

/* An evaluation of an expression in the world, with results in `arena`. */
struct eval world_eval(struct world *world, struct arena *arena, const struct func_table *funcs, struct str base_dir,
                       struct diags *diags);

#endif
