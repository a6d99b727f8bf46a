/* retry: pauses between attempts, doubling, with jitter so that many who failed together do not come back together. */
#ifndef DETOUR_STATE_BACKEND_RETRY_H
#define DETOUR_STATE_BACKEND_RETRY_H

struct retry {
    unsigned max;            /* attempts after the first one */
    unsigned min_ms, max_ms; /* the first pause and the longest */
};

/* Sleeps before the attempt `n` (1: the first retry): half to the whole of min_ms * 2^(n-1), capped. */
void retry_pause(const struct retry *retry, unsigned n);

#endif
