#include "value/json.h"
#include "value/walk.h"

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

TestSuite(path, .init = setup, .fini = teardown);

static struct value read(const char *text)
{
    struct value v;
    struct json_error error;
    cr_assert(json_read(a, str_c(text), &v, &error));
    return v;
}

static const char *written(struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    json_write(&out, v, JSON_COMPACT);
    return arena_str(a, strbuf_str(&out)).p;
}

/* "a.0.k": numbers are positions, the rest attributes. */
static struct path path(const char *text)
{
    struct path p = {0};
    while (*text) {
        size_t n = strcspn(text, ".");
        struct number number;
        if (number_parse(a, str_from(text, n), &number))
            p = path_index(a, p, value_number(number));
        else
            p = path_attr(a, p, str_from(text, n));
        text += n + (text[n] == '.');
    }
    return p;
}

Test(path, prints_and_writes)
{
    struct path p = path_index(a, path("a.0.b c"), value_string(STR("k\"")));
    STRBUF_AUTO out = STRBUF_INIT(0);
    path_print(&out, p);
    cr_assert(str_is(strbuf_str(&out), ".a[0][\"b c\"][\"k\\\"\"]"), "%.*s", STR_ARG(strbuf_str(&out)));
    strbuf_clear(&out);
    path_json_write(&out, p);
    cr_assert(str_is(strbuf_str(&out), "[\"a\",{\"index\":0},\"b c\",{\"index\":\"k\\\"\"}]"));
}

Test(path, compares)
{
    cr_assert(path_equal(path("a.0"), path("a.0")) && !path_equal(path("a.0"), path("a.1")));
    cr_assert(path_covers(path("a"), path("a.0")) && path_covers(path(""), path("a")) &&
              path_covers(path("a"), path("a")));
    cr_assert(!path_covers(path("a.0"), path("a")) && !path_covers(path("b"), path("a.0")));
    cr_assert(path_cmp(path("a.2"), path("a.10")) < 0 && path_cmp(path("a"), path("a.0")) < 0);
}

Test(path, finds)
{
    struct value v = read("{\"a\":[1,{\"k\":\"x\"}],\"n\":null}"), out;
    cr_assert(path_get(v, path("a.1.k"), &out) && str_is(out.u.string, "x"));
    cr_assert(path_get(v, path(""), &out) && value_same(out, v));
    static const char *const none[] = {"b", "a.2", "a.k", "n.x", "a.0.x", "a.-1", "a.0.5"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_assert(!path_get(v, path(none[i]), &out), "%s", none[i]);
    struct value map = value_map(a, type_string, &STR("k"), &(struct value){0}, 0);
    cr_assert(!path_get(map, path("k"), &out));
    struct value unknown = value_mark(value_unknown(v.type), MARK_SENSITIVE);
    cr_assert(path_get(unknown, path("a.1.k"), &out));
    cr_assert(out.state == VALUE_UNKNOWN && out.type == type_string && out.marks == MARK_SENSITIVE);
    cr_assert(path_get(value_unknown(type_dynamic), path("x.1"), &out) && out.type == type_dynamic);
    cr_assert(!path_get(value_unknown(v.type), path("zz"), &out));
}

Test(path, marks_come_off_and_go_back)
{
    struct value v = read("{\"a\":[1,{\"k\":\"x\"}],\"b\":\"y\"}");
    struct paths marks = {0};
    vec_push(a, &marks.list, ((struct path_marks){path("a.1.k"), MARK_SENSITIVE}));
    vec_push(a, &marks.list, ((struct path_marks){path("a"), MARK_EPHEMERAL}));
    vec_push(a, &marks.list, ((struct path_marks){path("b.gone.too"), MARK_SENSITIVE}));
    struct value marked = paths_mark(a, v, &marks);
    cr_assert_eq(marked.type, v.type);
    cr_assert_eq(marked.deep, DEEP_SENSITIVE | DEEP_EPHEMERAL);
    cr_assert_eq(marked.u.items[0].marks, MARK_EPHEMERAL);
    cr_assert_eq(marked.u.items[0].u.items[1].u.items[0].marks, MARK_SENSITIVE);
    cr_assert_eq(marked.u.items[1].marks, MARK_SENSITIVE);
    cr_assert_eq(v.deep, 0, "the original stays as it is");
    struct paths again = {0};
    struct value bare = paths_unmark(a, marked, &again);
    cr_assert(value_same_marked(bare, v) && again.list.n == 3);
    cr_assert(path_equal(again.list.v[0].path, path("a")) && again.list.v[0].marks == MARK_EPHEMERAL);
    cr_assert(path_equal(again.list.v[1].path, path("a.1.k")));
    cr_assert(value_same_marked(paths_mark(a, bare, &again), marked));
}

Test(path, marks_inside_sets_mark_the_set)
{
    struct value items[] = {value_string(STR("x"))};
    struct value set = value_set(a, type_string, items, 1);
    struct paths marks = {0};
    vec_push(a, &marks.list, ((struct path_marks){path_index(a, (struct path){0}, items[0]), MARK_SENSITIVE}));
    struct value marked = paths_mark(a, set, &marks);
    cr_assert(marked.marks == MARK_SENSITIVE && marked.u.items[0].marks == 0);
}

static bool collect(void *ctx, struct path p, struct value v)
{
    path_print(ctx, p);
    strbuf_addc(ctx, ' ');
    return v.type->kind != TYPE_OBJECT || p.n == 0;
}

Test(path, walk_visits_from_the_outside_in)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    value_walk(a, read("{\"a\":[1,{\"k\":\"x\"}],\"b\":\"y\"}"), collect, &out);
    cr_assert(str_is(strbuf_str(&out), " .a .a[0] .a[1] .b "), "%.*s", STR_ARG(strbuf_str(&out)));
}

static struct value double_numbers(void *ctx, struct path p, struct value v)
{
    (void)p;
    ++*(int *)ctx;
    return v.type == type_number ? value_number(number_add(a, value_as_number(v), value_as_number(v))) : v;
}

static struct value strings_to_bools(void *ctx, struct path p, struct value v)
{
    (void)ctx;
    (void)p;
    return v.type == type_string ? value_bool(true) : v;
}

Test(path, rewrite_works_from_the_inside_out)
{
    int seen = 0;
    struct value v = read("{\"a\":[1,{\"k\":2}],\"b\":\"y\",\"c\":[\"z\"]}");
    struct value twice = value_rewrite(a, v, double_numbers, &seen);
    cr_assert_str_eq(written(twice), "{\"a\":[2,{\"k\":4}],\"b\":\"y\",\"c\":[\"z\"]}");
    cr_assert_eq(seen, 8);
    cr_assert_eq(twice.u.items[2].u.items, v.u.items[2].u.items, "what did not change is shared");
    struct value bools = value_rewrite(a, v, strings_to_bools, NULL);
    cr_assert_str_eq(written(bools), "{\"a\":[1,{\"k\":2}],\"b\":true,\"c\":[true]}");
    cr_assert_eq(value_attr(bools, STR("b")).type, type_bool);
    struct value items[] = {value_int(3), value_int(1), value_int(2)};
    struct value set = value_mark(value_set(a, type_number, items, 3), MARK_SENSITIVE);
    struct value both = value_rewrite(a, set, double_numbers, &seen);
    cr_assert_str_eq(written(both), "[2,4,6]");
    cr_assert_eq(both.marks, MARK_SENSITIVE);
}
