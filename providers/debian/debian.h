/*
 * debian: what the files of this provider share. Debian machines and what stands on them, over one session per machine.
 *
 * A call of the engine becomes one batch: its requests as items, one script for all of them, one answer. An item's
 * facts are what was seen on the machine; the state answered to the engine is made from them alone, never from what was
 * hoped for.
 */
#ifndef DETOUR_DEBIAN_H
#define DETOUR_DEBIAN_H

#include "kit/kit.h"
#include "transport/transport.h"

#include <pthread.h>

enum kind_id { KIND_HOST, KIND_PACKAGE, KIND_FILE, KIND_DIRECTORY, KIND_USER, KIND_GROUP, KIND_SERVICE, KINDS };

struct batch;
struct item;

/* One resource type: its schema and what is peculiar to it. */
struct kind {
    enum kind_id id;
    const char *key; /* the attribute that names the object on its machine: "path", "name" */
    const struct detour_type *type;
    void (*validate)(struct kit kit, const detour_value *config, size_t request);
    void (*plan)(struct kit kit, struct detour_plan *plan, size_t request);
    /* The object as its facts show it, on the base of item->base; NULL: there is none. May warn. */
    const detour_value *(*state)(struct batch *batch, struct item *item);
    /* After a change: whether the facts are what was planned; otherwise tells why. */
    void (*judge)(struct batch *batch, struct item *item);
};

extern const struct kind host_kind, package_kind, file_kind, directory_kind, user_kind, group_kind, service_kind;
/* The kind of a managed type. A type that is none of this provider aborts. */
const struct kind *kind_of(const struct detour_type *type);

struct path_facts {
    bool present;
    bool unreadable; /* it is there, and we may not look at it */
    char type;       /* f d l o */
    unsigned mode;   /* permission bits */
    struct str uid, gid, owner, group;
    uint64_t size;
    struct str sha256;
    bool fetched; /* `content` holds its bytes */
    struct str content;
};

struct account_facts {
    bool present;
    int64_t uid, gid;
    struct str comment, home, shell;
    struct str group;         /* name of the primary group */
    const struct str *groups; /* supplementary, sorted */
    size_t n_groups;
    bool has_keys;
    struct str keys; /* authorized_keys, as it stands */
};

struct package_facts {
    bool installed, hold;
    struct str version;
};

struct service_facts {
    struct str load, active, sub, unit_file, result;
    int64_t restarts;
};

struct host_facts {
    struct str id, version, pretty, architecture, machine_id;
};

/* One object of a batch. */
struct item {
    const struct kind *kind;
    size_t request;
    enum detour_action action;
    const detour_value *prior, *planned, *base; /* base: planned, else prior */
    struct detour_blob private_in;
    struct str name; /* on the machine */
    bool failed;     /* said so */
    /* file content that we know, so that it need not travel: its hash, and its text where there is one */
    struct str known_sha256, known_content;
    /* of the step that changed it: exit status and words; status -1: it did not run */
    int status;
    struct str words;
    union {
        struct path_facts path;
        struct account_facts account; /* group: present and gid only */
        struct package_facts package;
        struct service_facts service;
        struct host_facts host;
    };
};

struct machine;

/* Exit statuses of the steps in remote/change.sh that mean something of their own. */
enum step_status {
    STEP_NO_PARENT = 11,
    STEP_CHANGED = 12,
    STEP_OCCUPIED = 13,
    STEP_NOT_EMPTY = 16,
    STEP_NO_UNIT = 17,
    STEP_MASKED = 18,
    STEP_NOT_ENABLED = 19,
    STEP_NOT_STARTED = 20,
    STEP_STOPPED = 125,
};

struct debian {
    const struct detour_host *host;
    pthread_mutex_t lock; /* over `machines`; a machine itself belongs to the thread that the engine gave its lane to */
    struct machine *machines;
};

enum look { LOOK_FETCH, LOOK_ONLY }; /* whether unknown content of files is to be brought along */

struct batch {
    struct debian *self;
    struct kit kit;
    struct arena *arena; /* of the batch; what the engine is to keep lives in the call */
    struct machine *machine;
    struct item *items;
    size_t n;
    struct strbuf script;
    struct transport_answer answer;
};

#define batch_each(batch, kind_, it)                                                                                   \
    for (struct item *it = (batch)->items; it < (batch)->items + (batch)->n; it++)                                     \
        if (it->kind->id == (kind_) && !it->failed)

/* batch.c */
struct batch *batch_new(struct debian *self, detour_call *call, size_t n);
void batch_free(struct batch *batch);
/* Appends text, words quoted for sh, and a word for an item's name. */
void batch_line(struct batch *batch, const char *format, ...) __attribute__((format(printf, 2, 3)));
void batch_word(struct batch *batch, struct str word);
/* Tells that the item failed, for the culprit attribute (may be NULL). */
void batch_fail(struct batch *batch, struct item *item, const char *attribute, const char *summary, const char *format,
                ...) __attribute__((format(printf, 5, 6)));
/* The problem is everybody's: told once, all items failed. */
void batch_fail_all(struct batch *batch, const struct transport_problem *problem);
/* Runs the script over the machine's session; false with *problem. */
bool batch_run(struct batch *batch, bool careful, struct transport_problem *problem);
/* The section "NAMEindex" of the item, or NULL. */
const struct str *batch_section(struct batch *batch, const char *name, const struct item *item);
/* Splits the answers of the items' steps ("rINDEX") into status and words. */
void batch_results(struct batch *batch);

/* Private data of a host whose `host_key` is configured and not known yet: nothing is to be pinned meanwhile. */
#define HOST_KEY_COMES "?"
bool host_key_comes(struct detour_blob private_data);
/* Whether the machine may have been made just now: it gets time to start. */
bool host_is_new(struct kit kit, const struct item *host);

/* machine.c */
/* The machine of that name, made when it is not there yet. */
struct machine *machine_of(struct debian *self, struct str name);
struct str machine_name(const struct machine *machine);
/* Takes the connection of a debian_host: attributes from `config` where it is given and knows them, else from `object`.
 * A changed connection closes the session. False where the address is not known. */
bool machine_learn(struct machine *machine, struct kit kit, const detour_value *object, const detour_value *config);
/* Pins a key where none is configured. */
void machine_pin(struct machine *machine, struct str host_key);
/* The key that the open session showed, or the pinned one. */
struct str machine_host_key(const struct machine *machine);
/* When this run had apt at work there, by the clock of the machine: "START END START END …", in nanoseconds. */
struct str machine_windows(const struct machine *machine);
void machine_note_window(struct machine *machine, struct str window);
bool machine_is_known(const struct machine *machine);
bool machine_is_local(const struct machine *machine);
/* "root@10.0.0.2", for messages. */
struct str machine_place(const struct machine *machine, struct arena *arena);
/* The session, opened if need be; NULL with *problem. `seconds`: patience for one attempt, 0 for the usual. */
struct transport *machine_session(struct machine *machine, struct arena *arena, unsigned seconds,
                                  struct transport_problem *problem);
void machine_hang_up(struct machine *machine);
void machines_free(struct debian *self);

/* observe.c: the part of a script that looks at all items, and what it answered. */
void observe_script(struct batch *batch, enum look look);
void observe_answer(struct batch *batch);

/* The steps of an apply, each over all items of its kind; see apply.c for their order. */
void host_steps(struct batch *batch);
void service_remove_steps(struct batch *batch);
void file_remove_steps(struct batch *batch);
void directory_remove_steps(struct batch *batch);
void package_steps(struct batch *batch);
void user_remove_steps(struct batch *batch);
void group_remove_steps(struct batch *batch);
void group_steps(struct batch *batch);
void user_steps(struct batch *batch);
void directory_steps(struct batch *batch);
void file_steps(struct batch *batch);
void service_steps(struct batch *batch);

/* What a review asks beyond looking, and what it says. */
void package_review_script(struct batch *batch);
void package_review(struct batch *batch, struct detour_review *reviews);
void directory_review_script(struct batch *batch);
void directory_review(struct batch *batch, struct detour_review *reviews);
void file_review(struct batch *batch, struct detour_review *reviews);
void user_review(struct batch *batch, struct detour_review *reviews);
void service_review(struct batch *batch, struct detour_review *reviews);

/* "nginx" → "nginx.service"; names with a suffix as they are. */
struct str service_unit(struct arena *arena, struct str name);
/* Whether the plan has values in restart_on that the last restart did not know. */
bool service_restart_owed(struct kit kit, const struct item *item);

/* The entry points of the provider that are more than a line. */
void debian_read(void *self, detour_call *call, struct detour_read *reqs, size_t n);
void debian_review(void *self, detour_call *call, struct detour_review *reqs, size_t n);
void debian_apply(void *self, detour_call *call, struct detour_apply *reqs, size_t n);

/* data.c: data sources, named as the types that manage such things. */
enum { DEBIAN_DATA = 4 };
extern const struct detour_type debian_data[DEBIAN_DATA];
/* Checks what names the object; `kind` is that of the type that manages such objects. */
void data_validate(struct kit kit, const struct kind *kind, const detour_value *config, size_t request);
/* The object as its facts show it; NULL: there is none. */
const detour_value *data_state(struct batch *batch, struct item *item);

/* functions.c: ended by a row without a name. */
extern const struct detour_function debian_functions[];

/* common.c: what several kinds share. */
#define DEBIAN_HOST_ATTRIBUTE                                                                                          \
    {                                                                                                                  \
        "host", "string", DETOUR_REQUIRED | DETOUR_REPLACE, "The machine: `debian_host.NAME.id`."                      \
    }
#define DEBIAN_ID_ATTRIBUTE                                                                                            \
    {                                                                                                                  \
        "id", "string", DETOUR_COMPUTED, "`HOST:KEY`, as used for importing."                                          \
    }
/* Puts the id "HOST:KEY" into the plan, where both are known. */
void common_plan_id(struct kit kit, struct kit_edit *edit, const detour_value *config, const char *key);
/* A failure unless the attribute, where it is known, is well-formed: */
bool common_check_path(struct kit kit, const detour_value *config, size_t request);
bool common_check_mode(struct kit kit, const detour_value *config, size_t request);
bool common_check_account(struct kit kit, const detour_value *config, size_t request, const char *attribute);
/* Owner, group and mode of a file or directory: the plan's defaults, the state, and a judgement of the facts. */
void common_plan_owner(struct kit kit, struct kit_edit *edit, const detour_value *config, const char *mode);
void common_put_owner(struct kit_edit *edit, const struct item *item);
/* "OWNER:GROUP" and mode words for a script. */
void common_owner_words(struct batch *batch, const struct item *item);
/* Fails the item where its facts have another owner, group or mode than planned. */
void common_judge_owner(struct batch *batch, struct item *item);
/* Tells what a failed step means, in the words of its exit status; true where it had failed. */
bool common_step_failed(struct batch *batch, struct item *item, const char *what);
/* lower-case hexadecimal SHA-256 of the bytes, in the call's memory */
struct str common_sha256(struct kit kit, struct str bytes);
/* What 'f', 'd', 'l' and 'o' are called. */
const char *common_type_name(char type);
bool common_is_text(struct str bytes);
/* The hash of the content that a debian_file object stands for; empty where it does not say. */
struct str file_hash(struct kit kit, const detour_value *object);
/* Whether the machine has other content than the object says, and what it has: its text, else its hash, or nothing. */
bool file_drifted(const struct item *item);
struct str file_seen(const struct item *item);
/* What stands at the path of a debian_file, as `expect` of change.sh understands it; in the memory of the call. */
struct str file_token(struct kit kit, const struct item *item);
bool common_is_account_name(struct str name);

#endif
