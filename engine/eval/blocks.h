/* blocks: what body.c and dynamic.c share: the nested blocks of one body while it is decoded. */
#ifndef DETOUR_EVAL_BLOCKS_H
#define DETOUR_EVAL_BLOCKS_H

#include "base/vec.h"
#include "eval/eval_private.h"

struct decoding {
    struct eval *eval;
    const struct schema *schema;
    const struct str *skip;
    size_t n_skip;
};

struct gathered_block {
    const struct block *block; /* as written; the dynamic one where it came from there */
    struct str label;          /* its key, for NESTING_MAP */
    struct value v;
};

/* All blocks of one type. */
struct gathering {
    const struct schema_nested *nested;
    VEC(struct gathered_block) blocks;
    uint16_t marks; /* of what decides how many there are */
    bool unknown;   /* how many there are */
};

/* Decodes `body` and adds it. */
void blocks_add(struct decoding *d, struct gathering *gathering, const struct block *block, const struct body *body,
                struct str label);
/* Expands a `dynamic` block into the gathering of the type that its label names. */
void blocks_add_dynamic(struct decoding *d, struct gathering *gatherings, const struct block *dynamic);

/* Reports a block that the schema does not have, with a near name. */
void blocks_unknown_type(struct decoding *d, struct str type, struct span span);

#endif
