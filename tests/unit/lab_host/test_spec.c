#include "lab_host/spec.h"
#include <criterion/criterion.h>

Test(spec, checks_names)
{
    const char *good[] = {"a", "web", "web-1", "0"}, *bad[] = {"", "-a", "a-", "A", "a.b", "a/b", "..", "a b", "é"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_assert_null(spec_check_name(str_c(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_not_null(spec_check_name(str_c(bad[i])), "%s", bad[i]);
    cr_assert_not_null(spec_check_name(STR("a\0b")));
}

Test(spec, checks_what_becomes_an_argument)
{
    cr_assert_null(spec_check_package(STR("libstdc++6")));
    cr_assert_null(spec_check_package(STR("nginx=1.22.1-9")));
    cr_assert_not_null(spec_check_package(STR("--force")));
    cr_assert_not_null(spec_check_package(STR("./a.deb")));
    cr_assert_null(spec_check_mount(STR("/srv/apt"), STR("repo")));
    cr_assert_not_null(spec_check_mount(STR("srv"), STR("repo")));
    cr_assert_not_null(spec_check_mount(STR("/srv:x"), STR("repo")));
    cr_assert_not_null(spec_check_mount(STR("/srv/../x"), STR("repo")));
    cr_assert_not_null(spec_check_mount(STR("/srv"), STR("")));
    cr_assert_null(spec_check_mirror(STR("http://deb.debian.org/debian")));
    cr_assert_not_null(spec_check_mirror(STR("deb.debian.org")));
    cr_assert_not_null(spec_check_mirror(STR("http://x y")));
}

Test(spec, checks_keys)
{
    cr_assert_null(spec_check_key(STR("ssh-ed25519 AAAA you@here")));
    cr_assert_not_null(spec_check_key(STR("ssh-ed25519 AAAA\nssh-rsa BBBB")));
    cr_assert_not_null(spec_check_key(STR("-----BEGIN OPENSSH PRIVATE KEY-----")));
}

Test(spec, sorts_sets)
{
    ARENA_AUTO arena = arena_new();
    struct strs s = {0};
    strs_add(arena, &s, STR("b"));
    strs_add(arena, &s, STR("a"));
    strs_add(arena, &s, STR("b"));
    strs_sort(&s);
    cr_assert(str_is(strs_lines(arena, &s), "a\nb\n"));
    cr_assert(strs_has(&s, STR("a")) && !strs_has(&s, STR("c")));
}
