/* help: usage texts, made from the tables of commands and flags. */
#ifndef DETOUR_CLI_HELP_H
#define DETOUR_CLI_HELP_H

#include "cli/cli.h"

/* One command with its options. */
void help_command(struct cli *cli, const struct command *command);
/* What a command that only holds others does by itself: shows them, or says that there is none of that name. */
int help_group(struct cli *cli);

#endif
