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
