#include "diag/source.h"
#include <criterion/criterion.h>

Test(source, positions_count_graphemes)
{
    struct sources *s = sources_new();
    uint32_t file = sources_add(s, STR("a"),
                                STR("\xEF\xBB\xBF"
                                    "x = 1\né\u0301\ty\n"));
    static const struct {
        uint32_t off, line, column;
    } cases[] = {{3, 1, 1}, {5, 1, 3}, {0, 1, 1}, {9, 2, 1}, {13, 2, 2}, {14, 2, 3}, {16, 3, 1}, {99, 3, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct position at = sources_position(s, file, cases[i].off);
        cr_assert(at.line == cases[i].line && at.column == cases[i].column, "%u is at %u:%u", cases[i].off, at.line,
                  at.column);
    }
    cr_assert(str_is(sources_line(s, file, 1), "x = 1"), "a byte order mark is not shown");
    sources_free(s);
}

Test(source, of_hidden_files_only_names_are_shown)
{
    struct sources *s = sources_new();
    const struct {
        const char *line, *shown;
    } cases[] = {
        {"token = \"hush\"", "token ="},
        {"  \"token\": \"hush\",", "  \"token\":"},
        {"  \"hush=hush\",", ""},
        {"  \"hush:hush\",", ""},
        {"hush", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t file = sources_add(s, STR("x.vars.hcl"), str_c(cases[i].line));
        cr_assert(str_eq(sources_line(s, file, 1), str_c(cases[i].line)));
        sources_hide(s, file);
        cr_assert(str_eq(sources_line(s, file, 1), str_c(cases[i].shown)), "%zu", i);
    }
    sources_free(s);
}
