/*
 * file: a plan as text, to be applied later: versioned JSON that holds the plan, the sources it was made from and the
 * values of variables. Must not know files or sessions: core/saved.c reads and writes the bytes.
 */
#ifndef DETOUR_PLAN_FILE_H
#define DETOUR_PLAN_FILE_H

#include "plan/plan.h"

enum { PLAN_FILE_VERSION = 1 };

struct plan_source {
    struct str path, text;
};

/* What a saved plan holds beside the plan. */
struct plan_file {
    struct plan *plan;
    VEC(struct plan_source) sources; /* of the configuration */
    struct str program;              /* version of detour that wrote it */
};

/* Appends the text. Secrets are in it as they are: whoever writes it must keep it from others' eyes. */
void plan_file_write(struct strbuf *out, const struct plan_file *file);

/* Finds a type's schema; NULL: unknown. */
typedef const struct schema *plan_schema_of(void *ctx, enum addr_mode mode, struct str type);

/*
 * Reads such a text into a new plan (plan_free), everything copied. `name` is for diagnostics. False after one: no
 * plan, damaged (the digest does not match what is in it), of another version, types that no provider offers.
 */
bool plan_file_read(struct addrs *addrs, struct sources *sources, struct str name, struct str text,
                    plan_schema_of *schema_of, void *ctx, struct plan_file *out, struct diags *diags);

#endif
