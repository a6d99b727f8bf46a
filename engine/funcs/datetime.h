/* datetime: RFC 3339 timestamps and their arithmetic on the proleptic Gregorian calendar. */
#ifndef DETOUR_FUNCS_DATETIME_H
#define DETOUR_FUNCS_DATETIME_H

#include "base/strbuf.h"

/* A moment, with the zone it was written in. */
struct moment {
    int64_t seconds; /* since 1970-01-01T00:00:00Z, leap seconds left out */
    int32_t nanos;   /* 0 to 999,999,999 */
    int32_t zone;    /* seconds east of UTC */
};

/* The moment as people read it in its zone. */
struct civil {
    int64_t year;
    int month, day, hour, minute, second, weekday; /* month and day from 1; weekday 0 is Sunday */
};

/* From a date and time of day in a zone; false where there is no such date. */
bool datetime_make(const struct civil *civil, int32_t nanos, int32_t zone, struct moment *out);
struct civil datetime_civil(struct moment m);
/* RFC 3339 with whole seconds: 2026-11-28T19:30:00Z. */
void datetime_print(struct strbuf *out, struct moment m);

#endif
