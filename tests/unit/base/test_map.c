#include "base/map.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(map, finds_what_was_put_in_order_of_arrival)
{
    ARENA_AUTO arena = arena_new();
    struct map map = MAP_INIT(arena);
    static int values[5000];
    cr_assert(!map_get(&map, STR("none")) && !map_find(&map, STR("")));
    for (int i = 0; i < 5000; i++) {
        struct str key = arena_printf(arena, "detour_data.r[%d]", i);
        cr_assert(!map_find(&map, key));
        cr_assert(!map_put(&map, key, &values[i]));
    }
    for (int i = 0; i < 5000; i++) {
        char text[32];
        snprintf(text, sizeof text, "detour_data.r[%d]", i);
        cr_assert(map_get(&map, str_c(text)) == &values[i]);
    }
    cr_assert(map.n == 5000 && str_is(map.entries[4999].key, "detour_data.r[4999]"));
    cr_assert(map_put(&map, STR("detour_data.r[7]"), NULL) == &values[7] && map.n == 5000);
    cr_assert(map_find(&map, STR("detour_data.r[7]")) && !map_get(&map, STR("detour_data.r[7]")));
    cr_assert(!map_put(&map, STR(""), &values[0]) && map_get(&map, STR("")) == &values[0]);
}

Test(map, keys_of_every_length)
{
    ARENA_AUTO arena = arena_new();
    struct map map = MAP_INIT(arena);
    static const char text[] = "abcdefghijklmnopqrstuvwxyz";
    for (size_t n = 0; n < sizeof text; n++)
        cr_assert(!map_put(&map, str_from(text, n), (void *)(text + n)));
    for (size_t n = 0; n < sizeof text; n++)
        cr_assert(map_get(&map, str_from(text, n)) == text + n);
}
