/* The sessions that commands work in: made of the options, with questions to whoever sits at the terminal. */
#include "cli/cli.h"
#include "base/dump.h"
#include "base/gettext.h"
#include "cli/backend.h"
#include "cli/progress.h"
#include "funcs/table.h"
#include "module_store/store.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

/* -- interrupts -- */

static struct session *volatile interruptible;

/* The first interrupt stops cleanly; whoever insists gets the usual end, and the journal makes that safe. */
static void on_interrupt(int signal_number)
{
    struct session *session = interruptible;
    if (session)
        session_cancel(session);
    signal(signal_number, SIG_DFL);
}

/* -- questions -- */

enum { SECRET_LONGEST = 4096 };

/* A line of the terminal that is not shown, without its newline; of getpass it differs in that Ctrl-C is no character
 * of it. NULL at the end, and where an interrupt came. To be wiped. */
static char *typed_unseen(int tty)
{
    static char text[SECRET_LONGEST];
    struct termios shown, unseen;
    if (tcgetattr(tty, &shown) != 0)
        return NULL;
    unseen = shown;
    unseen.c_lflag = (unseen.c_lflag & ~(tcflag_t)ECHO) | ECHONL;
    tcsetattr(tty, TCSAFLUSH, &unseen);
    cli_interrupts_end_reading(true);
    ssize_t n = read(tty, text, sizeof text - 1);
    cli_interrupts_end_reading(false);
    tcsetattr(tty, TCSAFLUSH, &shown);
    text[n > 0 ? n : 0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return n > 0 ? text : NULL;
}

static char *read_secret(const char *prompt)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    int fd = tty >= 0 ? tty : STDIN_FILENO;
    fflush(stdout);
    dprintf(tty >= 0 ? tty : STDERR_FILENO, "%s", prompt);
    char *typed = typed_unseen(fd);
    if (tty >= 0)
        close(tty);
    return typed;
}

static bool ask_variable(void *ctx, struct str name, struct str description, bool sensitive, struct arena *arena,
                         struct str *answer)
{
    struct cli *cli = ctx;
    STRBUF_AUTO out = STRBUF_INIT(0);
    term_paint(&out, &cli->out, INK_BOLD, "var.%.*s\n", STR_ARG(name));
    if (description.n)
        strbuf_printf(&out, "  %.*s\n", STR_ARG(description));
    strbuf_printf(&out, "\n  %s ", _("Enter a value:"));
    cli_print(strbuf_str(&out));
    if (sensitive && isatty(STDIN_FILENO)) {
        char *secret = read_secret("");
        if (secret) {
            *answer = arena_str(arena, str_c(secret));
            explicit_bzero(secret, strlen(secret));
        }
        return secret != NULL;
    }
    char *line = NULL;
    ssize_t n = cli_read_line(&line);
    if (n > 0)
        *answer = arena_str(arena, str_trim(str_from(line, (size_t)n)));
    free(line);
    return n > 0;
}

static bool confirm(void *ctx, const char *question, const char *explain)
{
    struct cli *cli = ctx;
    return cli_confirm(cli, question, explain);
}

static bool ask_passphrase(void *ctx, const char *question, struct arena *arena, struct str *answer)
{
    (void)ctx;
    char prompt[256];
    snprintf(prompt, sizeof prompt, "%s ", question);
    char *typed = read_secret(prompt);
    if (!typed)
        return false;
    *answer = arena_str(arena, str_c(typed));
    explicit_bzero(typed, strlen(typed));
    return answer->n > 0;
}

/* -- options -- */

const struct config_reader *cli_reader(struct cli *cli)
{
    struct module_store_options options = {.arena = cli->arena, .dir = STR(".")};
    struct config_reader *reader = ARENA_NEW(cli->arena, struct config_reader);
    *reader = module_store_reader(module_store_new(&options));
    reader->empty_root = cli->command->needs != NEEDS_CONFIG;
    return reader;
}

/* -env or DETOUR_ENV; empty for the default one. */
static bool environment_of(struct cli *cli, struct str *env)
{
    const char *wanted = cli->flags.env ? cli->flags.env : getenv("DETOUR_ENV");
    *env = str_c(wanted);
    if (str_is(*env, "default"))
        *env = (struct str){0};
    if ((env->n || cli->flags.env) && !str_is(str_c(wanted), "default") && !session_env_name(*env, &cli->diags))
        return false;
    if (!env->n || !cli->flags.state || !cli->flags.env)
        return true;
    diag_error(&cli->diags, (struct span){0}, _("Two states"),
               _("-env names the state of an environment, and -state a file. Leave one of them out."));
    return false;
}

/* The values of NAME.vars.hcl come before those of the command line. */
static const struct config_option *inputs_of(struct cli *cli, struct str env, size_t *n)
{
    struct config_option *inputs = ARENA_ARRAY(cli->arena, struct config_option, cli->flags.inputs.n + 2);
    *n = 0;
    for (int json = 0; env.n && json < 2; json++) {
        struct str file = arena_printf(cli->arena, "%.*s.vars.hcl%s", STR_ARG(env), json ? ".json" : "");
        if (access(file.p, F_OK) == 0)
            inputs[(*n)++] = (struct config_option){.is_file = true, .text = file};
    }
    vec_each (&cli->flags.inputs, i)
        inputs[(*n)++] = cli->flags.inputs.v[i];
    return inputs;
}

static bool options_of(struct cli *cli, struct session_options *out)
{
    struct backend_settings settings;
    dump_forbid();
    if (!backend_settings_read(cli, &settings))
        return false;
    struct progress *progress = progress_new(cli, cli->flags.json);
    struct str env;
    if (!environment_of(cli, &env))
        return false;
    size_t n_inputs;
    const struct config_option *inputs = inputs_of(cli, env, &n_inputs);
    *out = (struct session_options){
        .chdir = str_c(cli->flags.chdir),
        .dir = STR("."),
        .state_path = str_c(cli->flags.state),
        .backend_settings = settings.v,
        .n_backend_settings = settings.n,
        .remember = true,
        .registry = cli->registry,
        .funcs = cli_functions(cli),
        .reader = cli_reader(cli),
        .inputs = inputs,
        .n_inputs = n_inputs,
        .environment = environ,
        .ask = cli->flags.input && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? ask_variable : NULL,
        .confirm =
            cli->flags.input && !cli->flags.json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? confirm : NULL,
        .ask_ctx = cli,
        .passphrase = cli->flags.input && isatty(STDIN_FILENO) ? ask_passphrase : NULL,
        .parallelism = cli->flags.parallelism,
        .no_lock = !cli->flags.lock,
        .lock_timeout_s = (cli->flags.lock_timeout_ms + 999) / 1000,
        .operation = str_c(cli->command->name),
        .env = env,
        .version = STR(DETOUR_VERSION_TEXT),
        .events = progress_events(progress),
    };
    return true;
}

/* -- sessions -- */

static struct session *keep(struct cli *cli, struct session *session)
{
    cli->session = session;
    if (session) {
        cli->sources = session_sources(session);
        interruptible = session;
        cli_watch_interrupts(on_interrupt);
    }
    return session;
}

/* Errors of a configuration that is only asked where the state is make way for one warning, unless it is that which
 * they hide. */
static void forgive(struct cli *cli, struct session *session, size_t before)
{
    const struct config *config = session ? session_config(session) : NULL;
    const struct config_backend *backend = config && config->root ? config->root->module->backend : NULL;
    if (cli->command->needs != READS_STATE || !config || !config->root || (backend && backend->broken))
        return;
    cli->diags.list.n = before;
    cli->diags.n_errors = 0;
    diag_warning(&cli->diags, (struct span){0}, _("Configuration with errors"),
                 _("\"detour validate\" shows them. The state is looked for where the part that can be read says."));
}

const struct func_table *cli_functions(struct cli *cli)
{
    return provider_functions(cli->registry, funcs_table());
}

struct session *cli_session(struct cli *cli)
{
    if (cli->session)
        return cli->session;
    struct session_options options;
    if (!options_of(cli, &options))
        return NULL;
    size_t before = cli->diags.list.n;
    keep(cli, session_open(&options, &cli->diags));
    if (diags_failed(&cli->diags))
        forgive(cli, cli->session, before);
    return cli->session;
}

/* Its configuration has sources of its own, which are shown where it cannot be loaded. */
struct session *cli_session_at(struct cli *cli, const char *path)
{
    struct session_options options;
    struct stat st;
    if (!options_of(cli, &options))
        return NULL;
    bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);
    options.env = (struct str){0};
    options.dir = folder ? str_c(path) : STR(".");
    options.state_path = folder ? (struct str){0} : str_c(path);
    if (folder)
        options.n_backend_settings = 0;
    size_t errors = cli->diags.n_errors;
    cli->other = session_open(&options, &cli->diags);
    if (cli->diags.n_errors == errors)
        return cli->other;
    cli->sources = session_sources(cli->other);
    return NULL;
}

struct session *cli_session_in(struct cli *cli, struct str env)
{
    struct session_options options;
    if (!options_of(cli, &options))
        return NULL;
    options.env = env;
    struct session *session = session_open(&options, &cli->diags);
    if (!cli->session)
        return keep(cli, session);
    return cli->other = session;
}

struct session *cli_session_of_plan(struct cli *cli, const char *path, struct plan **plan)
{
    struct session_options options;
    if (options_of(cli, &options))
        keep(cli, session_open_plan(&options, path, plan, &cli->diags));
    return *plan ? cli->session : NULL;
}

/* The locks go last, after all was said: where one stays, that is to be said as well. */
static void release(struct cli *cli)
{
    size_t before = cli->diags.list.n;
    session_release(cli->other, &cli->diags);
    session_release(cli->session, &cli->diags);
    if (cli->diags.list.n > before)
        cli_report(cli);
}

void cli_sessions_end(struct cli *cli)
{
    interruptible = NULL;
    release(cli);
    session_close(cli->other);
    session_close(cli->session);
}

/* -- plans -- */

struct plan_options cli_plan_options(struct cli *cli)
{
    return (struct plan_options){
        .mode = cli->flags.destroy        ? PLAN_DESTROY
                : cli->flags.refresh_only ? PLAN_REFRESH_ONLY
                                          : PLAN_NORMAL,
        .targets = cli->flags.targets.v,
        .n_targets = cli->flags.targets.n,
        .replaces = cli->flags.replaces.v,
        .n_replaces = cli->flags.replaces.n,
        .no_refresh = !cli->flags.refresh,
    };
}

bool cli_modes_agree(struct cli *cli)
{
    const struct flags *f = &cli->flags;
    const char *why = f->destroy && f->refresh_only
                          ? _("-destroy and -refresh-only are two kinds of plans. Leave one of them out.")
                      : f->refresh_only && !f->refresh ? _("-refresh-only is all about looking at what is there, and "
                                                           "-refresh=false forbids it. Leave one of them out.")
                      : f->replaces.n && (f->destroy || f->refresh_only)
                          ? _("-replace asks for a new object, and a plan with -destroy or -refresh-only makes none. "
                              "Leave one of them out.")
                          : NULL;
    if (why)
        diag_error(&cli->diags, (struct span){0}, _("Options that contradict each other"), "%s", why);
    return !why;
}
