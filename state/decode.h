/* decode: the reverse of encode: JSON members to objects, intents and results, for the snapshot and the journal. */
#ifndef DETOUR_STATE_DECODE_H
#define DETOUR_STATE_DECODE_H

#include "state/model.h"
#include "state/secrets.h"

/* The members of one record, each the text of its JSON value; empty where it is not there. */
struct fields {
    struct str record, kind, action, address, from, deposed, name, sensitive, provider, schema_version, status,
        create_before_destroy, prevent_destroy, type, value, sensitive_paths, unknown_paths, sealed, depends, private,
        sealed_private, version, lineage, serial, secrets;
};

struct decoder {
    struct arena *arena;   /* of the record at hand: reset by decode_fields */
    struct arena *scratch; /* of the decoder */
    struct addrs *addrs;
    struct sources *sources;
    VEC(const struct type *) types;
    struct str record;       /* the text of the record at hand */
    const char *at;          /* after a failure: the place in the text … */
    struct str why;          /* … and what is wrong there */
    struct secrets *secrets; /* NULL: seals cannot be opened */
    bool plain;              /* the text is of a version that had no seals: secrets stand in it as they are */
    bool closed;             /* after a failure: what failed is a seal, or the key of the seals */
    struct strbuf where;     /* the place of the seals at hand */
};

/* The texts that are decoded must outlive the decoder. */
void decoder_init(struct decoder *d, struct addrs *addrs, struct secrets *secrets);
void decoder_free(struct decoder *d);

/* Each returns false with `at` and `why` set. What is read lives until the next decode_fields; strings may borrow from
 * the text. */
bool decode_fail(struct decoder *d, struct str at, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool decode_fields(struct decoder *d, struct str text, struct fields *out);
bool decode_string(struct decoder *d, struct str json, struct str *out);
bool decode_address(struct decoder *d, struct str json, const struct addr **out);
bool decode_number(struct decoder *d, struct str json, uint64_t *out);
bool decode_type(struct decoder *d, struct str json);    /* gives it the next number */
bool decode_secrets(struct decoder *d, struct str json); /* opens the key that the seals after it are made with */
/* The object with its place: a RESULT_SET. */
bool decode_placed(struct decoder *d, const struct fields *f, struct result *out, struct state_object *object);
bool decode_intent(struct decoder *d, const struct fields *f, struct intent *out);
bool decode_output_record(struct decoder *d, const struct fields *f, struct result *out);
/* Any result, by its `kind`; the names are in result_kind_name. */
bool decode_result(struct decoder *d, const struct fields *f, struct result *out, struct state_object *object);

/* The name in the journal: "set", "gone"… */
const char *result_kind_name(enum result_kind kind);

#endif
