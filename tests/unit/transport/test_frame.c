#include "transport/frame.h"
#include <criterion/criterion.h>

#define NONCE "0123456789abcdef0123456789abcdef"

static size_t feed(struct frame *frame, struct arena *arena, struct str text, size_t step,
                   struct transport_section *out)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i += step) {
        struct str part = str_sub(text, i, i + step);
        frame_feed(frame, part.p, part.n);
        while (frame_next(frame, arena, &out[n]))
            n++;
    }
    return n;
}

Test(frame, cuts_sections_however_the_bytes_arrive)
{
    struct str text =
        STR("Welcome\nto this machine@" NONCE " begin\n@" NONCE " one 5\nab\ncd\n@" NONCE " two 0\n\n@" NONCE " end\n");
    for (size_t step = 1; step <= text.n; step++) {
        ARENA_AUTO arena = arena_new();
        struct frame frame;
        struct transport_section sections[4];
        frame_init(&frame, NONCE);
        cr_assert_eq(feed(&frame, arena, text, step, sections), 2, "step %zu", step);
        cr_assert(str_is(sections[0].name, "one") && str_is(sections[0].body, "ab\ncd"));
        cr_assert(str_is(sections[1].name, "two") && sections[1].body.n == 0);
        cr_assert_eq(frame.state, FRAME_ENDED);
        frame_free(&frame);
    }
}

Test(frame, refuses_what_is_not_an_answer)
{
    static const char *const bad[] = {
        "@" NONCE " begin\nhello\n",
        "@" NONCE " begin\n@" NONCE " one two\n",
        "@" NONCE " begin\n@" NONCE " one 2\nabc\n",
        "@" NONCE " begin\n@" NONCE " one \nabc\n",
        "@" NONCE " begin\n@" NONCE " one 99999999999999999999\nabc\n",
        "@" NONCE " begin\n@00000000000000000000000000000000 one 1\na\n",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ARENA_AUTO arena = arena_new();
        struct frame frame;
        struct transport_section section[1];
        frame_init(&frame, NONCE);
        cr_assert_eq(feed(&frame, arena, str_c(bad[i]), 7, section), 0);
        cr_assert_eq(frame.state, FRAME_BAD, "case %zu", i);
        frame_free(&frame);
    }
}

Test(frame, an_answer_cut_short_is_not_ended)
{
    struct str text = STR("@" NONCE " begin\n@" NONCE " one 2\nab\n@" NONCE " end\n");
    for (size_t n = 0; n < text.n; n++) {
        ARENA_AUTO arena = arena_new();
        struct frame frame;
        struct transport_section section[1];
        frame_init(&frame, NONCE);
        feed(&frame, arena, str_sub(text, 0, n), 1000, section);
        cr_assert_neq(frame.state, FRAME_ENDED, "%zu bytes", n);
        cr_assert_neq(frame.state, FRAME_BAD, "%zu bytes", n);
        frame_free(&frame);
    }
}
