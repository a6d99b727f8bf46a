/*
 * flags: every option of every command, once: name, argument, meaning. Help texts, man pages and completions are made
 * from this table.
 */
#ifndef DETOUR_CLI_FLAGS_H
#define DETOUR_CLI_FLAGS_H

#include "base/vec.h"
#include "config/input.h"
#include "core/session.h"
#include "diag/diag.h"

/* What the options of a command line were set to. */
struct flags {
    bool auto_approve, destroy, detailed_exitcode, help, json, no_color, no_tests, raw, refresh_only, verbose, version;
    bool refresh, input, lock;          /* default: true */
    bool check, diff, recursive, write; /* fmt; write defaults to true */
    bool offline, update;               /* get */
    bool force;
    bool allow_missing, dry_run; /* state mv, rm; taint, untaint */
    const char *backup, *env, *id, *state_out;
    const char *out, *digest, *state, *chdir, *junit_xml, *test_directory;
    unsigned parallelism;
    unsigned lock_timeout_ms;
    VEC(struct config_option) inputs;
    VEC(struct str) targets, replaces, filters, backend_config;
    VEC(struct str) args; /* what is no option */
};

enum flag_kind {
    FLAG_BOOL,   /* -refresh, -refresh=false */
    FLAG_STRING, /* -out=FILE or -out FILE */
    FLAG_UINT,
    FLAG_DURATION, /* 10s, 2m, 500ms */
    FLAG_LIST,     /* repeatable */
    FLAG_VAR,
    FLAG_VAR_FILE,
};

struct flag {
    const char *name; /* without the dash */
    enum flag_kind kind;
    size_t offset;   /* in struct flags */
    const char *arg; /* name of the argument in help: "FILE"; NULL for FLAG_BOOL */
    const char *doc;
};

/* A command; every cmd_*.c defines one. What it needs of the folder: a configuration without errors; for NEEDS_STATE
 * none at all, it only says where the state is; for READS_STATE one with errors does, too. */
struct cli;
struct command {
    const char *name, *args; /* "apply", "[PLAN]" */
    const char *summary;     /* one line, imperative */
    const char *doc;         /* paragraphs */
    const char *flags;       /* names from the table, separated by blanks */
    unsigned min_args, max_args;
    int (*run)(struct cli *cli);
    const struct command *const *subcommands; /* NULL-ended, or NULL */
    bool hidden;                              /* for programs: in no help and no list */
    bool stream;                              /* -json is a stream of objects, diagnostics among them */
    enum { NEEDS_CONFIG, NEEDS_STATE, READS_STATE } needs;
};

extern const struct flag flag_table[];
extern const size_t flag_count;

/* The option of that name (without dashes), or NULL. */
const struct flag *flag_find(struct str name);
/* Whether the command takes the option. */
bool flag_applies(const struct command *command, struct str name);

/* The flags at their defaults. */
struct flags flags_default(void);

/*
 * Reads argv[from…] for the command. -name, --name, -name=value and -name value are all fine; "--" ends the options.
 * False after diagnostics that name the option, near names and the remedy.
 */
bool flags_parse(struct arena *arena, const struct command *command, int argc, char **argv, int from, struct flags *out,
                 struct diags *diags);

#endif
