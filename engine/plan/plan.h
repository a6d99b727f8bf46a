/*
 * plan: what an operation would do, as data: changes, drift, outputs, checks. Views render it, the executor follows it,
 * the digest names it. Owns the shape; must not know how a plan is made (core/) or shown (view/).
 * Memory: everything in a plan lives in plan->arena; the plan is immutable once session_plan has returned it.
 */
#ifndef DETOUR_PLAN_PLAN_H
#define DETOUR_PLAN_PLAN_H

#include "base/digest.h"
#include "plan/change.h"

enum plan_mode { PLAN_NORMAL, PLAN_DESTROY, PLAN_REFRESH_ONLY };

/* A root output before and after. Actions: no-op, create, update, delete. */
struct plan_output {
    struct str name, description;
    enum action action;
    struct value before, after; /* marked; null where absent; `after` may hold unknowns */
    bool sensitive;
    struct span where;
};

/* A root variable as it was set. */
struct plan_variable {
    struct str name;
    struct value value; /* marked */
    bool sensitive, ephemeral;
};

enum check_kind { CHECK_RESOURCE, CHECK_OUTPUT, CHECK_VARIABLE, CHECK_BLOCK };
enum check_status { CHECK_UNKNOWN, CHECK_PASS, CHECK_FAIL, CHECK_ERROR };

/* The outcome of the conditions of one object: the worst of them. */
struct plan_check {
    enum check_kind kind;
    struct str object;       /* address of the object in the configuration: module.m.detour_data.a, output.x */
    struct str instance;     /* address of the instance; empty where none was looked at */
    const struct addr *addr; /* of CHECK_RESOURCE, else NULL */
    enum check_status status;
    VEC(struct str) problems; /* error messages of what failed */
};

/* An attribute that the plan's changes depend on (relevant_attributes of the JSON plan). */
struct plan_relevant {
    struct str resource; /* module.m.detour_data.a[0] as far as the reference names it */
    struct path attribute;
};

/* A data object that was read while planning: part of the prior state of the JSON plan, never a change. */
struct plan_read {
    const struct addr *addr;
    const struct schema *schema;
    struct str provider;
    struct value value; /* marked */
};

struct plan_counts {
    size_t import, add, change, replace, destroy, forget, read, move, noop;
};

struct plan {
    struct arena *arena;
    enum plan_mode mode;
    VEC(struct change) changes;          /* sorted by address, current before deposed, no-ops included */
    VEC(struct change) drift;            /* before: as stored; after: as read; update or delete */
    VEC(struct plan_output) outputs;     /* sorted by name, no-ops included */
    VEC(struct plan_variable) variables; /* sorted by name */
    VEC(struct plan_check) checks;
    VEC(struct plan_relevant) relevant;
    VEC(struct plan_read) reads;
    VEC(struct str) targets, replaces; /* -target and -replace as given */
    struct str lineage;                /* of the state that it stands on; empty where there was none */
    uint64_t serial;
    struct str timestamp; /* plantimestamp(), RFC 3339 */
    struct digest digest;
    struct str digest_key; /* of the hashes of secrets in the digest; empty: secrets are not in it */
    bool errored;          /* parts could not be planned: shown, never applied */
    bool complete;         /* no -target, and nothing deferred */
    bool applyable;        /* there is something to apply, and nothing errored */
    bool state_moved;      /* the refreshed state differs from the stored one (also where nothing is to be changed) */
};

/* An empty plan in an arena of its own; plan_free releases it with all inside. NULL is fine for plan_free. */
struct plan *plan_new(enum plan_mode mode);
void plan_free(struct plan *plan);

/* Room for n more changes: a large plan is not copied as it grows. */
void plan_reserve(struct plan *plan, size_t n);

/* Sorts changes, drift, outputs, variables and checks, sets complete, applyable and the digest. Called once, at the
 * end. */
void plan_seal(struct plan *plan);

/* Whether there is anything in it that is not to be shown, or not to be stored. */
bool plan_has_secret(const struct plan *plan);
struct plan_counts plan_count(const struct plan *plan);
/* Whether applying would change anything: an object, an output, or the stored state (refresh-only). */
bool plan_is_empty(const struct plan *plan);
/* The change of the current object at addr, or NULL. */
const struct change *plan_find(const struct plan *plan, const struct addr *addr);

/* The one that says more: error, fail, unknown, pass. */
enum check_status plan_check_worse(enum check_status a, enum check_status b);
const char *plan_check_status_name(enum check_status status); /* "pass", "fail", "error", "unknown" */
const char *plan_check_kind_name(enum check_kind kind);       /* "resource", "output_value", "var", "check" */

/*
 * SHA-256 over lineage, mode, and the canonical list of actions: address, deposed key, action, before, after and
 * reasons of each change that is not a no-op, and of each output. Secrets go in as HMACs under digest_key, which is
 * made from the key of the state's secrets: from a digest nobody can guess them. Where there is no key yet, that there
 * is a secret goes in, and not which. Serial, time, log text and source positions stay out, so the same intent has the
 * same digest whoever computes it.
 */
struct digest plan_digest(const struct plan *plan);

#endif
