/* fish: a "complete" line for each command, option and argument, and the functions of detour.fish. */
#include "cli/cli.h"
#include "cli/complete/complete.h"
#include "complete_scripts.h"

/* In single quotes fish reads backslashes before quotes and backslashes. */
static void quote(struct strbuf *out, const char *text)
{
    strbuf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            strbuf_addc(out, '\\');
        strbuf_addc(out, *text);
    }
    strbuf_addc(out, '\'');
}

/* Where the words before the cursor are those of the command, behind `before`. */
static void line_begin(struct strbuf *out, const char *before, const struct command *command)
{
    strbuf_printf(out, "complete -c detour -n \"__detour_at%s%s%s\"", before, command ? " " : "",
                  command ? command->name : "");
}

static void line_end(struct strbuf *out, const char *doc)
{
    strbuf_lit(out, " -d ");
    quote(out, doc);
    strbuf_addc(out, '\n');
}

/* Which values: flags of "complete". */
static const struct complete_syntax values = {
    .boolean = " -a 'true false'",
    .files = " -F",
    .folders = " -a '(__detour_folders)'",
    .before_words = " -a '",
    .after_words = "'",
    .before_listed = " -a '(__detour_list ",
    .after_listed = ")'",
};

static void subcommands(struct strbuf *out, const char *before, const struct command *command)
{
    const struct command *const *list = complete_within(command);
    for (size_t i = 0; list && list[i]; i++) {
        if (list[i]->hidden)
            continue;
        line_begin(out, before, command);
        strbuf_printf(out, " -a %s", cli_last_word(list[i]));
        line_end(out, list[i]->summary);
    }
}

static void option(struct strbuf *out, const struct command *command, const struct flag *flag)
{
    line_begin(out, "", command);
    strbuf_printf(out, " -o %s", flag->name);
    if (flag->arg) {
        struct completion completion = complete_flag(flag);
        strbuf_add(out, completion.kind == COMPLETE_FILES ? STR(" -r") : STR(" -x"));
        complete_values(out, completion, &values);
    }
    line_end(out, flag->doc);
}

static void command_lines(struct strbuf *out, const struct command *command)
{
    subcommands(out, "", command);
    if (command && command->subcommands)
        subcommands(out, " help", command);
    for (size_t i = 0; command && i < flag_count; i++)
        if (flag_applies(command, str_c(flag_table[i].name)))
            option(out, command, &flag_table[i]);
    struct completion completion = command ? complete_arguments(command) : (struct completion){0};
    if (completion.kind < COMPLETE_FILES || completion.kind == COMPLETE_COMMANDS)
        return;
    line_begin(out, "", command);
    complete_values(out, completion, &values);
    strbuf_addc(out, '\n');
}

static void case_commands(struct strbuf *out, const struct command *command)
{
    if (!complete_within(command))
        return;
    strbuf_lit(out, "        case ");
    quote(out, command ? command->name : "");
    if (command && command->subcommands)
        strbuf_printf(out, " 'help %s'", command->name);
    strbuf_lit(out, "\n            string split ' ' -- '");
    complete_names(out, command);
    strbuf_lit(out, "'\n");
}

static void takes(struct strbuf *out)
{
    strbuf_lit(out, "function __detour_takes\n    contains -- $argv[1]");
    for (size_t i = 0; i < flag_count; i++)
        if (flag_table[i].arg)
            strbuf_printf(out, " %s", flag_table[i].name);
    strbuf_lit(out, "\nend\n\n");
}

void complete_fish(struct strbuf *out)
{
    strbuf_lit(out, "# fish completion for detour, made by \"detour completion fish\"\n\n"
                    "function __detour_commands\n    switch $argv[1]\n");
    complete_each(out, case_commands);
    strbuf_lit(out, "    end\nend\n\n");
    takes(out);
    strbuf_printf(out, "%s\n", complete_script_fish);
    strbuf_lit(out, "complete -c detour -f\n"
                    "complete -c detour -n __detour_at -o chdir -x -a '(__detour_folders)' -d 'Work in that folder'\n"
                    "complete -c detour -n __detour_at -o help -d 'Show the commands'\n"
                    "complete -c detour -n __detour_at -o version -d 'Show the version'\n");
    complete_each(out, command_lines);
}
