/* host: the table of functions that providers see; private to provider/. */
#ifndef DETOUR_PROVIDER_HOST_H
#define DETOUR_PROVIDER_HOST_H

#include "provider/call.h"

/* One request beside its ABI struct. */
struct request {
    const struct provider_type *type;
    void *tag;
    bool marked; /* some value was marked when it came in */
    struct paths marks;
    struct value config, planned, prior; /* unmarked, as the provider saw them; type NULL: none */
    /* of an apply: made once, on the lane's thread where host->done says that the request is over, else when taken */
    bool prepared, ok;
    struct value answer;
    struct blob private_out;
};

/* What `detour_call *` points to. */
struct call {
    enum call_kind kind;
    struct arena *arena;
    const struct instance *instance;
    struct request *requests;
    void *abi; /* array of the ABI's request structs of this kind */
    size_t n, cap;
    VEC(struct problem) problems;
    VEC(struct consequence) consequences;
    struct call_hooks hooks;
};

extern const struct detour_host host_table;

/* What is behind the opaque pointer that providers see. */
static inline const struct value *host_value(const detour_value *v)
{
    return (const struct value *)(const void *)v;
}

/* The value as a provider gets it: NULL for a value without type. */
static inline const detour_value *host_give(struct call *call, struct value v)
{
    if (!value_exists(v))
        return NULL;
    struct value *box = ARENA_NEW(call->arena, struct value);
    *box = v;
    return (const detour_value *)(const void *)box;
}

/* The flag `failed` of a request's ABI struct. */
bool *host_failed(struct call *call, size_t request);

/* Conforms and checks the answer of an apply request. */
void call_prepare(struct call *call, size_t request);

/* Notes a problem of a request; an error marks it as failed. Texts are copied. */
void host_problem(struct call *call, size_t request, enum severity severity, struct str attribute, struct str summary,
                  struct str detail);

#endif
