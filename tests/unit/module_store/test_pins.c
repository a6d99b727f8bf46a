#include "module_store/pins.h"

#include <criterion/criterion.h>

#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define COMMIT "0123456789abcdef0123456789abcdef01234567"

struct lock {
    struct arena *arena;
    struct sources *sources;
    struct map pins;
    struct diags diags;
    bool ok;
};

static struct lock read(const char *text)
{
    struct lock l = {.arena = arena_new(), .sources = sources_new()};
    l.pins = MAP_INIT(l.arena);
    l.diags = DIAGS_INIT(l.arena);
    l.ok = pins_parse(l.arena, l.sources, STR(PINS_FILE), str_c(text), &l.pins, &l.diags);
    return l;
}

static void drop(struct lock *l)
{
    sources_free(l->sources);
    arena_free(l->arena);
}

Test(pins, sorted_and_what_is_kept_keeps_its_text)
{
    struct lock l = read("# mine\nmodule \"b\" { digest = \"sha256:" SUM "\" } # mine too\n");
    cr_assert(l.ok);
    struct pin a = {.key = STR("git::https://h/a\"b"), .commit = STR(COMMIT), .digest = STR(SUM)};
    struct pin z = {.key = STR("z"), .digest = STR(SUM)};
    map_put(&l.pins, z.key, &z);
    map_put(&l.pins, a.key, &a);
    struct str text = pins_text(l.arena, &l.pins);
    size_t body = str_find(text, STR("\n\n"), 0);
    cr_assert(str_is(str_sub(text, body + 2, text.n), "module \"b\" { digest = \"sha256:" SUM "\" }\n\n"
                                                      "module \"git::https://h/a\\\"b\" {\n  commit = \"" COMMIT
                                                      "\"\n  digest = \"sha256:" SUM "\"\n}\n\n"
                                                      "module \"z\" {\n  digest = \"sha256:" SUM "\"\n}\n"),
              "%.*s", STR_ARG(text));
    struct lock again = read(arena_str(l.arena, text).p);
    cr_assert(again.ok);
    cr_assert(str_eq(pins_text(again.arena, &again.pins), text));
    cr_assert(str_is(((struct pin *)map_get(&again.pins, a.key))->commit, COMMIT));
    drop(&again);
    drop(&l);
}

Test(pins, damage)
{
    static const char *const texts[] = {
        "module \"a\" {",
        "module \"a\" {}",
        "module {}",
        "module \"a\" { digest = \"sha256:abc\" }",
        "module \"a\" { digest = \"" SUM "\" }",
        "module \"a\" { digest = var.x }",
        "module \"a\" {\n digest = \"sha256:" SUM "\"\n commit = \"xyz\"\n}",
        "module \"a\" {\n digest = \"sha256:" SUM "\"\n x {}\n}",
        "module \"a\" {\n digest = \"sha256:" SUM "\"\n x = 1\n}",
        "module \"a\" { digest = \"sha256:" SUM "\" }\nmodule \"a\" { digest = \"sha256:" SUM "\" }",
        "x = 1",
        "provider \"a\" {}",
        "<<<<<<< HEAD\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct lock l = read(texts[i]);
        cr_assert_not(l.ok, "%s", texts[i]);
        cr_assert_gt(l.diags.n_errors, 0, "%s", texts[i]);
        cr_assert(l.diags.list.v[0].subject.file, "%s", texts[i]);
        drop(&l);
    }
}
