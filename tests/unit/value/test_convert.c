#include "value/convert.h"
#include "value/json.h"

#include <criterion/criterion.h>

static struct arena *a;

static void setup(void)
{
    a = arena_new();
}

static void teardown(void)
{
    arena_free(a);
}

TestSuite(convert, .init = setup, .fini = teardown);

static const struct type *type(const char *json)
{
    const struct type *t = type_json_read(str_c(json));
    cr_assert(t != NULL, "%s", json);
    return t;
}

static const char *type_text(const struct type *t)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    type_json_write(&out, t);
    return arena_str(a, strbuf_str(&out)).p;
}

static struct value read_as(const char *type_json, const char *json)
{
    struct value v;
    struct json_error error;
    cr_assert(json_read_as(a, str_c(json), type(type_json), &v, &error), "%s: %s", json, error.why);
    return v;
}

static const char *written(struct value v)
{
    STRBUF_AUTO out = STRBUF_INIT(0);
    json_write(&out, v, JSON_COMPACT);
    return arena_str(a, strbuf_str(&out)).p;
}

#define STR_T "\"string\""
#define NUM_T "\"number\""
#define BOOL_T "\"bool\""
#define ANY_T "\"dynamic\""
#define LIST_T(t) "[\"list\"," t "]"
#define SET_T(t) "[\"set\"," t "]"
#define MAP_T(t) "[\"map\"," t "]"
#define TUPLE_T(...) "[\"tuple\",[" __VA_ARGS__ "]]"
#define OBJ_T(attrs) "[\"object\",{" attrs "}]"

Test(convert, values)
{
    static const struct {
        const char *from, *json, *to, *want, *want_type; /* want_type NULL: `to` */
    } cases[] = {
        {NUM_T, "1.50", STR_T, "\"1.5\"", NULL},
        {BOOL_T, "true", STR_T, "\"true\"", NULL},
        {STR_T, "\"1e3\"", NUM_T, "1000", NULL},
        {STR_T, "\"true\"", BOOL_T, "true", NULL},
        {STR_T, "\"0\"", BOOL_T, "false", NULL},
        {ANY_T, "[1,\"a\",true]", LIST_T(STR_T), "[\"1\",\"a\",\"true\"]", NULL},
        {ANY_T, "[1,\"a\",true]", LIST_T(ANY_T), "[\"1\",\"a\",\"true\"]", LIST_T(STR_T)},
        {ANY_T, "[1,\"1\",true]", SET_T(ANY_T), "[\"1\",\"true\"]", SET_T(STR_T)},
        {ANY_T, "[null,1]", LIST_T(ANY_T), "[null,1]", LIST_T(NUM_T)},
        {ANY_T, "[null]", LIST_T(ANY_T), "[null]", NULL},
        {ANY_T, "[]", LIST_T(ANY_T), "[]", NULL},
        {ANY_T, "[]", SET_T(NUM_T), "[]", NULL},
        {ANY_T, "{}", MAP_T(STR_T), "{}", NULL},
        {ANY_T, "{\"a\":1,\"b\":\"x\"}", MAP_T(ANY_T), "{\"a\":\"1\",\"b\":\"x\"}", MAP_T(STR_T)},
        {ANY_T, "[{\"a\":1},{\"b\":2}]", LIST_T(ANY_T), "[{\"a\":1},{\"b\":2}]", LIST_T(MAP_T(NUM_T))},
        {ANY_T, "[{\"a\":1},{\"a\":\"x\"}]", LIST_T(ANY_T), "[{\"a\":\"1\"},{\"a\":\"x\"}]",
         LIST_T(OBJ_T("\"a\":" STR_T))},
        {ANY_T, "[[1],[2,3]]", LIST_T(ANY_T), "[[1],[2,3]]", LIST_T(LIST_T(NUM_T))},
        {ANY_T, "[[1,\"a\"],[2,\"b\"]]", LIST_T(ANY_T), "[[1,\"a\"],[2,\"b\"]]", LIST_T(TUPLE_T(NUM_T "," STR_T))},
        {ANY_T, "{\"a\":[1],\"b\":[\"x\"]}", MAP_T(LIST_T(ANY_T)), "{\"a\":[\"1\"],\"b\":[\"x\"]}",
         MAP_T(LIST_T(STR_T))},
        {ANY_T, "{\"a\":1,\"b\":2}", OBJ_T("\"a\":" STR_T), "{\"a\":\"1\"}", NULL},
        {ANY_T, "{\"a\":1}", OBJ_T("\"a\":" ANY_T), "{\"a\":1}", OBJ_T("\"a\":" NUM_T)},
        {ANY_T, "{\"a\":1}", "[\"object\",{\"a\":\"string\",\"b\":\"bool\"},[\"b\"]]", "{\"a\":\"1\",\"b\":null}",
         OBJ_T("\"a\":" STR_T ",\"b\":" BOOL_T)},
        {MAP_T(NUM_T), "{\"a\":1,\"z\":2}", "[\"object\",{\"a\":\"string\",\"b\":[\"list\",\"bool\"]},[\"b\"]]",
         "{\"a\":\"1\",\"b\":null}", OBJ_T("\"a\":" STR_T ",\"b\":" LIST_T(BOOL_T))},
        {LIST_T(NUM_T), "[2,1,2]", SET_T(STR_T), "[\"1\",\"2\"]", NULL},
        {SET_T(NUM_T), "[10,9]", LIST_T(NUM_T), "[9,10]", NULL},
        {LIST_T(NUM_T), "[1]", LIST_T(ANY_T), "[1]", LIST_T(NUM_T)},
        {MAP_T(STR_T), "{\"a\":\"1\"}", MAP_T(NUM_T), "{\"a\":1}", NULL},
        {TUPLE_T(NUM_T), "[1]", TUPLE_T(STR_T), "[\"1\"]", NULL},
        {LIST_T(OBJ_T("\"a\":" NUM_T)), "[{\"a\":1},null]", LIST_T("[\"object\",{\"a\":\"string\"},[\"a\"]]"),
         "[{\"a\":\"1\"},null]", LIST_T(OBJ_T("\"a\":" STR_T))},
        {ANY_T, "null", LIST_T(STR_T), "null", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v = read_as(cases[i].from, cases[i].json), out;
        struct path where = {0};
        STRBUF_AUTO why = STRBUF_INIT(0);
        cr_assert(convert(a, v, type(cases[i].to), &out, &where, &why), "%s to %s: %.*s", cases[i].json, cases[i].to,
                  STR_ARG(strbuf_str(&why)));
        cr_assert_str_eq(written(out), cases[i].want);
        const char *want_type = type_text(type(cases[i].want_type ? cases[i].want_type : cases[i].to));
        cr_assert_str_eq(type_text(out.type), want_type);
    }
}

Test(convert, failures_say_where_and_why)
{
    static const struct {
        const char *from, *json, *to, *where, *why;
    } cases[] = {
        {STR_T, "\"x\"", NUM_T, "", "a number is required"},
        {STR_T, "\"TRUE\"", BOOL_T, "", "a bool is required; to convert from string, use lowercase \"true\""},
        {BOOL_T, "true", NUM_T, "", "number required, but have bool"},
        {ANY_T, "[]", STR_T, "", "string required, but have tuple"},
        {STR_T, "\"x\"", LIST_T(STR_T), "", "list of string required, but have string"},
        {ANY_T, "{}", LIST_T(STR_T), "", "list of string required, but have object"},
        {ANY_T, "[true,1]", LIST_T(ANY_T), "", "all list elements must have the same type"},
        {ANY_T, "[\"1\",[]]", LIST_T(NUM_T), "[1]", "number required, but have tuple"},
        {ANY_T, "[\"1\",\"x\"]", LIST_T(NUM_T), "[1]", "a number is required"},
        {ANY_T, "{\"a\":{\"b\":[\"1\",\"x\"]}}", OBJ_T("\"a\":" OBJ_T("\"b\":" LIST_T(NUM_T))), ".a.b[1]",
         "a number is required"},
        {ANY_T, "{\"a\":{\"b\":true}}", OBJ_T("\"a\":" OBJ_T("\"b\":" NUM_T)), ".a.b",
         "number required, but have bool"},
        {ANY_T, "{}", OBJ_T("\"name\":" STR_T), "", "attribute \"name\" is required"},
        {ANY_T, "{}", OBJ_T("\"a\":" STR_T ",\"b\":" STR_T ",\"c\":" STR_T), "",
         "attributes \"a\", \"b\" and \"c\" are required"},
        {ANY_T, "[1]", TUPLE_T(NUM_T "," NUM_T), "", "2 elements required, but have 1"},
        {MAP_T(STR_T), "{}", OBJ_T("\"a\":" STR_T), "", "attribute \"a\" is required"},
        {MAP_T(STR_T), "{\"k\":\"x\"}", MAP_T(NUM_T), "[\"k\"]", "a number is required"},
        {LIST_T(BOOL_T), "[true]", LIST_T(NUM_T), "", "incorrect type of elements: number required, but have bool"},
        {MAP_T(NUM_T), "{\"b\":1}", "[\"object\",{\"b\":[\"list\",\"bool\"]},[\"b\"]]", ".b",
         "list of bool required, but have number"},
        {ANY_T, "[{\"a\":null},{\"a\":[1]}]", LIST_T(ANY_T), "", "all elements must have the same type"},
        {ANY_T, "{\"a\":1,\"b\":[]}", MAP_T(ANY_T), "", "all map elements must have the same type"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v = read_as(cases[i].from, cases[i].json), out;
        struct path where = {0};
        STRBUF_AUTO why = STRBUF_INIT(0);
        STRBUF_AUTO place = STRBUF_INIT(0);
        cr_assert(!convert(a, v, type(cases[i].to), &out, &where, &why), "%s", cases[i].json);
        path_print(&place, where);
        cr_assert(str_eq(strbuf_str(&why), str_c(cases[i].why)), "case %zu: %.*s", i, STR_ARG(strbuf_str(&why)));
        cr_assert(str_eq(strbuf_str(&place), str_c(cases[i].where)), "case %zu: %.*s", i, STR_ARG(strbuf_str(&place)));
        cr_assert(!convert(a, v, type(cases[i].to), &out, NULL, NULL));
    }
}

Test(convert, marks_and_unknowns)
{
    struct value secret = value_mark(read_as(STR_T, "\"1\""), MARK_SENSITIVE), out;
    cr_assert(convert(a, secret, type_number, &out, NULL, NULL));
    cr_assert(out.marks == MARK_SENSITIVE && value_same(out, value_int(1)));
    struct value items[] = {secret, value_unknown(type_string)};
    struct value tuple = value_tuple(items, 2);
    cr_assert(convert(a, tuple, type_list(type_number), &out, NULL, NULL));
    cr_assert(out.u.items[0].marks == MARK_SENSITIVE && out.u.items[1].type == type_number);
    cr_assert_eq(out.deep, DEEP_SENSITIVE | DEEP_UNKNOWN);
    cr_assert(convert(a, tuple, type_set(type_string), &out, NULL, NULL));
    cr_assert(out.marks == MARK_SENSITIVE && out.n == 2);
    struct value list;
    cr_assert(convert(a, out, type_list(type_string), &list, NULL, NULL));
    cr_assert(list.state == VALUE_UNKNOWN && list.marks == MARK_SENSITIVE && list.type == type_list(type_string));

    cr_assert(convert(a, value_unknown(type_dynamic), type("[\"list\",\"dynamic\"]"), &out, NULL, NULL));
    cr_assert(out.state == VALUE_UNKNOWN && out.type == type_list(type_dynamic));
    struct value known_not_null = value_refine_not_null(a, value_unknown(type_string));
    cr_assert(convert(a, known_not_null, type_number, &out, NULL, NULL) && out.refine->not_null);
    const struct type *two = type(TUPLE_T(NUM_T "," NUM_T));
    cr_assert(convert(a, value_unknown(two), type_list(type_dynamic), &out, NULL, NULL));
    cr_assert(out.type == type_list(type_number) && out.refine->min_length == 2 && out.refine->max_length == 2);
    cr_assert(convert(a, value_refine_not_null(a, value_unknown(two)), type_list(type_string), &out, NULL, NULL));
    cr_assert(value_is_set(out) && out.n == 2 && out.u.items[0].state == VALUE_UNKNOWN);
    cr_assert(convert(a, value_refine_not_null(a, value_unknown(two)), type_set(type_string), &out, NULL, NULL));
    cr_assert(out.state == VALUE_UNKNOWN && out.refine->min_length == 1 && out.refine->max_length == 2);
}

Test(convert, possible)
{
    static const struct {
        const char *from, *to;
        bool safe, unsafe;
    } cases[] = {
        {NUM_T, STR_T, true, true},
        {STR_T, NUM_T, false, true},
        {BOOL_T, NUM_T, false, false},
        {STR_T, STR_T, true, true},
        {ANY_T, STR_T, false, true},
        {STR_T, ANY_T, true, true},
        {LIST_T(STR_T), SET_T(STR_T), false, true},
        {SET_T(STR_T), LIST_T(STR_T), true, true},
        {MAP_T(STR_T), OBJ_T("\"a\":" STR_T), false, true},
        {OBJ_T("\"a\":" STR_T), MAP_T(STR_T), true, true},
        {OBJ_T("\"a\":" STR_T), OBJ_T(""), true, true},
        {OBJ_T(""), OBJ_T("\"a\":" STR_T), false, false},
        {LIST_T(NUM_T), LIST_T(STR_T), true, true},
        {LIST_T(STR_T), TUPLE_T(STR_T), false, false},
        {MAP_T(STR_T), LIST_T(STR_T), false, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cr_assert_eq(convert_possible(type(cases[i].from), type(cases[i].to), false), cases[i].safe, "case %zu", i);
        cr_assert_eq(convert_possible(type(cases[i].from), type(cases[i].to), true), cases[i].unsafe, "case %zu", i);
    }
}

Test(convert, unify)
{
    static const struct {
        const char *types[4], *want;
    } cases[] = {
        {{NUM_T, STR_T}, STR_T},
        {{BOOL_T, STR_T, NUM_T}, STR_T},
        {{BOOL_T, NUM_T}, NULL},
        {{ANY_T, NUM_T}, NUM_T},
        {{ANY_T, ANY_T}, ANY_T},
        {{NUM_T, LIST_T(NUM_T)}, NULL},
        {{LIST_T(NUM_T), LIST_T(STR_T)}, LIST_T(STR_T)},
        {{LIST_T(NUM_T), ANY_T}, ANY_T},
        {{LIST_T(NUM_T), SET_T(STR_T)}, LIST_T(NUM_T)},
        {{TUPLE_T(NUM_T), TUPLE_T(STR_T)}, TUPLE_T(STR_T)},
        {{TUPLE_T(NUM_T), TUPLE_T(STR_T "," STR_T)}, LIST_T(STR_T)},
        {{TUPLE_T(NUM_T), TUPLE_T(BOOL_T)}, NULL},
        {{TUPLE_T(NUM_T), LIST_T(STR_T)}, LIST_T(STR_T)},
        {{TUPLE_T(), LIST_T(STR_T)}, LIST_T(STR_T)},
        {{TUPLE_T(NUM_T), SET_T(STR_T)}, SET_T(STR_T)},
        {{OBJ_T("\"a\":" NUM_T), OBJ_T("\"a\":" STR_T)}, OBJ_T("\"a\":" STR_T)},
        {{OBJ_T("\"a\":" NUM_T), OBJ_T("\"b\":" STR_T)}, MAP_T(STR_T)},
        {{OBJ_T("\"a\":" NUM_T), OBJ_T("")}, MAP_T(NUM_T)},
        {{OBJ_T("\"a\":" NUM_T), OBJ_T("\"b\":" LIST_T(STR_T))}, NULL},
        {{OBJ_T("\"a\":" NUM_T), MAP_T(STR_T)}, MAP_T(STR_T)},
        {{OBJ_T("\"a\":" NUM_T), TUPLE_T(NUM_T)}, NULL},
        {{OBJ_T("\"a\":" NUM_T), ANY_T}, ANY_T},
        {{TUPLE_T(NUM_T), ANY_T}, ANY_T},
        {{MAP_T(NUM_T), MAP_T(BOOL_T), MAP_T(STR_T)}, MAP_T(STR_T)},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct type *types[4];
        size_t n = 0;
        while (n < 4 && cases[i].types[n]) {
            types[n] = type(cases[i].types[n]);
            n++;
        }
        const struct type *made = convert_unify(types, n);
        cr_assert_eq(made, cases[i].want ? type(cases[i].want) : NULL, "case %zu: %s", i,
                     made ? type_text(made) : "none");
        for (size_t k = 0; k < n / 2; k++) {
            const struct type *t = types[k];
            types[k] = types[n - 1 - k];
            types[n - 1 - k] = t;
        }
        if (n == 2)
            cr_assert_eq(convert_unify(types, n), made, "case %zu backwards", i);
    }
    cr_assert_eq(convert_unify(NULL, 0), type_dynamic);
}

Test(convert, unify_many_types_quickly)
{
    enum { N = 20000 };
    const struct type **types = ARENA_ARRAY(a, const struct type *, N);
    for (int i = 0; i < N; i++)
        types[i] = i % 2 ? type_number : type_string;
    cr_assert_eq(convert_unify(types, N), type_string);
    for (int i = 0; i < N; i++) {
        struct str name = arena_printf(a, "n%d", i);
        types[i] = type_object(&name, i % 2 ? &type_number : &type_string, NULL, 1);
    }
    cr_assert_eq(convert_unify(types, N), type_map(type_string));
}

Test(convert, defaults)
{
    const struct type *inner = type("[\"object\",{\"x\":\"number\",\"y\":\"string\"},[\"x\",\"y\"]]");
    struct value inner_defaults[] = {value_int(7), {0}};
    struct type_defaults inner_level = {.type = inner, .attr_defaults = inner_defaults};
    const struct str names[] = {STR_INIT("l"), STR_INIT("m"), STR_INIT("n"), STR_INIT("o")};
    const struct type *types[] = {type_list(inner), type_map(inner), type_string, inner};
    bool optional[] = {true, true, true, true};
    const struct type *outer = type_object(names, types, optional, 4);
    struct type_defaults *elements[] = {&inner_level};
    struct type_defaults list_level = {.type = types[0], .children = elements};
    struct type_defaults map_level = {.type = types[1], .children = elements};
    struct type_defaults *children[] = {&list_level, &map_level, NULL, &inner_level};
    struct value outer_defaults[] = {{0}, {0}, value_string(STR("dflt")), read_as("\"dynamic\"", "{}")};
    struct type_defaults level = {.type = outer, .attr_defaults = outer_defaults, .children = children};
    static const struct {
        const char *in, *want;
    } cases[] = {
        {"{}", "{\"l\":null,\"m\":null,\"n\":\"dflt\",\"o\":{\"x\":7,\"y\":null}}"},
        {"{\"n\":null}", "{\"l\":null,\"m\":null,\"n\":\"dflt\",\"o\":{\"x\":7,\"y\":null}}"},
        {"{\"n\":\"own\",\"o\":{\"x\":1}}", "{\"l\":null,\"m\":null,\"n\":\"own\",\"o\":{\"x\":1,\"y\":null}}"},
        {"{\"l\":[{},{\"x\":2,\"y\":\"b\"}],\"m\":{\"k\":{}},\"o\":null}",
         "{\"l\":[{\"x\":7,\"y\":null},{\"x\":2,\"y\":\"b\"}],\"m\":{\"k\":{\"x\":7,\"y\":null}},\"n\":\"dflt\","
         "\"o\":{\"x\":7,\"y\":null}}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct value v = convert_defaults(a, read_as("\"dynamic\"", cases[i].in), &level), out;
        cr_assert(convert(a, v, outer, &out, NULL, NULL));
        cr_assert_str_eq(written(out), cases[i].want);
        cr_assert_eq(out.type, type_without_optional(outer));
    }
    struct value null = value_null(type_dynamic), unknown = value_unknown(type_dynamic);
    cr_assert(value_same(convert_defaults(a, null, &level), null));
    cr_assert(value_same(convert_defaults(a, unknown, &level), unknown));
    cr_assert(value_same(convert_defaults(a, value_int(1), NULL), value_int(1)));
}
