#include "base/unicode.h"

#include <stdlib.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwidth.h>

static const uint8_t *bytes(const char *p)
{
    return (const uint8_t *)p;
}

size_t utf8_decode(struct str s, uint32_t *rune)
{
    if (s.n && (unsigned char)s.p[0] < 0x80) {
        *rune = (unsigned char)s.p[0];
        return 1;
    }
    ucs4_t uc;
    int n = u8_mbtoucr(&uc, bytes(s.p), s.n);
    if (n <= 0)
        return 0;
    *rune = uc;
    return (size_t)n;
}

size_t utf8_encode(char out[static 4], uint32_t rune)
{
    int n = u8_uctomb((uint8_t *)out, rune, 4);
    if (n > 0)
        return (size_t)n;
    memcpy(out, "\xEF\xBF\xBD", 3);
    return 3;
}

static size_t ascii_prefix(struct str s)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if (word & 0x8080808080808080u)
            break;
    }
    while (i < s.n && (unsigned char)s.p[i] < 0x80)
        i++;
    return i;
}

size_t utf8_invalid(struct str s)
{
    size_t ascii = ascii_prefix(s);
    if (ascii == s.n)
        return SIZE_MAX;
    const uint8_t *bad = u8_check(bytes(s.p) + ascii, s.n - ascii);
    return bad ? (size_t)(bad - bytes(s.p)) : SIZE_MAX;
}

enum { CLUSTER_WINDOW = 64 };

/* Clusters are found with u8_grapheme_breaks over a window: u8_grapheme_next of libunistring 1.0 looks at pairs of code
 * points and splits emoji sequences. A window that ends inside a cluster is doubled. */
static size_t cluster_length(struct str s)
{
    char small[CLUSTER_WINDOW], *breaks = small;
    for (size_t window = CLUSTER_WINDOW;; window *= 2) {
        size_t n = s.n < window ? s.n : window, at = 1;
        if (window > CLUSTER_WINDOW)
            breaks = heap_realloc(breaks == small ? NULL : breaks, n);
        u8_grapheme_breaks(bytes(s.p), n, breaks);
        while (at < n && !breaks[at])
            at++;
        if (at + 4 <= n || n == s.n) { /* the last bytes of a cut window may be half a code point */
            if (breaks != small)
                free(breaks);
            return at;
        }
    }
}

size_t unicode_grapheme(struct str s)
{
    uint32_t rune;
    size_t n = utf8_decode(s, &rune);
    if (n == 0)
        return s.n ? 1 : 0;
    if (n == 1 && rune != '\r' && (s.n == 1 || (unsigned char)s.p[1] < 0x80))
        return 1;
    return cluster_length(s);
}

size_t unicode_length(struct str s)
{
    size_t count = 0;
    while (s.n) {
        s = str_sub(s, unicode_grapheme(s), s.n);
        count++;
    }
    return count;
}

size_t unicode_width(struct str s)
{
    size_t width = ascii_prefix(s);
    s = str_sub(s, width, s.n);
    while (s.n) {
        uint32_t rune;
        size_t n = utf8_decode(s, &rune);
        int w = n ? uc_width(rune, "UTF-8") : 1;
        width += w < 0 ? 1 : (size_t)w;
        s = str_sub(s, n ? n : 1, s.n);
    }
    return width;
}

struct str unicode_nfc(struct arena *arena, struct str s)
{
    if (ascii_prefix(s) == s.n)
        return s;
    size_t n = 0;
    uint8_t *norm = u8_normalize(UNINORM_NFC, bytes(s.p), s.n, NULL, &n);
    if (!norm)
        return s;
    struct str made = str_from((char *)norm, n);
    struct str result = str_eq(made, s) ? s : arena_str(arena, made);
    free(norm);
    return result;
}

bool unicode_printable(uint32_t rune)
{
    if (rune < 0x80)
        return rune >= ' ' && rune != 0x7f;
    return uc_is_general_category_withtable(rune, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N |
                                                      UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S);
}

/* Characters that begin no longer cluster with what follows them. */
static bool stands_alone(struct str cluster)
{
    return cluster.n == 1 && cluster.p[0] && strchr("-_:;/\\,.(){}[]|?!~ \t@#$%^&*+\"'", cluster.p[0]);
}

struct str unicode_settled(struct arena *arena, struct str s)
{
    struct str kept = unicode_nfc(arena, arena_str(arena, str_sub(s, 0, utf8_invalid(s))));
    size_t end = 0, last = 0;
    for (struct str rest = kept; rest.n; rest = str_sub(kept, end, kept.n)) {
        last = end;
        end += unicode_grapheme(rest);
    }
    return stands_alone(str_sub(kept, last, end)) ? kept : str_sub(kept, 0, last);
}

bool unicode_id_start(uint32_t rune)
{
    if (rune < 0x80)
        return (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z';
    return uc_is_property_id_start(rune);
}

bool unicode_id_continue(uint32_t rune)
{
    if (rune < 0x80)
        return unicode_id_start(rune) || (rune >= '0' && rune <= '9') || rune == '_';
    return uc_is_property_id_continue(rune);
}
