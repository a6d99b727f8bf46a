/*
 * change: one struct for one planned change; the human diff, the JSON, the digest and the executor all read it.
 */
#ifndef DETOUR_PLAN_CHANGE_H
#define DETOUR_PLAN_CHANGE_H

#include "addr/addr.h"
#include "schema/schema.h"
#include "value/path.h"

enum action {
    ACTION_NOOP,
    ACTION_CREATE,
    ACTION_READ, /* a data source that can be read during apply only */
    ACTION_UPDATE,
    ACTION_DELETE,
    ACTION_REPLACE,              /* destroy, then create */
    ACTION_CREATE_BEFORE_DELETE, /* create, then destroy */
    ACTION_FORGET,               /* leaves the state, the object stays */
};

/* Why; the names of the JSON plan's action_reason. */
enum reason {
    REASON_NONE,
    REASON_REPLACE_CANNOT_UPDATE,
    REASON_REPLACE_TAINTED,
    REASON_REPLACE_REQUESTED,
    REASON_REPLACE_TRIGGERS,
    REASON_DELETE_NO_CONFIG,
    REASON_DELETE_WRONG_REPETITION,
    REASON_DELETE_COUNT_INDEX,
    REASON_DELETE_EACH_KEY,
    REASON_DELETE_NO_MODULE,
    REASON_READ_CONFIG_UNKNOWN,
    REASON_READ_DEPENDENCY_PENDING,
    REASON_READ_CHECK_NESTED, /* the data source of a check: read again when all is done; no change */
};

enum risk_level { RISK_NOTE, RISK_RISK, RISK_DANGER };

/* A consequence that review[] found. */
struct risk {
    enum risk_level level;
    struct str text;
};

struct blob {
    const void *p;
    size_t n;
};

struct change {
    const struct addr *addr;
    const struct addr *moved_from; /* or NULL */
    struct str deposed;            /* key of a deposed object; empty for the current one */
    struct str import_id;          /* set where the object is imported by this change */
    enum action action;
    enum reason reason;
    const struct schema *schema;
    struct str provider;        /* instance it goes through: "debian", "debian.backup" */
    struct str lane;            /* channel within that instance */
    struct str place;           /* machine or account as plan lines name it; may be empty */
    struct value before, after; /* marked; null where absent; `after` may hold unknowns */
    struct paths replace_because;
    VEC(struct risk) risks;
    struct blob private_before, private_planned;
    struct span where; /* the block in the configuration; file 0 for orphans */
};

/* Whether it is anything to agree to: not what stays as it is, nor what a check only looks at. */
bool change_matters(const struct change *change);

/* "create", "update", … and the JSON plan's list of actions: ["delete","create"]. */
const char *action_name(enum action action);
size_t action_json(enum action action, const char *names[static 2]);
/* The symbol of the human plan: "+", "~", "-", "-/+", "+/-", "<=", " ". */
const char *action_symbol(enum action action);
const char *reason_name(enum reason reason);

#endif
