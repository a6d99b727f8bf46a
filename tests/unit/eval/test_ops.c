#include "fixture.h"

Test(ops, values)
{
    static const struct fixture_case cases[] = {
        {"1 + 2 * 3", "7"},
        {"\"1\" + 2", "3"},
        {"7 % 3", "1"},
        {"-7 % 3", "-1"},
        {"1 % 0", "1"},
        {"1 / 0", "inf"},
        {"-num", "-42"},
        {"!false", "true"},
        {"\"10\" > 9", "true"},
        {"1 == \"1\"", "false"},
        {"nullstr == null", "true"},
        {"null == 1", "false"},
        {"[1] == [1]", "true"},
        {"\"true\" && true", "true"},
        {"secret == \"x\"", "false!"},
        {"secret != \"x\"", "true!"},
        {"obj == obj", "true!"},
        {"unk == null", "false"},
        {"unk != null", "true"},
        {"unk == \"a\"", "?bool"},
        {"false && unk == \"a\"", "?bool"},
        {"1 + any", "?number"},
        {"(unk == \"a\" ? 1 : 2) > 5", "false"},
        {"(unk == \"a\" ? 1 : 2) < 5", "true"},
        {"(unk == \"a\" ? 1 : 2) < 2", "?bool"},
    };
    fixture_values(cases, LENGTH(cases));
}

Test(ops, problems)
{
    static const struct fixture_case cases[] = {
        {"1 + null", "0 Operation failed"}, {"0 / 0", "0 Operation failed"},  {"-null", "0 Operation failed"},
        {"true && 1", "8 Invalid operand"}, {"1 + [2]", "4 Invalid operand"}, {"nope + 1", "0 Unknown name"},
        {"!\"x\"", "1 Invalid operand"},
    };
    fixture_problems(cases, LENGTH(cases));
}

Test(ops, both_sides_are_reported_with_the_values_in_play)
{
    struct fixture f;
    fixture_init(&f);
    fixture_eval(&f, "list + map");
    cr_assert(f.diags.n_errors == 2);
    cr_assert(f.diags.list.v[1].subject.off == 7);
    cr_assert(f.diags.list.v[0].notes.n == 1);
    cr_assert(str_is(f.diags.list.v[0].notes.v[0].label, "list"));
    fixture_free(&f);
}

Test(ops, secrets_are_masked)
{
    struct fixture f;
    fixture_init(&f);
    fixture_eval(&f, "secret + 1");
    const struct diag *diag = &f.diags.list.v[0];
    cr_assert(str_find(diag->detail, STR("s3cr3t"), 0) == SIZE_MAX);
    cr_assert(diag->notes.n == 1 && str_find(diag->notes.v[0].text, STR("s3cr3t"), 0) == SIZE_MAX);
    fixture_free(&f);
}

Test(choice, values)
{
    static const struct fixture_case cases[] = {
        {"true ? 1 : \"a\"", "\"1\""},
        {"false ? [1] : [\"a\"]", "[\"a\"]"},
        {"true ? null : 1", "null"},
        {"\"true\" ? 1 : 2", "1"},
        {"true ? 1 : list[7]", "1"},
        {"secret == \"\" ? 1 : 2", "2!"},
        {"true ? 1 : secret", "\"1\"!"},
        {"unk == \"a\" ? 1 : \"b\"", "?string"},
        {"unk == \"a\" ? null : null", "null"},
    };
    fixture_values(cases, LENGTH(cases));
}

Test(choice, problems)
{
    static const struct fixture_case cases[] = {
        {"true ? 1 : [2]", "7 Inconsistent conditional result types"},
        {"(true ? { a = 1 } : [1])", "8 Inconsistent conditional result types"},
        {"null ? 1 : 2", "0 Null condition"},
        {"1 ? 1 : 2", "0 Incorrect condition type"},
        {"true ? list[7] : \"\"", "11 Invalid index"},
    };
    fixture_problems(cases, LENGTH(cases));
}
