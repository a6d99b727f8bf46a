/* backend: the settings of a backend from the command line. */
#ifndef DETOUR_CLI_BACKEND_H
#define DETOUR_CLI_BACKEND_H

#include "cli/cli.h"
#include "state/backend/config.h"

struct backend_settings {
    struct backend_setting *v;
    size_t n, cap;
};

/* What -backend-config says, in order; false after a diagnostic. */
bool backend_settings_read(struct cli *cli, struct backend_settings *out);

#endif
