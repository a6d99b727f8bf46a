#include "addr/addr.h"
#include <criterion/criterion.h>
#include <pthread.h>

static struct key str_key(const char *name)
{
    return (struct key){.kind = KEY_STRING, .name = str_c(name)};
}

static struct key int_key(int64_t index)
{
    return (struct key){.kind = KEY_INT, .index = index};
}

Test(addr, interns_and_prints)
{
    struct addrs *addrs = addrs_new();
    const struct module_inst *site = addr_module(addrs, addr_root(addrs), STR("site"), str_key("no\"rth"));
    const struct addr *a = addr_resource(addrs, site, ADDR_MANAGED, STR("debian_file"), STR("motd"), int_key(3));
    cr_assert_str_eq(a->text.p, "module.site[\"no\\\"rth\"].debian_file.motd[3]");
    cr_assert_eq(a, addr_resource(addrs, site, ADDR_MANAGED, STR("debian_file"), STR("motd"), int_key(3)));
    cr_assert_eq(a, addr_find(addrs, a->text));
    cr_assert_neq(a, addr_with_key(addrs, a, int_key(4)));
    const struct addr *data = addr_resource(addrs, addr_root(addrs), ADDR_DATA, STR("t"), STR("n"), (struct key){0});
    cr_assert_str_eq(data->text.p, "data.t.n");
    cr_assert_eq(addr_root(addrs)->text.n, 0);
    addrs_free(addrs);
}

Test(addr, order_of_plans)
{
    struct addrs *addrs = addrs_new();
    struct diags diags = {0};
    static const char *const sorted[] = {
        "data.b.b",
        "a.a",
        "a.a[2]",
        "a.a[10]",
        "a.a[\"1\"]",
        "a.b",
        "b.a",
        "module.a.a.a",
        "module.a.module.b.a.a",
        "module.a[0].a.a",
        "module.a[\"x\"].a.a",
        "module.b.a.a",
    };
    enum { N = sizeof sorted / sizeof *sorted };
    const struct addr *addr[N];
    for (size_t i = 0; i < N; i++)
        cr_assert_not_null(addr[i] = addr_parse(addrs, NULL, str_c(sorted[i]), &diags), "%s", sorted[i]);
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            int got = addr_cmp(addr[i], addr[j]);
            cr_assert_eq((got > 0) - (got < 0), (i > j) - (i < j), "%s %s", sorted[i], sorted[j]);
        }
    addrs_free(addrs);
}

Test(addr, parses_what_it_prints)
{
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    static const char *const texts[] = {
        "a.b",
        "data.a.b",
        "a.b[0]",
        "a.b[\"x y\"]",
        "a.b[\"q\\\"\\\\ $${x}\"]",
        "module.m[\"é\"].module.n[1].data.t.n[\"k\"]",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct addr *a = addr_parse(addrs, sources, str_c(texts[i]), &diags);
        cr_assert_not_null(a, "%s", texts[i]);
        cr_assert_str_eq(a->text.p, texts[i]);
    }
    cr_assert_str_eq(addr_parse(addrs, sources, STR("resource.a.b"), &diags)->text.p, "a.b");
    cr_assert_eq(diags.n_errors, 0);
    sources_free(sources);
    addrs_free(addrs);
}

Test(addr, says_what_is_wrong)
{
    struct addrs *addrs = addrs_new();
    struct sources *sources = sources_new();
    ARENA_AUTO arena = arena_new();
    static const struct {
        const char *text;
        uint32_t off;
    } cases[] = {{"", 0},         {"a", 0},       {"data.a", 0},    {"module.a", 0},  {"a.b.c", 4},
                 {"a.b[1.5]", 4}, {"a.b[-1]", 4}, {"a.b[0][1]", 7}, {"module[0]", 7}, {"a.b[", 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct diags diags = DIAGS_INIT(arena);
        cr_assert_null(addr_parse(addrs, sources, str_c(cases[i].text), &diags), "%s", cases[i].text);
        cr_assert_geq(diags.n_errors, 1, "%s", cases[i].text);
        if (i < 9)
            cr_assert_eq(diags.list.v[0].subject.off, cases[i].off, "%s: %u", cases[i].text,
                         diags.list.v[0].subject.off);
    }
    sources_free(sources);
    addrs_free(addrs);
}

Test(addr, targets_cover_what_they_hold)
{
    struct addrs *addrs = addrs_new();
    struct diags diags = {0};
    static const struct {
        const char *target, *addr;
        bool covered;
    } cases[] = {
        {"a.b", "a.b", true},
        {"a.b", "a.b[0]", true},
        {"a.b", "a.c", false},
        {"a.b[0]", "a.b[1]", false},
        {"a.b[0]", "a.b[0]", true},
        {"a.b", "data.a.b", false},
        {"module.m", "module.m.a.b", true},
        {"module.m", "module.m[1].module.n.a.b", true},
        {"module.m[0]", "module.m[1].a.b", false},
        {"module.m", "a.b", false},
        {"module.m.a.b", "module.m[\"x\"].a.b[2]", true},
        {"module.m.a.b", "module.m.module.n.a.b", false},
        {"a.b", "module.m.a.b", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct target target;
        cr_assert(addr_parse_target(addrs, NULL, str_c(cases[i].target), &target, &diags));
        cr_assert_eq(target_covers(&target, addr_parse(addrs, NULL, str_c(cases[i].addr), &diags)), cases[i].covered,
                     "%s %s", cases[i].target, cases[i].addr);
    }
    addrs_free(addrs);
}

static void *intern_many(void *addrs)
{
    const struct addr **made = heap_alloc(1000 * sizeof *made);
    for (int i = 0; i < 1000; i++)
        made[i] = addr_resource(addrs, addr_root(addrs), ADDR_MANAGED, STR("a"), STR("b"), int_key(i));
    return made;
}

Test(addr, is_interned_by_all_threads_alike)
{
    struct addrs *addrs = addrs_new();
    pthread_t threads[4];
    void *made[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, intern_many, addrs);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], &made[i]);
    for (int i = 1; i < 4; i++)
        cr_assert_arr_eq(made[0], made[i], 1000 * sizeof(void *));
    for (int i = 0; i < 4; i++)
        free(made[i]);
    addrs_free(addrs);
}

Test(addr, keys_as_values)
{
    cr_assert_eq(key_value(int_key(3)).type, type_number);
    cr_assert(str_is(key_value(str_key("k")).u.string, "k"));
    cr_assert(value_is_null(key_value((struct key){0})));
    cr_assert_lt(key_cmp((struct key){0}, int_key(0)), 0);
    cr_assert_lt(key_cmp(int_key(9), int_key(10)), 0);
    cr_assert_lt(key_cmp(int_key(9), str_key("")), 0);
}
