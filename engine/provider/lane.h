/*
 * lane: the one channel through which some objects are reached (a machine, an account), with one thread of its own: all
 * calls of a lane run there, one after the other, so whatever the provider keeps for the lane has one owner. At most
 * `parallelism` lanes work at once. Calls go in by lane_submit and come back by lanes_wait, on the engine's thread.
 */
#ifndef DETOUR_PROVIDER_LANE_H
#define DETOUR_PROVIDER_LANE_H

#include "provider/call.h"

struct lanes;

struct lane {
    const struct instance *instance;
    struct str name;
    struct str place; /* as plan lines name it; set by whoever knows it first */
    size_t running;   /* calls submitted and not yet back */
    bool down;        /* it does not answer, and what it stands on is about to change: not to be asked while planning */
    void *tag;        /* the caller's */
};

enum lane_event_kind { LANE_FINISHED, LANE_PROGRESS, LANE_DONE };

/* What comes back. For LANE_DONE the request's answer may be taken while its call still runs. */
struct lane_event {
    enum lane_event_kind kind;
    struct lane *lane;
    struct call *call;
    size_t request;  /* LANE_PROGRESS, LANE_DONE */
    struct str text; /* LANE_PROGRESS */
};

/* `cancelled` is what host->cancelled tells running calls; it must outlive the lanes. */
struct lanes *lanes_new(unsigned parallelism, const atomic_bool *cancelled);
/* Waits for the calls that run, ends all threads, and releases calls that nobody took back. */
void lanes_free(struct lanes *lanes);

/* The lane of that name within an instance, made at first use; its thread starts with its first call. */
struct lane *lanes_get(struct lanes *lanes, const struct instance *instance, struct str name);

/* Hands a call over to the lane's thread: hands off until it comes back with LANE_FINISHED. */
void lane_submit(struct lane *lane, struct call *call);

/* Waits for the next event, at most `timeout_ms`; false where none came. */
bool lanes_wait(struct lanes *lanes, unsigned timeout_ms, struct lane_event *event);
/* Calls submitted and not yet back. */
size_t lanes_running(const struct lanes *lanes);

/* All lanes so far, in order of creation. */
size_t lanes_count(const struct lanes *lanes);
struct lane *lanes_at(const struct lanes *lanes, size_t i);

#endif
