/* edit_private: what the files of edits share: edit.c forgets and marks, edit_move.c moves. */
#ifndef DETOUR_STATE_EDIT_PRIVATE_H
#define DETOUR_STATE_EDIT_PRIVATE_H

#include "state/edit.h"

/* Adds to the edit that the object is at that place; none where `object` is NULL. */
void edit_set(struct arena *arena, struct edit *out, const struct addr *at, struct str deposed,
              const struct state_object *object);

#endif
