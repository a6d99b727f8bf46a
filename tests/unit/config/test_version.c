#include "config/decode.h"
#include <criterion/criterion.h>

Test(version, constraints)
{
    static const struct {
        const char *version, *constraint;
        bool met, valid;
    } cases[] = {
        {"0.1.0", ">= 0.1", true, true},        {"0.1.0", ">0.1", false, true},
        {"0.1.0", "0.1.0", true, true},         {"0.1.0", "= 0.1", true, true},
        {"0.1.0", "!= 0.1.0", false, true},     {"1.2.9", "~> 1.2.3", true, true},
        {"1.3.0", "~> 1.2.3", false, true},     {"1.3.0", "~> 1.2", true, true},
        {"2.0.0", "~> 1.2", false, true},       {"1.9.0", "~> 1", true, true},
        {"1.5.0", ">= 1.0, < 2.0", true, true}, {"2.0.0", ">= 1.0,<2.0", false, true},
        {"1.0.0-rc1", ">= 1.0.0", false, true}, {"1.0.0", "> 1.0.0-rc1", true, true},
        {"1.10.0", "> 1.9", true, true},        {"1.0.0", "", false, false},
        {"1.0.0", "latest", false, false},      {"1.0.0", ">= 1.x", false, false},
        {"1.0.0", ">= 1.0,", false, false},     {"1.0.0", "=> 1.0", false, false},
        {"1.0.0", "1.0 2.0", false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why;
        bool met = version_meets(str_c(cases[i].version), str_c(cases[i].constraint), &why);
        cr_assert_eq(met, cases[i].met, "%s %s", cases[i].version, cases[i].constraint);
        cr_assert_eq(why == NULL, cases[i].valid, "%s %s", cases[i].version, cases[i].constraint);
    }
}
