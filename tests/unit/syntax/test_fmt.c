#include "syntax/fmt.h"

#include <criterion/criterion.h>

static void check(const char *text, const char *want, size_t errors)
{
    ARENA_AUTO arena = arena_new();
    struct diags diags = DIAGS_INIT(arena);
    struct sources *sources = sources_new();
    struct str got = fmt_source(arena, &diags, sources, sources_add(sources, STR("main.hcl"), str_c(text)));
    cr_assert(str_eq(got, str_c(want)), "%s\n-> %.*s", text, STR_ARG(got));
    cr_assert_eq(diags.n_errors, errors);
    sources_free(sources);
}

Test(fmt, lays_out)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a=1\nbcd = 2 # x\n\ne  =  3", "a   = 1\nbcd = 2 # x\n\ne = 3"},
        {"x {\na=[\n1,\n  2 ]\n}\n", "x {\n  a = [\n    1,\n  2]\n}\n"},
        {"a = {b=1,c=-2, d = 1-2}\n", "a = { b = 1, c = -2, d = 1 - 2 }\n"},
        {"a = f( x ) [ 0 ] . b\n", "a = f(x)[0].b\n"},
        {"a = [ for x in [1] :  x ]\n", "a = [for x in [1] : x]\n"},
        {"a = \"x${ b }\"\r\n", "a = \"x${b}\"\r\n"},
        {"a=1 # é\nbb=\"日本\" # c\n", "a  = 1    # é\nbb = \"日本\" # c\n"},
        {"\n\n  # alone\n   \n", "\n\n# alone\n\n"},
        {"a = <<EOT\n  ${  x }\n    EOT\nbb=1\n", "a  = <<EOT\n  ${x}\n    EOT\nbb = 1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].text, cases[i].want, 0);
}

Test(fmt, rewrites)
{
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"a = \"${b.c}\"\n", "a = b.c\n"},
        {"a = \"${b} \"\n", "a = \"${b} \"\n"},
        {"a = \"${\n  b ?\n  c : d\n}\"\n", "a = (b ?\nc : d)\n"},
        {"a = \"${(b)\n+ (c)}\"\n", "a = ((b)\n+ (c))\n"},
        {"x y \"z\" {}\n", "x \"y\" \"z\" {}\n"},
        {"x /* c */ \"$${y}\\n\\u00a0\" {}\n", "x \"$${y}\\n\\u00a0\" {}\n"},
        {"variable \"v\" {\n  type = \"list\"\n}\n", "variable \"v\" {\n  type = list(string)\n}\n"},
        {"variable \"v\" {\n  type = map\n}\n", "variable \"v\" {\n  type = map(any)\n}\n"},
        {"x {\n  type = \"list\"\n}\n", "x {\n  type = \"list\"\n}\n"},
        {"\xEF\xBB\xBF"
         "a=1\n",
         "a = 1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].text, cases[i].want, 0);
}

Test(fmt, leaves_broken_files_alone)
{
    check("a   = \nb=1\n", "a   = \nb=1\n", 1);
    check("a   = 'x'\n", "a   = 'x'\n", 1);
}
