#include "value/type.h"

#include <criterion/criterion.h>
#include <pthread.h>

static const struct str abc[] = {STR_INIT("a"), STR_INIT("b"), STR_INIT("c")};
static const struct str cba[] = {STR_INIT("c"), STR_INIT("b"), STR_INIT("a")};

static const char *printed(struct arena *arena, const struct type *t)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    type_print(&out, t);
    return arena_str(arena, strbuf_str(&out)).p;
}

Test(type, equal_types_are_the_same_pointer)
{
    cr_assert_eq(type_list(type_string), type_list(type_string));
    cr_assert_neq(type_list(type_string), type_set(type_string));
    cr_assert_neq(type_list(type_string), type_list(type_number));
    const struct type *abc_types[] = {type_bool, type_number, type_string};
    const struct type *cba_types[] = {type_string, type_number, type_bool};
    const struct type *t = type_object(abc, abc_types, NULL, 3);
    cr_assert_eq(t, type_object(cba, cba_types, NULL, 3), "the order of names does not matter");
    cr_assert_neq(t, type_object(abc, cba_types, NULL, 3));
    cr_assert_neq(t, type_object(abc, abc_types, NULL, 2));
    cr_assert_eq(type_tuple(abc_types, 3), type_tuple(abc_types, 3));
    cr_assert_eq(type_object(NULL, NULL, NULL, 0), type_empty_object());
    cr_assert_eq(type_tuple(NULL, 0), type_tuple(NULL, 0));
}

Test(type, attributes_are_found)
{
    const struct type *types[] = {type_bool, type_number, type_string};
    const struct type *t = type_object(cba, types, NULL, 3);
    cr_assert_eq(type_attr(t, STR("a")), 0);
    cr_assert_eq(type_attr(t, STR("c")), 2);
    cr_assert_eq(type_attr(t, STR("d")), -1);
    cr_assert_eq(type_attr(t, STR("")), -1);
    cr_assert_eq(t->items[0], type_string);
    cr_assert_eq(type_attr(type_empty_object(), STR("a")), -1);
}

Test(type, optional_attributes)
{
    const struct type *types[] = {type_bool, type_dynamic, type_string};
    bool none[] = {false, false, false}, some[] = {false, false, true};
    const struct type *plain = type_object(abc, types, NULL, 3);
    const struct type *t = type_object(abc, types, some, 3);
    cr_assert_eq(type_object(abc, types, none, 3), plain, "no flag set is no flags");
    cr_assert(t != plain && t->has_optional && t->has_dynamic && !plain->has_optional);
    const struct type *deep = type_map(type_tuple(&t, 1)), *bare = type_map(type_tuple(&plain, 1));
    cr_assert(deep->has_optional);
    cr_assert_eq(type_without_optional(deep), bare);
    cr_assert_eq(type_without_optional(bare), bare);
}

Test(type, words)
{
    struct arena *a = arena_new();
    const struct type *types[] = {type_list(type_number), type_dynamic, type_string};
    bool some[] = {false, true, false};
    const struct type *t = type_object(abc, types, some, 3);
    cr_assert_str_eq(printed(a, t), "object({a=list(number), b=optional(any), c=string})");
    cr_assert_str_eq(printed(a, type_tuple(types, 2)), "tuple([list(number), any])");
    cr_assert_str_eq(printed(a, type_set(type_map(type_bool))), "set(map(bool))");
    cr_assert(str_is(type_friendly(a, type_list(type_string)), "list of string"));
    cr_assert(str_is(type_friendly(a, type_map(type_set(type_bool))), "map of set of bool"));
    cr_assert(str_is(type_friendly(a, type_list(type_dynamic)), "list of any single type"));
    cr_assert(str_is(type_friendly(a, t), "object"));
    arena_free(a);
}

static void *make_many(void *result)
{
    struct arena *a = arena_new();
    const struct type **out = result;
    for (int i = 0; i < 3000; i++) {
        struct str name = arena_printf(a, "n%d", i);
        out[i] = type_object(&name, &type_string, NULL, 1);
    }
    arena_free(a);
    return NULL;
}

Test(type, threads_agree)
{
    static const struct type *made[4][3000];
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, make_many, made[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    for (int i = 1; i < 4; i++)
        cr_assert(memcmp(made[0], made[i], sizeof made[0]) == 0);
}
