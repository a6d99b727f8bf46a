#include "state/line.h"

#include <zlib.h>

uint32_t line_crc(struct str seq, struct str json)
{
    uLong crc = crc32(0, (const Bytef *)seq.p, (uInt)seq.n);
    crc = crc32(crc, (const Bytef *)" ", 1);
    return (uint32_t)crc32_z(crc, (const Bytef *)json.p, json.n);
}

static bool read_decimal(struct str digits, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9')
            return false;
        *out = *out * 10 + (uint64_t)(digits.p[i] - '0');
    }
    return digits.n > 0 && digits.n < 20 && digits.p[0] != '0';
}

static const char hex_digits[] = "0123456789abcdef";

/* Lower-case digits only: there is one way to write a record. */
static bool read_crc(struct str digits, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.n; i++) {
        const char *at = memchr(hex_digits, digits.p[i], 16);
        if (!at)
            return false;
        *out = *out << 4 | (uint32_t)(at - hex_digits);
    }
    return digits.n == LINE_CRC_DIGITS;
}

bool line_read(struct str text, struct line *out)
{
    size_t end = str_find_byte(text, '\n', 0);
    if (end == SIZE_MAX)
        return false;
    struct str line = str_sub(text, 0, end);
    size_t blank = str_find_byte(line, ' ', 0);
    if (blank == SIZE_MAX || line.n < blank + LINE_CRC_DIGITS + 2 || line.p[blank + 1 + LINE_CRC_DIGITS] != ' ')
        return false;
    struct str seq = str_sub(line, 0, blank);
    uint32_t crc;
    out->json = str_sub(line, blank + LINE_CRC_DIGITS + 2, line.n);
    out->length = end + 1;
    return read_decimal(seq, &out->seq) && read_crc(str_sub(line, blank + 1, blank + 1 + LINE_CRC_DIGITS), &crc) &&
           crc == line_crc(seq, out->json);
}
