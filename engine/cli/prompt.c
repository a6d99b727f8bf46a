#include "cli/prompt.h"
#include "base/fs.h"

#include <editline/readline.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY_LONGEST = 1000, PROMPT_LONGEST = 16 << 20 };

struct prompt {
    struct console *console;
    struct strbuf text; /* the last entry, of one or more lines */
    struct str history; /* path; empty: none is kept */
    struct arena *arena;
    struct str *names; /* candidates of the completion under way */
    size_t n_names, next;
};

static struct prompt *current; /* libedit calls back without a context */

static char *next_candidate(const char *prefix, int state)
{
    if (state == 0) {
        current->n_names = console_complete(current->console, current->arena, str_c(prefix), &current->names);
        current->next = 0;
    }
    return current->next < current->n_names ? strdup(current->names[current->next++].p) : NULL;
}

static char **complete(const char *text, int start, int end)
{
    (void)start;
    (void)end;
    rl_completion_append_character = '\0';
    return rl_completion_matches(text, next_candidate);
}

static struct str history_path(struct arena *arena)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct str dir = {0};
    if (state && *state)
        dir = arena_printf(arena, "%s/detour", state);
    else if (home && *home)
        dir = arena_printf(arena, "%s/.local/state/detour", home);
    else
        return dir;
    for (size_t i = 1; i <= dir.n; i++)
        if (i == dir.n || dir.p[i] == '/')
            mkdir(arena_str(arena, str_sub(dir, 0, i)).p, 0700); /* there already, most often */
    return arena_printf(arena, "%.*s/history", STR_ARG(dir));
}

struct prompt *prompt_open(struct console *console)
{
    struct arena *arena = arena_new();
    struct prompt *line = ARENA_NEW(arena, struct prompt);
    *line = (struct prompt){
        .console = console, .text = STRBUF_INIT(PROMPT_LONGEST), .arena = arena, .history = history_path(arena)};
    current = line;
    rl_initialize();
    using_history();
    if (line->history.n)
        read_history(line->history.p);
    rl_attempted_completion_function = complete;
    static char breaks[] = " \t\n\"\\'`@$><=;|&{([,";
    rl_basic_word_break_characters = breaks;
    return line;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* One more line of the entry. False at the end of input, and where Ctrl-C was pressed: `interrupted` tells them apart.
 */
static bool add_line(struct prompt *line)
{
    interrupted = 0;
    char *typed = readline(line->text.n ? "... " : "> ");
    if (!typed || interrupted) {
        free(typed);
        return false;
    }
    if (line->text.n)
        strbuf_addc(&line->text, '\n');
    strbuf_add(&line->text, str_c(typed));
    free(typed);
    return true;
}

/* Ctrl-C drops what was typed; a second one in a row ends the conversation, as the end of input does. */
bool prompt_read(struct prompt *line, struct str *text)
{
    struct sigaction mine = {.sa_handler = on_interrupt}, before;
    bool ok = true, again = true;
    int in_a_row = 0;
    strbuf_clear(&line->text);
    sigaction(SIGINT, &mine, &before);
    while (again) {
        ok = add_line(line);
        if (!ok && interrupted) {
            strbuf_clear(&line->text);
            putchar('\n');
            again = ++in_a_row < 2;
            continue;
        }
        in_a_row = 0;
        again = ok && console_goes_on(strbuf_str(&line->text));
    }
    sigaction(SIGINT, &before, NULL);
    *text = strbuf_str(&line->text);
    if (ok && text->n)
        add_history(arena_str(line->arena, *text).p);
    return ok;
}

void prompt_close(struct prompt *line)
{
    if (line->history.n) {
        stifle_history(HISTORY_LONGEST);
        if (write_history(line->history.p) == 0)
            chmod(line->history.p, 0600);
    }
    strbuf_free(&line->text);
    current = NULL;
    arena_free(line->arena);
}
