#include "base/format.h"
#include "base/strbuf.h"
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>

/* Formats into `cap` bytes with ours and the C library's; both must agree on text and length. */
static void agree(size_t cap, const char *format, ...)
{
    char ours[256], theirs[256];
    memset(ours, '#', sizeof ours);
    memset(theirs, '#', sizeof theirs);
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t n = format_text(ours, cap, format, args);
    int want = vsnprintf(theirs, cap, format, again);
    va_end(again);
    va_end(args);
    cr_assert_eq(n, (size_t)want, "%s: length %zu, not %d", format, n, want);
    cr_assert_eq(memcmp(ours, theirs, cap), 0, "%s into %zu: \"%.*s\", not \"%.*s\"", format, cap, (int)cap, ours,
                 (int)cap, theirs);
}

Test(format, agrees_with_the_c_library)
{
    for (size_t cap = 0; cap < 80; cap++) {
        agree(cap, "plain");
        agree(cap, "%s and %.*s%%", "one", 3, "twofold");
        agree(cap, "%.*s|%.*s|%.*s", 0, "none", 0, NULL, 9, "short");
        agree(cap, "%d %d %u %u", INT_MIN, INT_MAX, 0u, UINT_MAX);
        agree(cap, "%lld %lld %lld %zu", LLONG_MIN, LLONG_MAX, 0LL, SIZE_MAX);
        agree(cap, "%c%c", 'a', 'b');
        agree(cap, "%s before %04x and %-8s|", "ours", 0xbeu, "theirs");
    }
}

Test(format, goes_through_arenas_and_buffers_whole)
{
    ARENA_AUTO arena = arena_new();
    STRBUF_AUTO buffer = STRBUF_INIT(0);
    STRBUF_AUTO want = STRBUF_INIT(0);
    for (int i = 0; i < 3000; i++) {
        char text[64];
        snprintf(text, sizeof text, "%d of %0*d;", i, i % 40, 7);
        strbuf_printf(&buffer, "%d of %0*d;", i, i % 40, 7);
        strbuf_add(&want, str_c(text));
        struct str s = arena_printf(arena, "%d of %s", i, text);
        cr_assert(s.p[s.n] == '\0' && str_ends(s, str_c(text)));
    }
    cr_assert(str_eq(strbuf_str(&buffer), strbuf_str(&want)));
    const char *zeroed = arena_alloc(arena, 2000);
    for (size_t i = 0; i < 2000; i++)
        cr_assert_eq(zeroed[i], 0);
}
