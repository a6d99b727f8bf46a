/* cmd_state: the commands below `detour state` that stand in files of their own. */
#ifndef DETOUR_CLI_CMD_STATE_H
#define DETOUR_CLI_CMD_STATE_H

#include "cli/cli.h"

extern const struct command cmd_state_mv, cmd_state_rm, cmd_state_history, cmd_state_diff, cmd_state_pull,
    cmd_state_push, cmd_state_migrate;

#endif
