/*
 * encode: objects, intents and results as JSON members, the same in the snapshot and in the journal.
 * Types are written once, as a numbered list; a value names its type by number.
 */
#ifndef DETOUR_STATE_ENCODE_H
#define DETOUR_STATE_ENCODE_H

#include "state/model.h"

/* Numbers types in order of arrival. */
struct type_numbers {
    const struct type **list;
    uint32_t n, cap;
    uint32_t *slots; /* number + 1, 0 for free */
    uint32_t n_slots;
};

void type_numbers_free(struct type_numbers *numbers);
/* The number of the type; *fresh where it was given just now. */
uint32_t type_number_of(struct type_numbers *numbers, const struct type *type, bool *fresh);

/* `"address":"…","deposed":"…"`, the second only where set. */
void encode_place(struct strbuf *out, const struct addr *addr, struct str deposed);
/* `,"provider":…` and all that follows, with the value. The value's type must be numbered already or becomes so. */
void encode_object(struct type_numbers *numbers, struct strbuf *out, const struct state_object *object);
/* `,"type":n,"value":…` with its lists of paths. Ephemeral parts are written as null: they are never stored. */
void encode_value(struct type_numbers *numbers, struct strbuf *out, struct value value);
/* `"name":…,"sensitive":true,"type":…` */
void encode_output(struct type_numbers *numbers, struct strbuf *out, struct str name, struct value value,
                   bool sensitive);

#endif
