/* applying: what ops.c (the order of operations) and apply.c, batch.c, record.c (carrying them out) share. Private to
 * core/. */
#ifndef DETOUR_CORE_APPLYING_H
#define DETOUR_CORE_APPLYING_H

#include "core/run.h"

enum op_kind { OP_CREATE, OP_UPDATE, OP_DELETE, OP_READ };

/* One operation on one object. A replacement is two. */
struct operation {
    enum op_kind kind;
    const struct change *change;
    struct task *task; /* NULL: an orphan */
    const struct provider_type *type;
    struct provider_slot *slot;
    struct lane *lane;
    struct str place;
    uint32_t unit;
    struct str
        deposed;   /* DELETE: key of the object to remove; CREATE: the key under which the old object is put away */
    bool replaces; /* one half of a replacement */
    bool begun, recorded;
    struct value planned; /* what is being applied; in the batch's arena */
    uint64_t started;
    /* CREATE, UPDATE, READ: the instance; set when its resource's turn comes */
    const struct module_copy *copy;
    struct group *group;
    struct instance_of *inst;
};

enum unit_kind { UNIT_NODE, UNIT_OP, UNIT_END, UNIT_BARRIER };

/* A vertex of the apply graph. */
struct unit {
    enum unit_kind kind;
    union {
        struct node *node;
        struct operation *op;
        struct task *task; /* UNIT_END: all of its operations are done */
        struct str whole;  /* UNIT_BARRIER: whose removals wait here for updates; else empty */
    };
};

struct ended {
    struct operation *op;
    bool ok;
};

struct applying {
    struct run run;
    struct plan *plan;
    struct arena *arena;
    struct dag *dag;
    struct walk *walk;
    VEC(struct unit) units; /* by vertex */
    bool *only;             /* vertices that take part */
    VEC(struct operation *) ops;
    struct map op_of;     /* address of a struct addr -> the op that makes or reads the object */
    struct map change_of; /* address of a struct addr -> struct change of the current object */
    struct map read_of;   /* address of a struct addr -> struct plan_read */
    VEC(struct operation *) ready;
    VEC(struct result) results; /* to be made durable before anything goes on */
    VEC(struct ended) ended;    /* operations whose results those are */
    bool begun, store_failed;
    struct strbuf rescue;
    struct apply_result *result;
};

/* -- ops.c -- */
/* The operations of the plan and the order between them. False after a diagnostic (a cycle). */
bool ops_build(struct applying *a);

/* -- batch.c: ready operations to calls -- */
/* Sends what is ready to lanes that are free: one apply (and one read) per lane. */
void batch_dispatch(struct applying *a);
/* An event of a lane: progress, a request done early, or a call finished. */
void batch_event(struct applying *a, const struct lane_event *event);
/* Counts the operation, and lets what waits for it go on once its result is durable. */
void op_ended(struct applying *a, struct operation *op, bool ok);

/* -- record.c: what goes to the state -- */
/* Opens the journal before the first record. False where it could not be opened (reported once). */
bool record_begin(struct applying *a);
/* What the plan found out about the state: moves, what is only forgotten, drift, ends that were uncertain. */
void record_refreshed(struct applying *a);
/* Imported objects as they are; what changes them comes after. */
void record_imported(struct applying *a);
/* Metadata of an object that stays as it is. */
void record_kept(struct applying *a, struct task *task, const struct module_copy *copy, struct group *group,
                 struct instance_of *inst, const struct change *change);
/* The object behind an operation after it: `state` null: there is none. */
void record_op(struct applying *a, struct operation *op, bool ok, struct value state, struct blob private);
/* What the operation is about to do, before it is done. */
void record_intent(struct applying *a, const struct operation *op, struct blob private, struct intent *out);
/* The root module's outputs, as far as they are known now. */
void record_outputs(struct applying *a);
/* Makes a->results durable. False after a diagnostic: they are in memory only. */
bool record_flush(struct applying *a);

#endif
