/*
 * language: the verified answers in data/ against the parser, the evaluator and the functions.
 *   language DATA-FOLDER [--verbose] [--group NAME]
 * Prints `N of M` for each file and fails where that is less than data/baseline.txt says; the baseline may only rise.
 */
#include "answer.h"
#include "world.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "funcs/table.h"
#include "syntax/parse.h"
#include "value/json.h"

#include <stdio.h>
#include <stdlib.h>

struct driver {
    struct world world;
    struct arena *arena; /* of the case at hand */
    struct str folder;
    bool verbose;
    const char *group; /* NULL: all */
    const struct func_table *funcs;
};

enum { COLUMNS = 5 };

/* One line of a file. */
struct test_case {
    struct str expr, columns[COLUMNS];
};

typedef bool check_fn(struct driver *driver, const struct test_case *test);

static struct str read_whole(struct arena *arena, const char *path)
{
    FILE_AUTO file = fopen(path, "rb");
    VEC(char) bytes = {0};
    int c;
    if (!file) {
        perror(path);
        exit(2);
    }
    while ((c = getc(file)) != EOF)
        vec_push(arena, &bytes, (char)c);
    return str_from(bytes.v, bytes.n);
}

static struct str data_file(struct driver *driver, const char *name)
{
    struct str path = arena_printf(driver->world.arena, "%.*s/%s", STR_ARG(driver->folder), name);
    return read_whole(driver->world.arena, path.p);
}

/* -- one case -- */

static bool split(struct arena *arena, struct str line, struct test_case *test)
{
    struct json_error error;
    struct value expr;
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t tab = str_find_byte(line, '\t', 0);
        test->columns[i] = str_sub(line, 0, tab);
        line = str_sub(line, tab == SIZE_MAX ? line.n : tab + 1, line.n);
    }
    if (!json_read(arena, test->columns[0], &expr, &error))
        return false;
    test->expr = expr.u.string;
    return true;
}

/* The expression as an argument of a file, as it was when the answers were made, so that places can be compared. */
static const struct expr *parse(struct driver *driver, struct str expr, struct diags *diags)
{
    struct sources *sources = driver->world.sources;
    struct str text = arena_printf(driver->arena, "locals {\n  c00000 = %.*s\n}\n", STR_ARG(expr));
    const struct body *body = parse_body(driver->arena, diags, sources, sources_add(sources, STR("case.tf"), text));
    if (diags_failed(diags) || !body->n_items || !body->items[0].block)
        return NULL;
    const struct attribute *attribute = body_attribute(body->items[0].block->body, STR("c00000"));
    return attribute ? attribute->expr : NULL;
}

static struct value evaluate(struct driver *driver, struct str expr, struct diags *diags)
{
    struct eval eval = world_eval(&driver->world, driver->arena, driver->funcs, driver->folder, diags);
    const struct expr *e = parse(driver, expr, diags);
    return e && eval_references(&eval, e) ? eval_expr(&eval, e) : value_unknown(type_dynamic);
}

static void tell_diags(struct driver *driver, const struct diags *diags)
{
    vec_each (&diags->list, i) {
        const struct diag *diag = &diags->list.v[i];
        struct position at = sources_position(driver->world.sources, diag->subject.file, diag->subject.off);
        printf("    [%u, %u, %u] %.*s: %.*s\n", at.line, at.column, at.byte, STR_ARG(diag->summary),
               STR_ARG(diag->detail));
    }
}

static bool same(struct driver *driver, const struct test_case *test, const char *what, struct str got, struct str want,
                 bool mask)
{
    STRBUF_AUTO tidy_got = STRBUF_INIT(1 << 24), tidy_want = STRBUF_INIT(1 << 24);
    if (answer_tidy(&tidy_got, driver->arena, got, mask) && answer_tidy(&tidy_want, driver->arena, want, mask) &&
        str_eq(strbuf_str(&tidy_got), strbuf_str(&tidy_want)))
        return true;
    if (driver->verbose)
        printf("  %.*s\n    %s: got  %.*s\n    %s: want %.*s\n", STR_ARG(test->expr), what, STR_ARG(got), what,
               STR_ARG(want));
    return false;
}

static bool no_errors(struct driver *driver, const struct test_case *test, const struct diags *diags)
{
    if (!diags_failed(diags))
        return true;
    if (driver->verbose) {
        printf("  %.*s\n    want %.*s\n", STR_ARG(test->expr), STR_ARG(test->columns[1]));
        tell_diags(driver, diags);
    }
    return false;
}

static bool check_value(struct driver *driver, const struct test_case *test)
{
    struct diags diags = DIAGS_INIT(driver->arena);
    struct value v = evaluate(driver, test->expr, &diags);
    STRBUF_AUTO json = STRBUF_INIT(1 << 24), type = STRBUF_INIT(1 << 24), mask = STRBUF_INIT(1 << 24);
    if (!no_errors(driver, test, &diags))
        return false;
    answer_value(&json, v);
    type_json_write(&type, v.type);
    answer_sensitive(&mask, v);
    return same(driver, test, "value", strbuf_str(&json), test->columns[1], false) &&
           same(driver, test, "type", strbuf_str(&type), test->columns[2], false) &&
           same(driver, test, "sensitive", strbuf_str(&mask), test->columns[3], true);
}

static bool check_unknown(struct driver *driver, const struct test_case *test)
{
    struct diags diags = DIAGS_INIT(driver->arena);
    struct value v = evaluate(driver, test->expr, &diags);
    STRBUF_AUTO json = STRBUF_INIT(1 << 24), unknown = STRBUF_INIT(1 << 24), mask = STRBUF_INIT(1 << 24);
    if (!no_errors(driver, test, &diags))
        return false;
    answer_value(&json, v);
    answer_unknown(&unknown, v);
    answer_sensitive(&mask, v);
    return same(driver, test, "known part", strbuf_str(&json), test->columns[1], false) &&
           same(driver, test, "unknown", strbuf_str(&unknown), test->columns[2], true) &&
           same(driver, test, "sensitive", strbuf_str(&mask), test->columns[3], true);
}

/* Whether a problem starts where the answer says: [line, column, byte]. */
static bool check_error(struct driver *driver, const struct test_case *test)
{
    struct diags diags = DIAGS_INIT(driver->arena);
    struct value v = evaluate(driver, test->expr, &diags);
    vec_each (&diags.list, i) {
        struct span at = diags.list.v[i].subject;
        struct position p = sources_position(driver->world.sources, at.file, at.off);
        if (str_eq(arena_printf(driver->arena, "[%u, %u, %u]", p.line, p.column, p.byte), test->columns[2]))
            return true;
    }
    if (driver->verbose) {
        STRBUF_AUTO json = STRBUF_INIT(1 << 16);
        answer_value(&json, v);
        printf("  %.*s\n    want %.*s at %.*s, got %.*s\n", STR_ARG(test->expr), STR_ARG(test->columns[1]),
               STR_ARG(test->columns[2]), STR_ARG(strbuf_str(&json)));
        tell_diags(driver, &diags);
    }
    return false;
}

/* -- one file -- */

static size_t baseline(struct driver *driver, const char *name)
{
    struct str rest = data_file(driver, "baseline.txt"), line;
    while (str_next_line(&rest, &line)) {
        size_t space = str_find_byte(line, ' ', 0);
        if (str_eq(str_sub(line, 0, space), str_c(name)))
            return strtoul(line.p + space, NULL, 10);
    }
    return 0;
}

static bool in_group(const struct driver *driver, const struct test_case *test)
{
    return !driver->group || str_eq(test->columns[4], str_c(driver->group));
}

static bool run_file(struct driver *driver, const char *name, check_fn *check)
{
    struct str rest = data_file(driver, arena_printf(driver->world.arena, "%s.tsv", name).p), line;
    size_t passed = 0, total = 0, expected = driver->group ? 0 : baseline(driver, name);
    while (str_next_line(&rest, &line)) {
        struct test_case test;
        arena_reset(driver->arena);
        if (!str_starts(line, STR("\"")) || !split(driver->arena, line, &test) || !in_group(driver, &test))
            continue;
        total++;
        passed += check(driver, &test);
    }
    printf("%s: %zu of %zu\n", name, passed, total);
    if (passed < expected)
        printf("%s: the baseline is %zu\n", name, expected);
    else if (passed > expected && !driver->group)
        printf("%s: raise the baseline from %zu to %zu\n", name, expected, passed);
    return passed >= expected;
}

static void read_options(struct driver *driver, int argc, char **argv)
{
    driver->folder = str_c(argv[1]);
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--verbose") == 0)
            driver->verbose = true;
        else if (strcmp(argv[i], "--group") == 0 && i + 1 < argc)
            driver->group = argv[++i];
    }
}

static bool run(struct driver *driver)
{
    struct diags diags = DIAGS_INIT(driver->world.arena);
    driver->funcs = funcs_table();
    if (!world_load(&driver->world, data_file(driver, "fixture.tf"), driver->funcs, &diags)) {
        puts("fixture.tf does not load:");
        tell_diags(driver, &diags);
        if (!driver->verbose)
            return false;
    }
    bool ok = run_file(driver, "cases", check_value);
    ok &= run_file(driver, "errors", check_error);
    return run_file(driver, "unknown", check_unknown) && ok;
}

int main(int argc, char **argv)
{
    struct driver driver = {0};
    if (argc < 2) {
        fputs("usage: language DATA-FOLDER [--verbose] [--group NAME]\n", stderr);
        return 2;
    }
    ARENA_AUTO permanent = arena_new();
    ARENA_AUTO scratch = arena_new();
    driver.arena = scratch;
    driver.world = (struct world){.arena = permanent, .sources = sources_new()};
    read_options(&driver, argc, argv);
    bool ok = run(&driver);
    sources_free(driver.world.sources);
    return ok ? 0 : 1;
}
