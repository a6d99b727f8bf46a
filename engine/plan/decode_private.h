/* decode_private: what the two files of decoding share: decode_value.c reads members and values, decode.c the parts of
 * a plan. */
#ifndef DETOUR_PLAN_DECODE_PRIVATE_H
#define DETOUR_PLAN_DECODE_PRIVATE_H

#include "base/strbuf.h"
#include "plan/file.h"

/* One reading. The first thing that does not fit ends it. */
struct reading {
    struct arena *scratch; /* of the JSON tree */
    struct plan_file *file;
    struct plan *plan;
    struct addrs *addrs;
    struct sources *sources;
    plan_schema_of *schema_of;
    void *ctx;
    const struct plan_sealer *sealer;
    struct strbuf where; /* of the value at hand, as in encode.c */
    const char *wrong;   /* what did not fit */
};

/* Notes what did not fit, unless something is noted already. False. */
bool plan_read_fail(struct reading *r, const char *what);

/* The member of a JSON object; type NULL where there is none, or it is no object. */
struct value plan_read_member(struct value object, const char *name);

/* Members of `object`, copied into the plan. False after a failure: it is of another type, or (numbers and flags, which
 * must be there) missing, or above `max`. */
bool plan_read_text(struct reading *r, struct value object, const char *name, struct str *out);
bool plan_read_number(struct reading *r, struct value object, const char *name, uint64_t max, uint64_t *out);
bool plan_read_flag(struct reading *r, struct value object, const char *name, bool *out);
/* Bytes in hexadecimal, or sealed, of the change. */
bool plan_read_private(struct reading *r, struct value object, const struct change *c, const char *name,
                       struct blob *out);
/* A value with its type; its seals are of the element `of` (and `more`) of the plan's `list`. */
bool plan_read_value(struct reading *r, struct value object, const char *list, struct str of, struct str more,
                     const char *name, struct value *out);

#endif
