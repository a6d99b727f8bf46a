/*
 * model: a state in memory: what exists, as last known, by address; what is uncertain; the outputs.
 * Owns its memory (an arena that is wiped when freed: states hold secrets). Must not know files, the configuration or
 * providers. Not thread-safe: the store guards the snapshot that it owns.
 */
#ifndef DETOUR_STATE_MODEL_H
#define DETOUR_STATE_MODEL_H

#include "addr/addr.h"
#include "base/map.h"
#include "base/vec.h"

enum object_status {
    OBJECT_READY,
    OBJECT_TAINTED, /* created half-way (see DETOUR_MENDS) or a postcondition failed: to be replaced */
};

/* One object that a provider keeps somewhere in the world, as last known. */
struct state_object {
    struct str provider; /* instance it goes through: "debian", "debian.backup" */
    int schema_version;  /* of `value` */
    enum object_status status;
    bool create_before_destroy;
    bool prevent_destroy;              /* as configured when it was stored: it outlives the block */
    struct value value;                /* marked; wholly known, but for the planned object of an intent */
    struct str private;                /* bytes that belong to the provider; may hold anything */
    const struct addr *const *depends; /* what it was made from, for the order of destruction once the configuration is
                                          gone; a whole resource is its address without key */
    size_t n_depends;
};

enum intent_action { INTENT_CREATE, INTENT_UPDATE, INTENT_DELETE };

/* What is about to be done to the world. In the journal without its result, it is uncertain whether it was done. */
struct intent {
    const struct addr *addr;
    struct str deposed; /* key of the deposed object that it is about; empty for the current one */
    enum intent_action action;
    struct state_object planned; /* enough to find the object again: for CREATE and UPDATE value is the planned one
                                    (computed attributes may be unknown); for DELETE only provider needs to be set */
};

struct state_deposed {
    struct str key;
    const struct state_object *object; /* NULL where only an uncertain intent is known */
    const struct intent *uncertain;    /* or NULL */
};

/* All that is known of one address. */
struct state_instance {
    const struct addr *addr;
    const struct state_object *object; /* the current one, or NULL */
    const struct intent *uncertain;    /* an intent on the current object whose result is not known; NULL: none */
    VEC(struct state_deposed) deposed; /* sorted by key */
};

struct state_output {
    struct str name;
    struct value value; /* marked */
    bool sensitive;     /* declared so */
};

/* A move to another state that was begun: until it is finished, the objects may be in both. */
struct state_moving {
    struct str to, lineage; /* the other state: its place for people, and which one it is */
    const struct addr *const *addrs;
    size_t n;
};

struct snapshot;

/* An empty snapshot with a new lineage and serial 0. `addrs` must outlive it. */
struct snapshot *snapshot_new(struct addrs *addrs);
void snapshot_free(struct snapshot *snapshot);

/* Which state it is, and how often it was written. */
struct str snapshot_lineage(const struct snapshot *snapshot);
uint64_t snapshot_serial(const struct snapshot *snapshot);
/* Whether anything in it is sensitive. */
bool snapshot_has_secret(const struct snapshot *snapshot);
/* Nothing in it: no object, no uncertain intent, no output. */
bool snapshot_empty(const struct snapshot *snapshot);

/* What is known of the address; NULL where nothing is. Constant time. Valid until the snapshot changes. */
const struct state_instance *snapshot_get(const struct snapshot *snapshot, const struct addr *addr);
/* The object (`deposed` empty: the current one), or NULL. */
const struct state_object *snapshot_object(const struct snapshot *snapshot, const struct addr *addr,
                                           struct str deposed);

/* All instances in the order of plans (addr_cmp); *n of them. Sorted once, then kept until the snapshot changes. */
const struct state_instance *const *snapshot_sorted(struct snapshot *snapshot, size_t *n);
size_t snapshot_count(const struct snapshot *snapshot);
/* Intents whose result is not known. */
size_t snapshot_uncertain(const struct snapshot *snapshot);

/* All outputs, sorted by name. */
const struct state_output *snapshot_outputs(struct snapshot *snapshot, size_t *n);
/* NULL where there is none of that name. */
const struct state_output *snapshot_output(const struct snapshot *snapshot, struct str name);

/* The move to another state that was not finished, without what is gone since; NULL where there is none. */
const struct state_moving *snapshot_moving(struct snapshot *snapshot);
/* Copies; NULL: none any more. */
void snapshot_set_moving(struct snapshot *snapshot, const struct state_moving *moving);

/* -- what can happen to a state: the records of the journal -- */
enum result_kind {
    RESULT_SET,           /* (addr, deposed) is `object` now */
    RESULT_GONE,          /* (addr, deposed) is no more, or is forgotten */
    RESULT_DEPOSE,        /* the current object becomes the deposed one under the key `deposed` */
    RESULT_RESTORE,       /* the deposed object becomes the current one again */
    RESULT_MOVE,          /* everything at `from` is at `addr` now; `addr` must hold nothing */
    RESULT_OUTPUT,        /* output `name` is `value` now */
    RESULT_OUTPUT_REMOVE, /* output `name` is no more */
};

struct result {
    enum result_kind kind;
    const struct addr *addr, *from;
    struct str deposed;
    const struct state_object *object;
    struct str name;
    struct value value;
    bool sensitive;
};

/* Applies one result (everything in it is copied) and settles the uncertain intent on the same object, if there is one.
 * False, with nothing changed, where it does not fit the state: nothing to depose, restore or move, or the place is
 * taken. */
bool snapshot_apply(struct snapshot *snapshot, const struct result *result);
/* Notes an intent (copied): uncertain until a result for the same object is applied. */
void snapshot_intend(struct snapshot *snapshot, const struct intent *intent);

/* A key for a deposed object that the address does not use yet: 8 hexadecimal digits, in the snapshot's memory. */
struct str snapshot_deposed_key(struct snapshot *snapshot, const struct addr *addr);

/* For format and store. */
void snapshot_identify(struct snapshot *snapshot, struct str lineage, uint64_t serial);
struct arena *snapshot_arena(struct snapshot *snapshot);
struct addrs *snapshot_addrs(const struct snapshot *snapshot);

/* "create", "update", "delete". */
const char *intent_action_name(enum intent_action action);

#endif
