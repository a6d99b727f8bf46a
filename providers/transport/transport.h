/*
 * transport: a way to run POSIX sh scripts on a machine, over SSH or right here.
 * Owns sessions, host keys, timeouts and the framing of what comes back. Knows neither providers nor their objects.
 *
 * A script is sent on the standard input of `sh -s` (or `sudo -n -- sh -s`), wrapped so that nothing runs before all of
 * it has arrived: a connection that breaks half-way through never runs half a script. It runs with LC_ALL=C, a fixed
 * PATH, umask 022, standard input from /dev/null, and these at hand: emit NAME TEXT   answers one section (NAME without
 * spaces) stopped          true once the user has asked to stop $N               a nonce of 32 hexadecimal digits, good
 * for names of temporary files It must not call `exit` outside a subshell: the answer is complete only with its end
 * mark.
 *
 * A transport is used by one thread at a time; different transports by different threads at once.
 */
#ifndef DETOUR_TRANSPORT_TRANSPORT_H
#define DETOUR_TRANSPORT_TRANSPORT_H

#include "base/strbuf.h"
#include "base/vec.h"

struct transport;

enum transport_status {
    TRANSPORT_OK,
    TRANSPORT_UNREACHABLE, /* no connection: refused, no route, no such name, time-out */
    TRANSPORT_KEY_UNKNOWN, /* nothing pinned: `host_key` of the problem is what the machine showed */
    TRANSPORT_KEY_CHANGED, /* not the pinned key: likewise */
    TRANSPORT_REFUSED,     /* the machine accepts none of our keys */
    TRANSPORT_SUDO,        /* sudo would not let us */
    TRANSPORT_STALE,       /* the connection had been lost before the script went out: open another and run it again */
    TRANSPORT_BROKEN,      /* the connection was lost, or the answer is not one */
    TRANSPORT_TIMEOUT,     /* the script ran for too long */
    TRANSPORT_CANCELLED,   /* given up at the user's request */
    TRANSPORT_TOO_LONG,    /* the script is longer than scripts may be */
};

/* What went wrong, in words: a summary, and a detail that says what to do next. Strings live in the arena passed in. */
struct transport_problem {
    enum transport_status status;
    struct str summary, detail;
    struct str host_key; /* "ssh-ed25519 AAAA…" for the two KEY problems */
};

struct transport_target {
    bool local; /* this machine; nothing but `sudo` matters then */
    bool sudo;
    struct str address, user;
    uint16_t port;
    struct str identity_file; /* a private key; empty: the agent, then the usual files in ~/.ssh */
    struct str host_key;      /* pinned: "ssh-ed25519 AAAA… comment" or "SHA256:…"; empty: nothing is pinned */
    unsigned connect_seconds; /* patience for one attempt; 0: 10 seconds */
};

/* Opens a session. NULL with *problem filled. With nothing pinned the answer is TRANSPORT_KEY_UNKNOWN, before any
 * authentication: the caller decides, and pins. */
struct transport *transport_open(struct arena *arena, const struct transport_target *target,
                                 struct transport_problem *problem);
void transport_close(struct transport *transport);

/* The key the machine showed, "ssh-ed25519 AAAA…"; empty for the local machine. Lives as long as the transport. */
struct str transport_host_key(const struct transport *transport);

/* "SHA256:…" (unpadded base64) of a public key line, as ssh-keygen -lf prints it; empty where it is not one. */
struct str transport_fingerprint(struct arena *arena, struct str host_key);

/* Whether text is something that can be pinned. */
bool transport_pin_valid(struct str text);

struct transport_section {
    struct str name, body;
};

struct transport_job {
    struct str script;
    unsigned seconds; /* patience for the whole script; 0: 30 minutes */
    bool careful;     /* it changes things: on cancel ask it to stop and wait, instead of hanging up */
    void (*watch)(void *ctx, const struct transport_section *section); /* each section as it arrives; may be NULL */
    bool (*cancelled)(void *ctx);                                      /* may be NULL */
    void *ctx;
};

struct transport_answer {
    VEC(struct transport_section) sections;
    struct str noise; /* standard error, its first 64 KiB */
};

/* Runs the script: one remote execution. Sections are copied into `arena`. False with *problem filled; what arrived
 * until then is in *answer. */
bool transport_run(struct transport *transport, struct arena *arena, const struct transport_job *job,
                   struct transport_answer *answer, struct transport_problem *problem);

/* The body of the section called `name`, or NULL. */
const struct str *transport_section(const struct transport_answer *answer, struct str name);

/* Scripts run by this process so far, over all transports. */
unsigned long transport_executions(void);

/* Appends `text` as one word of sh, whatever it holds. NUL bytes cannot be carried: false, nothing appended. */
bool transport_quote(struct strbuf *script, struct str text);

#endif
