#include "base/unicode.h"
#include <criterion/criterion.h>

Test(unicode, counts_clusters_and_columns)
{
    struct {
        const char *text;
        size_t length, width;
    } cases[] = {
        {"abc", 3, 3},  {"é", 1, 1},     {"e\u0301", 1, 1}, {"日本", 2, 4}, {"👨‍👩‍👧", 1, 6},
        {"\r\n", 1, 2}, {"a\xff", 2, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(unicode_length(str_c(cases[i].text)), cases[i].length, "length of case %zu", i);
        cr_assert_eq(unicode_width(str_c(cases[i].text)), cases[i].width, "width of case %zu", i);
    }
}

Test(unicode, nfc_composes)
{
    ARENA_AUTO arena = arena_new();
    cr_assert(str_is(unicode_nfc(arena, STR("e\u0301")), "é"));
}

Test(unicode, finds_invalid_bytes)
{
    cr_assert_eq(utf8_invalid(STR("ok é")), SIZE_MAX);
    cr_assert_eq(utf8_invalid(STR("ab\xc3(")), 2);
    cr_assert_eq(utf8_invalid(STR("\xed\xa0\x80")), 0, "a surrogate is not UTF-8");
}
