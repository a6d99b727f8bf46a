/*
 * edit: what people do to a state by hand: move, forget, mark. Each edit is worked out whole before anything changes,
 * as results that the store writes in one step (store_rewrite). Must not know where a state lies.
 */
#ifndef DETOUR_STATE_EDIT_H
#define DETOUR_STATE_EDIT_H

#include "state/model.h"

/* A place named on the command line, with its text for messages. The root module, `.`, is everything. */
struct edit_place {
    struct target target;
    struct str text;
};

/* Parses an address or `.`; false after a diagnostic. */
bool edit_place_parse(struct addrs *addrs, struct sources *sources, struct str text, struct edit_place *out,
                      struct diags *diags);

struct edit_move {
    const struct addr *from, *to;
};

/* An edit, in the arena of the caller. */
struct edit {
    VEC(struct edit_move) moves;     /* in the order of plans */
    VEC(const struct addr *) places; /* what else is touched, in the same order */
    VEC(struct result) results;      /* to the state at hand */
    VEC(struct result) arrivals;     /* to the other state, of moves between two */
};

/*
 * Everything at `from` goes to `to`: a resource with all of its instances, one instance, or a module with all it holds.
 * Dependencies on what moved follow. `there` is the state it goes to: `here`, or another one. False after a diagnostic:
 * nothing is there, the destination is taken or of another type, or (between two states) it is uncertain what exists.
 * Where a move to `there` was begun and not finished, what arrived already only leaves. */
bool edit_move(struct arena *arena, struct snapshot *here, struct snapshot *there, const struct edit_place *from,
               const struct edit_place *to, struct edit *out, struct diags *diags);

/* Forgets all that the places cover. A place that covers nothing is an error. Warns of objects that stay and depend on
 * what goes. */
bool edit_forget(struct arena *arena, struct snapshot *here, const struct edit_place *places, size_t n,
                 struct edit *out, struct diags *diags);

/* Marks the current object as tainted, or takes the mark away. False after a diagnostic: there is no object, or it is
 * marked so already; with `missing_fine` these are warnings and *out stays empty. */
bool edit_mark(struct arena *arena, struct snapshot *here, const struct addr *addr, enum object_status status,
               bool missing_fine, struct edit *out, struct diags *diags);

/* "Not in the state", with near names. */
void edit_not_found(struct snapshot *here, struct str text, struct diags *diags);

#endif
