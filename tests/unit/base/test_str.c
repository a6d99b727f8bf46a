#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include <criterion/criterion.h>

Test(str, finds_and_cuts)
{
    struct str s = STR("alpha beta");
    cr_assert_eq(str_find(s, STR("beta"), 0), 6);
    cr_assert_eq(str_find(s, STR("gamma"), 0), SIZE_MAX);
    cr_assert(str_is(str_sub(s, 6, 99), "beta"));
    cr_assert(str_is(str_trim(STR("\t x \n")), "x"));
}

Test(str, next_line_yields_each_line_once)
{
    struct str rest = STR("a\n\nb"), line;
    cr_assert(str_next_line(&rest, &line) && str_is(line, "a"));
    cr_assert(str_next_line(&rest, &line) && line.n == 0);
    cr_assert(str_next_line(&rest, &line) && str_is(line, "b"));
    cr_assert_not(str_next_line(&rest, &line));
}

Test(str, distance_counts_edits)
{
    struct {
        const char *a, *b;
        unsigned want;
    } cases[] = {
        {"pve", "pve", 0}, {"content", "contnet", 1}, {"owner", "woner", 1}, {"mode", "code", 1}, {"x", "abcdef", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(str_distance(str_c(cases[i].a), str_c(cases[i].b), 3), cases[i].want, "%s %s", cases[i].a,
                     cases[i].b);
}

Test(map, keeps_insertion_order_and_finds_all)
{
    ARENA_AUTO arena = arena_new();
    struct map map = MAP_INIT(arena);
    for (uintptr_t i = 0; i < 1000; i++)
        map_put(&map, arena_printf(arena, "key%zu", (size_t)i), (void *)(i + 1));
    cr_assert_eq(map.n, 1000);
    for (uintptr_t i = 0; i < 1000; i++) {
        cr_assert_eq(map_get(&map, arena_printf(arena, "key%zu", (size_t)i)), (void *)(i + 1));
        cr_assert_eq(map.entries[i].value, (void *)(i + 1));
    }
    cr_assert_eq(map_put(&map, STR("key7"), NULL), (void *)8);
    cr_assert_not_null(map_find(&map, STR("key7")));
    cr_assert(str_is(map_near(&map, STR("kye77")), "key77"));
}

Test(vec, grows)
{
    ARENA_AUTO arena = arena_new();
    VEC(int) v = {0};
    for (int i = 0; i < 100; i++)
        vec_push(arena, &v, i);
    cr_assert_eq(v.v[99], 99);
}
