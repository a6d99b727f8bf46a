/* Answers of machines: any bytes, in any pieces, must be cut into sections or refused. */
#include "transport/frame.h"

#define NONCE "0123456789abcdef0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA_AUTO arena = arena_new();
    struct frame frame;
    struct transport_section section;
    size_t step = size ? 1 + data[0] % 64u : 1, total = 0;
    frame_init(&frame, NONCE);
    for (size_t i = 1; i < size; i += step) {
        struct str part = str_sub(str_from((const char *)data, size), i, i + step);
        frame_feed(&frame, part.p, part.n);
        while (frame_next(&frame, arena, &section))
            total += section.name.n + section.body.n;
    }
    if (total > size)
        __builtin_trap();
    frame_free(&frame);
    return 0;
}
