/*
 * config: what the files of a configuration declare, as a tree of modules; nothing in it is evaluated but what must be
 * constant (types, defaults, flags).
 * Owns the shape and the static checks of the language's own blocks. Must not know provider schemas, state or plans.
 *
 * Every folder is parsed once (`struct config_module`) however often it is called; `struct config_node` is a module at
 * one place of the tree of calls, without instance keys. All memory is the arena's, text is borrowed from `sources`.
 * Maps iterate in source order (files by byte order of their names). Read-only after config_load, so any number of
 * threads may share it. config_load answers a tree even after errors: what was wrong is left out of it, and only
 * validate-like work should go on with it.
 */
#ifndef DETOUR_CONFIG_CONFIG_H
#define DETOUR_CONFIG_CONFIG_H

#include "addr/addr.h"
#include "base/map.h"
#include "diag/diag.h"
#include "syntax/ast.h"
#include "value/convert.h"
#include "value/path.h"

/* The whole objects that depends_on names. */
struct config_traversals {
    const struct traversal *const *v;
    size_t n;
};

/* validation, precondition, postcondition, and the asserts of a check. */
struct config_condition {
    const struct expr *condition, *error_message;
    struct span span; /* the header of the block */
};
struct config_conditions {
    const struct config_condition *v;
    size_t n;
};

struct config_variable {
    struct name name;
    const struct type *type;              /* type_dynamic where not given; may hold optional attributes */
    const struct type_defaults *defaults; /* of optional attributes, or NULL */
    struct value default_value;           /* converted to the type, defaults filled in; type NULL: there is none */
    struct str description, deprecated;
    bool sensitive, ephemeral;
    bool nullable; /* false: null (given or left out) means the default */
    struct config_conditions validations;
    const struct expr *type_expr, *default_expr; /* or NULL */
    struct span header;
};

struct config_local {
    struct name name;
    const struct expr *expr;
};

struct config_output {
    struct name name;
    const struct expr *value; /* never NULL */
    struct str description, deprecated;
    bool sensitive, ephemeral;
    struct config_traversals depends_on;
    struct config_conditions preconditions;
    struct span header;
};

/* `debian` or `debian.backup`. */
struct config_provider_ref {
    struct str name, alias; /* alias empty: the default instance */
    struct span span;
};

struct config_provider {
    struct name name;
    struct str alias;
    struct str key;          /* "debian" or "debian.backup" */
    const struct body *args; /* without meta-arguments */
    struct span header;
};

struct config_ignore {
    struct path path; /* tags["a"] */
    struct span span;
};

struct config_lifecycle {
    bool create_before_destroy, has_create_before_destroy;
    bool ignore_all;
    const struct config_ignore *ignore_changes;
    size_t n_ignore_changes;
    const struct expr *prevent_destroy; /* any expression known at plan; or NULL */
    const struct expr *const *replace_triggered_by;
    size_t n_replace_triggered_by;
    struct config_conditions preconditions, postconditions;
    struct span header; /* of the block; file 0 where there is none */
};

struct config_resource {
    enum addr_mode mode;
    struct name type, name;
    struct str key;                             /* "type.name", "data.type.name" */
    const struct body *args;                    /* without meta-arguments: what the provider's schema decodes */
    const struct expr *count, *for_each;        /* at most one of them */
    const struct config_provider_ref *provider; /* NULL: the default instance of config_resource_provider() */
    const struct config_lifecycle *lifecycle;   /* never NULL */
    struct config_traversals depends_on;
    const struct config_check *check; /* the check block that a data source is scoped to, or NULL */
    struct span header;               /* resource "a" "b" */
};

/* `providers = { name.alias = ref }` of a module call. */
struct config_provider_pass {
    struct config_provider_ref inner, outer;
};

struct config_call {
    struct name name;
    struct str source;
    struct span source_span;
    const struct config_module *module; /* NULL where it could not be loaded (reported) */
    const struct body *args;            /* variables of the called module; no meta-arguments */
    const struct expr *count, *for_each;
    const struct config_lifecycle *lifecycle; /* never NULL; a module's has prevent_destroy only */
    const struct config_provider_pass *providers;
    size_t n_providers;
    struct config_traversals depends_on;
    struct span header;
};

struct config_moved {
    const struct traversal *from, *to; /* addresses within the module, read them with addr_of_traversal() */
    struct span header;
};

struct config_removed {
    const struct traversal *from; /* a resource or module without instance keys */
    bool destroy;                 /* false: forget the objects and leave them as they are */
    struct span header;
};

struct config_import {
    const struct traversal *to;
    const struct expr *to_expr; /* holds each.key where there is a for_each; then `to` is NULL */
    const struct expr *id, *for_each;
    const struct config_provider_ref *provider;
    struct span header;
};

struct config_check {
    struct name name;
    const struct config_resource *data; /* its scoped data source, or NULL; also among the module's resources */
    struct config_conditions asserts;
    struct span header;
};

/* detour { backend "s3" { … } }: where the state is kept. What its settings mean is the backend's matter. */
struct config_backend_setting {
    struct str name, value; /* as text, NUL-terminated */
    struct span span;       /* of the value */
};
struct config_backend {
    struct name type;
    const struct config_backend_setting *settings;
    size_t n_settings;
    struct span header;
    bool broken; /* it could not be read whole (reported): no state may be touched */
};

/* A constant text, and where it stands. */
struct config_text {
    struct str text; /* empty: it is not given */
    struct span span;
};
struct config_texts {
    const struct config_text *v;
    size_t n;
};

/* detour { secrets { … } }: what the words mean is known to state/ alone. */
struct config_secrets {
    struct config_texts recipients, identity_files, command;
    struct config_text key_file;
    bool passphrase; /* there is such a block */
    struct config_text passphrase_env, passphrase_file;
    struct config_texts passphrase_command;
    struct span header;
};

/* One folder. */
struct config_module {
    struct str dir;       /* as shown in messages, "." for the root: relative to the root's folder */
    struct str package;   /* the folder of what was fetched and holds it; empty for the configuration's own modules */
    struct str path;      /* path.module: the folder to open files in, relative to the current one */
    struct map variables; /* name -> struct config_variable, and so on */
    struct map locals, outputs;
    struct map resources; /* key -> struct config_resource, managed ones and data sources */
    struct map calls;
    struct map providers; /* key -> struct config_provider */
    struct map checks;
    const struct config_moved *moved;
    size_t n_moved;
    const struct config_removed *removed;
    size_t n_removed;
    const struct config_import *imports;
    size_t n_imports;
    struct str required_version;          /* of detour{}; empty for none */
    const struct config_backend *backend; /* of detour{}; NULL for none; only the root module's counts */
    const struct config_secrets *secrets; /* of the root module; NULL: nothing is said */
    uint32_t file; /* some file of the folder, for diagnostics without a better place; 0 where it is empty */
};

/* A module at one place of the tree of calls. */
struct config_node {
    const struct config_node *parent; /* NULL for the root */
    const struct config_call *call;   /* NULL for the root; declared in parent->module */
    const struct config_module *module;
    struct str path;     /* "module.a.module.b"; empty for the root */
    struct map children; /* name of the call -> struct config_node */
};

struct config {
    struct arena *arena;
    struct sources *sources;
    const struct config_node *root;
    struct map nodes;   /* path -> struct config_node, parents before children */
    struct map modules; /* dir -> struct config_module, each folder once */
};

/* Where a module is. */
enum config_place {
    CONFIG_BESIDE,  /* in the folder that its source names, from the folder of the module that calls it */
    CONFIG_PACKAGE, /* in a package that was fetched */
    CONFIG_NOWHERE, /* unknown, and reported */
};
struct config_package {
    struct str dir, folder; /* of the module, and of the whole package around it; relative to the root's folder */
};

/* Where files come from: the disk, or memory for tests and editors. */
struct config_reader {
    void *ctx;
    /* The names of all files in a folder, in any order; false and errno where it cannot be read. */
    bool (*list)(void *ctx, struct arena *arena, struct str dir, struct str **names, size_t *n);
    /* A whole file; false and errno. */
    bool (*read)(void *ctx, struct arena *arena, struct str path, struct str *content);
    /* Where the module is that `call` names, a call in the folder `from` of the package `inside` (empty: in none).
     * `found` is set for CONFIG_PACKAGE; `sources` is the registry of all texts. NULL: all modules stand beside their
     * callers. */
    enum config_place (*module)(void *ctx, struct arena *arena, struct sources *sources, const struct config_call *call,
                                struct str from, struct str inside, struct config_package *found, struct diags *diags);
    bool empty_root; /* a folder without configuration is none that is wrong: the console answers there, too */
};
extern const struct config_reader config_disk;

struct config_file {
    struct str path, text; /* "main.hcl", "modules/app/main.hcl" */
};
struct config_files {
    const struct config_file *v;
    size_t n;
};
/* Reads from a list of texts; `files` must outlive the reader. */
struct config_reader config_memory(const struct config_files *files);

/* Loads the folder `dir` ("." for the current one) and the modules it calls. `version` is that of this program, for
 * required_version. Never NULL; problems are in `diags`. */
const struct config *config_load(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                                 struct str dir, struct str version, struct diags *diags);

/* The same with the module that `source` (at `at`) names as a module block of the root module would; NULL where it is
 * not found (reported). */
const struct config *config_load_source(struct arena *arena, struct sources *sources,
                                        const struct config_reader *reader, struct str source, struct span at,
                                        struct str version, struct diags *diags);

/* The same with the module in the folder `dir` as the root of a configuration whose folder is the current one: files
 * are named, and modules found, from there. */
const struct config *config_load_module(struct arena *arena, struct sources *sources,
                                        const struct config_reader *reader, struct str dir, struct str version,
                                        struct diags *diags);

/* Whether a source names a folder by its path: it starts with ./ or ../. */
bool config_is_path(struct str source);

/* The folder that `path`, as written in `from`, names: "." and ".." resolved as far as they go. */
struct str config_folder(struct arena *arena, struct str from, struct str path);

/* Whether the folder is `outer`, or lies in it. */
bool config_is_inside(struct str folder, struct str outer);

/* Says with each problem in a file of a fetched module which call it came by, and from where. */
void config_tell_packages(const struct config *config, struct diags *diags);

/* Whether a file of that name is part of a configuration: *.hcl, and not *.vars.hcl, *.test.hcl, override files,
 * detour.lock.hcl or dot files. */
bool config_is_source(struct str name);
/* override.hcl and *_override.hcl: their blocks change blocks of the other files. */
bool config_is_override(struct str name);
/* Whether the name is that of a file of values that is read without being named: *.auto.vars.hcl[.json]. */
bool config_is_values(struct str name);

/* A type constraint: string, list(object({a = optional(string, "x")})), any … NULL after a diagnostic. `defaults` (may
 * be NULL) is set to the defaults of optional attributes, or NULL where there are none. */
const struct type *config_type_parse(struct arena *arena, struct sources *sources, const struct expr *expr,
                                     const struct type_defaults **defaults, struct diags *diags);

/* The instance a resource goes through, by name and alias as its own module knows it: its provider argument, else the
 * part of its type before the first "_". */
struct config_provider_ref config_resource_provider(const struct config_resource *resource);

struct config_provider_at {
    struct str name, alias;
    const struct config_node *node;      /* where it was found */
    const struct config_provider *block; /* NULL: there is none (the root's default, with no configuration) */
    struct str key; /* "debian.backup", "module.a.debian": names the instance, the same for all that share it */
};
/* The provider instance behind a reference made in `node`'s module: follows the providers of module calls upwards. */
struct config_provider_at config_provider_find(struct arena *arena, const struct config_node *node,
                                               struct config_provider_ref ref);

#endif
