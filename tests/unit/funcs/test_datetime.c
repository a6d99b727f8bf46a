#include "answer.h"
#include "funcs/datetime.h"

Test(datetime, formats)
{
    CHECK(
        {"formatdate(\"YYYY-MM-DD hh:mm:ss ZZZZZ\", \"2024-02-29T23:59:59+05:30\")", "\"2024-02-29 23:59:59 +05:30\""},
        {"formatdate(\"EEEE, D MMM YY H aa Z\", \"2006-01-02T15:04:05Z\")", "\"Monday, 2 Jan 06 3 pm Z\""},
        {"formatdate(\"'it''s' ZZZ\", \"2006-01-02T15:04:05Z\")", "\"it's UTC\""},
        {"formatdate(\"Y\", \"2006-01-02T15:04:05Z\")", "error 13: The value"},
        {"formatdate(\"'x\", \"2006-01-02T15:04:05Z\")", "error 13: The value"},
        {"formatdate(\"YYYY\", \"2023-02-29T00:00:00Z\")", "error 21: The value for \"time\""},
        {"formatdate(\"YYYY\", \"2020-01-01 00:00:00Z\")", "error 21: The value"});
}

Test(datetime, adds_and_compares)
{
    CHECK({"timeadd(\"2023-12-31T23:30:00Z\", \"45m\")", "\"2024-01-01T00:15:00Z\""},
          {"timeadd(\"2024-03-01T00:00:00+01:00\", \"-1.5h\")", "\"2024-02-29T22:30:00+01:00\""},
          {"timeadd(\"2020-01-01T00:00:00.9Z\", \"100ms\")", "\"2020-01-01T00:00:01Z\""},
          {"timeadd(\"2020-01-01T00:00:00Z\", \"1d\")", "error 1: timeadd() failed"},
          {"timeadd(\"x\", \"1h\")", "error 1: timeadd() failed"},
          {"timecmp(\"2020-01-01T01:00:00+01:00\", \"2020-01-01T00:00:00Z\")", "0"},
          {"timecmp(\"2020-01-01T00:00:00.1Z\", \"2020-01-01T00:00:00Z\")", "1"},
          {"timecmp(\"bad\", \"x\")", "error 10: The value"}, {"length(timestamp())", "20"},
          {"plantimestamp()", "unknown"});
}

Test(datetime, calendar_goes_there_and_back)
{
    for (int64_t day = -800000; day < 800000; day += 37) {
        struct moment m = {.seconds = day * 86400 + 43210}, again;
        struct civil c = datetime_civil(m);
        cr_assert(datetime_make(&c, 0, 0, &again));
        cr_assert_eq(again.seconds, m.seconds);
        cr_assert_eq(c.weekday, (int)(((day + 4) % 7 + 7) % 7));
    }
}
