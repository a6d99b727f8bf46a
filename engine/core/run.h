/*
 * run: one pass of evaluation over the tree of a session (enum phase), and what a plan and an apply share: frames,
 * objects of the state, imports, changes. Private to core/.
 */
#ifndef DETOUR_CORE_RUN_H
#define DETOUR_CORE_RUN_H

#include "core/session_private.h"
#include "core/tree.h"
#include "eval/eval.h"
#include "graph/walk.h"
#include "provider/mock.h"

/* One object that the state knows, and what a read found in its place. */
struct prior {
    const struct addr *addr;
    const struct addr *from; /* where the state has it, if moved; else NULL */
    struct str deposed;
    const struct state_object *object; /* NULL: known from an uncertain intent only */
    const struct intent *uncertain;
    struct task *task; /* in the configuration, or NULL */
    const struct provider_type *type;
    struct provider_slot *slot;
    struct lane *lane;
    struct str place;
    struct value stored, value; /* as stored (null for an unfinished creation), and now (null: gone) */
    struct value config;        /* anchors: the connection as configured now; else type NULL */
    struct blob private;
    bool tainted, protected, failed, claimed;
};

struct priors {
    VEC(struct prior *) list; /* in the order of addresses */
    struct map current;       /* address of a struct addr -> struct prior */
};

/* One object that is to be imported. */
struct import {
    struct task *task;
    const struct addr *addr;
    struct str id;
    struct span where; /* the import block; file 0: the command */
    const struct module_copy *copy;
    struct group *group;
    struct instance_of *inst;
    struct value config;      /* of the block, with what it refers to as it is now; type NULL: not to be had */
    struct value named, stub; /* what the provider makes of the id alone, and with the configuration */
    struct blob private;
    struct lane *lane;
    struct str place;
    struct prior prior; /* once it was read */
    bool skipped;       /* it is there already, or not among the targets */
    bool failed;
};

struct import_list {
    VEC(struct import *) list;
};

/* One pass over the tree. */
struct run {
    struct session *session;
    struct tree *tree;
    enum phase phase;
    struct arena *arena;   /* of what the nodes hold */
    struct arena *scratch; /* reset after each instance */
    struct diags *diags;
    struct str timestamp;
    const bool *only;   /* nodes that take part; NULL: all */
    const bool *entire; /* with targets: nodes that others need, so that all of their instances take part */
    struct priors *priors;
    struct plan *plan;
    struct plan_options options;
    VEC(struct target) targets, replaces;
    VEC(struct data_read) reads; /* waiting to be sent */
    struct map imports;          /* address of a struct addr -> struct import */
    struct map imported_ids;     /* provider, type and id -> struct import */
    bool as_before;              /* references see objects as they are, not as they are planned to become */
    struct walk *walk;
    struct applying *applying; /* PHASE_APPLY */
};

/* A data source instance, or an object to import, that is to be read. */
struct data_read {
    struct task *task;
    struct instance_of *inst;
    struct group *group;
    struct import *import; /* or NULL */
    struct value config;   /* of a data source, or of an imported anchor */
    struct lane *lane;
    struct str place;
    uint64_t started;
};

/* Where an expression stands: the names it sees. */
struct frame {
    struct run *run;
    struct module *module;
    const struct module_copy *copy;
    struct key key;          /* of count or for_each */
    struct value each_value; /* of for_each */
    struct value self;       /* type NULL: none */
    enum repetition repetition;
    bool unknown_key; /* while validating: each and count are there, and unknown */
};

/* -- session.c -- */
/* A run that fills the plan. `scratch` is the caller's. */
struct run run_for(struct session *session, struct plan *plan, const struct plan_options *options,
                   struct arena *scratch, struct diags *diags);
/* What such a run begins with: the state, and a look at what it holds. False after diagnostics. */
bool session_read_state(struct run *run);

/* -- scope.c: names to values -- */
/* In the module, outside of any block. */
struct frame frame_of(struct run *run, struct module *module, const struct module_copy *copy);
/* In the call of the module, as `copy` was made from it. */
struct frame frame_of_call(struct run *run, const struct module *child, const struct module_copy *copy);
/* In the resource's block, for the instance. */
struct frame frame_of_instance(struct run *run, const struct task *task, const struct module_copy *copy,
                               const struct group *group, const struct instance_of *inst);
/* An eval in the frame with results in `arena`; `scope` is the caller's room for it. */
struct eval frame_eval(struct frame *frame, struct scope *scope, struct arena *arena);
/* The instance with that key, or NULL. */
struct instance_of *group_find(const struct group *group, struct key key);

/* -- expand.c: count and for_each -- */
struct expansion {
    enum repetition repetition;
    struct key *keys;     /* sorted */
    struct value *values; /* of for_each, else NULL */
    size_t n;
};
/* False after a diagnostic. Results in run->arena. */
bool expand(struct frame *frame, const struct expr *count, const struct expr *for_each, struct str object,
            struct expansion *out);
/* Makes the copies of the module that the node calls. False after a diagnostic. */
bool expand_call(struct run *run, struct node *call);
/* Makes the instances of the resource, in task->groups. False after a diagnostic. */
bool expand_task(struct run *run, struct task *task);
/* The root module has one copy. */
void expand_root(struct run *run);

/* -- values.c: variables, locals, outputs, providers -- */
/* Gives the node its values, in each copy of its module; a resource has its own way. False after a diagnostic. */
bool evaluate_value_node(struct run *run, struct node *node);
/* Opens the provider, or opens it anew where its configuration is known by now. False after a diagnostic. */
bool provider_open(struct run *run, struct provider_slot *slot);

/* -- condition.c -- */
/* How a plan names what the conditions are about: with the modules it is in. */
struct str check_object(struct run *run, const struct module *module, enum check_kind kind, struct str object);
/* Evaluates the conditions of an object and notes the outcome; false where one does not hold (reported). */
bool conditions_check(struct frame *frame, struct config_conditions conditions, enum check_kind kind, struct str object,
                      struct str instance, const struct addr *addr, const char *summary);
/* prevent_destroy of the resource and of the modules around it. */
bool protected_by_config(struct run *run, const struct task *task, const struct module_copy *copy,
                         const struct group *group, const struct instance_of *inst, bool *result);

/* -- ephemeral.c -- */
/* Whether the configured object, or the value of an output, would store something ephemeral: reported. */
bool ephemeral_refused_object(struct run *run, const struct task *task, struct str object, struct value config);
bool ephemeral_refused_output(struct run *run, const struct config_output *output, struct value v);

/* -- resource.c: bodies to configured and planned values -- */
/* What a request of a call is about: its tag. */
struct about {
    const struct addr *addr;
    const struct task *task; /* or NULL: an orphan */
    struct str place;
    struct span where; /* of problems with no attribute, where that is not the resource's block */
    void *more;        /* the caller's */
};
/* Evaluates the block for the instance, in `arena`. False after diagnostics. */
bool instance_config(struct frame *frame, const struct task *task, const struct instance_of *inst, struct arena *arena,
                     struct value *config);
/* config with what ignore_changes and create-only attributes hold back as it was; notes on the change say so. */
struct value config_hold_back(struct run *run, const struct task *task, struct value config, struct value prior,
                              struct change *change);
/* Asks the provider, with `prior` (type NULL or null: to be created). False after diagnostics. */
bool plan_object(struct run *run, const struct about *about, struct value prior, struct value config,
                 struct blob private_in, struct arena *arena, struct planned *out);
/* `resource "type" "name"`, or the address where there is one. */
struct str instance_object(struct arena *arena, const struct task *task, const struct addr *addr);
/* Adds a risk to the change. */
void change_note(struct run *run, struct change *change, enum risk_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* -- priors.c: what the state knows -- */
/* Finds types, providers and lanes of all objects in the state. False after diagnostics that leave nothing to plan. */
bool priors_load(struct run *run);
/* The current object at the address, or NULL. */
struct prior *prior_find(const struct priors *priors, const struct addr *addr);
/* The block that declares the object, whatever its instance keys, or NULL. */
struct task *task_of_addr(struct run *run, const struct addr *addr);

/* -- read.c: how it is now -- */
/* Reads the prior objects, lane by lane; with `only_uncertain` those only whose last operation has an unknown end. */
void priors_read(struct run *run, bool only_uncertain);
/* A call for asking lanes and telling connections. */
struct call *lane_call_for(struct session *session, const struct provider_slot *slot);
/* The lane of an object, and the place that plan lines name for it. The slot is open. */
struct lane *lane_for(struct run *run, struct provider_slot *slot, const struct provider_type *type,
                      struct value object, struct str *place);
/* Where it is an anchor whose provider is open: tells the provider how its lane is reached. */
void lane_introduce(struct run *run, const struct prior *prior);

/* -- target.c: -target and -replace -- */
/* Reads them into the run, with the nodes that take part. False after diagnostics. */
bool targets_parse(struct run *run);
/* Whether each instance that is named is or will be there, once all is planned; false after diagnostics. */
bool targets_met(struct run *run);
/* Whether the object takes part in a run with targets. `task` may be NULL. */
bool run_targeted(const struct run *run, const struct task *task, const struct addr *addr);

/* -- import_eval.c: addresses and ids -- */
/* Evaluates the imports of a resource; false after diagnostics. */
bool imports_gather(struct run *run, struct task *task, struct import_list *list);
/* Checks ids and keys as far as they are known. */
bool imports_validate(struct run *run, struct task *task);

/* -- import.c: looking up what is to be imported -- */
/* Evaluates the imports of an expanded resource and queues the reads (task->waiting). False after diagnostics. */
bool imports_begin(struct run *run, struct task *task);
/* Takes a read's answer; false after a problem, or where there is no such object. */
bool import_take(struct run *run, struct call *call, size_t request, struct import *import);
/* What is to be imported to the address, or NULL. */
struct import *import_find(const struct run *run, const struct addr *addr);
/* The imported object as a prior one, with the id that it was imported by; NULL where none was. */
struct prior *import_prior(struct run *run, const struct addr *addr, struct str *id);
/* Whether all that says how an anchor is reached is known. */
bool connection_known(const struct provider_type *type, struct value config);
/* Tells the provider how the lane of an anchor is reached that the state does not have yet; config may have no type. */
void import_introduce(struct run *run, const struct task *task, struct value object, struct value config);

/* -- moved.c -- */
/* The module at one place of the tree of calls, whatever the instance keys; NULL where none is declared. */
const struct module *module_declared(const struct tree *tree, const struct module_inst *inst);
/* Where an object of the state belongs after the moved blocks; itself where it stays. */
const struct addr *moved_address(struct run *run, const struct addr *addr);
/* Warns that `addr` stays, since `to` is taken, and returns it. */
const struct addr *moved_nowhere(struct run *run, const struct addr *addr, const struct addr *to);
/* Whether a removed block says to leave the object in the world. */
bool only_forgotten(struct run *run, const struct addr *addr);

/* -- prior_pass.c: providers and anchors evaluated against the state -- */
/* Evaluates the whole configuration against the stored objects and leaves the values in the nodes. */
void state_pass(struct run *run);
/* Opens the providers that the prior objects go through, and introduces their anchors; leaves no values behind. */
void prior_pass(struct session *session, struct run *plan_run);

/* -- planning.c, decide.c: what is to be done -- */
/* Walks the tree: everything is evaluated and planned in its order. False after diagnostics, with what could be
 * planned in the plan. */
bool plan_walk(struct run *run);
/* Plans the instances of a managed resource. False after diagnostics. */
bool plan_task(struct run *run, struct task *task);
/* The error for a change that would destroy a protected object; `because` is its prevent_destroy, or NULL. */
void refuse_protected(struct run *run, const struct change *change, const struct expr *because);

/* -- orphans.c -- */
/* Appends a change, with provider, lane and place filled in from `object` (planned or prior). */
struct change *change_add(struct run *run, struct change change, const struct provider_type *type,
                          struct provider_slot *slot, struct value object);
/* Plans to remove what nobody declares any more; when destroying, everything. */
void plan_orphans(struct run *run);
/* Notes the prior objects that are not as the state says. */
void plan_drift(struct run *run);

/* -- review.c, outputs.c, relevant.c: what else belongs to a plan -- */
/* Asks each lane about all of its changes at once. */
void plan_review(struct run *run);
/* The root module's outputs and variables. */
void plan_outputs(struct run *run);
/* The attributes that the changes were made from. */
void plan_relevance(struct run *run);

/* -- checks.c -- */
/* Evaluates all check blocks; what does not hold is a warning. */
void checks_run(struct run *run);
/* Notes everything that has conditions as unknown: a plan to destroy looks at none. */
void checks_unknown(struct run *run);
/* Problems of a check's data source stop nothing: those told since there were `from` of them, `errors` errors among
 * them, become warnings, and the first, or `told`, is a problem of the check. */
void check_soften(struct run *run, struct group *group, size_t from, size_t errors, struct str told);

/* -- data.c: data sources -- */
enum outcome { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_WAITING };
/* Evaluates the data source and queues the reads of its instances, or puts them off until the apply. */
enum outcome data_task(struct run *run, struct task *task);
/* Sends what is waiting, one call per lane. */
void data_dispatch(struct run *run);
/* Takes a finished call's answers; tasks that got their last one are done with in the walk. */
void data_finished(struct run *run, struct call *call);

/* -- report.c: problems -- */
/* All problems of the call as diagnostics; tags are struct about. Equal ones of several objects become one. */
void report_call(struct run *run, struct call *call);

#endif
