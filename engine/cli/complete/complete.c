#include "cli/complete/complete.h"
#include "cli/cli.h"

/* The words that stand for arguments in the tables of options and of commands. */
static const struct {
    const char *word;
    enum complete_kind kind;
} words[] = {
    {"FILE", COMPLETE_FILES},       {"PLAN", COMPLETE_FILES},         {"DIR", COMPLETE_FOLDERS},
    {"FOLDER", COMPLETE_FOLDERS},   {"ADDRESS", COMPLETE_ADDRESSES},  {"COMMAND", COMPLETE_COMMANDS},
    {"OUTPUT", COMPLETE_OUTPUTS},   {"FUNCTION", COMPLETE_FUNCTIONS}, {"TYPE", COMPLETE_TYPES},
    {"SOURCE", COMPLETE_ADDRESSES}, {"PATH", COMPLETE_FILES},
};

/* The first word of "[FILE | FOLDER | -]…" or "bash|zsh|fish". */
static struct str first_word(struct str text)
{
    size_t from = 0, to;
    while (from < text.n && text.p[from] == '[')
        from++;
    for (to = from; to < text.n && !strchr(" []=|\xe2", text.p[to]); to++)
        continue;
    return str_sub(text, from, to);
}

static struct completion of_word(const char *argument)
{
    struct str word = first_word(str_c(argument));
    if (!word.n)
        return (struct completion){COMPLETE_NOTHING, {0}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eq(str_c(words[i].word), word))
            return (struct completion){words[i].kind, {0}};
    if (str_find_byte(str_c(argument), '|', 0) != SIZE_MAX && word.p[0] >= 'a' && word.p[0] <= 'z')
        return (struct completion){COMPLETE_WORDS, str_c(argument)};
    return (struct completion){COMPLETE_ANYTHING, {0}};
}

struct completion complete_flag(const struct flag *flag)
{
    return flag->kind == FLAG_BOOL ? (struct completion){COMPLETE_BOOL, {0}} : of_word(flag->arg);
}

static bool works_on_state(struct str command)
{
    return str_starts(command, STR("state ")) || str_starts(command, STR("secrets ")) || str_is(command, "taint") ||
           str_is(command, "untaint");
}

struct completion complete_arguments(const struct command *command)
{
    struct completion completion = of_word(command->args);
    if (completion.kind == COMPLETE_ADDRESSES && works_on_state(str_c(command->name)))
        completion.kind = COMPLETE_OBJECTS; /* what is only declared is of no use there */
    return completion;
}

static const char *const kind_names[] = {
    [COMPLETE_NOTHING] = "",          [COMPLETE_ANYTHING] = "anything",   [COMPLETE_BOOL] = "bool",
    [COMPLETE_FILES] = "files",       [COMPLETE_FOLDERS] = "folders",     [COMPLETE_WORDS] = "words",
    [COMPLETE_COMMANDS] = "commands", [COMPLETE_ADDRESSES] = "addresses", [COMPLETE_OBJECTS] = "objects",
    [COMPLETE_OUTPUTS] = "outputs",   [COMPLETE_FUNCTIONS] = "functions", [COMPLETE_TYPES] = "types",
};

const char *complete_kind_name(enum complete_kind kind)
{
    return kind_names[kind];
}

enum complete_kind complete_kind_named(struct str name)
{
    for (enum complete_kind kind = COMPLETE_ADDRESSES; kind <= COMPLETE_TYPES; kind++)
        if (str_eq(str_c(kind_names[kind]), name))
            return kind;
    return COMPLETE_NOTHING;
}

static void visit_all(struct strbuf *out, const struct command *const *list, complete_visit *visit)
{
    for (size_t i = 0; list && list[i]; i++) {
        if (list[i]->hidden)
            continue;
        visit(out, list[i]);
        visit_all(out, list[i]->subcommands, visit);
    }
}

void complete_each(struct strbuf *out, complete_visit *visit)
{
    visit(out, NULL);
    visit_all(out, cli_commands, visit);
}

static bool shows_any(const struct command *const *list)
{
    bool any = false;
    for (size_t i = 0; list && list[i]; i++)
        any |= !list[i]->hidden;
    return any;
}

const struct command *const *complete_within(const struct command *command)
{
    if (!command || (complete_arguments(command).kind == COMPLETE_COMMANDS && !command->subcommands))
        return cli_commands;
    return shows_any(command->subcommands) ? command->subcommands : NULL;
}

void complete_names(struct strbuf *out, const struct command *command)
{
    const struct command *const *list = complete_within(command);
    for (size_t i = 0, n = 0; list && list[i]; i++)
        if (!list[i]->hidden)
            strbuf_printf(out, "%s%s", n++ ? " " : "", cli_last_word(list[i]));
}

void complete_quote(struct strbuf *out, struct str text)
{
    strbuf_addc(out, '\'');
    for (size_t i = 0; i < text.n; i++)
        strbuf_add(out, text.p[i] == '\'' ? STR("'\\''") : str_sub(text, i, i + 1));
    strbuf_addc(out, '\'');
}

void complete_words(struct strbuf *out, struct completion completion)
{
    struct str rest = completion.words;
    for (bool first = true; rest.n; first = false) {
        size_t bar = str_find_byte(rest, '|', 0);
        strbuf_add(out, first ? STR("") : STR(" "));
        strbuf_add(out, first_word(str_trim(str_sub(rest, 0, bar))));
        rest = bar == SIZE_MAX ? (struct str){0} : str_sub(rest, bar + 1, rest.n);
    }
}

void complete_values(struct strbuf *out, struct completion completion, const struct complete_syntax *syntax)
{
    switch (completion.kind) {
    case COMPLETE_NOTHING:
    case COMPLETE_ANYTHING:
    case COMPLETE_COMMANDS:
        break;
    case COMPLETE_BOOL:
        strbuf_printf(out, "%s", syntax->boolean);
        break;
    case COMPLETE_FILES:
        strbuf_printf(out, "%s", syntax->files);
        break;
    case COMPLETE_FOLDERS:
        strbuf_printf(out, "%s", syntax->folders);
        break;
    case COMPLETE_WORDS:
        strbuf_printf(out, "%s", syntax->before_words);
        complete_words(out, completion);
        strbuf_printf(out, "%s", syntax->after_words);
        break;
    default:
        strbuf_printf(out, "%s%s%s", syntax->before_listed, complete_kind_name(completion.kind), syntax->after_listed);
    }
}
