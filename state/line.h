/* line: one line of the journal, `seq crc32 {json}`, taken apart and checked. */
#ifndef DETOUR_STATE_LINE_H
#define DETOUR_STATE_LINE_H

#include "base/str.h"

enum { LINE_CRC_DIGITS = 8 };

struct line {
    uint64_t seq;
    struct str json;
    size_t length; /* with the newline */
};

/* The line at the start of text; false where it is not whole or its checksum is wrong. */
bool line_read(struct str text, struct line *out);

/* The checksum: over the digits of seq, one blank and the JSON text. */
uint32_t line_crc(struct str seq, struct str json);

#endif
