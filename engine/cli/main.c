#include "builtin/builtin.h"
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return cli_main(builtin_providers(), argc, argv);
}
