#include "cli/prompt.h"
#include "base/fs.h"

#include <editline/readline.h>
#include <stdio.h>
#include <stdlib.h>

enum { HISTORY_LONGEST = 1000 };

struct prompt {
    struct console *console;
    char *text;         /* of the last line */
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
    *line = (struct prompt){.console = console, .arena = arena, .history = history_path(arena)};
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

bool prompt_read(struct prompt *line, struct str *text)
{
    free(line->text);
    line->text = readline("> ");
    if (!line->text)
        return false;
    if (*line->text)
        add_history(line->text);
    *text = str_c(line->text);
    return true;
}

void prompt_close(struct prompt *line)
{
    if (line->history.n) {
        stifle_history(HISTORY_LONGEST);
        if (write_history(line->history.p) == 0)
            chmod(line->history.p, 0600);
    }
    free(line->text);
    current = NULL;
    arena_free(line->arena);
}
