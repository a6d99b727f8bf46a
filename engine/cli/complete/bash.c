/* bash: functions over the tables, as one case for each command or option, and the logic of detour.bash. */
#include "cli/cli.h"
#include "cli/complete/complete.h"
#include "complete_scripts.h"

/* `'plan') list='` */
static void case_begin(struct strbuf *out, const char *name, const char *variable)
{
    strbuf_lit(out, "    ");
    complete_quote(out, str_c(name));
    strbuf_printf(out, ") %s='", variable);
}

static void case_end(struct strbuf *out)
{
    strbuf_lit(out, "' ;;\n");
}

static void case_commands(struct strbuf *out, const struct command *command)
{
    if (!complete_within(command))
        return;
    case_begin(out, command ? command->name : "", "list");
    complete_names(out, command);
    case_end(out);
    if (!command || !command->subcommands)
        return;
    STRBUF_AUTO helped = STRBUF_INIT(0); /* "help state" goes on as "state" does */
    strbuf_printf(&helped, "help %s", command->name);
    strbuf_addc(&helped, '\0');
    case_begin(out, helped.p, "list");
    complete_names(out, command);
    case_end(out);
}

static void case_options(struct strbuf *out, const struct command *command)
{
    bool first = true;
    case_begin(out, command ? command->name : "", "list");
    if (!command)
        strbuf_lit(out, "-chdir= -help -version");
    for (size_t i = 0; command && i < flag_count; i++) {
        if (!flag_applies(command, str_c(flag_table[i].name)))
            continue;
        strbuf_printf(out, "%s-%s%s", first ? "" : " ", flag_table[i].name, flag_table[i].arg ? "=" : "");
        first = false;
    }
    case_end(out);
}

static void add_kind(struct strbuf *out, struct completion completion)
{
    strbuf_printf(out, "%s", complete_kind_name(completion.kind));
    strbuf_add(out, completion.words.n ? STR(":") : STR(""));
    complete_words(out, completion);
}

static void case_argument(struct strbuf *out, const struct command *command)
{
    enum complete_kind kind = command ? complete_arguments(command).kind : COMPLETE_NOTHING;
    if (kind == COMPLETE_NOTHING || kind == COMPLETE_ANYTHING || kind == COMPLETE_COMMANDS)
        return;
    case_begin(out, command->name, "kind");
    add_kind(out, complete_arguments(command));
    case_end(out);
}

static void case_option(struct strbuf *out, const struct flag *flag)
{
    case_begin(out, flag->name, "kind");
    add_kind(out, complete_flag(flag));
    case_end(out);
}

static void function_begin(struct strbuf *out, const char *name, const char *variable)
{
    strbuf_printf(out, "%s() {\n    %s=''\n    case $1 in\n", name, variable);
}

static void function_end(struct strbuf *out)
{
    strbuf_lit(out, "    esac\n}\n\n");
}

void complete_bash(struct strbuf *out)
{
    strbuf_lit(out, "# bash completion for detour, made by \"detour completion bash\"\n\n");
    function_begin(out, "_detour_commands", "list");
    complete_each(out, case_commands);
    function_end(out);
    function_begin(out, "_detour_options", "list");
    complete_each(out, case_options);
    function_end(out);
    function_begin(out, "_detour_argument", "kind");
    complete_each(out, case_argument);
    function_end(out);
    function_begin(out, "_detour_option", "kind");
    strbuf_lit(out, "    chdir) kind='folders' ;;\n");
    for (size_t i = 0; i < flag_count; i++)
        case_option(out, &flag_table[i]);
    function_end(out);
    strbuf_printf(out, "%s", complete_script_bash);
}
