/*
 * world: a configuration in memory, a state in a temporary folder, and sessions over both: for session-level tests.
 */
#ifndef DETOUR_TEST_WORLD_H
#define DETOUR_TEST_WORLD_H

#include "core/session.h"
#include "provider/registry.h"
#include "state/store.h"
#include "test_provider.h"

struct world {
    char dir[64];
    struct arena *arena;
    struct registry *registry;
    const struct func_table *funcs;
    struct config_files files;
    struct config_reader reader;
    struct config_option *inputs;
    size_t n_inputs;
    unsigned parallelism;
    struct session_events events;
    /* of the session at hand */
    struct session *session;
    struct diags diags;
    struct plan *plan;
    struct apply_result result;
};

/* An empty world with the built-in and the test provider. */
struct world *world_new(void);
void world_free(struct world *w);

/* Sets the configuration: one file main.hcl. */
void world_config(struct world *w, const char *hcl);
/* Adds another file ("app/main.hcl"). */
void world_file(struct world *w, const char *path, const char *hcl);
void world_var(struct world *w, const char *assignment);

/* Ends the session at hand and opens a new one. */
void world_open(struct world *w);
/* Opens a session and plans; the plan stays until the next call. */
struct plan *world_plan(struct world *w);
struct plan *world_plan_with(struct world *w, struct plan_options options);
/* Plans and applies; true where all was done. The session is closed: its diagnostics stay. */
bool world_apply(struct world *w);
bool world_apply_with(struct world *w, struct plan_options options);
void world_close(struct world *w);

/* "+a ~b -c -/+d": symbol and address of all changes that are no no-ops, in order. */
const char *world_changes(struct world *w);
/* All problems: "summary: detail\n". */
const char *world_problems(struct world *w);
/* Attribute of an object in the state as text (brief); NULL where there is no such object. */
const char *world_state(struct world *w, const char *addr, const char *attribute);
/* How many objects the state holds. */
size_t world_objects(struct world *w);
const char *world_output(struct world *w, const char *name);

#endif
