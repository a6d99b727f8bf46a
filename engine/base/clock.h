/* clock: wall time as text and monotonic time for durations. */
#ifndef DETOUR_BASE_CLOCK_H
#define DETOUR_BASE_CLOCK_H

#include "base/arena.h"

/* Now, in UTC, as RFC 3339 with seconds: 2026-11-28T19:30:00Z. */
struct str clock_timestamp(struct arena *arena);

/* Monotonic nanoseconds since an arbitrary point. */
uint64_t clock_monotonic_ns(void);

#endif
