#include "transport/frame.h"

#include <stdio.h>

void frame_init(struct frame *frame, const char nonce[static FRAME_NONCE])
{
    *frame = (struct frame){.pending = STRBUF_SECRET(FRAME_MAX)};
    memcpy(frame->nonce, nonce, FRAME_NONCE);
}

void frame_free(struct frame *frame)
{
    strbuf_free(&frame->pending);
}

static void frame_bad(struct frame *frame, const char *why)
{
    frame->state = FRAME_BAD;
    frame->why = why;
}

/* Moves what is left to the front once most of the buffer is used up, so that long answers need no long buffer. */
static void frame_compact(struct frame *frame)
{
    if (frame->at < frame->pending.n / 2 && frame->at < 65536)
        return;
    size_t left = frame->pending.n - frame->at;
    if (left)
        memmove(frame->pending.p, frame->pending.p + frame->at, left);
    frame->pending.n = left;
    frame->at = 0;
}

void frame_feed(struct frame *frame, const char *bytes, size_t n)
{
    frame_compact(frame);
    strbuf_add(&frame->pending, str_from(bytes, n));
    if (frame->pending.over)
        frame_bad(frame, "a section is too long");
}

static struct str frame_rest(const struct frame *frame)
{
    return str_from(frame->pending.p + frame->at, frame->pending.n - frame->at);
}

/* Skips to the line after the begin mark. */
static bool frame_begin(struct frame *frame)
{
    char mark[FRAME_NONCE + 16];
    int n = snprintf(mark, sizeof mark, "@%s begin\n", frame->nonce);
    struct str rest = frame_rest(frame);
    size_t found = rest.n ? str_find(rest, str_from(mark, (size_t)n), 0) : SIZE_MAX;
    if (found == SIZE_MAX)
        return false;
    frame->at += found + (size_t)n;
    frame->state = FRAME_INSIDE;
    return true;
}

/* Splits "@NONCE name length" or "@NONCE end"; false where it is neither. */
static bool frame_header(struct frame *frame, struct str line, struct str *name, size_t *length)
{
    if (line.n < FRAME_NONCE + 3 || line.p[0] != '@' || memcmp(line.p + 1, frame->nonce, FRAME_NONCE) != 0 ||
        line.p[FRAME_NONCE + 1] != ' ')
        return false;
    struct str rest = str_sub(line, FRAME_NONCE + 2, line.n);
    size_t space = str_find_byte(rest, ' ', 0);
    *name = str_sub(rest, 0, space == SIZE_MAX ? rest.n : space);
    if (space == SIZE_MAX)
        return str_is(*name, "end");
    struct str digits = str_sub(rest, space + 1, rest.n);
    *length = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.p[i] < '0' || digits.p[i] > '9' || *length > FRAME_MAX)
            return false;
        *length = *length * 10 + (size_t)(digits.p[i] - '0');
    }
    return digits.n > 0 && name->n > 0;
}

bool frame_next(struct frame *frame, struct arena *arena, struct transport_section *section)
{
    if (frame->state == FRAME_BEFORE && !frame_begin(frame))
        return false;
    if (frame->state != FRAME_INSIDE)
        return false;
    struct str rest = frame_rest(frame), name = {0};
    size_t eol = rest.n ? str_find_byte(rest, '\n', 0) : SIZE_MAX, length = 0;
    if (eol == SIZE_MAX) {
        if (rest.n > FRAME_NONCE + 256)
            frame_bad(frame, "a section has no header");
        return false;
    }
    if (!frame_header(frame, str_sub(rest, 0, eol), &name, &length)) {
        frame_bad(frame, "something other than a section came");
        return false;
    }
    if (str_is(name, "end")) {
        frame->state = FRAME_ENDED;
        return false;
    }
    if (rest.n - eol - 1 < length + 1)
        return false;
    if (rest.p[eol + 1 + length] != '\n') {
        frame_bad(frame, "a section is longer than it says");
        return false;
    }
    section->name = arena_str(arena, name);
    section->body = arena_str(arena, str_from(rest.p + eol + 1, length));
    frame->at += eol + 1 + length + 1;
    return true;
}
