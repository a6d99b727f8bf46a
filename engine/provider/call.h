/*
 * call: one batch for one provider instance and one lane: requests in the engine's terms in, answers checked and marked
 * again out. Owns the crossing: marks stripped and restored, types of answers conformed to the schema, problems and
 * consequences collected, contracts checked (plan/contract).
 *
 * Order: call_new; call_<kind>_add for each request; call_run (on the lane's thread, or right away for what is pure);
 * then, on the engine's thread, call_<kind>_take for each request; call_free. Values given must outlive the call;
 * values taken are copied into the arena given.
 */
#ifndef DETOUR_PROVIDER_CALL_H
#define DETOUR_PROVIDER_CALL_H

#include "base/vec.h"
#include "plan/change.h"
#include "provider/registry.h"

#include <stdatomic.h>

/* A provider instance: one provider block, or the default one. */
struct instance {
    const struct detour_provider *provider;
    struct str key; /* "debian.backup": names it in states and plans */
    void *self;     /* what open() answered */
};

enum call_kind {
    CALL_OPEN,
    CALL_LANE,
    CALL_VALIDATE,
    CALL_READ,
    CALL_PLAN,
    CALL_REVIEW,
    CALL_APPLY,
    CALL_IMPORT,
    CALL_FUNCTION
};

/* What a provider told about one request. */
struct problem {
    size_t request;
    enum severity severity;
    struct str attribute; /* the culprit; may be empty */
    struct str summary, detail;
};

struct consequence {
    size_t request;
    struct risk risk;
};

struct call;

/* What the running call tells from its thread. Both may be NULL. */
struct call_hooks {
    void *ctx;
    void (*progress)(void *ctx, struct call *call, size_t request, struct str text);
    void (*done)(void *ctx, struct call *call, size_t request);
    const atomic_bool *cancelled; /* may be NULL */
};

/* A call for up to `cap` requests. */
struct call *call_new(enum call_kind kind, const struct instance *instance, size_t cap);
void call_free(struct call *call);
/* Forgets all requests and keeps memory for as many again: for the many small calls of a plan. */
void call_reset(struct call *call, const struct instance *instance, size_t cap);

/* Sets a pointer of the caller's on a request, and gives it back. */
void call_tag(struct call *call, size_t request, void *tag);
void *call_tag_of(const struct call *call, size_t request);
size_t call_size(const struct call *call);
enum call_kind call_kind(const struct call *call);

/* Each adds a request and answers its number. `type NULL` values mean "none". */
size_t call_validate_add(struct call *call, const struct provider_type *type, struct value config);
size_t call_read_add(struct call *call, const struct provider_type *type, struct value prior, struct value config,
                     struct blob private_in);
size_t call_plan_add(struct call *call, const struct provider_type *type, struct value prior, struct value config,
                     struct value proposed, struct blob private_in);
size_t call_review_add(struct call *call, const struct provider_type *type, enum detour_action action,
                       struct value prior, struct value planned, struct blob private_in);
size_t call_apply_add(struct call *call, const struct provider_type *type, enum detour_action action,
                      struct value prior, struct value planned, struct value config, struct blob private_in);
size_t call_import_add(struct call *call, const struct provider_type *type, struct str id, struct value config);

/* Carries the call out on this thread. A provider without the function: plan answers what is proposed, review and
 * validate find nothing. */
void call_run(struct call *call, const struct call_hooks *hooks);

/* Whether the request failed; its problems say why. A request that failed without saying so gets a problem. */
bool call_failed(struct call *call, size_t request);

/*
 * The answers, copied into `arena`, marks restored; each call_…_take checks the contract and turns a breach into a
 * problem and a failed request. False where the request failed (apply: *state is set also then, to what is there now).
 */

/* Whether a read answered the very prior object that it was given: nothing to take. */
bool call_read_unchanged(struct call *call, size_t request);
/* *state: null where the object is gone. */
bool call_read_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                    struct blob *private_out);

struct planned {
    struct value value;      /* may be unknown in parts */
    VEC(struct str) replace; /* attributes that the provider cannot change in place */
    struct blob private_out;
};
/* What the provider plans. */
bool call_plan_take(struct call *call, size_t request, struct arena *arena, struct planned *out);
/* What review found is among the consequences (call_consequences). */
bool call_review_take(struct call *call, size_t request, struct arena *arena, struct blob *private_out);
/* *state: what is there now; null: nothing. */
bool call_apply_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                     struct blob *private_out);
/* *state: null where there is no such object. */
bool call_import_take(struct call *call, size_t request, struct arena *arena, struct value *state,
                      struct blob *private_out);

/* All that was told, in the order in which it was. Texts live as long as the call. */
size_t call_problems(const struct call *call, const struct problem **list);
size_t call_consequences(const struct call *call, const struct consequence **list);

/* Opens a provider instance with its configuration (type NULL: none); self is NULL after problems. */
void *call_open(struct call *call, struct value config);

/* Tells the provider how the lane of an anchor is reached; config type NULL: as the state has it. Pure; `call` is of
 * kind CALL_LANE. */
void call_connection(struct call *call, const struct provider_type *type, struct value prior, struct value config);

/* The lane and the place of an object, valid until the call is reset or freed. Pure; `call` is of kind CALL_LANE. */
void call_lane(struct call *call, const struct provider_type *type, struct value object, struct str *lane,
               struct str *place);

#endif
