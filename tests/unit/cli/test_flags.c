#include "cli/cli.h"

#include <criterion/criterion.h>

/* Every word of the command's list of options is in the table: two words that grew together would be no option at all.
 */
static void options_exist(const struct command *command)
{
    struct str rest = str_c(command->flags ? command->flags : "");
    while (rest.n) {
        size_t blank = str_find_byte(rest, ' ', 0);
        struct str word = str_sub(rest, 0, blank);
        cr_assert(word.n && flag_find(word), "%s: no option \"%.*s\"", command->name, (int)word.n, word.p);
        rest = blank == SIZE_MAX ? (struct str){0} : str_sub(rest, blank + 1, rest.n);
    }
    for (const struct command *const *sub = command->subcommands; sub && *sub; sub++)
        options_exist(*sub);
}

Test(flags, of_every_command_are_in_the_table)
{
    for (const struct command *const *command = cli_commands; *command; command++)
        options_exist(*command);
}
