/* catalogue: commands that show a list to people, some of its entries by name, or all of it to programs. */
#ifndef DETOUR_CLI_CATALOGUE_H
#define DETOUR_CLI_CATALOGUE_H

#include "cli/cli.h"

struct catalogue {
    void (*all_json)(struct cli *cli, struct strbuf *out);
    void (*all)(struct cli *cli, struct strbuf *out);
    /* One entry; false after a diagnostic. */
    bool (*one)(struct cli *cli, struct str name, struct strbuf *out);
};

/* By the flags and arguments of the command. Returns the exit code. */
int catalogue_show(struct cli *cli, const struct catalogue *catalogue);

/* " Did you mean \"x\"?", or nothing. */
const char *catalogue_hint(struct cli *cli, struct str near);

#endif
