/*
 * session_private: a session from the inside, for the files of core/: what it holds, its state, its keys, its events.
 * Private to core/.
 */
#ifndef DETOUR_CORE_SESSION_PRIVATE_H
#define DETOUR_CORE_SESSION_PRIVATE_H

#include "core/session.h"
#include "plan/file.h"
#include "provider/lane.h"
#include "state/store.h"

struct place;
struct priors;
struct tree;

enum phase { PHASE_VALIDATE, PHASE_PRIOR, PHASE_PLAN, PHASE_APPLY };

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

/* -- session.c -- */
/* A session without a configuration yet, and without a state. Never NULL; session_close frees it. */
struct session *session_new(const struct session_options *options);
/* Loads the configuration; problems make the session broken. */
void session_load(struct session *session, struct diags *diags);
/* Inputs, references and the tree, once per session. */
bool session_prepare(struct session *session, struct diags *diags);
/* A plan of the session's, to be filled. */
struct plan *session_new_plan(struct session *session, enum plan_mode mode);
/* Takes the lock (unless told not to) and reads the state, once per session. */
bool session_open_state(struct session *session, struct diags *diags);
/* The same, and the lock in any case: for what writes. */
bool session_need_store(struct session *session, struct diags *diags);
/* How the state is opened, at the place of the session; false after a diagnostic. */
bool session_store_options(struct session *session, struct store_options *out, struct diags *diags);
/* The state at hand; it must have been opened. */
struct snapshot *session_snapshot(const struct session *session);

/* -- edit.c -- */
/* A move to another state was begun and not finished: neither plans nor applies (an error), or a warning. */
bool moving_refused(struct session *session, struct diags *diags);
void moving_warned(struct session *session, struct diags *diags);

/* -- saved.c -- */
/* A reader that reads through `inner` and remembers in `recorder`; both must outlive it. */
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

/* -- report.c: events -- */
/* Passes the event on to who listens. */
void session_tell(struct session *session, struct session_event event);
/* EVENT_TICK; and before the first one after session_cancel, EVENT_CANCELLING. */
void session_tick(struct session *session);
/* Passes on what a lane says while it looks. */
void session_tell_look(struct session *session, const struct lane_event *event);
/* The object's id for events; empty where it has none to be shown. */
struct str object_id(struct value object);

#endif
