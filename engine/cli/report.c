/* What commands print: diagnostics, pages, questions. */
#include "base/cleanup.h"
#include "base/gettext.h"
#include "cli/cli.h"
#include "diag/snippet.h"
#include "view/json/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

/* Why standard output took no more, or 0. Work goes on without it: a reader that leaves must not break off an apply. */
static int output_error;

/* 0, or what stands in the way. */
static int write_all(int fd, struct str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno;
        text = str_sub(text, (size_t)n, text.n);
    }
    return 0;
}

void cli_print(struct str text)
{
    fflush(stdout);
    if (!output_error)
        output_error = write_all(STDOUT_FILENO, text);
}

bool cli_output_lost(void)
{
    return output_error != 0;
}

int cli_output_end(int code)
{
    if (output_error == EPIPE && code == EXIT_OK) { /* the end that who reads our output expects of us */
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
    if (!output_error || output_error == EPIPE)
        return code;
    fprintf(stderr,
            _("Error: Output not written\n\nStandard output took no more: %s. What is printed is incomplete.\n"),
            strerror(output_error));
    return code == EXIT_OK || code == EXIT_CHANGES ? EXIT_ERROR : code;
}

void cli_tidy(struct cli *cli)
{
    const struct config *config = cli->session ? session_config(cli->session) : NULL;
    if (config)
        config_tell_packages(config, &cli->diags);
    diags_tidy(&cli->diags);
}

void cli_begin_stream(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (!cli->flags.json)
        return;
    stream_version(&out, DETOUR_VERSION_TEXT);
    cli_print(strbuf_str(&out));
}

void cli_report(struct cli *cli)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    bool stream = cli->flags.json && cli->command && cli->command->stream;
    cli_tidy(cli);
    vec_each (&cli->diags.list, i) {
        const struct diag *d = &cli->diags.list.v[i];
        if (stream)
            stream_diagnostic(&out, cli->sources, d);
        else
            snippet_render(&out, cli->sources, d, (struct snippet_style){cli->err.color, cli->err.width});
        if (!stream)
            strbuf_addc(&out, '\n');
    }
    if (stream)
        cli_print(strbuf_str(&out));
    else
        write_all(STDERR_FILENO, strbuf_str(&out)); /* where that fails there is nowhere left to complain */
    cli->diags.list.n = 0;
    cli->diags.n_errors = 0;
}

static int exit_code_of(const struct diags *diags)
{
    static const int codes[] = {[DIAG_PLAIN] = EXIT_ERROR,
                                [DIAG_LOCKED] = EXIT_LOCKED,
                                [DIAG_DIGEST_MISMATCH] = EXIT_DIGEST_MISMATCH,
                                [DIAG_PROTECTED] = EXIT_PROTECTED,
                                [DIAG_CONDITION] = EXIT_ERROR};
    int code = EXIT_ERROR;
    vec_each (&diags->list, i)
        if (diags->list.v[i].severity == DIAG_ERROR && codes[diags->list.v[i].code] != EXIT_ERROR)
            code = codes[diags->list.v[i].code];
    return code;
}

int cli_failed(struct cli *cli)
{
    int code = cli->flags.detailed_exitcode ? exit_code_of(&cli->diags) : EXIT_ERROR;
    cli_report(cli);
    return code;
}

/* -- paging -- */

static size_t count_lines(struct str text)
{
    size_t n = 0;
    struct str line;
    while (str_next_line(&text, &line))
        n++;
    return n;
}

static bool fits_screen(struct str text)
{
    struct winsize size = {0};
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || !size.ws_row)
        return true;
    return count_lines(text) < size.ws_row;
}

static const char *pager_command(void)
{
    const char *own = getenv("DETOUR_PAGER"), *common = getenv("PAGER");
    return own ? own : common ? common : "less -FRX";
}

static void page_through(const char *command, struct str text)
{
    FILE *pager = popen(command, "we");
    if (!pager) {
        cli_print(text);
    } else {
        fwrite(text.p, 1, text.n, pager);
        int status = pclose(pager);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 127) /* the shell did not find it */
            cli_print(text);
    }
}

void cli_page(struct str text)
{
    const char *command = pager_command();
    fflush(stdout);
    if (fits_screen(text) || !*command || strcmp(command, "cat") == 0)
        cli_print(text);
    else
        page_through(command, text);
}

/* -- questions -- */

bool cli_confirm(struct cli *cli, const char *question, const char *explain)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (cli->session && session_cancelled(cli->session))
        return false;
    term_paint(&out, &cli->out, INK_BOLD, "\n%s\n", question);
    strbuf_printf(&out, "  %s\n\n  ", explain);
    term_paint(&out, &cli->out, INK_BOLD, "%s ", _("Enter a value:"));
    cli_print(strbuf_str(&out));
    CLEANUP(cleanup_ptr) char *line = NULL;
    ssize_t n = cli_read_line(&line);
    cli_print(STR("\n"));
    return n > 0 && str_is(str_trim(str_from(line, (size_t)n)), "yes");
}
