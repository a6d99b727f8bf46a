/*
 * tree: the configuration as the tree that a session works on, built once: one node per object of a module, however
 * many instances it has, with edges to what it refers to. Passes (run.h) give the nodes values. Private to core/.
 */
#ifndef DETOUR_CORE_TREE_H
#define DETOUR_CORE_TREE_H

#include "config/reference.h"
#include "core/session.h"
#include "provider/lane.h"

struct dag;

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

/* -- build.c, edges.c: making it -- */
/* In the session's arena. NULL after diagnostics: unknown types or providers, cycles. */
struct tree *tree_build(struct session *session, struct diags *diags);
/* The node of a declared object of the module, or NULL. */
struct node *tree_node(const struct module *module, const void *object);
/* Forgets what a pass left in the nodes. */
void tree_reset(struct tree *tree);

/* -- node.c: nodes in messages -- */
/* The node's name as people write it: module.a.var.x; lives in `arena`. */
struct str node_text(struct arena *arena, const struct node *node);
/* Where the object is declared; file 0 where that is no one place. */
struct span node_span(const struct node *node);
/* Names the vertices of a cycle in order, and points at the first; vertices without a name are left out. */
void cycle_report(const struct dag *dag, struct str (*name)(void *ctx, uint32_t id),
                  struct span (*where)(void *ctx, uint32_t id), void *ctx, struct diags *diags);
/* The same for the nodes of a tree. */
void tree_report_cycle(struct tree *tree, struct diags *diags);

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

/* -- import_block.c: import blocks as they stand -- */
/* Ties each import block to its resource; what it names is no resource, or not configured: diagnostics. */
void imports_declare(struct session *session, struct tree *tree, struct diags *diags);
/* The same for the import command. NULL after a diagnostic. */
struct task *import_ask(struct session *session, struct tree *tree, const struct addr *addr, struct str id,
                        struct diags *diags);
/* Visits what the imports of the task refer to, in the root module. A reference to the task itself is a diagnostic. */
void import_refs(const struct tree *tree, const struct task *task, config_ref_visit *visit, void *ctx,
                 struct diags *diags);

#endif
