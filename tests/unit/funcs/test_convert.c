#include "answer.h"

Test(convert, converts_or_says_why)
{
    CHECK({"tostring(1.50)", "\"1.5\""}, {"tonumber(\"1e3\")", "1000"}, {"tobool(\"true\")", "true"},
          {"tolist([1, \"a\"])", "[\"1\",\"a\"]"}, {"toset([2, 1, 2])", "[1,2]"}, {"tomap({a = 1})", "{\"a\":1}"},
          {"tostring(null)", "null"},
          {"tonumber(\"x\")",
           "error 11: The value for \"v\" of tonumber() is not suitable: cannot convert \"x\" to number"},
          {"tobool(\"yes\")", "error 9: The value"}, {"tomap([1])", "error 7: The value"},
          {"tonumber(sec)", "error 10: The value for \"v\" of tonumber() is not suitable: cannot convert this string"},
          {"tonumber(unk)", "unknown"}, {"tostring(sec)", "sensitive \"s3cret\""});
}

Test(convert, try_and_can)
{
    CHECK({"try({}.a, [][0], \"x\")", "\"x\""}, {"try(1)", "1"}, {"try([{a = 1}]...)", "{\"a\":1}"},
          {"try({}.a)", "error 1: No argument of try() gave a value"}, {"try()", "error 1: try() needs at least one"},
          {"try(unk, 1)", "unknown"}, {"can(tonumber(\"x\"))", "false"}, {"can(1)", "true"}, {"can(unk)", "unknown"},
          {"try(sec.a, sec)", "sensitive \"s3cret\""});
}

Test(convert, marks)
{
    CHECK({"sensitive(1)", "sensitive 1"}, {"nonsensitive(sec)", "\"s3cret\""}, {"nonsensitive(1)", "1"},
          {"issensitive(sec)", "true"}, {"issensitive(1)", "false"}, {"issensitive(unk)", "unknown"},
          {"issensitive([sec])", "false"}, {"ephemeralasnull(1)", "1"});
}

Test(table, has_every_function_with_documentation)
{
    const struct func_table *table = funcs_table();
    cr_assert_geq(table->by_name.n, 118 + 8);
    map_each (&table->by_name, i) {
        const struct func *f = table->by_name.entries[i].value;
        cr_expect(f->doc && *f->doc, "%s has no documentation", f->name);
        cr_expect(f->impl || f->lazy, "%s does nothing", f->name);
        cr_expect((f->type != NULL) + (f->result_type != NULL) == 1 || f->lazy, "%s has one type", f->name);
        cr_expect(f->params, "%s has no list of parameters", f->name);
        for (const struct func_param *p = f->params; p->name; p++)
            cr_expect(p->doc && schema_type_parse(str_c(p->type)), "%s %s", f->name, p->name);
        if (f->rest)
            cr_expect(f->rest->doc && schema_type_parse(str_c(f->rest->type)), "%s", f->name);
    }
    cr_assert_eq(funcs_table(), table);
}
