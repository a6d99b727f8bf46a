/*
 * detour-docs: what is written about detour, made from the tables that the program itself runs on.
 *   detour-docs man              detour.1 in scdoc
 *   detour-docs provider NAME    the reference of a provider, in Markdown: providers/NAME/README.md
 * A test compares the committed files with its answers.
 */
#include "builtin/builtin.h"
#include "cli/cli.h"

#include <stdio.h>

/* -- the man page
 * -------------------------------------------------------------------------------------------------------------------------
 */

static const char man_head[] = "detour(1)\n\n# NAME\n\ndetour - make servers be what a configuration says\n\n# "
                               "SYNOPSIS\n\n*detour* [-chdir=DIR] _COMMAND_ [options] [arguments]\n\n"
                               "# DESCRIPTION\n\n"
                               "detour compares what a configuration says with what it stored and with what is really "
                               "there, shows the difference as a plan, and applies "
                               "exactly that plan once you agree.\n\n"
                               "A configuration is the _\\*.hcl_ files of a folder, read in byte order. "
                               "_detour.vars.hcl_ and _\\*.auto.vars.hcl_ set variables of the root "
                               "module, as do *-var*, *-var-file* and the environment variables *DETOUR_VAR_*_name_. "
                               "What is managed is remembered in _detour.state_ in the "
                               "same folder; while an apply runs, every step is first written to "
                               "_detour.state.journal_, so that nothing is forgotten if it is interrupted.\n\n";

static const char man_tail[] =
    "# EXIT STATUS\n\n*0*\n\tSuccess.\n\n*1*\n\tAn error; nothing was changed, or the summary says what was.\n\nWith "
    "*-detailed-exitcode* also:\n\n"
    "*2*\n\tThe plan has changes.\n\n*4*\n\tThe state is locked by somebody else.\n\n*5*\n\tThe plan is not the one "
    "that *-digest* asked for.\n\n"
    "*6*\n\tA protection such as _prevent_destroy_ stands in the way.\n\n*7*\n\tPartly applied: something failed, what "
    "was done is in the state.\n\n"
    "# ENVIRONMENT\n\n*DETOUR_VAR_*_name_\n\tValue of a root variable.\n\n*NO_COLOR*\n\tNo colours, if set and not "
    "empty.\n\n"
    "*DETOUR_PAGER*, *PAGER*\n\tProgram that long output on a terminal is shown with; _cat_ for none.\n\n"
    "# FILES\n\n_detour.state_, _detour.state.journal_, _detour.state.lock_\n\tThe state, what happened since it was "
    "last written, and who is at work.\n";

/* scdoc reads underscores and asterisks as markup. */
static void print_escaped(const char *text)
{
    for (; *text; text++) {
        if (strchr("_*\\#[]<>", *text))
            putchar('\\');
        putchar(*text);
    }
}

static void man_command(const struct command *command)
{
    printf("## ");
    print_escaped(command->name);
    printf(" ");
    print_escaped(command->args);
    printf("\n\n");
    print_escaped(command->summary);
    printf(".\n\n");
    for (struct str rest = str_c(command->doc), line; str_next_line(&rest, &line);) {
        char text[1024];
        snprintf(text, sizeof text, "%.*s", STR_ARG(line));
        print_escaped(text);
        printf("\n\n");
    }
    if (*command->flags)
        printf("Options: ");
    for (size_t i = 0, n = 0; i < flag_count && *command->flags; i++)
        if (flag_applies(command, str_c(flag_table[i].name)) && strcmp(flag_table[i].name, "help") != 0)
            printf("%s*-%s*", n++ ? ", " : "", flag_table[i].name);
    printf("%s", *command->flags ? ".\n\n" : "");
    for (size_t i = 0; command->subcommands && command->subcommands[i]; i++)
        man_command(command->subcommands[i]);
}

static int man(void)
{
    printf("%s# COMMANDS\n\n", man_head);
    for (size_t i = 0; cli_commands[i]; i++)
        man_command(cli_commands[i]);
    printf("# OPTIONS\n\n");
    for (size_t i = 0; i < flag_count; i++) {
        printf("*-%s%s*%s%s%s\n\t", flag_table[i].name, flag_table[i].arg ? "=" : "", flag_table[i].arg ? "_" : "",
               flag_table[i].arg ? flag_table[i].arg : "", flag_table[i].arg ? "_" : "");
        print_escaped(flag_table[i].doc);
        printf("\n\n");
    }
    printf("%s", man_tail);
    return 0;
}

/* -- references of providers
 * ------------------------------------------------------------------------------------------------------------- */

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
    printf("| `%s` | `%s` | %s%s%s%s%s | %s |\n", a->name, a->type, presence(a->flags),
           a->flags & DETOUR_SENSITIVE ? ", sensitive" : "", a->flags & DETOUR_REPLACE ? ", a change replaces" : "",
           a->flags & DETOUR_CREATE_ONLY ? ", at creation only" : "",
           a->flags & DETOUR_WRITE_ONLY ? ", never stored" : "", a->doc);
}

static void attribute_table(const struct detour_attribute *attributes)
{
    printf("| Attribute | Type | | |\n|---|---|---|---|\n");
    for (const struct detour_attribute *a = attributes; a && a->name; a++)
        attribute_row(a);
    printf("\n");
}

static void block_tables(const struct detour_block *blocks)
{
    for (const struct detour_block *b = blocks; b && b->name; b++) {
        printf("Block `%s`: %s\n\n", b->name, b->doc);
        attribute_table(b->attributes);
        block_tables(b->blocks);
    }
}

static void type_section(const struct detour_type *type)
{
    printf("## %s%s\n\n%s\n\n", type->flags & DETOUR_DATA ? "data " : "", type->name, type->doc);
    if (type->example)
        printf("```hcl\n%s```\n\n", type->example);
    attribute_table(type->attributes);
    block_tables(type->blocks);
}

static int provider_reference(const char *name)
{
    const struct detour_provider *const *all = builtin_providers();
    for (size_t i = 0; all[i]; i++) {
        const struct detour_provider *p = all[i];
        if (strcmp(p->name, name) != 0)
            continue;
        printf("<!-- Made by detour-docs from the schemas; change provider.c and the types, not this file. -->\n# "
               "Provider %s\n\n%s\n\n",
               p->name, p->doc);
        if (p->config && p->config->name) {
            printf("Arguments of the `provider \"%s\"` block:\n\n", p->name);
            attribute_table(p->config);
        }
        for (const struct detour_type *type = p->types; type->name; type++)
            type_section(type);
        return 0;
    }
    fprintf(stderr, "detour-docs: no provider \"%s\"\n", name);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "man") == 0)
        return man();
    if (argc == 3 && strcmp(argv[1], "provider") == 0)
        return provider_reference(argv[2]);
    fprintf(stderr, "usage: detour-docs man | provider NAME\n");
    return 2;
}
