/* arena: memory of every size is zero, also what is used a second time. */
#include "base/arena.h"

#include <criterion/criterion.h>

static bool is_zero(const char *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* Takes `total` bytes in blocks of `block`, each zero and then written full. */
static void fill(struct arena *arena, size_t block, size_t total)
{
    for (size_t n = 0; n < total; n += block) {
        char *p = arena_alloc(arena, block);
        cr_assert((uintptr_t)p % 8 == 0, "blocks of %zu: not aligned", block);
        cr_assert(is_zero(p, block), "blocks of %zu: not zero after %zu bytes", block, n);
        memset(p, 0xff, block);
    }
}

Test(arena, memory_is_zero_at_every_size)
{
    static const size_t blocks[] = {1, 24, 4000, 100000, (1 << 20) - 16, 2 << 20, (4 << 20) - 24, 4 << 20, 5000001};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        ARENA_AUTO arena = arena_new();
        size_t total = blocks[i] < 100 ? 100000 : 11000000;
        fill(arena, blocks[i], total);
        cr_assert(arena_used(arena) >= total);
        arena_reset(arena);
        cr_assert(arena_used(arena) == 0);
        fill(arena, blocks[i], total);
    }
}

Test(arena, wiping_reaches_large_pages)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena);
    fill(arena, 3000, 9000000);
    arena_free(arena);
}
