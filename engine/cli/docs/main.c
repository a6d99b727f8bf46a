/*
 * detour-docs: what is written about detour, made from the tables that the program itself runs on.
 *   detour-docs man              detour.1 in scdoc
 *   detour-docs functions        detour-functions.7 in scdoc
 *   detour-docs provider NAME    the reference of a provider, in Markdown: providers/NAME/README.md
 *   detour-docs examples         the examples of the references, as one configuration
 * tests/support/docs writes the committed files; a test holds them to the answers, and validates the examples.
 */
#include "builtin/builtin.h"
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
    "_detour.rescue.state_, to be stored with *detour state push*.\n\n";
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

static int man(void)
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

static int functions(void)
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

/* -- references of providers -- */

/* Text in a cell of a table: one line, no bars. */
static void print_cell(const char *text)
{
    for (; *text; text++) {
        if (*text == '|')
            putchar('\\');
        putchar(*text == '\n' ? ' ' : *text);
    }
}

static const char *presence(unsigned flags)
{
    if (flags & DETOUR_REQUIRED)
        return "required";
    if (flags & DETOUR_OPTIONAL)
        return flags & DETOUR_COMPUTED ? "optional, else computed" : "optional";
    return "computed";
}

static void attribute_row(const struct detour_attribute *a)
{
    printf("| `%s` | `%s` | %s%s%s%s%s | ", a->name, a->type, presence(a->flags),
           a->flags & DETOUR_SENSITIVE ? ", sensitive" : "", a->flags & DETOUR_REPLACE ? "; a change replaces" : "",
           a->flags & DETOUR_CREATE_ONLY ? "; at creation only" : "",
           a->flags & DETOUR_WRITE_ONLY ? "; never stored" : "");
    print_cell(a->doc ? a->doc : "");
    printf(" |\n");
}

static bool is_computed(const struct detour_attribute *a)
{
    return !(a->flags & (DETOUR_REQUIRED | DETOUR_OPTIONAL));
}

/* Attributes that a configuration may set come before those that it can only read. */
static void attribute_table(const struct detour_attribute *attributes)
{
    printf("| Attribute | Type | Given | Meaning |\n|---|---|---|---|\n");
    for (unsigned computed = 0; computed < 2; computed++)
        for (const struct detour_attribute *a = attributes; a && a->name; a++)
            if (is_computed(a) == computed)
                attribute_row(a);
    printf("\n");
}

static void block_tables(const struct detour_block *blocks)
{
    for (const struct detour_block *b = blocks; b && b->name; b++) {
        printf("Block `%s`%s: %s\n\n", b->name, b->min ? ", required" : "", b->doc ? b->doc : "");
        attribute_table(b->attributes);
        block_tables(b->blocks);
    }
}

/* The import of the object that the example declares. */
static void import_example(const struct detour_type *type)
{
    char head[80];
    snprintf(head, sizeof head, "resource \"%s\" \"", type->name);
    const char *block = type->import_id && type->example ? strstr(type->example, head) : NULL;
    if (!block)
        return;
    const char *name = block + strlen(head);
    printf("Imported by an id, without doing anything to it:\n\n```hcl\nimport {\n  to = %s.%.*s\n  id = "
           "\"%s\"\n}\n```\n\n",
           type->name, (int)strcspn(name, "\""), name, type->import_id);
}

static void type_section(const struct detour_type *type)
{
    printf("## %s%s\n\n%s\n\n", type->flags & DETOUR_DATA ? "data " : "", type->name, type->doc);
    if (type->example)
        printf("```hcl\n%s```\n\n", type->example);
    import_example(type);
    attribute_table(type->attributes);
    block_tables(type->blocks);
}

static void function_section(const struct detour_provider *p, const struct detour_function *f)
{
    printf("### provider::%s::%s(", p->name, f->name);
    for (const struct detour_parameter *param = f->parameters; param && param->name; param++)
        printf("%s%s", param == f->parameters ? "" : ", ", param->name);
    if (f->rest)
        printf("%s%s...", f->parameters && f->parameters->name ? ", " : "", f->rest->name);
    printf(")\n\n%s\n\n```hcl\n%s\n```\n\n| Parameter | Type | Meaning |\n|---|---|---|\n", f->doc, f->example);
    for (const struct detour_parameter *param = f->parameters; param && param->name; param++)
        printf("| `%s` | `%s`%s | %s |\n", param->name, param->type,
               param->flags & DETOUR_PARAM_NULL ? ", may be null" : "", param->doc);
    if (f->rest)
        printf("| `%s...` | `%s` | %s |\n", f->rest->name, f->rest->type, f->rest->doc);
    printf("\nAnswers `%s`.\n\n", f->result);
}

static void provider_text(const struct detour_provider *p)
{
    printf("<!-- Made by detour-docs from the tables of the provider; change those, not this file. -->\n"
           "# Provider %s\n\n%s\n\n",
           p->name, p->doc);
    if (p->config && p->config->name) {
        printf("Arguments of the `provider \"%s\"` block, which may be left out:\n\n", p->name);
        attribute_table(p->config);
    }
    for (const struct detour_type *type = p->types; type->name; type++)
        type_section(type);
    if (p->functions)
        printf("## Functions\n\nCalled by their whole names, wherever expressions stand.\n\n");
    for (const struct detour_function *f = p->functions; f && f->name; f++)
        function_section(p, f);
    printf("What people who change this provider need to know is in [../README.md](../README.md).\n");
}

static int provider_reference(const char *name)
{
    const struct detour_provider *const *all = builtin_providers();
    for (size_t i = 0; all[i]; i++)
        if (strcmp(all[i]->name, name) == 0) {
            provider_text(all[i]);
            return 0;
        }
    fprintf(stderr, "detour-docs: no provider \"%s\"\n", name);
    return 1;
}

/* The examples of all types, which together are one configuration. */
static int examples(void)
{
    const struct detour_provider *const *all = builtin_providers();
    bool complete = true;
    for (size_t i = 0; all[i]; i++)
        for (const struct detour_type *type = all[i]->types; type->name; type++) {
            printf("%s\n", type->example ? type->example : "");
            if (!type->example)
                fprintf(stderr, "detour-docs: %s has no example\n", type->name);
            complete &= type->example != NULL;
        }
    for (size_t i = 0; all[i]; i++)
        for (const struct detour_function *f = all[i]->functions; f && f->name; f++)
            printf("output \"%s_%s\" {\n  value = %s\n}\n", all[i]->name, f->name, f->example);
    return complete ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        return man();
    if (argc == 2 && strcmp(argv[1], "functions") == 0)
        return functions();
    if (argc == 3 && strcmp(argv[1], "provider") == 0)
        return provider_reference(argv[2]);
    if (argc == 2 && strcmp(argv[1], "examples") == 0)
        return examples();
    fprintf(stderr, "usage: detour-docs man | functions | provider NAME | examples\n");
    return 2;
}
