#include "fixture.h"
#include "state/format.h"

static struct snapshot *read_back(struct fixture *f, struct snapshot *s)
{
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX), again = STRBUF_INIT(STRBUF_MAX);
    struct absorbed absorbed = {.set = true, .serial = 4, .seq = 9}, got;
    cr_assert(format_write(&out, s, f->secrets, absorbed));
    struct snapshot *back = format_read(f->addrs, STR("detour.state"), strbuf_str(&out), f->secrets, &got, &f->diags);
    cr_assert_not_null(back, "%s\n%.*s", first_detail(f), STR_ARG(strbuf_str(&out)));
    cr_assert(got.set && got.serial == 4 && got.seq == 9);
    cr_assert(format_write(&again, back, f->secrets, absorbed));
    cr_assert(str_eq(strbuf_str(&out), strbuf_str(&again)), "same state, same bytes");
    return back;
}

static struct value with_everything(struct arena *arena)
{
    struct number big;
    cr_assert(number_parse(arena, STR("1234567890123456789012345.0000000000000000001"), &big));
    struct value *strings = ARENA_ARRAY(arena, struct value, 2);
    strings[0] = value_string(STR("b"));
    strings[1] = value_string(STR("a"));
    const struct str keys[] = {STR("k\"1"), STR("k2")};
    const struct value numbers[] = {value_int(1), value_mark(value_int(2), MARK_SENSITIVE)};
    const struct str names[] = {STR("big"), STR("list"), STR("map"), STR("none"), STR("set"), STR("tuple")};
    const struct value items[] = {
        value_number(big),
        value_mark(value_list(type_string, strings, 2), MARK_SENSITIVE),
        value_map(arena, type_number, KEEP(arena, keys), KEEP(arena, numbers), 2),
        value_null(type_set(type_bool)),
        value_set(arena, type_string, strings, 2),
        value_tuple(KEEP(arena, numbers), 1),
    };
    return value_object(arena, names, KEEP(arena, items), 6);
}

Test(format, keeps_values_types_and_marks_exactly)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    const struct addr *depends[] = {at(&f, "detour_data.base"), at(&f, "module.m[\"x\"].detour_data.y")};
    struct state_object o = {.provider = STR("debian.backup"),
                             .schema_version = 7,
                             .status = OBJECT_TAINTED,
                             .create_before_destroy = true,
                             .value = with_everything(f.arena),
                             .private = STR("\0\xff bytes"),
                             .depends = depends,
                             .n_depends = 2};
    struct result r = {.kind = RESULT_SET, .addr = at(&f, "detour_data.a[\"\\\"k\"]"), .object = &o};
    snapshot_apply(s, &r);
    struct snapshot *back = read_back(&f, s);
    const struct state_object *got = snapshot_object(back, r.addr, STR(""));
    cr_assert_not_null(got);
    cr_assert_eq(got->value.type, o.value.type);
    cr_assert(value_same_marked(got->value, o.value));
    cr_assert(str_eq(got->private, o.private));
    cr_assert(str_eq(got->provider, o.provider));
    cr_assert(got->status == OBJECT_TAINTED && got->create_before_destroy && got->schema_version == 7);
    cr_assert(got->n_depends == 2 && got->depends[0] == depends[0] && got->depends[1] == depends[1]);
    cr_assert(str_eq(snapshot_lineage(back), snapshot_lineage(s)));
    snapshot_free(s);
    snapshot_free(back);
    fixture_free(&f);
}

Test(format, keeps_uncertain_intents_with_unknowns)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct intent create = intend(&f, "detour_data.a", INTENT_CREATE),
                  gone = intend(&f, "detour_data.a", INTENT_DELETE);
    const struct str names[] = {STR("id"), STR("set")};
    const struct value unknown = value_unknown(type_string);
    const struct value items[] = {unknown, value_set(f.arena, type_string, &unknown, 1)};
    create.planned.value = value_object(f.arena, names, KEEP(f.arena, items), 2);
    gone.deposed = STR("0000abcd");
    gone.planned = (struct state_object){.provider = STR("detour")};
    snapshot_intend(s, &create);
    snapshot_intend(s, &gone);
    struct snapshot *back = read_back(&f, s);
    const struct state_instance *in = snapshot_get(back, create.addr);
    cr_assert_eq(snapshot_uncertain(back), 2);
    cr_assert_eq(in->uncertain->action, INTENT_CREATE);
    struct value v = in->uncertain->planned.value;
    cr_assert_eq(v.type, create.planned.value.type);
    cr_assert(!value_is_known(value_attr(v, STR("id"))) && !value_is_known(value_attr(v, STR("set"))));
    cr_assert(in->deposed.n == 1 && in->deposed.v[0].uncertain->action == INTENT_DELETE && !in->deposed.v[0].object);
    snapshot_free(s);
    snapshot_free(back);
    fixture_free(&f);
}

Test(format, never_stores_what_is_ephemeral)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result r = {.kind = RESULT_OUTPUT, .name = STR("o"), .sensitive = true};
    r.value = value_mark(value_string(STR("only now")), MARK_EPHEMERAL);
    snapshot_apply(s, &r);
    struct snapshot *back = read_back(&f, s);
    const struct state_output *o = snapshot_output(back, STR("o"));
    cr_assert(o->sensitive && value_is_null(o->value) && o->value.type == type_string);
    snapshot_free(s);
    snapshot_free(back);
    fixture_free(&f);
}

#define HEAD "{\"format\":\"detour.state\",\"version\":1,\"lineage\":\"l\",\"serial\":1"

#define SEALED(version) "{\"format\":\"detour.state\",\"version\":" version

Test(format, refuses_what_it_cannot_read)
{
    const struct {
        const char *text, *summary, *detail;
    } cases[] = {
        {"", "Damaged state", "line 1, column 1: an object was expected"},
        {"{\"format\":\"detour.state\",\n\"version\":1", "Damaged state", "line 2, column 12: a comma was expected"},
        {"{}", "Not a state", "is JSON, but not a state"},
        {"{\"version\":4,\"terraform_version\":\"1.11\"}", "Not a state", "is JSON, but not a state"},
        {"{\"format\":\"detour.state\",\"version\":99,\"new\":1,\"written_by\":\"detour 9.0\"}",
         "State of a newer format", "format version 99 (written by detour 9.0)"},
        {HEAD ",\"nonsense\":1}", "Damaged state", "\"nonsense\" is not known here"},
        {HEAD ",\n\"resources\":[{\"address\":\"a\",\"provider\":\"p\"}]}", "Damaged state",
         "line 2, column 25: \"a\" is not the address of a resource"},
        {HEAD ",\"resources\":[{\"address\":\"a.b\"}]}", "Damaged state", "a member is missing"},
        {HEAD ",\"resources\":[{\"address\":\"a.b\",\"provider\":\"p\",\"type\":0,\"value\":1}]}", "Damaged state",
         "there is no type with the number 0"},
        {HEAD
         ",\"types\":[\"number\"],\"resources\":[{\"address\":\"a.b\",\"provider\":\"p\",\"type\":0,\"value\":\"x\"}]}",
         "Damaged state", "the value does not fit its type"},
        {HEAD ",\"types\":[\"nope\"]}", "Damaged state", "this is not a type"},
        {HEAD ",\"types\":[\"number\"],\"outputs\":[{\"name\":\"a\",\"type\":0,\"value\":1},{\"name\":\"a\",\"type\":0,"
              "\"value\":1}]}",
         "Damaged state", "this output stands here twice"},
        {HEAD "} x", "Damaged state", "something follows the end"},
        {HEAD ",\"serial\":}", "Damaged state", "a value was expected"},
        {HEAD ",\"serial\":2}", "Damaged state", "\"serial\" stands here twice"},
        {" \n", "Damaged state", "The file is empty."},
        {HEAD ",\n<<<<<<< HEAD\n\"outputs\":[],\n=======\n>>>>>>> b\n}", "Damaged state", "both sides of a merge"},
        {HEAD ",\"secrets\":{}}", "Damaged state", "a state of version 1 has no seals, but this one has"},
        {SEALED("0") ",\"lineage\":\"l\",\"serial\":1}", "Damaged state", "there is no version 0"},
        {SEALED("2") ",\"lineage\":\"l\"}", "Damaged state", "\"serial\" is missing"},
        {SEALED("2") ",\"serial\":1}", "Damaged state", "\"lineage\" is missing"},
        {SEALED("2") ",\"lineage\":\"\",\"serial\":1}", "Damaged state", "the lineage is empty"},
        {SEALED("2") ",\"lineage\":\"l\",\"serial\":-1}", "Damaged state", "a whole number was expected"},
        {SEALED("2") ",\"lineage\":\"l\",\"serial\":18446744073709551615}", "Damaged state", "serial is too large"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture f = fixture_new();
        struct absorbed absorbed;
        cr_assert_null(format_read(f.addrs, STR("detour.state"), str_c(cases[i].text), f.secrets, &absorbed, &f.diags));
        cr_assert_str_eq(first_summary(&f), cases[i].summary, "case %zu: %s", i, first_detail(&f));
        cr_assert_not_null(strstr(first_detail(&f), cases[i].detail), "case %zu: %s", i, first_detail(&f));
        cr_assert_eq(f.diags.n_errors, 1);
        fixture_free(&f);
    }
}

Test(format, every_cut_of_a_state_is_refused_and_none_crashes)
{
    struct fixture f = fixture_new();
    struct snapshot *s = snapshot_new(f.addrs);
    struct result r = set(&f, "detour_data.a", "1");
    snapshot_apply(s, &r);
    STRBUF_AUTO out = STRBUF_INIT(STRBUF_MAX);
    format_write(&out, s, f.secrets, (struct absorbed){0});
    for (size_t n = 0; n + 2 < out.n; n++) {
        struct absorbed absorbed;
        char *exact = malloc(n ? n : 1);
        memcpy(exact, out.p, n);
        cr_assert_null(format_read(f.addrs, STR("s"), str_from(exact, n), f.secrets, &absorbed, &f.diags), "%zu", n);
        free(exact);
    }
    snapshot_free(s);
    fixture_free(&f);
}
