#include "state/backend/s3/clock.h"
#include "base/gettext.h"
#include "state/backend/s3/xml.h"

#include <stdlib.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, ALLOWED_S = 15 * MINUTE };

static bool parse(struct str text, const char *format, time_t *out)
{
    struct tm tm = {0};
    ARENA_AUTO arena = arena_new();
    if (!text.n || !strptime(arena_str(arena, text).p, format, &tm))
        return false;
    *out = timegm(&tm);
    return true;
}

/* The clock that the signature was compared with stands in the answer itself; a Date may be a proxy's. */
static bool server_time(const struct client_response *r, time_t *out)
{
    ARENA_AUTO arena = arena_new();
    struct str text = STR("");
    size_t from = 0;
    s3_element(arena, r->body, "ServerTime", &from, &text);
    return parse(text, "%Y-%m-%dT%H:%M:%S", out) || parse(client_header(r, "date"), "%a, %d %b %Y %H:%M:%S", out);
}

bool s3_clock_offset(const struct client_response *r, long *offset_s)
{
    time_t there;
    if (!server_time(r, &there))
        return false;
    *offset_s = (long)(there - time(NULL));
    return true;
}

static struct str duration(struct arena *arena, long s)
{
    s = labs(s);
    if (s >= DAY)
        return arena_printf(arena, _("%ld days and %ld h"), s / DAY, s % DAY / HOUR);
    if (s >= HOUR)
        return arena_printf(arena, _("%ld h %ld min"), s / HOUR, s % HOUR / MINUTE);
    return arena_printf(arena, _("%ld min %ld s"), s / MINUTE, s % MINUTE);
}

static struct str clock_text(struct arena *arena, time_t t)
{
    struct tm tm;
    char text[32];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&t, &tm));
    return arena_str(arena, str_c(text));
}

struct str s3_clock_advice(struct arena *arena, const struct client_response *r, long sent_offset_s)
{
    time_t here = time(NULL);
    long offset = 0;
    if (!s3_clock_offset(r, &offset))
        return arena_printf(arena,
                            _(" The clock here says %s, and the answer does not tell the server's. Compare it with one "
                              "that is right, and set it (timedatectl set-ntp true)."),
                            clock_text(arena, here).p);
    if (labs(offset - sent_offset_s) < ALLOWED_S)
        return arena_printf(
            arena,
            _(" The request was made for %s, which is the time of the answer: so the server compares it "
              "with yet another clock. Tell who runs the server, or a proxy before it."),
            clock_text(arena, here + sent_offset_s).p);
    return arena_printf(arena,
                        _(" The clock of this machine says %s, the server's %s: ours is %s %s. Set it (timedatectl "
                          "set-ntp true), or have the server's set."),
                        clock_text(arena, here).p, clock_text(arena, here + offset).p, duration(arena, offset).p,
                        offset > 0 ? _("behind") : _("ahead"));
}
