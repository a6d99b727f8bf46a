/*
 * session: one run of detour over one configuration: what the command line calls. Opening loads the configuration; the
 * operations validate, plan, refresh, apply and show it. Owns the run arena, the addresses, the sources, the state's
 * lock and the provider instances. Prints nothing: problems go to the diags given, progress to the events.
 *
 * One thread: all functions and all event callbacks run on the caller's thread (lanes work behind it), but for
 * session_cancel, which may be called from a signal handler.
 */
#ifndef DETOUR_CORE_SESSION_H
#define DETOUR_CORE_SESSION_H

#include "config/input.h"
#include "plan/plan.h"

struct registry;
struct backend;
struct backend_setting;
struct snapshot;
struct vfs;
struct secrets;
struct session;

enum event_kind {
    EVENT_READ_START,    /* a lane's prior objects are being read: place, count */
    EVENT_LOOK_PROGRESS, /* place, text: why looking takes its time */
    EVENT_READ_COMPLETE, /* … are read: place, count, elapsed */
    EVENT_REFRESH_START, /* one object of that batch: addr, id */
    EVENT_REFRESH_COMPLETE,
    EVENT_DATA_START,    /* a data source: addr, place */
    EVENT_DATA_COMPLETE, /* addr, place, elapsed */
    EVENT_IMPORT_START,  /* what is to be imported is looked at: addr, place, id as the import has it */
    EVENT_IMPORT_COMPLETE,
    EVENT_APPLY_START, /* one change: addr, deposed, action (create, update, delete, read), place, id where there is one
                        */
    EVENT_APPLY_PROGRESS, /* addr, action, place, elapsed, text: what it does right now */
    EVENT_APPLY_COMPLETE, /* addr, action, place, elapsed, id */
    EVENT_APPLY_ERRORED,  /* addr, action, place, elapsed; the diagnostics come at the end */
    EVENT_APPLY_SKIPPED,  /* addr, action: something it depends on failed, or the run was cancelled */
    EVENT_TICK,           /* about once a second while waiting for lanes: repaint what is running */
    EVENT_LOCK_WAIT,      /* waiting for the state's lock; text: who holds it */
    EVENT_CANCELLING,     /* session_cancel was seen: what runs is finished, nothing new starts */
};

struct session_event {
    enum event_kind kind;
    const struct addr *addr;
    struct str deposed;
    enum action action;
    struct str place; /* machine or account; may be empty */
    struct str id;    /* the object's id, where it has a string attribute of that name that is known and no secret */
    struct str text;
    size_t count;
    uint64_t elapsed_ns;
};

struct session_events {
    void *ctx;
    void (*event)(void *ctx, const struct session_event *event); /* may be NULL */
};

/* Asks the user for a variable that has no value (NULL: it is an error). False: no answer. */
typedef bool session_ask(void *ctx, struct str name, struct str description, bool sensitive, struct arena *arena,
                         struct str *answer);

/* A provider instance of the root module, as a test gives it, in place of its provider block. */
struct session_provider {
    struct str name, alias;                /* as resources of the root module name it */
    const struct detour_provider *instead; /* a mock of it (provider/mock.h); NULL: the real one, */
    struct value config;                   /* configured so; type NULL: without configuration */
};

enum override_kind { OVERRIDE_RESOURCE, OVERRIDE_DATA, OVERRIDE_MODULE };

/* Values that stand in place of a resource, a data source or the outputs of a module. */
struct session_override {
    enum override_kind kind;
    const struct traversal *target; /* as seen from the root module */
    struct value values;            /* an object of computed attributes, or of outputs; type NULL: none are given */
    bool planned;                   /* they are known while planning already */
    bool *used;                     /* set where the configuration has the target; may be NULL */
};

/* What stands in place of the real thing. Of overrides with one target the later ones win. */
struct session_stand_ins {
    const struct session_provider *providers;
    size_t n_providers;
    const struct session_override *overrides;
    size_t n_overrides;
};

/* Asks for a passphrase, without showing it. False: no answer. */
typedef bool session_passphrase(void *ctx, const char *question, struct arena *arena, struct str *answer);

/* Asks for a yes. False: anything else. */
typedef bool session_confirm(void *ctx, const char *question, const char *explain);

/* All strings are borrowed for the session's life. */
struct session_options {
    struct str chdir;            /* -chdir, for commands that are named in messages; empty: none */
    struct str dir;              /* folder of the configuration, "" or "." for the current one */
    const struct config *config; /* already loaded, with its sources, by who keeps it longer; NULL: from `dir` */
    struct str state_path;       /* empty: detour.state in `dir` */
    struct backend *backend;     /* where the state is, kept by whoever opened it; NULL: as the above says */
    struct secrets *secrets;     /* of that state, likewise */
    const struct backend_setting *backend_settings; /* -backend-config */
    size_t n_backend_settings;
    bool remember; /* in .detour/backend: where the state was last, and how far it had come */
    struct registry *registry;
    const struct func_table *funcs;
    const struct config_reader *reader; /* NULL: config_disk */
    const struct vfs *vfs;              /* of the state; NULL: vfs_system */
    const struct config_option *inputs; /* -var and -var-file */
    size_t n_inputs;
    bool only_inputs;                          /* those alone: no files of values */
    const struct session_stand_ins *stand_ins; /* or NULL */
    char *const *environment;                  /* DETOUR_VAR_*; NULL: none */
    session_ask *ask;
    session_confirm *confirm; /* whether a state that waits is to be stored; NULL: nobody is there, so it is an error */
    void *ask_ctx;
    session_passphrase *passphrase; /* asks for the passphrase of the state's secrets; NULL: nobody is there */
    unsigned parallelism;           /* lanes at work at once; 0: 10 */
    bool no_lock;                   /* -lock=false */
    unsigned lock_timeout_s;        /* how long to wait for the state's lock */
    struct str operation;           /* "plan", "apply": what the lock says it is held for */
    struct str env;                 /* the environment, with a state of its own: detour.env; empty: "default" */
    struct str version;             /* detour.version */
    struct session_events events;
};

/* Loads the configuration. Never NULL: after errors (in diags) the session only serves to show them, and every
 * operation on it fails. Does not touch the state. */
struct session *session_open(const struct session_options *options, struct diags *diags);
/* Gives the state's lock back, with a warning where that fails: the last that is done with it. NULL is fine. */
void session_release(struct session *session, struct diags *diags);
/* The same without a word, and releases everything. NULL is fine. */
void session_close(struct session *session);

/* Stops at the next safe point: no new batches, running ones are told and finished. Async-signal-safe, idempotent. */
void session_cancel(struct session *session);
bool session_cancelled(const struct session *session);

/* What the session owns, valid until it is closed. The configuration is NULL where none could be loaded. */
struct sources *session_sources(struct session *session);
struct addrs *session_addrs(struct session *session);
const struct config *session_config(const struct session *session);

/* Checks everything that can be known without values, state or providers' machines. */
bool session_validate(struct session *session, struct diags *diags);

struct plan_options {
    enum plan_mode mode;
    const struct str *targets; /* addresses as typed */
    size_t n_targets;
    const struct str *replaces;
    size_t n_replaces;
    bool no_refresh; /* -refresh=false */
};

/*
 * Makes a plan. NULL where nothing could be planned at all; plan->errored where parts could not (the rest is there to
 * be shown, and diags says what went wrong). The plan belongs to the session. Takes the state's lock and keeps it until
 * the session is closed, so that the plan can be applied.
 */
struct plan *session_plan(struct session *session, const struct plan_options *options, struct diags *diags);

enum apply_status {
    APPLY_DONE,      /* all of it */
    APPLY_PARTIAL,   /* something failed or was skipped; the state holds what was done */
    APPLY_CANCELLED, /* stopped by session_cancel; the state holds what was done */
    APPLY_REFUSED,   /* nothing was begun: the state moved, the digest differs, a lock… */
};
struct apply_result {
    enum apply_status status;
    size_t added, changed, destroyed, replaced, imported, moved, forgotten, read, failed, skipped;
    bool stored;       /* the state holds all that was done */
    struct str rescue; /* after a failed write of the state: records to be shown to the user for safe keeping */
};

/* Applies a plan of this session. True for APPLY_DONE. */
bool session_apply(struct session *session, struct plan *plan, struct apply_result *result, struct diags *diags);

/* What import did, and what the next plan has in store for the object. */
struct import_result {
    enum action next; /* ACTION_NOOP: it is as configured */
};

/*
 * Looks the object up by `id`, as an import block would, and stores it at `addr` ("debian_file.motd[\"x\"]"), which the
 * configuration must declare and the state must not hold. Nothing else is planned, and nothing is done to the object.
 */
bool session_import(struct session *session, struct str addr, struct str id, struct import_result *result,
                    struct diags *diags);

/* Reads all prior objects and stores what it found, as `refresh` does: plan of mode PLAN_REFRESH_ONLY and its apply in
 * one. */
bool session_refresh(struct session *session, const struct plan_options *options, struct diags *diags);

/* The stored state (the snapshot of state/model.h; read without the lock unless the session holds it); NULL after an
 * error. An empty state where there is none. Valid until the next operation of the session. */
const struct snapshot *session_state(struct session *session, struct diags *diags);

/* -- edits of the state by hand -- */

enum session_edit_kind {
    SESSION_MOVE,   /* places[0] to places[1]; without that one: to the same address of the other state */
    SESSION_FORGET, /* all that the places cover */
    SESSION_TAINT,  /* one object */
    SESSION_UNTAINT,
};
struct session_edit {
    enum session_edit_kind kind;
    const struct str *places; /* as typed */
    size_t n;
    struct session *other; /* moves: to its state; NULL: within this one */
    bool dry_run;          /* only work it out */
    bool missing_fine;     /* taint, untaint: it is no error where there is nothing to mark */
    const char *backup;    /* file for a copy of the state as it was; NULL: none */
};
struct edit;    /* state/edit.h */
struct history; /* state/history.h */
struct past;
/* The snapshots that there were, in `arena`. */
bool session_history(struct session *session, struct arena *arena, struct history *out, struct diags *diags);
/* One of them, over the session's addresses; NULL after a diagnostic. The caller frees it. */
struct snapshot *session_past(struct session *session, const struct past *past, struct diags *diags);
/* Takes the lock, works the edit out and writes it in one step; *out says what was (or would be) done. Between two
 * states: an interruption leaves objects in the first, or in both; the next run says so. */
bool session_edit(struct session *session, const struct session_edit *what, struct edit *out, struct diags *diags);

/* -- environments: the list of them is kept beside the state of the default one -- */

/* Whether it may be the name of one; false after a diagnostic. */
bool session_env_name(struct str name, struct diags *diags);
/* Their names, sorted, without "default"; in `arena`. The session is one of the default environment, as below. */
bool session_env_list(struct session *session, struct arena *arena, struct str **names, size_t *n, struct diags *diags);
bool session_env_new(struct session *session, struct str name, struct diags *diags);
/* `of`: a session of the environment. Refused while its state holds anything. */
bool session_env_delete(struct session *session, struct session *of, struct diags *diags);

/* -- the state as a whole -- */

/* Snapshot and journal as one text, read without the lock. */
bool session_state_pull(struct session *session, struct strbuf *out, struct diags *diags);
/* Stores the text of a file as the state. Refused, but for `force`: another lineage, an older serial, an empty state
 * over one with objects, and what would drop records of an interrupted run. */
bool session_state_push(struct session *session, struct str path, struct str text, bool force, struct diags *diags);
/* Moves the state from where it was last to where the configuration says; both in words for the user. Safe to repeat
 * after an interruption at any point. */
bool session_state_migrate(struct session *session, struct str *from, struct str *to, struct diags *diags);
/* Takes the lock away from the holder of that id; *who says whose it was. */
bool session_force_unlock(struct session *session, struct str id, struct str *who, struct diags *diags);
/*
 * Who can open the secrets of the state: each takes the lock, opens the key, and writes the state once, sealed anew.
 * False after diagnostics, with the state as it was.
 */
bool session_rekey(struct session *session, struct diags *diags);
bool session_add_recipient(struct session *session, struct str recipient, struct diags *diags);
bool session_remove_recipient(struct session *session, struct str recipient, struct diags *diags);
/* The secrets of the state, their key open where there is one; NULL after an error. No lock is taken. */
const struct secrets *session_secrets(struct session *session, struct diags *diags);
/* Appends an age file with the value at a place (`output.x`, or an object's address and the path of an attribute), for
 * all who can open the secrets. */
bool session_export_secret(struct session *session, struct str address, struct str path, struct strbuf *out,
                           struct diags *diags);

/* The graph of the configuration in DOT. */
bool session_graph(struct session *session, struct strbuf *out, struct diags *diags);

/*
 * Saved plans (-out): a versioned file, mode 0600, that holds the plan with the sources and variables needed to apply
 * it without reading the configuration again.
 */
bool session_save_plan(struct session *session, const struct plan *plan, const char *path, struct diags *diags);
/* A session over the configuration inside a saved plan, and that plan. `options->dir` says where the state is looked
 * for unless state_path does. NULL with diagnostics where the file is no plan, is damaged, is of another version, or
 * is sealed with a key that is not here. Where its configuration does not load any more there is a session, and no
 * plan (*plan NULL): the diagnostics point at its sources. */
struct session *session_open_plan(const struct session_options *options, const char *path, struct plan **plan,
                                  struct diags *diags);

#endif
