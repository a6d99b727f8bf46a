#include "base/cleanup.h"
#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/prompt.h"
#include "core/console.h"
#include "value/json.h"
#include "value/print.h"
#include "view/json/answer.h"

#include <unistd.h>

/* -- people
 * --------------------------------------------------------------------------------------------------------------------------------
 */

static bool answer(struct cli *cli, struct console *console, struct str text)
{
    ARENA_AUTO arena = arena_new();
    struct value v = console_eval(console, arena, text, &cli->diags);
    bool ok = !diags_failed(&cli->diags);
    STRBUF_AUTO out = STRBUF_INIT(0);
    if (ok) {
        value_print(&out, v, 0);
        strbuf_addc(&out, '\n');
    }
    cli_report(cli);
    cli_print(strbuf_str(&out));
    return ok;
}

static int converse(struct cli *cli, struct console *console)
{
    struct prompt *line = prompt_open(console);
    for (struct str text; prompt_read(line, &text);) {
        text = str_trim(text);
        if (str_is(text, "exit") || str_is(text, "quit"))
            break;
        if (text.n)
            answer(cli, console, text);
    }
    prompt_close(line);
    return EXIT_OK;
}

/* -- programs
 * -------------------------------------------------------------------------------------------------------------------------------
 */

/* A line of -json input is the expression as a JSON string. */
static bool unwrap(struct cli *cli, struct arena *arena, struct str line, struct str *text)
{
    struct json_error error;
    struct value v;
    if (json_read(arena, line, &v, &error) && value_is_set(v) && v.type == type_string) {
        *text = v.u.string;
        return true;
    }
    diag_error(&cli->diags, (struct span){0}, _("Not a JSON string"),
               _("Each line of input is one expression as a JSON string: \"1 + 1\"."));
    return false;
}

static bool answer_json(struct cli *cli, struct console *console, struct str line)
{
    ARENA_AUTO arena = arena_new();
    struct diags outer = cli->diags;
    struct str text;
    cli->diags = DIAGS_INIT(arena);
    struct value v = value_unknown(type_dynamic);
    if (unwrap(cli, arena, line, &text))
        v = console_eval(console, arena, text, &cli->diags);
    bool ok = !diags_failed(&cli->diags);
    STRBUF_AUTO out = STRBUF_INIT(0);
    json_answer(&out, v, cli->sources, &cli->diags);
    cli->diags = outer;
    cli_print(strbuf_str(&out));
    return ok;
}

/* One answer for each line; 1 where one of them was an error. */
static int pipe_through(struct cli *cli, struct console *console)
{
    bool ok = true;
    CLEANUP(cleanup_ptr) char *buffer = NULL;
    size_t cap = 0;
    for (ssize_t n; (n = getline(&buffer, &cap, stdin)) > 0;) {
        struct str line = str_trim(str_from(buffer, (size_t)n));
        if (!line.n)
            continue;
        if (cli->flags.json)
            answer_json(cli, console, line); /* the answer says it */
        else
            ok &= answer(cli, console, line);
    }
    return ok ? EXIT_OK : EXIT_ERROR;
}

static int run(struct cli *cli)
{
    struct console *console = cli_session(cli) ? console_open(cli->session, &cli->diags) : NULL;
    if (!console)
        return cli_failed(cli);
    cli_report(cli);
    bool people = !cli->flags.json && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    return people ? converse(cli, console) : pipe_through(cli, console);
}

const struct command cmd_console = {
    .name = "console",
    .args = "",
    .summary = N_("Try expressions against the configuration and the state"),
    .doc = N_("On a terminal with history and completion; piped, one answer for each line. With -json each line is an "
              "expression as a JSON string, and the\n"
              "answer one object: value, type, sensitive and unknown parts, or diagnostics. Changes nothing."),
    .flags = "backend-config input json no-color state var var-file",
    .run = run,
};
