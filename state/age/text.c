#include "state/age/text.h"

#define ARMOR_BEGIN "-----BEGIN AGE ENCRYPTED FILE-----"
#define ARMOR_END "-----END AGE ENCRYPTED FILE-----"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char bech32[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* -- base64 -- */

void text_base64(struct strbuf *out, const void *bytes, size_t n, bool padded)
{
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i += 3) {
        size_t have = n - i < 3 ? n - i : 3;
        uint32_t bits = (uint32_t)p[i] << 16 | (uint32_t)(have > 1 ? p[i + 1] : 0) << 8 | (have > 2 ? p[i + 2] : 0u);
        for (size_t k = 0; k <= have; k++)
            strbuf_addc(out, base64[bits >> (18 - 6 * k) & 63]);
        for (size_t k = have; padded && k < 3; k++)
            strbuf_addc(out, '=');
    }
}

static int digit_of(const char *alphabet, char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Takes the right number of "=" off the end. */
static bool unpad(struct str *text)
{
    size_t pad = 0;
    if (text->n % 4)
        return false;
    while (pad < 2 && text->n > pad && text->p[text->n - 1 - pad] == '=')
        pad++;
    text->n -= pad;
    return true;
}

bool text_base64_read(struct arena *arena, struct str text, bool padded, struct str *bytes)
{
    if ((padded && !unpad(&text)) || text.n % 4 == 1)
        return false;
    unsigned char *out = arena_alloc(arena, text.n / 4 * 3 + 3);
    size_t n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    for (size_t i = 0; i < text.n; i++) {
        int digit = digit_of(base64, text.p[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
            bits &= (1u << have) - 1;
        }
    }
    *bytes = str_from((char *)out, n);
    return bits == 0; /* one text for the same bytes */
}

/* -- Bech32 -- */

static uint32_t checksum_step(uint32_t sum, unsigned value)
{
    static const uint32_t generator[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ value;
    for (unsigned i = 0; i < 5; i++)
        if (top >> i & 1)
            sum ^= generator[i];
    return sum;
}

static uint32_t checksum_prefix(struct str prefix)
{
    uint32_t sum = 1;
    for (size_t i = 0; i < prefix.n; i++)
        sum = checksum_step(sum, (unsigned char)prefix.p[i] >> 5);
    sum = checksum_step(sum, 0);
    for (size_t i = 0; i < prefix.n; i++)
        sum = checksum_step(sum, (unsigned char)prefix.p[i] & 31);
    return sum;
}

static void put_digit(struct strbuf *out, uint32_t *sum, unsigned digit)
{
    *sum = checksum_step(*sum, digit);
    strbuf_addc(out, bech32[digit]);
}

void text_bech32(struct strbuf *out, struct str prefix, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint32_t sum = checksum_prefix(prefix), bits = 0;
    unsigned have = 0;
    strbuf_add(out, prefix);
    strbuf_addc(out, '1');
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8 | p[i]) & 0xfff;
        for (have += 8; have >= 5; have -= 5)
            put_digit(out, &sum, bits >> (have - 5) & 31);
    }
    if (have)
        put_digit(out, &sum, bits << (5 - have) & 31);
    for (unsigned i = 0; i < 6; i++)
        sum = checksum_step(sum, 0);
    sum ^= 1;
    for (unsigned i = 0; i < 6; i++)
        strbuf_addc(out, bech32[sum >> 5 * (5 - i) & 31]);
}

/* One case throughout, as lower case. */
static bool lower(struct arena *arena, struct str text, struct str *out)
{
    bool up = false, low = false;
    struct str copy = arena_str(arena, text);
    char *p = (char *)(uintptr_t)copy.p;
    for (size_t i = 0; i < copy.n; i++) {
        up |= p[i] >= 'A' && p[i] <= 'Z';
        low |= p[i] >= 'a' && p[i] <= 'z';
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] | 0x20);
    }
    *out = copy;
    return !(up && low);
}

static bool read_digits(struct str digits, uint32_t sum, unsigned char *out, size_t *n)
{
    uint32_t bits = 0;
    unsigned have = 0;
    *n = 0;
    for (size_t i = 0; i < digits.n; i++) {
        int digit = digit_of(bech32, digits.p[i]);
        if (digit < 0)
            return false;
        sum = checksum_step(sum, (unsigned)digit);
        if (i + 6 >= digits.n)
            continue;
        bits = (bits << 5 | (uint32_t)digit) & 0xfff;
        have += 5;
        if (have >= 8) {
            have -= 8;
            out[(*n)++] = (unsigned char)(bits >> have);
        }
    }
    return sum == 1 && have < 5 && !(bits & ((1u << have) - 1));
}

bool text_bech32_read(struct arena *arena, struct str text, struct str prefix, struct str *bytes)
{
    struct str all;
    if (!lower(arena, text, &all) || !str_starts(all, prefix) || all.n < prefix.n + 7 || all.p[prefix.n] != '1')
        return false;
    struct str digits = str_sub(all, prefix.n + 1, all.n);
    unsigned char *out = arena_alloc(arena, digits.n);
    size_t n;
    if (!read_digits(digits, checksum_prefix(prefix), out, &n))
        return false;
    *bytes = str_from((char *)out, n);
    return true;
}

/* -- armor -- */

void text_armor(struct strbuf *out, struct str bytes)
{
    enum { LINE_BYTES = TEXT_COLUMNS / 4 * 3 };
    strbuf_lit(out, ARMOR_BEGIN "\n");
    for (size_t i = 0; i < bytes.n; i += LINE_BYTES) {
        text_base64(out, bytes.p + i, bytes.n - i < LINE_BYTES ? bytes.n - i : LINE_BYTES, true);
        strbuf_addc(out, '\n');
    }
    strbuf_lit(out, ARMOR_END "\n");
}

bool text_is_armor(struct str text)
{
    return str_starts(str_trim(text), STR(ARMOR_BEGIN));
}

static struct str without_cr(struct str line)
{
    return line.n && line.p[line.n - 1] == '\r' ? str_sub(line, 0, line.n - 1) : line;
}

bool text_armor_read(struct arena *arena, struct str text, struct str *bytes)
{
    struct str rest = str_trim(text), line;
    STRBUF_AUTO joined = STRBUF_INIT(STRBUF_MAX);
    if (!str_next_line(&rest, &line) || !str_is(without_cr(line), ARMOR_BEGIN))
        return false;
    bool last = false;
    while (str_next_line(&rest, &line)) {
        line = without_cr(line);
        if (str_is(line, ARMOR_END))
            return rest.n == 0 && joined.n && text_base64_read(arena, strbuf_str(&joined), true, bytes);
        if (last || line.n > TEXT_COLUMNS || line.n == 0)
            return false;
        last = line.n < TEXT_COLUMNS;
        strbuf_add(&joined, line);
    }
    return false;
}
