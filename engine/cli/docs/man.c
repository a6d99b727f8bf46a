/* The man pages in scdoc: detour(1) from the tables of the command line, detour-functions(7) from that of functions. */
#include "cli/docs/docs.h"

#include "cli/cli.h"
#include "config/language.h"
#include "funcs/table.h"
#include "state/backend/config.h"
#include "view/human/functions.h"

#include <stdio.h>

/* -- the man page -- */

/* clang-format off */
static const char man_head[] =
    "detour(1)\n\n"
    "; Made by detour-docs from the tables of engine/cli; change those, not this file.\n\n"
    "# NAME\n\n"
    "detour - make servers be what a configuration says\n\n"
    "# SYNOPSIS\n\n"
    "*detour* [-chdir=_DIR_] _COMMAND_ [options] [arguments]\n\n"
    "# DESCRIPTION\n\n"
    "detour compares what a configuration says with what it stored and with what is really there, shows the difference "
    "as a plan, and applies exactly that plan once you agree.\n\n"
    "A configuration is the _\\*.hcl_ files of a folder, read in byte order. _detour.vars.hcl_ and _\\*.auto.vars.hcl_ "
    "set variables of the root module, as do *-var*, *-var-file* and the environment variables *DETOUR_VAR_name*. "
    "What is managed is remembered in _detour.state_ in the same folder; while an apply runs, every step is first "
    "written to _detour.state.journal_, so that nothing is forgotten if it is interrupted.\n\n"
    "Options may be written with one dash or two, and take their value after an equals sign or as the next argument. "
    "*-chdir=*_DIR_ stands before the command: it works in that folder.\n\n";

static const char man_tail[] =
    "# MODULES\n\n"
    "The _source_ of a module block is one of:\n\n"
    "*./web*, *../web*\n\tA folder, from the folder of the module that calls it.\n\n"
    "*git::https://example.org/web.git//nginx?ref=v1.2*\n\tThe folder _nginx_ of a git repository at a tag, branch or commit; "
    "without _?ref=_, what its HEAD is. Also *git::ssh://*, *git::file:///* and *git@host:path*; *github.com/owner/name*, "
    "*gitlab.com/*… and *bitbucket.org/*… are short for https. The program git does the work, with its own settings for "
    "passwords and keys.\n\n"
    "*https://example.org/web.tar.gz//nginx*, *./web.zip*\n\tA folder of an archive: tar.gz, tar.xz, tar.zst, tar.bz2, tar or zip. "
    "*?archive=*_tar.gz_ says so where the name does not, *?checksum=sha256:*_DIGITS_ says which file is meant. _//\\*_ is "
    "the only folder at the top.\n\n"
    "*detour get* fetches what is no folder of this machine into _.detour/modules_, and pins it in _detour.lock.hcl_ by "
    "the commit and by a digest over all paths, modes and contents. All other commands read that folder alone, and refuse "
    "a module whose files do not have the pinned digest. A pinned module that its source no longer holds is an error that "
    "shows both digests; *detour get -update* takes the new one. Modules that are fetched run with your rights, "
    "as all configuration does: read what you pin.\n\n"
    "# EXIT STATUS\n\n"
    "*0*\n\tSuccess.\n\n"
    "*1*\n\tAn error; nothing was changed, or the summary says what was.\n\n"
    "With *-detailed-exitcode* also:\n\n"
    "*2*\n\tThe plan has changes.\n\n"
    "*4*\n\tThe state is locked by somebody else.\n\n"
    "*5*\n\tThe plan is not the one that *-digest* asked for.\n\n"
    "*6*\n\tA protection such as _prevent_destroy_ stands in the way.\n\n"
    "*7*\n\tPartly applied: something failed, what was done is in the state.\n\n"
    "# ENVIRONMENT\n\n"
    "*DETOUR_VAR_name*\n\tValue of a root variable.\n\n"
    "*DETOUR_ENV*\n\tThe environment, where -env does not say it.\n\n"
    "*NO_COLOR*\n\tNo colours, if set and not empty.\n\n"
    "*DETOUR_PAGER*, *PAGER*\n\tProgram that long output on a terminal is shown with; _cat_ for none.\n\n"
    "# FILES\n\n"
    "_detour.state_\n\tThe state, as of the last checkpoint.\n\n"
    "_detour.state.journal_\n\tWhat happened since.\n\n"
    "_detour.state.d_\n\tThe history of the state, and the list of environments.\n\n"
    "_detour.NAME.state_, _NAME.vars.hcl_\n\tState and values of the environment NAME.\n\n"
    "_detour.state.lock_\n\tWho is at work.\n\n"
    "_detour.rescue.state_\n\tA state that its server did not take in the end. *detour state push* stores it.\n\n"
    "_.detour/backend_\n\tWhere the state was last, and how far it had come. Not for version control.\n\n"
    "_detour.lock.hcl_\n\tWhich content of modules that are kept elsewhere is used. Commit it.\n\n"
    "_.detour/modules_\n\tThat content. *detour get* brings it back.\n\n"
    "# EXAMPLES\n\n"
    "Show what would happen, save it, and apply exactly that:\n\n"
    "```\ndetour plan -out=friday.plan\ndetour apply friday.plan\n```\n\n"
    "Only one machine, and what it depends on:\n\n"
    "```\ndetour plan -target=debian_host.web\n```\n\n"
    "# SEE ALSO\n\n*detour-functions*(7)\n";
/* clang-format on */

/* scdoc reads these as markup; some at the start of a line only, where a backslash does no harm either. */
static void print_escaped(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (strchr(i ? "_*\\#<>~`" : "_*\\#<>~`-.|;[]", text.p[i]))
            putchar('\\');
        putchar(text.p[i]);
    }
}

static void flag_head(const struct flag *flag)
{
    printf("*-%s%s*", flag->name, flag->arg ? "=" : "");
    if (flag->arg)
        printf("_%s_", flag->arg);
}

static void man_command_flags(const struct command *command)
{
    size_t n = 0;
    for (size_t i = 0; i < flag_count; i++) {
        if (!flag_applies(command, str_c(flag_table[i].name)) || strcmp(flag_table[i].name, "help") == 0)
            continue;
        printf("%s", n++ ? ", " : "Options: ");
        flag_head(&flag_table[i]);
    }
    printf(".\n\n");
}

static void man_command(const struct command *command)
{
    /* no markup in headings */
    printf("## %s%s%s\n\n", command->name, *command->args ? " " : "", command->args);
    print_escaped(str_c(command->summary));
    printf(".\n\n");
    for (struct str rest = str_c(command->doc), line; str_next_line(&rest, &line);) {
        print_escaped(line);
        printf("%s", line.n ? "\n\n" : "");
    }
    man_command_flags(command);
    for (size_t i = 0; command->subcommands && command->subcommands[i]; i++)
        if (!command->subcommands[i]->hidden)
            man_command(command->subcommands[i]);
}

/* Whether any command takes the option. */
static bool is_taken(struct str name, const struct command *const *commands)
{
    for (size_t i = 0; commands && commands[i]; i++)
        if (flag_applies(commands[i], name) || is_taken(name, commands[i]->subcommands))
            return true;
    return false;
}

static void man_option(const struct flag *flag)
{
    flag_head(flag);
    printf("\n\t");
    print_escaped(str_c(flag->doc));
    printf("\n\n");
}

/* -- test files -- */

/* clang-format off */
static const char test_head[] =
    "# TEST FILES\n\n"
    "*detour test* runs the _\\*.test.hcl_ files of the folder and of _tests_, each from top to bottom. Expressions see _var.NAME_ and, of "
    "the runs before, _run.NAME.OUTPUT_; assertions also see everything of the module under test, and _output.NAME_. Each file "
    "has a state of its own in memory, each module that it runs another one; what was applied is destroyed after the file.\n\n"
    "```\n"
    "mock_provider \"debian\" {}\n"
    "run \"greets\" {\n"
    "  variables {\n"
    "    greeting = \"Salut\"\n"
    "  }\n"
    "  assert {\n"
    "    condition     = debian_file.motd.content == \"Salut\\n\"\n"
    "    error_message = \"The machine does not greet.\"\n"
    "  }\n"
    "}\n"
    "```\n\n";
/* clang-format on */

static void man_block(const struct language_block *block, const char *around)
{
    ARENA_AUTO arena = arena_new();
    const char *name = arena_printf(arena, "%s%s%s", around, *around ? " > " : "", block->type).p;
    printf("*");
    print_escaped(str_c(name));
    printf("*");
    for (size_t i = 0; block->labels && block->labels[i]; i++)
        printf(" _%s_", block->labels[i]);
    printf("\n\t");
    print_escaped(str_c(block->doc));
    printf("\n\n");
    for (const struct language_argument *a = block->arguments; a && a->name; a++) {
        printf("\t*");
        print_escaped(str_c(a->name));
        printf("*%s: ", a->required ? " (required)" : "");
        print_escaped(str_c(a->doc));
        printf("\n\n");
    }
    for (size_t i = 0; block->blocks && block->blocks[i]; i++)
        if (language_block(&language_test, str_c(block->blocks[i]->type)) != block->blocks[i]) /* else it has its own */
            man_block(block->blocks[i], name);
}

static void man_tests(void)
{
    printf("%s", test_head);
    for (size_t i = 0; language_test.blocks[i]; i++)
        man_block(language_test.blocks[i], "");
}

/* -- where the state is -- */

/* clang-format off */
static const char backend_head[] =
    "# WHERE THE STATE IS\n\n"
    "Without a backend block in files beside the configuration. A team keeps it where all can reach it:\n\n"
    "```\n"
    "detour {\n"
    "  backend \"s3\" {\n"
    "    endpoint = \"https://s3.gra.io.cloud.ovh.net\"\n"
    "    region   = \"gra\"\n"
    "    bucket   = \"grocery\"\n"
    "    key      = \"shop.state\"\n"
    "  }\n"
    "}\n"
    "```\n\n"
    "Settings are constants; what the block leaves out comes from *-backend-config* or the environment, secrets from nowhere else. Who "
    "works on the state holds its lock, and what is about to be done is written there before it is done, so a run that is lost "
    "loses nothing: the next one goes on from there.\n\n"
    "After a change of the block, *detour state migrate* moves the state. What could not be written in the end is kept in "
    "_detour.rescue.state_: the next run on a terminal asks whether to store it, and *detour state push* does.\n\n";
/* clang-format on */

static void man_backend(const struct backend_type *type)
{
    printf("*backend \"%s\"*\n\t", type->name);
    print_escaped(str_c(type->doc));
    printf("\n\n");
    for (const struct backend_field *f = type->fields; f->name; f++) {
        printf("\t*");
        print_escaped(str_c(f->name));
        printf("*%s: ", f->required ? " (required)" : "");
        print_escaped(str_c(f->doc));
        for (size_t i = 0; i < 3 && f->environment[i]; i++) {
            printf("%s*", i ? ", " : f->secret ? ". Not in a configuration; from " : ". Else from ");
            print_escaped(str_c(f->environment[i]));
            printf("*");
        }
        printf("\n\n");
    }
}

int docs_man(void)
{
    printf("%s# COMMANDS\n\n", man_head);
    for (size_t i = 0; cli_commands[i]; i++)
        man_command(cli_commands[i]);
    printf("# OPTIONS\n\n");
    for (size_t i = 0; i < flag_count; i++)
        if (is_taken(str_c(flag_table[i].name), cli_commands))
            man_option(&flag_table[i]);
    printf("%s", backend_head);
    for (size_t i = 0; backend_types[i]; i++)
        man_backend(backend_types[i]);
    man_tests();
    printf("%s", man_tail);
    return 0;
}

/* -- the functions of the language -- */

/* clang-format off */
static const char functions_head[] =
    "detour-functions(7)\n\n"
    "; Made by detour-docs from the tables of engine/funcs; change those, not this file.\n\n"
    "# NAME\n\n"
    "detour-functions - the functions of the configuration language of detour\n\n"
    "# DESCRIPTION\n\n"
    "What follows are the functions that expressions may call, in the order of the alphabet. A name with three dots behind it stands "
    "for any number of arguments. _any_ takes values of every type. *detour metadata functions* tells the same, with *-json* for "
    "programs; *detour console* tries them out.\n\n"
    "# FUNCTIONS\n\n";
/* clang-format on */

static void man_param(const struct func_param *param, bool variadic)
{
    printf("\t*");
    print_escaped(str_c(param->name));
    printf("%s* (_", variadic ? "..." : "");
    print_escaped(str_c(param->type));
    printf("_%s): ", param->flags & PARAM_NULL ? ", may be null" : "");
    print_escaped(str_c(param->doc));
    printf("\n\n");
}

static void man_function(const struct func *func)
{
    ARENA_AUTO arena = arena_new();
    printf("*");
    print_escaped(function_call_form(arena, func));
    printf("*\n\t");
    print_escaped(str_c(func->doc));
    printf("%s\n\n", func->flags & FUNC_IMPURE ? " Its result is not known before the apply." : "");
    for (const struct func_param *param = func->params; param && param->name; param++)
        man_param(param, false);
    if (func->rest)
        man_param(func->rest, true);
}

int docs_functions(void)
{
    ARENA_AUTO arena = arena_new();
    size_t n;
    const struct func *const *sorted = func_sorted(arena, funcs_table(), &n);
    printf("%s", functions_head);
    for (size_t i = 0; i < n; i++)
        man_function(sorted[i]);
    printf("# SEE ALSO\n\n*detour*(1)\n");
    return 0;
}
