/*
 * encode: objects, intents and results as JSON members, the same in the snapshot and in the journal.
 * Types are written once, as a numbered list; a value names its type by number. Secrets are written sealed, each alone.
 */
#ifndef DETOUR_STATE_ENCODE_H
#define DETOUR_STATE_ENCODE_H

#include "state/model.h"
#include "state/secrets.h"

/* Numbers types in order of arrival. */
struct type_numbers {
    const struct type **list;
    uint32_t n, cap;
    uint32_t *slots; /* number + 1, 0 for free */
    uint32_t n_slots;
};

/* The number of the type; *fresh where it was given just now. */
uint32_t type_number_of(struct type_numbers *numbers, const struct type *type, bool *fresh);

/* What writes the values of one snapshot or journal. */
struct encoder {
    struct type_numbers types;
    struct secrets *secrets; /* NULL: none of the values is secret. Where one is, secrets_ensure was called before */
    struct arena *arena;     /* of the value at hand, wiped */
    struct strbuf where, plain, sealed;
};

/* `secrets` may be NULL, and must outlive the encoder. */
void encoder_init(struct encoder *encoder, struct secrets *secrets);
void encoder_free(struct encoder *encoder);

/* `"address":"…","deposed":"…"`, the second only where set. */
void encode_place(struct strbuf *out, const struct addr *addr, struct str deposed);
/* `,"provider":…` and all that follows, with the value. The value's type must be numbered already or becomes so. The
 * place is that of the object: its seals open only there. */
void encode_object(struct encoder *encoder, struct strbuf *out, const struct addr *addr, struct str deposed,
                   const struct state_object *object);
/* `"name":…,"sensitive":true,"type":…` */
void encode_output(struct encoder *encoder, struct strbuf *out, struct str name, struct value value, bool sensitive);

/* What the seals of a place begin with, and are bound to: kind, address and deposed key, a line each; the path follows.
 */
void seal_where(struct strbuf *out, const char *kind, struct str address, struct str deposed);

#endif
