/*
 * script: a run as data: what is done to a state step by step, and what the state must hold after each step.
 * Every object is compared on its own, so that a step that was cut short may have reached some objects and not others.
 */
#ifndef DETOUR_TESTS_SCRIPT_H
#define DETOUR_TESTS_SCRIPT_H

#include "base/map.h"
#include "state/store.h"

enum act_kind { ACT_OPEN, ACT_BEGIN, ACT_INTENTS, ACT_RESULTS, ACT_CHECKPOINT, ACT_CLOSE };

struct act {
    enum act_kind kind;
    const struct intent *intents;
    const struct result *results;
    size_t n;
};

struct script {
    struct arena *arena;
    struct addrs *addrs;
    struct sources *sources;
    const struct act *steps;
    size_t n;
    struct map *expected; /* [i]: what the state holds before step i: name of an object → its text */
};

/* The script that all crash tests run: creates, a failure, a replacement in both orders, moves, outputs, two
 * checkpoints, an interrupted run that the next one takes over. */
struct script *script_new(void);
void script_free(struct script *script);

struct run {
    struct store *store;
    size_t done;   /* steps that reported success */
    size_t failed; /* steps that reported failure */
};
/* Runs the steps until one fails; with `on` set goes on with results and checkpoints after a failure, as the engine
 * does. */
struct run script_run(const struct script *script, const struct vfs *vfs, bool on);

/* What a snapshot holds, in `arena`. */
struct map script_describe(struct arena *arena, struct snapshot *snapshot);

/* Prints what differs and returns false unless every object is as before step `from` or as before some step up to `to`.
 */
bool script_between(const struct script *script, const struct map *got, size_t from, size_t to, const char *what);

/* Opens and reads the state, checks it as above, then records something, checkpoints and reads again. */
bool script_recovers(const struct script *script, const struct vfs *vfs, size_t from, size_t to, const char *what);

#endif
