/*
 * detour_provider.h: all that a provider sees of detour. A provider is one `struct detour_provider` full of functions
 * and static tables. In-tree providers are linked in; others are shared objects that export detour_provider_entry.
 *
 * Rules of the house
 * - Batch first: requests are arrays. All requests of one call share a lane, the one channel through which their
 * objects are reached (the machine for SSH, the account for an API). The engine gives every lane to one thread at a
 * time and hands it all that is ready, so a call should cost one round trip however many requests it carries.
 * - Values are opaque, immutable, and belong to the engine; a provider reads and makes them through the host table.
 * What a call makes lives in the call's arena: do not keep it after the call returns.
 * - Sensitive marks are stripped before the call and put back after it: a provider sees plain values and must never log
 * them.
 * - Problems are reported with host->fail / host->warn, never printed; a request that failed has `failed` set by
 * host->fail.
 * A problem that befalls all of a call (its machine is down) is told once, at the anchor or the first request, and the
 * others just have `failed` set.
 * - The engine checks every answer: planned values keep what the configuration sets, results keep what was planned,
 * results are wholly known. A breach is reported as the provider's bug.
 * - Size-prefixed structs: a field beyond `size` does not exist for the reader.
 */
#ifndef DETOUR_PROVIDER_H
#define DETOUR_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DETOUR_ABI_VERSION 2u

typedef struct detour_value detour_value;
typedef struct detour_call detour_call; /* one call: its arena, diagnostics, progress and cancellation */

struct detour_str {
    const char *p;
    size_t n;
};

/* Bytes that the engine stores beside an object's state and gives back (`private`); never shown. */
struct detour_blob {
    const void *p;
    size_t n;
};

enum detour_kind {
    DETOUR_BOOL,
    DETOUR_NUMBER,
    DETOUR_STRING,
    DETOUR_LIST,
    DETOUR_SET,
    DETOUR_MAP,
    DETOUR_OBJECT,
    DETOUR_TUPLE,
    DETOUR_ANY
};
enum detour_state { DETOUR_NULL, DETOUR_KNOWN, DETOUR_UNKNOWN };

enum detour_flags { /* of an attribute; same bits as the engine's schema flags */
                    DETOUR_REQUIRED = 1 << 0,
                    DETOUR_OPTIONAL = 1 << 1,
                    DETOUR_COMPUTED = 1 << 2,
                    DETOUR_SENSITIVE = 1 << 3,
                    DETOUR_REPLACE = 1 << 4,
                    DETOUR_WRITE_ONLY = 1 << 5,
                    DETOUR_CREATE_ONLY = 1 << 6,
                    DETOUR_CONNECTION = 1 << 7,
};

struct detour_attribute {
    const char *name;
    const char *type; /* a type constraint: "string", "list(string)", "map(any)" */
    unsigned flags;
    const char *doc; /* one or two sentences; the reference is made from them */
};

enum detour_nesting { DETOUR_SINGLE, DETOUR_NEST_LIST, DETOUR_NEST_SET, DETOUR_NEST_MAP };

struct detour_block {
    const char *name;
    enum detour_nesting nesting;
    unsigned min, max;                         /* max 0: any number */
    const struct detour_attribute *attributes; /* ended by a NULL name */
    const struct detour_block *blocks;         /* ended by a NULL name; may be NULL */
    const char *doc;
};

enum detour_type_flags {
    DETOUR_DATA = 1 << 0, /* a data source: read only */
    DETOUR_ANCHOR =
        1 << 1, /* identifies and connects a lane (debian_host): its DETOUR_CONNECTION attributes are evaluated before
                   reading, against the prior state, and handed to read as `config` where they are known */
    DETOUR_MENDS = 1 << 2, /* creating takes over what is there, and updating finishes what a creation that failed has
                              left: such an object is not tainted, so nothing is destroyed to be made again */
};

struct detour_type {
    const char *name;
    unsigned flags;
    int version; /* of the schema; raised when the stored form changes */
    const struct detour_attribute *attributes;
    const struct detour_block *blocks;
    const char *doc;       /* Markdown: what it manages, what a change does, what destroying does */
    const char *example;   /* HCL for the reference */
    const char *import_id; /* such as "web:/etc/motd": the id by which the object of the example is imported; NULL: what
                              is of this type cannot be imported */
};

enum detour_action { DETOUR_CREATE, DETOUR_UPDATE, DETOUR_DELETE };

enum detour_risk { DETOUR_NOTE, DETOUR_RISK, DETOUR_DANGER };

/* What the engine offers. Get it in open(); it lives as long as the process. */
struct detour_host {
    size_t size;
    uint32_t abi;
    /* looking */
    enum detour_state (*state)(const detour_value *v);
    enum detour_kind (*kind)(const detour_value *v);
    bool (*wholly_known)(const detour_value *v);
    struct detour_str (*string)(const detour_value *v);   /* of a known string; NUL-terminated */
    bool (*boolean)(const detour_value *v);               /* of a known bool */
    bool (*integer)(const detour_value *v, int64_t *out); /* of a known number that is an integer and fits */
    double (*real)(const detour_value *v);
    size_t (*length)(const detour_value *v); /* elements or attributes of a known collection or object */
    const detour_value *(*at)(const detour_value *v,
                              size_t i); /* element i; attributes and map elements in byte order of their names */
    struct detour_str (*key_at)(const detour_value *v, size_t i);
    const detour_value *(*attr)(const detour_value *v,
                                const char *name); /* attribute or map element; NULL where there is none */
    bool (*equal)(const detour_value *a, const detour_value *b);
    /* making, in the arena of the call */
    const detour_value *(*null)(detour_call *call);    /* untyped: takes the type of the place it is put in */
    const detour_value *(*unknown)(detour_call *call); /* likewise */
    const detour_value *(*make_string)(detour_call *call, struct detour_str s);
    const detour_value *(*make_bool)(detour_call *call, bool b);
    const detour_value *(*make_integer)(detour_call *call, int64_t i);
    const detour_value *(*make_list)(detour_call *call, const detour_value *const *items,
                                     size_t n); /* becomes list, set or tuple in its place */
    const detour_value *(*make_map)(detour_call *call, const struct detour_str *keys, const detour_value *const *items,
                                    size_t n);
    /* v, an object, with some attributes replaced: the usual way to answer plan, read and apply */
    const detour_value *(*with)(detour_call *call, const detour_value *v, const char *const *names,
                                const detour_value *const *items, size_t n);
    void *(*alloc)(detour_call *call, size_t size); /* zeroed memory in the call's arena */
    /* JSON text of a value (NUL-terminated) and back; for `private` blobs and recorded fixtures */
    struct detour_str (*to_json)(detour_call *call, const detour_value *v);
    const detour_value *(*from_json)(detour_call *call, struct detour_str json); /* NULL where it is not JSON */
    /* The value, wholly known, as an expression of the language; an object or map as the arguments of a body; and an
       object from such arguments: NULL after fail() for request 0. */
    struct detour_str (*to_hcl)(detour_call *call, const detour_value *v);
    struct detour_str (*to_hcl_body)(detour_call *call, const detour_value *v);
    const detour_value *(*from_hcl_body)(detour_call *call, struct detour_str text);
    /* telling. `request` is the index in the batch; `attribute` names the culprit attribute or is NULL. Marks the
     * request as failed. */
    void (*fail)(detour_call *call, size_t request, const char *attribute, const char *summary, const char *format, ...)
        __attribute__((format(printf, 5, 6)));
    void (*warn)(detour_call *call, size_t request, const char *attribute, const char *summary, const char *format, ...)
        __attribute__((format(printf, 5, 6)));
    /* A consequence of the plan that its attributes do not show ("apt would also remove exim4"); from review only. */
    void (*consequence)(detour_call *call, size_t request, enum detour_risk risk, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
    /* What a long piece of work is doing right now ("apt: unpacking nginx"), shown with the object's name and elapsed
     * time. */
    void (*progress)(detour_call *call, size_t request, const char *format, ...) __attribute__((format(printf, 3, 4)));
    /* Request i of this apply is done with this answer, before the batch returns: the engine makes it durable at once.
     * Optional. */
    void (*done)(detour_call *call, size_t request);
    bool (*cancelled)(detour_call *call); /* the user asked to stop: finish what cannot be left half done, skip the rest
                                             with fail() */
};

struct detour_validate { /* at validate and plan: pure, configuration only, may hold unknowns */
    const struct detour_type *type;
    const detour_value *config;
    bool failed;
};

struct detour_read {
    const struct detour_type *type;
    const detour_value *prior;  /* last known object; NULL for a data source */
    const detour_value *config; /* data sources: the configuration; anchors: see DETOUR_ANCHOR; else NULL */
    struct detour_blob private_in;
    bool failed;
    const detour_value *state; /* out: the object as it is; NULL: it is gone */
    struct detour_blob private_out;
};

struct detour_plan {
    const struct detour_type *type;
    const detour_value *prior;    /* NULL: to be created */
    const detour_value *config;   /* as written: null where not set, unknown where not yet known */
    const detour_value *proposed; /* config, with prior values (or, at creation, unknowns) in computed attributes that
                                     it does not set */
    struct detour_blob private_in;
    bool failed;
    const detour_value *planned; /* out; preset to proposed */
    const char *const *replace;  /* out: attributes whose change cannot be done in place, NULL-ended; besides those
                                    flagged DETOUR_REPLACE */
    struct detour_blob private_out;
};

struct detour_review {
    const struct detour_type *type;
    enum detour_action action;
    const detour_value *prior, *planned; /* NULL at creation, at deletion */
    struct detour_blob private_in;
    bool failed;
    struct detour_blob
        private_out; /* out; preset to private_in: what apply must hold to (a fingerprint that was shown, say) */
};

struct detour_apply {
    const struct detour_type *type;
    enum detour_action action;
    const detour_value *prior,
        *planned; /* NULL at creation, at deletion; planned may hold unknowns in computed attributes only */
    const detour_value *config;
    struct detour_blob private_in;
    bool failed;
    const detour_value *state; /* out: the object as it is now, also where it failed half-way; NULL: there is none */
    struct detour_blob private_out;
};

struct detour_import {
    const struct detour_type *type;
    struct detour_str id; /* as the user wrote it; NUL-terminated */
    /* As written in the block that it is imported into: for what no look at the object can tell (how a machine is
       reached, what destroying removes). May hold unknowns. NULL: answer with what the id alone says. */
    const detour_value *config;
    bool failed;
    const detour_value *state; /* out: enough for lane and read to find it */
    struct detour_blob private_out;
};

enum detour_param_flags {
    DETOUR_PARAM_NULL = 1 << 0, /* takes null; otherwise null is an error before the call */
};

struct detour_parameter {
    const char *name;
    const char *type; /* a type constraint; arguments are converted to it */
    unsigned flags;
    const char *doc;
};

/* A function of the language, provider::PROVIDER::NAME(…): pure, without a machine, a configuration or a clock. The
   engine calls it with arguments that are wholly known, and puts marks back on what it answers. */
struct detour_function {
    const char *name;
    const struct detour_parameter *parameters; /* ended by a NULL name; may be NULL */
    const struct detour_parameter *rest;       /* the variadic one, or NULL */
    const char *result;                        /* type constraint of the answer; "any": it has its own */
    /* NULL after host->fail(call, i, NULL, …, format): argument i is at fault, or with i == n the call as a whole. The
       detail stands within a sentence: "it is no version". */
    const detour_value *(*call)(const struct detour_host *host, detour_call *call, const detour_value *const *args,
                                size_t n);
    const char *doc;
    const char *example; /* an expression that calls it */
};

struct detour_provider {
    size_t size;
    uint32_t abi;
    const char *name, *doc;
    const struct detour_attribute *config; /* of the provider block, NULL-name-ended; NULL: none */
    const struct detour_type *types;       /* resources and data sources, ended by a NULL name */

    /* One instance for one provider block (config may be NULL where there is none). NULL after host->fail(call, 0, …).
     */
    void *(*open)(const struct detour_host *host, detour_call *call, const detour_value *config);
    void (*close)(void *self);

    /* The lane of an object (its prior or planned value, never wholly known for sure), copied into the call's arena; ""
       is a lane too. Must not depend on values that are unknown at plan time. Pure. */
    struct detour_str (*lane)(void *self, detour_call *call, const struct detour_type *type,
                              const detour_value *object);
    /* The machine or account that plan lines name for this object; the empty string: none. May be NULL. Pure. */
    struct detour_str (*place)(void *self, detour_call *call, const struct detour_type *type,
                               const detour_value *object);

    void (*validate)(void *self, detour_call *call, struct detour_validate *reqs, size_t n); /* may be NULL */
    void (*read)(void *self, detour_call *call, struct detour_read *reqs, size_t n);
    void (*plan)(void *self, detour_call *call, struct detour_plan *reqs,
                 size_t n); /* pure; may be NULL: planned = proposed */
    void (*review)(void *self, detour_call *call, struct detour_review *reqs, size_t n); /* may be NULL */
    void (*apply)(void *self, detour_call *call, struct detour_apply *reqs, size_t n);
    /* From ids to objects that read can find; read follows at once, and says whether they are there. Pure. May be NULL:
       nothing can be imported. */
    void (*import)(void *self, detour_call *call, struct detour_import *reqs, size_t n);

    /* How the lane of an anchor in the state is reached, told before any other call about the lane: reads may be
       switched off, and a saved plan is applied by another process. `config` as in detour_read. Pure: it is to be
       remembered. May be NULL. */
    void (*connection)(void *self, detour_call *call, const struct detour_type *type, const detour_value *prior,
                       const detour_value *config);

    const struct detour_function *functions; /* ended by a NULL name; may be NULL */
};

/* The one symbol that an out-of-tree provider exports. */
typedef const struct detour_provider *detour_provider_entry_fn(void);

#endif
