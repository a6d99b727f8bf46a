/*
 * run: what the files of core/ share: the session, the graph of tasks, and one pass of evaluation over it. Private to
 * core/.
 *
 * The tree is built once per session from the configuration: one node per object of a module, however many instances it
 * has. A pass (enum phase) gives the nodes values: validate with unknowns, prior with what the state holds, plan,
 * apply.
 */
#ifndef DETOUR_CORE_RUN_H
#define DETOUR_CORE_RUN_H

#include "config/reference.h"
#include "core/session.h"
#include "eval/eval.h"
#include "graph/walk.h"
#include "plan/file.h"
#include "provider/lane.h"
#include "provider/mock.h"
#include "state/store.h"

enum node_kind {
    NODE_VARIABLE,
    NODE_LOCAL,
    NODE_OUTPUT,
    NODE_CALL,       /* expands a module call: every node of the called module waits for it */
    NODE_MODULE_END, /* all resources of a module: what depends_on = [module.x] waits for */
    NODE_PROVIDER,
    NODE_RESOURCE,
};

/* One instance of a module. */
struct module_copy {
    const struct module_inst *addr;
    const struct module_copy *parent;
    struct value each_value; /* of for_each; type NULL otherwise */
    uint32_t index;          /* within its module's copies */
};

enum repetition { REPEAT_NONE, REPEAT_COUNT, REPEAT_EACH };

struct copy_range {
    uint32_t first, n;
};

/* A module at one place of the tree of calls. */
struct module {
    const struct config_node *config;
    struct module *parent;
    struct node *call;               /* NODE_CALL in the parent; NULL for the root */
    struct node *end;                /* NODE_MODULE_END */
    const struct module_inst *plain; /* its address without keys */
    struct map by_object;            /* address of a declared object -> struct node */
    struct map children;             /* name of the call -> struct module */
    VEC(struct node *) outputs;
    const struct session_override *override; /* its outputs are given and nothing else of it is there; or NULL */
    /* set by the pass, when the call's node is evaluated */
    enum repetition repetition;
    struct module_copy *copies;
    uint32_t n_copies;
    struct copy_range *of_parent; /* which copies belong to the parent's copy i, in the order of keys */
    bool changes;                 /* some resource in it has a change that is no no-op */
};

struct node {
    const void *object; /* the declared object; identifies the node within its module */
    struct module *module;
    uint32_t id; /* in the dag */
    uint8_t kind;
    union {
        struct value *values;       /* variables, locals, outputs: one per copy of the module */
        struct task *task;          /* resources */
        struct provider_slot *slot; /* providers */
        struct module *child;       /* calls */
    };
};

/* One instance of a resource. */
struct instance_of {
    const struct addr *addr;
    struct value each_value; /* of for_each; type NULL otherwise */
    struct value value;      /* what references see; type NULL while it has none */
    uint32_t change;         /* its change's place in plan->changes + 1; 0: none */
};

/* The instances of a resource in one copy of its module, in the order of keys. */
struct group {
    struct instance_of *v;
    uint32_t n;
    enum repetition repetition;
    struct value all;   /* the value of the whole; made when first asked for */
    struct str problem; /* of a check's data source: why it could not be read */
};

struct depends {
    const struct addr *const *v; /* whole resources */
    size_t n;
};

/* A name or a key of `to`, as they stand. */
struct import_part {
    struct str name;
    const struct expr *key; /* or NULL */
    struct span span;
};
struct import_step {
    struct str name;
    const struct expr *key; /* or NULL */
};

/* An import block, or what the import command asks for. */
struct import_block {
    const struct config_import *config; /* NULL: the command; then `addr` and `id` are set */
    VEC(struct import_part) parts;
    VEC(struct import_step) modules; /* of `to`, outermost first */
    struct str type, name;
    const struct expr *key; /* or NULL */
    const struct addr *addr;
    struct str id;
};

/* A resource block. */
struct task {
    struct node *node;
    const struct config_resource *config;
    const struct provider_type *type;
    struct provider_slot *slot;
    const struct addr *whole; /* its address, without any keys */
    struct depends depends;   /* managed resources that it is made from, directly or through values */
    bool create_before_destroy;
    VEC(struct import_block) imports; /* into its instances */
    /* set by the pass */
    struct group *groups; /* one per copy of the module */
    uint32_t waiting;     /* data reads under way */
    bool changes, failed;
};

/* A provider block, or the default instance of a provider without one. */
struct provider_slot {
    struct instance instance;             /* self NULL until opened */
    const struct detour_provider *real;   /* the registered one, whose schemas count */
    const struct session_provider *given; /* in place of its block, or NULL */
    const struct config_provider *block;
    struct module *module;
    struct node *node;
    bool opened, failed;
    bool known; /* it was opened with a wholly known configuration */
};

/* A session_override with its target read. */
struct stand_in {
    const struct session_override *override;
    struct target target;
};

struct tree {
    struct arena *arena;
    struct module *root;
    VEC(struct node *) nodes; /* by id */
    struct map modules;       /* path -> struct module */
    struct map slots;         /* key -> struct provider_slot */
    struct dag *dag;
    uint32_t *order;
    VEC(struct task *) tasks;
    struct map by_whole; /* text of task->whole -> struct task */
    VEC(struct stand_in) stand_ins;
    bool has_imports;
};

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

enum phase { PHASE_VALIDATE, PHASE_PRIOR, PHASE_PLAN, PHASE_APPLY };

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

/* Remembers what a reader read: the sources go into saved plans. */
struct recorder {
    struct arena *arena;
    const struct config_reader *inner;
    VEC(struct config_file) files;
};

struct session {
    struct session_options options;
    struct recorder recorder;
    struct config_reader reader;     /* through the recorder */
    struct config_files saved_files; /* of a saved plan */
    struct config_reader saved_reader;
    struct arena *arena;
    struct sources *sources;
    struct addrs *addrs;
    const struct config *config;
    struct map inputs; /* name -> struct config_input */
    bool inputs_ready;
    struct tree *tree;
    struct lanes *lanes;
    struct store *store;    /* while the lock is held */
    struct snapshot *loose; /* read without the lock */
    struct place *place;    /* where the state is; NULL until it is asked for */
    struct secrets *keys;   /* of the state and of saved plans; made when first needed */
    struct call *lane_call, *plan_call;
    struct priors *priors;
    VEC(struct plan *) plans;
    struct arena *applied; /* what the nodes hold after an apply */
    enum phase last;       /* which pass left its values in the nodes */
    struct str timestamp;  /* … and when it was made */
    atomic_bool cancelled;
    bool told_cancelling;
    bool broken; /* the configuration has errors: nothing works but showing them */
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

/* -- build.c: the tree -- */
/* NULL after diagnostics: unknown types or providers, cycles. */
struct tree *tree_build(struct session *session, struct diags *diags);
struct node *tree_node(const struct module *module, const void *object);
/* Forgets what a pass left in the nodes. */
void tree_reset(struct tree *tree);
/* The node's name as people write it: module.a.var.x; lives in `arena`. */
struct str node_text(struct arena *arena, const struct node *node);
/* Where the object is declared; file 0 where that is no one place. */
struct span node_span(const struct node *node);
/* Names the nodes of a cycle in order, and points at the first. */
void tree_report_cycle(const struct dag *dag, struct str (*name)(void *ctx, uint32_t id),
                       struct span (*where)(void *ctx, uint32_t id), void *ctx, struct diags *diags);

/* -- stand_in.c: what tests put in place of providers, resources and modules -- */
/* Reads the targets of the overrides. False after a diagnostic. */
bool stand_ins_read(struct session *session, struct tree *tree, struct diags *diags);
/* What is given in place of that provider instance, or NULL. */
const struct session_provider *stand_in_provider(const struct session *session, const struct config_provider_at *at);
/* What is given in place of the outputs of the module, or NULL. */
const struct session_override *stand_in_module(struct session *session, struct tree *tree, const struct module *module);
/* Whether the resource is overridden, which takes `slot` away from it. */
bool stand_in_resource(struct session *session, struct tree *tree, const struct addr *whole,
                       const struct provider_slot *slot, struct diags *diags);
/* The mock of the overridden objects of `slot`'s provider: each is made of its override, or else as `slot` says. */
const struct detour_provider *stand_in_mock(struct session *session, const struct provider_slot *slot);
/* The key of a mocked instance in place of that one (mock_key tells such keys). */
struct str stand_in_key_for(struct arena *arena, struct str key);
/* The provider's name in such a key. */
struct str stand_in_name(struct str key);

/* -- scope.c: names to values -- */
struct frame frame_of(struct run *run, struct module *module, const struct module_copy *copy);
struct frame frame_of_call(struct run *run, const struct module *child, const struct module_copy *copy);
struct frame frame_of_instance(struct run *run, const struct task *task, const struct module_copy *copy,
                               const struct group *group, const struct instance_of *inst);
/* An eval in the frame with results in `arena`; `scope` is the caller's room for it. */
struct eval frame_eval(struct frame *frame, struct scope *scope, struct arena *arena);
/* The value of a whole resource: object, tuple (count) or object by key (for_each). */
struct value group_value(struct run *run, const struct task *task, struct group *group);
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
bool expand_call(struct run *run, struct node *call);
bool expand_task(struct run *run, struct task *task);
/* The root module has one copy. */
void expand_root(struct run *run);

/* -- values.c: variables, locals, outputs, providers -- */
bool evaluate_value_node(struct run *run, struct node *node);
bool provider_open(struct run *run, struct provider_slot *slot);
/* The slot for a state object's provider key, opened; NULL after a diagnostic. */
struct provider_slot *provider_for_key(struct run *run, struct str key, const struct addr *addr);

/* -- condition.c -- */
enum condition_use { CONDITION_PRE, CONDITION_POST };
/* Evaluates the conditions of an object and notes the outcome; false where one does not hold (reported). */
bool conditions_check(struct frame *frame, struct config_conditions conditions, enum check_kind kind, struct str object,
                      struct str instance, const struct addr *addr, const char *summary);
/* prevent_destroy of the resource and of the modules around it. */
bool protected_by_config(struct run *run, const struct task *task, const struct module_copy *copy,
                         const struct group *group, const struct instance_of *inst, bool *result);

/* -- resource.c: bodies to configured and planned values -- */
/* What a request of a call is about: its tag. */
struct about {
    const struct addr *addr;
    const struct task *task; /* or NULL: an orphan */
    struct str place;
    struct span where; /* of problems with no attribute, where that is not the resource's block */
    void *more;        /* the caller's */
};

/* Whether the configured object, or the value of an output, would store something ephemeral: reported (ephemeral.c). */
bool ephemeral_refused_object(struct run *run, const struct task *task, struct str object, struct value config);
bool ephemeral_refused_output(struct run *run, const struct config_output *output, struct value v);

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

/* -- priors.c: what the state knows; read.c: how it is now -- */
/* Finds types, providers and lanes of all objects in the state. False after diagnostics that leave nothing to plan. */
bool priors_load(struct run *run);
/* Reads them, lane by lane; with `only_uncertain` those only whose last operation has an unknown end. */
void priors_read(struct run *run, bool only_uncertain);
/* The module's address without any instance keys; the object's. */
const struct module_inst *plain_module(struct addrs *addrs, const struct module_inst *module);
const struct addr *plain_addr(struct run *run, const struct addr *addr);
/* The block that declares the object, whatever its instance keys, or NULL. */
struct task *task_of_addr(struct run *run, const struct addr *addr);
struct prior *prior_find(const struct priors *priors, const struct addr *addr);
/* Whether it takes part in a run with targets. `task` may be NULL. */
/* Where it is an anchor whose provider is open: tells the provider how its lane is reached. */
void lane_introduce(struct run *run, const struct prior *prior);
/* The lane of an object, and the place that plan lines name for it. The slot is open. */
struct lane *lane_for(struct run *run, struct provider_slot *slot, const struct provider_type *type,
                      struct value object, struct str *place);
bool run_targeted(const struct run *run, const struct task *task, const struct addr *addr);
/* A call for asking lanes and telling connections. */
struct call *lane_call_for(struct session *session, const struct provider_slot *slot);
bool targets_parse(struct run *run);

/* -- import_block.c: import blocks as they stand -- */
/* Ties each import block to its resource; what it names is no resource, or not configured: diagnostics. */
void imports_declare(struct session *session, struct tree *tree, struct diags *diags);
/* The same for the import command. NULL after a diagnostic. */
struct task *import_ask(struct session *session, struct tree *tree, const struct addr *addr, struct str id,
                        struct diags *diags);
/* Visits what the imports of the task refer to, in the root module. A reference to the task itself is a diagnostic. */
void import_refs(const struct tree *tree, const struct task *task, config_ref_visit *visit, void *ctx,
                 struct diags *diags);

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
struct import *import_find(const struct run *run, const struct addr *addr);
/* The imported object as a prior one, with the id that it was imported by; NULL where none was. */
struct prior *import_prior(struct run *run, const struct addr *addr, struct str *id);
/* Whether all that says how an anchor is reached is known. */
bool connection_known(const struct provider_type *type, struct value config);
/* Tells the provider how the lane of an anchor is reached that the state does not have yet; config may have no type. */
void introduce(struct run *run, const struct task *task, struct value object, struct value config);

/* -- moved.c -- */
/* The module at one place of the tree of calls, whatever the instance keys; NULL where none is declared. */
const struct module *module_declared(const struct tree *tree, const struct module_inst *inst);
/* Where an object of the state belongs after the moved blocks; itself where it stays. */
const struct addr *moved_address(struct run *run, const struct addr *addr);
/* Whether a removed block says to leave the object in the world. */
bool only_forgotten(struct run *run, const struct addr *addr);

/* -- prior_pass.c: providers and anchors evaluated against the state -- */
/* Evaluates the whole configuration against the stored objects and leaves the values in the nodes. */
void state_pass(struct run *run);
bool prior_pass(struct session *session, struct run *plan_run);

/* -- planning.c, decide.c, orphans.c, review.c, outputs.c -- */
bool plan_walk(struct run *run);
bool plan_task(struct run *run, struct task *task);
void plan_orphans(struct run *run);
void plan_drift(struct run *run);
/* The error for a change that would destroy a protected object; `because` is its prevent_destroy, or NULL. */
void refuse_protected(struct run *run, const struct change *change, const struct expr *because);
void plan_review(struct run *run);
void plan_outputs(struct run *run);
/* checks.c */
/* Evaluates all check blocks; what does not hold is a warning. */
void checks_run(struct run *run);
/* Problems of a check's data source stop nothing: those told since there were `from` of them, `errors` errors among
 * them, become warnings, and the first, or `told`, is a problem of the check. */
void check_soften(struct run *run, struct group *group, size_t from, size_t errors, struct str told);
/* relevant.c: the attributes that the changes were made from. */
void plan_relevance(struct run *run);
/* Appends a change, with provider, lane and place filled in from `object` (planned or prior). */
struct change *change_add(struct run *run, struct change change, const struct provider_type *type,
                          struct provider_slot *slot, struct value object);
void note(struct run *run, struct change *change, enum risk_level level, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* -- data.c: data sources -- */
enum outcome { OUTCOME_DONE, OUTCOME_FAILED, OUTCOME_WAITING };
enum outcome data_task(struct run *run, struct task *task);
/* Sends what is waiting, one call per lane. */
void data_dispatch(struct run *run);
/* Takes a finished call's answers; tasks that got their last one are done with in the walk. */
void data_finished(struct run *run, struct call *call);

/* -- report.c: problems, events, places -- */
/* All problems of the call as diagnostics; tags are struct about. Equal ones of several objects become one. */
void report_call(struct run *run, struct call *call);
void tell(struct session *session, struct session_event event);
struct str object_id(struct value object);
void session_tick(struct session *session);

/* -- saved.c -- */
struct config_reader recorder_reader(struct recorder *recorder, struct arena *arena, const struct config_reader *inner);

/* Loads the configuration inside a saved plan. */
void session_load_saved(struct session *session, const struct plan_file *file, struct diags *diags);

/* -- secrets.c -- */
/* Made when first asked for; the key is open once the state (or a saved plan) was read. */
struct secrets *session_keys(struct session *session);
/* Whether the secrets that the plan would store have a key: where there is none yet it is made, before anything is
 * done. */
bool session_ready_key(struct session *session, const struct plan *plan, struct diags *diags);
/* Gives the plan the key of its digest, where the state has one. */
void session_key_plan(struct session *session, struct plan *plan);
/* How a plan with secrets is written: makes the key where there is none yet. */
bool session_seal_plan(struct session *session, struct plan_file *file, struct plan_sealer *sealer,
                       struct diags *diags);
/* How one is read. */
struct plan_sealer session_plan_opener(struct session *session);

/* -- session.c -- */
struct session *session_new(const struct session_options *options);
/* Loads the configuration; problems make the session broken. */
void session_load(struct session *session, struct diags *diags);
/* A plan of the session's, to be filled; a run that fills it; and what such a run begins with: the state and a look at
 * what it holds. False after diagnostics. */
struct plan *session_new_plan(struct session *session, enum plan_mode mode);
struct run run_for(struct session *session, struct plan *plan, const struct plan_options *options,
                   struct arena *scratch, struct diags *diags);
bool session_read_state(struct run *run);
/* The state at hand; it must have been opened. */
struct snapshot *session_snapshot(const struct session *session);
/* Inputs, references and the tree, once per session. */
bool session_prepare(struct session *session, struct diags *diags);
/* Takes the lock (unless told not to) and reads the state, once per session. */
bool session_open_state(struct session *session, struct diags *diags);
/* A move to another state was begun and not finished: neither plans nor applies (an error), or a warning. */
bool moving_refused(struct session *session, struct diags *diags);
void moving_warned(struct session *session, struct diags *diags);
bool session_need_store(struct session *session, struct diags *diags);
struct store_options;
/* How the state is opened, at the place of the session; false after a diagnostic. */
bool session_store_options(struct session *session, struct store_options *out, struct diags *diags);

#endif
