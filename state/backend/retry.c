#include "state/backend/retry.h"
#include "base/rng.h"

#include <time.h>

void retry_pause(const struct retry *retry, unsigned n)
{
    unsigned long ms = retry->min_ms;
    for (unsigned i = 1; i < n && ms < retry->max_ms; i++)
        ms *= 2;
    if (ms > retry->max_ms)
        ms = retry->max_ms;
    unsigned short random;
    rng_bytes(&random, sizeof random);
    ms = ms / 2 + ms * random / (2 * 65535ul);
    struct timespec t = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}
