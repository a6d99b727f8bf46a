#include "value/value.h"

#include <criterion/criterion.h>

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

TestSuite(value, .init = setup, .fini = teardown);

static struct value s(const char *text)
{
    return value_string(str_c(text));
}

static struct value *array(size_t n, ...)
{
    struct value *items = ARENA_ARRAY(a, struct value, n);
    va_list args;
    va_start(args, n);
    for (size_t i = 0; i < n; i++)
        items[i] = va_arg(args, struct value);
    va_end(args);
    return items;
}

#define TUPLE(n, ...) value_tuple(array(n, __VA_ARGS__), n)
#define LIST(elem, n, ...) value_list(elem, array(n, __VA_ARGS__), n)
#define SET(elem, n, ...) value_set(a, elem, array(n, __VA_ARGS__), n)

static struct value object1(const char *name, struct value v)
{
    struct str *names = ARENA_NEW(a, struct str);
    *names = str_c(name);
    return value_object(a, names, array(1, v), 1);
}

static struct value object2(const char *n1, struct value v1, const char *n2, struct value v2)
{
    struct str names[] = {str_c(n1), str_c(n2)};
    return value_object(a, names, array(2, v1, v2), 2);
}

Test(value, strings_are_normalised_and_valid)
{
    cr_assert(str_is(value_string_copy(a, STR("e\xCC\x81")).u.string, "\xC3\xA9"));
    cr_assert(str_is(value_string_copy(a, STR("a\xFFz")).u.string, "a\xEF\xBF\xBDz"));
    cr_assert(str_is(value_string_copy(a, STR("\xF0\x9F")).u.string, "\xEF\xBF\xBD\xEF\xBF\xBD"));
}

Test(value, objects_sort_and_the_last_of_equal_names_wins)
{
    struct str names[] = {STR_INIT("b"), STR_INIT("a"), STR_INIT("b"), STR_INIT("")};
    struct value v = value_object(a, names, array(4, value_int(1), value_int(2), s("x"), value_bool(true)), 4);
    cr_assert_eq(v.n, 3);
    cr_assert(str_is(value_attr(v, STR("b")).u.string, "x"));
    cr_assert(value_attr(v, STR("")).u.boolean);
    cr_assert(!value_exists(value_attr(v, STR("c"))));
    struct value m =
        value_map(a, type_number, names, array(4, value_int(1), value_int(2), value_int(3), value_int(4)), 4);
    cr_assert_eq(m.n, 3);
    cr_assert_eq(value_map_get(m, STR("b")).u.small, 3);
    cr_assert(!value_exists(value_map_get(m, STR("zz"))));
}

Test(value, sorted_arrays_are_not_copied)
{
    struct str names[] = {STR_INIT("a"), STR_INIT("b")};
    struct value *items = array(2, value_int(1), value_int(2));
    cr_assert_eq(value_object(a, names, items, 2).u.items, items);
    cr_assert_eq(value_map(a, type_number, names, items, 2).u.map.items, items);
}

Test(value, iteration)
{
    struct value key, item;
    struct value_iter it = value_iter(object2("b", value_int(2), "a", value_int(1)));
    cr_assert(value_next(&it, &key, &item) && str_is(key.u.string, "a") && item.u.small == 1);
    cr_assert(value_next(&it, &key, &item) && str_is(key.u.string, "b"));
    cr_assert(!value_next(&it, &key, &item));
    it = value_iter(TUPLE(1, s("x")));
    cr_assert(value_next(&it, &key, NULL) && key.type == type_number && key.u.small == 0);
    it = value_iter(value_null(type_list(type_string)));
    cr_assert(!value_next(&it, &key, &item));
    it = value_iter(SET(type_string, 2, s("b"), s("a")));
    cr_assert(value_next(&it, &key, &item) && str_is(key.u.string, "a") && str_is(item.u.string, "a"));
}

Test(value, deep_bits_follow_what_is_inside)
{
    struct value secret = value_mark(s("x"), MARK_SENSITIVE), unknown = value_unknown(type_string);
    struct value v = object2("a", TUPLE(1, secret), "b", LIST(type_string, 2, s("y"), unknown));
    cr_assert_eq(v.deep, DEEP_UNKNOWN | DEEP_SENSITIVE);
    cr_assert_eq(v.marks, 0);
    cr_assert_eq(value_marks_deep(v), MARK_SENSITIVE);
    struct value bare = value_unmark_deep(a, v);
    cr_assert_eq(bare.deep, DEEP_UNKNOWN);
    cr_assert(value_same(bare, v) && !value_same_marked(bare, v));
    struct value own = value_mark(v, MARK_EPHEMERAL);
    cr_assert_eq(own.deep, DEEP_UNKNOWN | DEEP_SENSITIVE | DEEP_EPHEMERAL);
    cr_assert_eq(value_unmark(own).deep, v.deep);
    cr_assert_eq(value_unmark_deep(a, own).deep, DEEP_UNKNOWN);
    struct value m = value_map(a, type_string, &STR("k"), array(1, secret), 1);
    cr_assert(value_has_secret(m) && !value_has_secret(value_unmark_deep(a, m)));
    cr_assert_eq(value_mark(value_null(type_string), MARK_SENSITIVE).deep, DEEP_SENSITIVE);
}

static const char *joined(struct value set)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    for (uint32_t i = 0; i < set.n; i++) {
        struct value v = set.u.items[i];
        if (v.type->kind == TYPE_OBJECT)
            v = v.u.items[0];
        if (v.state == VALUE_UNKNOWN)
            strbuf_lit(&out, "?");
        else if (v.state == VALUE_NULL)
            strbuf_lit(&out, "~");
        else if (v.type == type_number)
            number_print(&out, value_as_number(v));
        else if (v.type == type_bool)
            strbuf_add(&out, v.u.boolean ? STR("T") : STR("F"));
        else
            strbuf_add(&out, v.u.string);
        strbuf_addc(&out, ' ');
    }
    return arena_str(a, strbuf_str(&out)).p;
}

Test(value, sets_sort_and_drop_duplicates)
{
    cr_assert_str_eq(joined(SET(type_string, 4, s("b"), s("a"), s("b"), s("B"))), "B a b ");
    cr_assert_str_eq(joined(SET(type_number, 4, value_int(10), value_int(9), value_int(-1), value_int(10))),
                     "-1 9 10 ");
    cr_assert_str_eq(joined(SET(type_bool, 3, value_bool(true), value_bool(false), value_bool(true))), "F T ");
    struct value unknown = value_unknown(type_string), null = value_null(type_string);
    cr_assert_str_eq(joined(SET(type_string, 5, unknown, null, s("z"), unknown, null)), "z ? ? ~ ");
    struct value one = object1("a", value_int(1)), ten = object1("a", value_int(10)), two = object1("a", value_int(2));
    cr_assert_str_eq(joined(SET(one.type, 4, one, ten, two, one)), "10 1 2 ", "objects sort by their text");
    struct value quoted = object1("a", s("\"q")), plain = object1("a", s("a"));
    cr_assert_str_eq(joined(SET(plain.type, 2, plain, quoted)), "\"q a ");
    struct value blank = object1("a", s("\xC2\xA0")), tilde = object1("a", s("~"));
    cr_assert_str_eq(joined(SET(plain.type, 3, tilde, plain, blank)), "\xC2\xA0 a ~ ", "what does not show is escaped");
    cr_assert_eq(value_set(a, type_string, NULL, 0).n, 0);
}

Test(value, marks_of_elements_move_to_the_set)
{
    struct value set = SET(type_string, 2, value_mark(s("b"), MARK_SENSITIVE), s("a"));
    cr_assert_eq(set.marks, MARK_SENSITIVE);
    cr_assert(!set.u.items[0].marks && !set.u.items[1].marks);
    cr_assert(value_set_has(set, s("b")) && !value_set_has(set, s("c")));
}

Test(value, sets_are_searched)
{
    struct value items[100];
    for (int i = 0; i < 100; i++)
        items[i] = object2("n", value_int(i * 7 % 100), "s", s("x"));
    struct value set = value_set(a, items[0].type, items, 100);
    cr_assert_eq(set.n, 100);
    for (int i = 0; i < 100; i++)
        cr_assert(value_set_has(set, items[i]));
    cr_assert(!value_set_has(set, object2("n", value_int(100), "s", s("x"))));
}

enum want { NO, YES, UNKNOWN };

static enum want equal(struct value x, struct value y)
{
    struct value r = value_equal(a, x, y), back = value_equal(a, y, x);
    cr_assert(value_same(r, back), "== is symmetric");
    cr_assert_eq(r.type, type_bool);
    if (r.state == VALUE_UNKNOWN) {
        cr_assert(r.refine && r.refine->not_null);
        return UNKNOWN;
    }
    return r.u.boolean ? YES : NO;
}

static struct value refined(const struct type *type, struct refine r)
{
    return value_unknown_refined(a, type, r);
}

Test(value, equality)
{
    struct value unknown = value_unknown(type_string), any = value_unknown(type_dynamic);
    struct value never_null = refined(type_string, (struct refine){.not_null = true, .prefix = STR("ami-")});
    struct value dynamic_null = value_null(type_dynamic);
    const struct {
        struct value x, y;
        enum want want;
    } cases[] = {
        {value_int(1), value_int(1), YES},
        {value_int(1), s("1"), NO},
        {s("a"), s("a"), YES},
        {value_null(type_string), value_null(type_number), YES},
        {value_null(type_string), value_int(1), NO},
        {value_null(type_string), s(""), NO},
        {unknown, s("a"), UNKNOWN},
        {unknown, value_int(1), NO},
        {unknown, unknown, UNKNOWN},
        {unknown, dynamic_null, UNKNOWN},
        {never_null, dynamic_null, NO},
        {never_null, s("ami-1"), UNKNOWN},
        {never_null, s("foo"), NO},
        {any, s("a"), UNKNOWN},
        {any, any, UNKNOWN},
        {TUPLE(1, value_int(1)), LIST(type_number, 1, value_int(1)), NO},
        {TUPLE(2, unknown, value_int(1)), TUPLE(2, s("a"), value_int(2)), UNKNOWN},
        {TUPLE(2, value_int(1), unknown), TUPLE(2, value_int(2), s("a")), NO},
        {object2("a", unknown, "b", value_int(1)), object2("a", s("x"), "b", value_int(2)), NO},
        {object2("a", unknown, "b", value_int(1)), object2("a", s("x"), "b", value_int(1)), UNKNOWN},
        {object1("a", any), object1("a", s("x")), UNKNOWN},
        {object1("a", any), object1("b", s("x")), NO},
        {object1("a", dynamic_null), object1("a", s("x")), NO},
        {SET(type_string, 2, s("a"), unknown), SET(type_string, 1, s("a")), UNKNOWN},
        {SET(type_string, 2, s("a"), s("b")), SET(type_string, 2, s("b"), s("a")), YES},
        {SET(type_string, 1, s("a")), SET(type_string, 2, s("b"), s("a")), NO},
        {refined(type_number, (struct refine){.has_min = true, .min = number_int(3)}), value_int(3), NO},
        {refined(type_number, (struct refine){.has_min = true, .min = number_int(3), .min_inclusive = true}),
         value_int(3), UNKNOWN},
        {refined(type_list(type_string), (struct refine){.min_length = 2}), LIST(type_string, 1, s("a")), NO},
        {refined(type_list(type_string), (struct refine){.max_length = 1}), LIST(type_string, 1, s("a")), UNKNOWN},
        {refined(type_list(type_string), (struct refine){.max_length = 1}), LIST(type_string, 2, s("a"), s("b")), NO},
        {value_list(type_string, NULL, 0), value_list(type_number, NULL, 0), NO},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(equal(cases[i].x, cases[i].y), cases[i].want, "case %zu", i);
    struct value secret = TUPLE(1, value_mark(s("a"), MARK_SENSITIVE));
    cr_assert_eq(value_equal(a, secret, TUPLE(1, s("a"))).marks, MARK_SENSITIVE);
}

Test(value, refinements_collapse)
{
    struct refine three = {.not_null = true,
                           .has_min = true,
                           .has_max = true,
                           .min_inclusive = true,
                           .max_inclusive = true,
                           .min = number_int(3),
                           .max = number_int(3)};
    cr_assert(value_same(refined(type_number, three), value_int(3)));
    three.not_null = false;
    cr_assert_eq(refined(type_number, three).state, VALUE_UNKNOWN, "it may still be null");
    struct refine two = {.not_null = true, .min_length = 2, .max_length = 2};
    struct value list = refined(type_list(type_string), two);
    cr_assert(value_is_set(list) && list.n == 2 && list.u.items[0].state == VALUE_UNKNOWN && list.deep == DEEP_UNKNOWN);
    cr_assert_eq(refined(type_map(type_string), two).state, VALUE_UNKNOWN);
    cr_assert_eq(refined(type_set(type_string), two).state, VALUE_UNKNOWN);
    cr_assert(!refined(type_dynamic, two).refine);
    cr_assert(!refined(type_string, (struct refine){0}).refine);
    struct value v = value_refine_not_null(a, value_mark(value_unknown(type_list(type_string)), MARK_SENSITIVE));
    cr_assert(v.state == VALUE_UNKNOWN && v.refine->not_null && v.refine->max_length == UINT32_MAX);
    cr_assert(v.marks == MARK_SENSITIVE && v.deep == (DEEP_UNKNOWN | DEEP_SENSITIVE));
    cr_assert(value_same(value_refine_not_null(a, s("a")), s("a")));
}

Test(value, null_and_unknown_drop_optional_from_their_type)
{
    bool optional = true;
    const struct type *t = type_object(&STR("a"), &type_string, &optional, 1);
    cr_assert_eq(value_null(t).type, type_without_optional(t));
    cr_assert_eq(value_unknown(t).type, type_without_optional(t));
}

Test(value, hashes_agree_with_same)
{
    struct number n;
    cr_assert(number_parse(a, STR("1.0"), &n));
    cr_assert_eq(value_hash(value_number(n)), value_hash(value_int(1)));
    cr_assert_eq(value_hash(value_number(number_from_double(a, 0.5))),
                 value_hash(object1("a", value_number(number_from_double(a, 0.5))).u.items[0]));
    cr_assert_eq(value_hash(value_mark(s("x"), MARK_SENSITIVE)), value_hash(s("x")));
    cr_assert_neq(value_hash(s("x")), value_hash(s("y")));
    cr_assert_neq(value_hash(TUPLE(2, s("x"), s("y"))), value_hash(TUPLE(2, s("y"), s("x"))));
}

Test(value, copies_share_nothing)
{
    struct arena *keep = a;
    a = arena_new();
    struct number n;
    cr_assert(number_parse(a, STR("0.1"), &n));
    struct str key = arena_str(a, STR("key"));
    struct value m = value_map(a, type_string, &key, array(1, value_string(arena_str(a, STR("v")))), 1);
    struct value u = refined(type_string, (struct refine){.prefix = arena_str(a, STR("pre"))});
    struct value v = TUPLE(4, value_mark(m, MARK_SENSITIVE), value_number(n), u, value_null(type_bool));
    struct value copy = value_copy(keep, v);
    arena_free(a);
    a = keep;
    cr_assert_eq(copy.n, 4);
    cr_assert(str_is(copy.u.items[0].u.map.keys[0], "key") && str_is(copy.u.items[0].u.map.items[0].u.string, "v"));
    cr_assert(str_is(number_text(a, value_as_number(copy.u.items[1])), "0.1"));
    cr_assert(str_is(copy.u.items[2].refine->prefix, "pre"));
    cr_assert_eq(copy.deep, DEEP_SENSITIVE | DEEP_UNKNOWN);
}
