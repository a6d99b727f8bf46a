/*
 * frame: the answer of a script, cut into sections as its bytes arrive.
 *     anything (what the login shell's start-up files print)
 *     @NONCE begin
 *     @NONCE name length          then `length` bytes and a newline; any number of these
 *     @NONCE end
 */
#ifndef DETOUR_TRANSPORT_FRAME_H
#define DETOUR_TRANSPORT_FRAME_H

#include "transport/transport.h"

enum { FRAME_NONCE = 32, FRAME_MAX = 256 << 20 };

enum frame_state { FRAME_BEFORE, FRAME_INSIDE, FRAME_ENDED, FRAME_BAD };

struct frame {
    char nonce[FRAME_NONCE + 1];
    enum frame_state state;
    struct strbuf pending;
    size_t at;       /* bytes of `pending` already consumed */
    const char *why; /* of FRAME_BAD */
};

/* A parser for the given nonce; release with frame_free. */
void frame_init(struct frame *frame, const char nonce[static FRAME_NONCE]);
void frame_free(struct frame *frame);

/* Takes in the next bytes. Call frame_next until it returns false afterwards. */
void frame_feed(struct frame *frame, const char *bytes, size_t n);

/* The next complete section, copied into arena; false when more bytes are needed, or at the end, or the answer is bad.
 */
bool frame_next(struct frame *frame, struct arena *arena, struct transport_section *section);

#endif
