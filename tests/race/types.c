/*
 * Types, numbers and texts made by several threads at once, each with an arena of its own: equal types are the same
 * one, whichever thread made it, while the table of types grows under its readers.
 */
#include "crew.h"
#include "value/number.h"
#include "value/value.h"

enum { TYPES = 5000 };

static const struct type *made[CREW][TYPES];

static const struct type *make(struct arena *arena, int i)
{
    struct str names[] = {arena_printf(arena, "n%d", i), STR("z")};
    struct number tenth;
    expect(number_parse(arena, STR("0.1"), &tenth), "0.1 is a number");
    struct number sum = number_add(arena, tenth, tenth);
    struct value items[] = {value_number(sum), value_string(number_text(arena, number_pow(arena, sum, tenth)))};
    return type_list(value_object(arena, names, items, 2).type);
}

static void *make_all(void *arg)
{
    const struct type **out = arg;
    struct arena *arena = arena_new();
    for (int i = 0; i < TYPES; i++)
        out[i] = make(arena, i);
    arena_free(arena);
    return NULL;
}

int main(void)
{
    struct crew crew = crew_start(make_all, made, sizeof made[0]);
    crew_join(&crew);
    for (int i = 1; i < CREW; i++)
        expect(memcmp(made[0], made[i], sizeof made[0]) == 0, "equal types are the same one");
    return 0;
}
