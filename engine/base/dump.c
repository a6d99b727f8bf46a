#include "base/dump.h"

#include <sys/prctl.h>
#include <sys/resource.h>

/* A core that is piped into a program (core_pattern "|…") ignores the limit, so the process must not be dumpable,
 * either. The leak checker of the address sanitizer attaches to its own process, which that would forbid. */
void dump_forbid(void)
{
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
#ifndef __SANITIZE_ADDRESS__
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}
