/* zsh: a call of _arguments for each command, with the option's meanings. */
#include "cli/cli.h"
#include "cli/complete/complete.h"
#include "complete_scripts.h"

/* Text inside [] or behind a colon of a specification. */
static void add_escaped(struct strbuf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text))
            strbuf_addc(out, '\\');
        strbuf_addc(out, *text);
    }
}

static const struct complete_syntax actions = {
    .boolean = "(true false)",
    .files = "_files",
    .folders = "_directories",
    .before_words = "(",
    .after_words = ")",
    .before_listed = "{_detour_list ",
    .after_listed = "}",
};

/* ":FILE:_files" */
static void add_action(struct strbuf *out, const char *message, struct completion completion)
{
    strbuf_addc(out, ':');
    add_escaped(out, message);
    strbuf_addc(out, ':');
    complete_values(out, completion, &actions);
}

static bool is_repeatable(const struct flag *flag)
{
    return flag->kind == FLAG_LIST || flag->kind == FLAG_VAR || flag->kind == FLAG_VAR_FILE;
}

static void specification(struct strbuf *out, struct str text)
{
    strbuf_lit(out, " \\\n            ");
    complete_quote(out, text);
}

/* '*-target=[…]:ADDRESS:{_detour_list addresses}'; a bool takes its value behind an equals sign alone. */
static void option(struct strbuf *out, const struct flag *flag)
{
    STRBUF_AUTO text = STRBUF_INIT(0);
    strbuf_printf(&text, "%s-%s%s[", is_repeatable(flag) ? "*" : "", flag->name, flag->arg ? "=" : "=-");
    add_escaped(&text, flag->doc);
    strbuf_addc(&text, ']');
    if (!flag->arg)
        strbuf_addc(&text, ':'); /* it may be left out */
    add_action(&text, flag->arg ? flag->arg : "bool", complete_flag(flag));
    specification(out, strbuf_str(&text));
}

static void function_name(struct strbuf *out, const struct command *command)
{
    strbuf_lit(out, "_detour");
    for (const char *p = command ? command->name : ""; *p; p++)
        strbuf_add(out, p == command->name ? STR("__") : STR("")), strbuf_addc(out, *p == ' ' ? '_' : *p);
}

static void command_list(struct strbuf *out, const struct command *const *list)
{
    strbuf_lit(out, "    local -a commands\n    commands=(\n");
    for (size_t i = 0; list[i]; i++) {
        if (list[i]->hidden)
            continue;
        STRBUF_AUTO text = STRBUF_INIT(0);
        strbuf_printf(&text, "%s:%s", cli_last_word(list[i]), list[i]->summary);
        strbuf_lit(out, "        ");
        complete_quote(out, strbuf_str(&text));
        strbuf_addc(out, '\n');
    }
    strbuf_lit(out, "    )\n");
}

/* Goes on with the function of the command that was given. */
static void dispatch(struct strbuf *out, const struct command *const *list)
{
    strbuf_lit(out, "    case $state in\n"
                    "    commands) _describe -t commands 'detour command' commands && ret=0 ;;\n"
                    "    rest)\n        case $words[1] in\n");
    for (size_t i = 0; list[i]; i++) {
        if (list[i]->hidden)
            continue;
        strbuf_printf(out, "        %s) ", cli_last_word(list[i]));
        function_name(out, list[i]);
        strbuf_lit(out, " && ret=0 ;;\n");
    }
    strbuf_lit(out, "        esac\n        ;;\n    esac\n    return ret\n");
}

static void options(struct strbuf *out, const struct command *command)
{
    for (size_t i = 0; i < flag_count; i++)
        if (flag_applies(command, str_c(flag_table[i].name)))
            option(out, &flag_table[i]);
}

/* A command that holds others. */
static void group(struct strbuf *out, const struct command *command)
{
    const struct command *const *list = complete_within(command);
    strbuf_lit(out, "    local curcontext=$curcontext context state state_descr line ret=1\n    typeset -A opt_args\n");
    command_list(out, list);
    strbuf_lit(out, "    _arguments -C");
    if (command) {
        options(out, command);
    } else {
        specification(out, STR("-chdir=-[Work in that folder.]:DIR:_directories"));
        specification(out, STR("(- *)-help[Show the commands.]"));
        specification(out, STR("(- *)-version[Show the version.]"));
    }
    specification(out, STR(":command:->commands"));
    specification(out, STR("*::argument:->rest"));
    strbuf_lit(out, " && ret=0\n");
    if (!command)
        strbuf_lit(out, "    local _detour_chdir=${opt_args[-chdir]}\n");
    dispatch(out, list);
}

static bool is_many(const struct command *command)
{
    return command->max_args > 1;
}

static void plain(struct strbuf *out, const struct command *command)
{
    struct completion completion = complete_arguments(command);
    strbuf_lit(out, "    _arguments");
    options(out, command);
    if (completion.kind == COMPLETE_NOTHING || completion.kind == COMPLETE_COMMANDS) {
        strbuf_addc(out, '\n');
        return;
    }
    STRBUF_AUTO text = STRBUF_INIT(0);
    strbuf_printf(&text, "%s", is_many(command) ? "*" : "");
    add_action(&text, command->args, completion);
    specification(out, strbuf_str(&text));
    strbuf_addc(out, '\n');
}

static void function(struct strbuf *out, const struct command *command)
{
    function_name(out, command);
    strbuf_lit(out, "() {\n");
    if (complete_within(command))
        group(out, command);
    else
        plain(out, command);
    strbuf_lit(out, "}\n\n");
}

void complete_zsh(struct strbuf *out)
{
    strbuf_lit(out, "#compdef detour\n# zsh completion for detour, made by \"detour completion zsh\"\n\n");
    strbuf_printf(out, "%s\n", complete_script_zsh);
    complete_each(out, function);
    strbuf_lit(out,
               "if [[ $funcstack[1] = _detour ]]; then\n    _detour \"$@\"\nelse\n    compdef _detour detour\nfi\n");
}
