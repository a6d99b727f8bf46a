#include "base/cleanup.h"
#include "base/gettext.h"
#include "cli/cli.h"
#include "cli/prompt.h"
#include "core/console.h"
#include "value/json.h"
#include "value/print.h"
#include "view/json/answer.h"

#include <errno.h>
#include <unistd.h>

/* -- people -- */

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

static bool ends(struct str text)
{
    return str_is(text, "exit") || str_is(text, "quit");
}

static int converse(struct cli *cli, struct console *console)
{
    struct prompt *line = prompt_open(console);
    for (struct str text; prompt_read(line, &text);) {
        text = str_trim(text);
        if (ends(text))
            break;
        if (text.n)
            answer(cli, console, text);
    }
    prompt_close(line);
    return EXIT_OK;
}

/* -- programs -- */

enum { LINE_MAX = 16 << 20, CHUNK = 64 << 10 };

/* Standard input, by chunks. */
struct input {
    size_t at, n;
    char chunk[CHUNK];
};

/* More input in the chunk; false at its end. */
static bool refill(struct input *in)
{
    ssize_t n;
    while ((n = read(STDIN_FILENO, in->chunk, sizeof in->chunk)) < 0 && errno == EINTR)
        ;
    in->at = 0;
    in->n = n > 0 ? (size_t)n : 0;
    return in->n;
}

/* The next line, without its newline; line->over where it is longer than any expression, and then only begun. False at
 * the end of input. */
static bool read_line(struct input *in, struct strbuf *line)
{
    bool any = false;
    strbuf_clear(line);
    while (in->at < in->n || refill(in)) {
        const char *from = in->chunk + in->at, *newline = memchr(from, '\n', in->n - in->at);
        size_t n = newline ? (size_t)(newline - from) : in->n - in->at;
        if (!line->over)
            strbuf_add(line, str_from(from, n));
        in->at += n + (newline != NULL);
        any = true;
        if (newline)
            break;
    }
    return any;
}

static bool too_long(struct cli *cli)
{
    diag_error(&cli->diags, (struct span){0}, _("Line too long"),
               _("An expression may have %d MiB at most, and this line is longer."), LINE_MAX >> 20);
    return false;
}

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

static bool answer_json(struct cli *cli, struct console *console, struct str line, bool whole)
{
    ARENA_AUTO arena = arena_new();
    struct diags outer = cli->diags;
    struct str text;
    cli->diags = DIAGS_INIT(arena);
    struct value v = value_unknown(type_dynamic);
    if (whole ? unwrap(cli, arena, line, &text) : too_long(cli))
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
    STRBUF_AUTO buffer = STRBUF_INIT(LINE_MAX);
    CLEANUP(cleanup_ptr) struct input *in = heap_alloc(sizeof *in);
    in->at = in->n = 0;
    while (!cli_output_lost() && read_line(in, &buffer)) {
        bool whole = !buffer.over;
        struct str line = str_trim(strbuf_str(&buffer));
        if (!line.n)
            continue;
        if (!cli->flags.json && ends(line))
            break;
        if (cli->flags.json)
            answer_json(cli, console, line, whole); /* the answer says it */
        else if (whole)
            ok &= answer(cli, console, line);
        else
            ok = too_long(cli), cli_report(cli);
    }
    return ok ? EXIT_OK : EXIT_ERROR;
}

static int run(struct cli *cli)
{
    struct console *console = cli_session(cli) ? console_open(cli->session, cli->flags.json, &cli->diags) : NULL;
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
    .doc = N_("On a terminal with history and completion; what is open at the end of a line goes on in the next one. "
              "Piped, one "
              "answer for each line. exit ends it. With -json each line is an "
              "expression as a JSON string, and the answer one object: value, type, sensitive and unknown parts, or "
              "diagnostics; what only the apply tells is unknown there, as in a plan. Changes nothing."),
    .flags = "backend-config env input json no-color state var var-file",
    .needs = NEEDS_STATE,
    .run = run,
};
