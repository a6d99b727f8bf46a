#include "base/str.h"

#include <ctype.h>

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && str_eq(str_from(s.p, prefix.n), prefix);
}

bool str_ends(struct str s, struct str suffix)
{
    return s.n >= suffix.n && str_eq(str_from(s.p + (s.n - suffix.n), suffix.n), suffix);
}

size_t str_find(struct str s, struct str needle, size_t from)
{
    if (from > s.n)
        return SIZE_MAX;
    if (needle.n == 0)
        return from;
    if (from == s.n)
        return SIZE_MAX;
    const char *hit = memmem(s.p + from, s.n - from, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_find_byte(struct str s, char c, size_t from)
{
    if (from >= s.n)
        return SIZE_MAX;
    const char *hit = memchr(s.p + from, c, s.n - from);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

struct str str_sub(struct str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return str_from(s.p ? s.p + from : NULL, to - from);
}

struct str str_trim(struct str s)
{
    while (s.n && isspace((unsigned char)s.p[0]))
        s = str_from(s.p + 1, s.n - 1);
    while (s.n && isspace((unsigned char)s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_next_line(struct str *rest, struct str *line)
{
    if (rest->n == 0)
        return false;
    size_t end = str_find_byte(*rest, '\n', 0);
    *line = str_sub(*rest, 0, end);
    *rest = end == SIZE_MAX ? str_sub(*rest, rest->n, rest->n) : str_sub(*rest, end + 1, rest->n);
    return true;
}

/* Both halves of a product: every bit of the word reaches the low bits, which pick the slot of a table. */
static uint64_t mix(uint64_t h, uint64_t word)
{
    unsigned __int128 product = (unsigned __int128)(h ^ word ^ 0xe7037ed1a0b428dbu) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, the last of a longer string overlapping those before: keys are addresses and names, often
 * thousands that differ in a few digits. */
uint64_t str_hash(struct str s)
{
    uint64_t h = s.n, word = 0;
    if (s.n < sizeof word) {
        for (size_t i = 0; i < s.n; i++)
            word = word << 8 | (unsigned char)s.p[i];
        return mix(h, word);
    }
    for (size_t i = 0; i + sizeof word < s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        h = mix(h, word);
    }
    memcpy(&word, s.p + (s.n - sizeof word), sizeof word);
    return mix(h, word);
}

enum { DISTANCE_LONGEST = 64 };

unsigned str_distance(struct str a, struct str b, unsigned max)
{
    size_t gap = a.n > b.n ? a.n - b.n : b.n - a.n;
    if (gap > max || a.n > DISTANCE_LONGEST || b.n > DISTANCE_LONGEST)
        return max + 1;
    unsigned rows[3][DISTANCE_LONGEST + 1];
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.n; i++) {
        unsigned *cur = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        cur[0] = (unsigned)i;
        for (size_t j = 1; j <= b.n; j++) {
            unsigned best = up[j - 1] + (a.p[i - 1] != b.p[j - 1]);
            if (up[j] + 1 < best)
                best = up[j] + 1;
            if (cur[j - 1] + 1 < best)
                best = cur[j - 1] + 1;
            if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1] && up2[j - 2] + 1 < best)
                best = up2[j - 2] + 1;
            cur[j] = best;
        }
    }
    unsigned d = rows[a.n % 3][b.n];
    return d > max ? max + 1 : d;
}
