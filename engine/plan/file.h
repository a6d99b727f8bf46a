/*
 * file: a plan as text, to be applied later: versioned JSON that holds the plan, the sources it was made from and the
 * values of variables. Must not know files or sessions: core/saved.c reads and writes the bytes.
 */
#ifndef DETOUR_PLAN_FILE_H
#define DETOUR_PLAN_FILE_H

#include "plan/plan.h"

enum { PLAN_FILE_VERSION = 2 };

struct plan_source {
    struct str path, text;
};

/* What a saved plan holds beside the plan. */
struct plan_file {
    struct plan *plan;
    VEC(struct plan_source) sources; /* of the configuration */
    struct str program;              /* version of detour that wrote it */
    struct str secrets;              /* who can open the seals in it, for the sealer; empty: there are none */
};

/* How secrets are hidden. `where` is the place in the plan that a seal is bound to. */
struct plan_sealer {
    void *ctx;
    /* Appends a text of base64. */
    void (*seal)(void *ctx, struct strbuf *out, struct str where, struct str plain);
    /* The reverse, in the arena. */
    bool (*open)(void *ctx, struct arena *arena, struct str where, struct str text, struct str *plain);
    /* Told while reading, once sources and `secrets` are there and before any seal is opened; what it returns is the
     * key of the digest (plan.h). False after a diagnostic. */
    bool (*begin)(void *ctx, const struct plan_file *file, struct str *digest_key, struct diags *diags);
};

/* Appends the text. `sealer` NULL: secrets stand in it as they are, for tests. */
void plan_file_write(struct strbuf *out, const struct plan_file *file, const struct plan_sealer *sealer);

/* Finds a type's schema; NULL: unknown. */
typedef const struct schema *plan_schema_of(void *ctx, enum addr_mode mode, struct str type);

/*
 * Reads such a text into a new plan (plan_free), everything copied. `name` is for diagnostics. False after one: no
 * plan, damaged (the digest does not match what is in it), of another version, types that no provider offers, seals
 * that do not open. `sealer` NULL: there are none.
 */
bool plan_file_read(struct addrs *addrs, struct sources *sources, struct str name, struct str text,
                    plan_schema_of *schema_of, void *ctx, const struct plan_sealer *sealer, struct plan_file *out,
                    struct diags *diags);

#endif
