/*
 * cli: the command line: one const struct command in each cmd_*.c, everything that is printed, and the exit codes.
 */
#ifndef DETOUR_CLI_CLI_H
#define DETOUR_CLI_CLI_H

#include <sys/types.h>
#include "cli/flags.h"
#include "provider/functions.h"
#include "view/term.h"

enum exit_code {
    EXIT_OK = 0,
    EXIT_ERROR = 1,
    EXIT_CHANGES = 2,     /* with -detailed-exitcode */
    EXIT_UNFORMATTED = 3, /* fmt -check */
    EXIT_LOCKED = 4,      /* these four with -detailed-exitcode, else 1 */
    EXIT_DIGEST_MISMATCH = 5,
    EXIT_PROTECTED = 6,
    EXIT_PARTIAL = 7,
};

/* What a command works with. */
struct cli {
    struct arena *arena;
    const struct command *command;
    struct flags flags;
    struct term out, err;
    struct diags diags;
    struct sources *sources; /* for snippets: of the session once there is one */
    struct registry *registry;
    struct session *session; /* closed by cli_main */
    struct session *other;   /* likewise: of a second configuration or state */
};

#define DETOUR_VERSION_TEXT "0.1.0"

extern const struct command cmd_apply, cmd_completion, cmd_console, cmd_destroy, cmd_env, cmd_fmt, cmd_force_unlock,
    cmd_get, cmd_graph, cmd_help, cmd_import, cmd_metadata, cmd_output, cmd_plan, cmd_providers, cmd_refresh,
    cmd_secrets, cmd_show, cmd_state, cmd_taint, cmd_untaint, cmd_test, cmd_validate, cmd_version;
/* All of them, NULL-ended, in the order of help. */
extern const struct command *const cli_commands[];

/* The command of that name, or NULL: among all (`in` NULL), or among those that a command holds. */
const struct command *cli_find_in(const struct command *in, struct str name);
/* The last word of its name: "list" of "state list". */
const char *cli_last_word(const struct command *command);

/* The whole program; `providers` is NULL-ended. Returns the exit code. */
int cli_main(const struct detour_provider *const *providers, int argc, char **argv);

/* -- shared by the commands -- */

/* The session of this command, opened at the first call with the options given; NULL after diagnostics. */
struct session *cli_session(struct cli *cli);
/* A session over another state: a file, or that of the configuration in a folder. NULL after diagnostics. */
struct session *cli_session_at(struct cli *cli, const char *path);
/* A session of the same configuration in that environment. NULL after diagnostics. */
struct session *cli_session_in(struct cli *cli, struct str env);
/* The same over a saved plan. */
struct session *cli_session_of_plan(struct cli *cli, const char *path, struct plan **plan);
/* Ends them: frees the locks, tells where one stays, and closes. */
void cli_sessions_end(struct cli *cli);
/* The functions of the language and of all providers. */
const struct func_table *cli_functions(struct cli *cli);
struct plan_options cli_plan_options(struct cli *cli);
/* False after a diagnostic, where -destroy, -refresh-only, -refresh=false and -replace contradict each other. */
bool cli_modes_agree(struct cli *cli);
/* Reads configurations; modules that are kept elsewhere are looked for in the cache, never on a network. */
const struct config_reader *cli_reader(struct cli *cli);

/* Has the handler called when somebody interrupts (Ctrl-C), asks for an end or hangs up; what waits for the system goes
 * on. */
void cli_watch_interrupts(void (*handler)(int signal_number));
/* Whether an interrupt also ends what waits for the system: while a person is asked, it is the answer. */
void cli_interrupts_end_reading(bool on);
/* A line of standard input as getline gives it, to be freed; -1 at its end, and where an interrupt came. */
ssize_t cli_read_line(char **line);

/* Reports that there is no such command in `in` (NULL: at all). Returns the exit code. */
int cli_unknown_command(struct cli *cli, const struct command *in, struct str name);

/* Puts the diagnostics in the order in which they are shown, and names the fetched modules they are in. */
void cli_tidy(struct cli *cli);
/* Prints what diags hold (people: stderr; a stream of -json: one object a line on stdout) and empties them. */
void cli_report(struct cli *cli);
/* EXIT_ERROR, or a finer code with -detailed-exitcode; reports first. */
int cli_failed(struct cli *cli);

/* With -json: the first line of a stream, which says who writes and in which format. */
void cli_begin_stream(struct cli *cli);

/* Prints to stdout, through a pager where stdout is a terminal and the text is longer than it. */
void cli_page(struct str text);
/* Prints to stdout. What cannot be written is lost, and cli_output_end says so: work goes on without a reader. */
void cli_print(struct str text);
/* Nobody reads any more, or there is no room: to go on only for the output is useless. */
bool cli_output_lost(void);
/* The exit code of a program that would have ended with `code`, once all is done; complains of lost output. */
int cli_output_end(int code);

/* Asks on the terminal; true for "yes" alone. */
bool cli_confirm(struct cli *cli, const char *question, const char *explain);

#endif
