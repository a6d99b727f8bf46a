#include "testing/bench.h"

#include "base/fs.h"
#include "base/gettext.h"
#include "config/input.h"

#include <errno.h>
#include <stdlib.h>

const char *test_status_name(enum test_status status)
{
    static const char *const names[] = {[TEST_PENDING] = "pending",
                                        [TEST_SKIP] = "skip",
                                        [TEST_PASS] = "pass",
                                        [TEST_FAIL] = "fail",
                                        [TEST_ERROR] = "error"};
    return names[status];
}

struct testing *testing_new(const struct test_options *options)
{
    struct arena *arena = arena_new();
    arena_wipe_on_free(arena); /* values of variables, some of them secret */
    struct testing *t = ARENA_NEW(arena, struct testing);
    t->arena = arena;
    t->options = *options;
    t->reader = options->reader ? *options->reader : config_disk;
    t->sources = options->config ? options->config->sources : sources_new();
    t->subjects = MAP_INIT(arena);
    t->suite.diags = DIAGS_INIT(arena);
    t->suite.status = TEST_PENDING;
    return t;
}

void testing_free(struct testing *testing)
{
    if (!testing)
        return;
    if (!testing->options.config)
        sources_free(testing->sources);
    arena_free(testing->arena);
}

struct sources *testing_sources(struct testing *testing)
{
    return testing->sources;
}

void testing_cancel(struct testing *testing)
{
    atomic_fetch_add(&testing->interrupts, 1);
    struct session *session = atomic_load(&testing->session);
    if (session)
        session_cancel(session);
}

/* -- which files -- */

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

typedef VEC(struct str) path_list;

static void find_in(struct testing *t, struct str dir, bool required, path_list *paths)
{
    struct str *names = NULL;
    size_t n = 0;
    if (!t->reader.list(t->reader.ctx, t->arena, dir, &names, &n)) {
        if (required)
            diag_error(&t->suite.diags, (struct span){0}, _("Unusable test folder"),
                       _("The folder \"%.*s\" cannot be read: %s."), STR_ARG(dir), strerror(errno));
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (testfile_is(names[i]))
            vec_push(t->arena, paths, fs_join(t->arena, dir, names[i]));
}

static struct str without_dot(struct str path)
{
    while (str_starts(path, STR("./")))
        path = str_sub(path, 2, path.n);
    return path;
}

static bool listed(const path_list *paths, struct str path)
{
    vec_each (paths, i)
        if (str_eq(paths->v[i], without_dot(path)))
            return true;
    return false;
}

static void check_filters(struct testing *t, const path_list *paths)
{
    struct map names = MAP_INIT(t->arena);
    vec_each (paths, i)
        map_put(&names, paths->v[i], NULL);
    for (size_t i = 0; i < t->options.n_filters; i++) {
        struct str filter = t->options.filters[i], near = map_near(&names, filter);
        struct str hint = near.n ? arena_printf(t->arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
        if (!listed(paths, filter))
            diag_error(&t->suite.diags, (struct span){0}, _("Unknown test file"),
                       _("-filter=%.*s: there is no such test file here.%.*s Name it by its path, such as "
                         "tests/web.test.hcl."),
                       STR_ARG(filter), STR_ARG(hint));
    }
}

static bool wanted(const struct testing *t, struct str path)
{
    for (size_t i = 0; i < t->options.n_filters; i++)
        if (str_eq(without_dot(t->options.filters[i]), path))
            return true;
    return t->options.n_filters == 0;
}

static path_list find_files(struct testing *t)
{
    path_list paths = {0};
    struct str dir = without_dot(t->options.test_dir.n ? t->options.test_dir : STR("tests"));
    while (dir.n > 1 && str_ends(dir, STR("/")))
        dir = str_sub(dir, 0, dir.n - 1);
    dir = arena_str(t->arena, dir);
    find_in(t, STR("."), true, &paths);
    if (dir.n && !str_is(dir, "."))
        find_in(t, dir, t->options.test_dir.n > 0, &paths);
    if (paths.n)
        qsort(paths.v, paths.n, sizeof *paths.v, by_bytes);
    check_filters(t, &paths);
    return paths;
}

/* -- the suite -- */

/* A file as it was read, beside its report. */
struct loaded {
    const struct testfile *config;
    struct test_file *report;
};
typedef VEC(struct loaded) loaded_list;

static struct test_file *report_new(struct testing *t, const struct testfile *config)
{
    struct test_file *report = ARENA_NEW(t->arena, struct test_file);
    *report = (struct test_file){.path = config->path, .diags = DIAGS_INIT(t->arena)};
    for (size_t i = 0; i < config->n_runs; i++) {
        struct test_run run = {
            .name = config->runs[i].name.text, .config = &config->runs[i], .diags = DIAGS_INIT(t->arena)};
        vec_push(t->arena, &report->runs, run);
    }
    t->suite.n_runs += config->n_runs;
    vec_push(t->arena, &t->suite.files, report);
    return report;
}

static loaded_list load_files(struct testing *t)
{
    loaded_list list = {0};
    path_list paths = find_files(t);
    vec_each (&paths, i) {
        if (!wanted(t, paths.v[i]))
            continue;
        struct loaded one = {.config = testfile_load(t->arena, t->sources, &t->reader, paths.v[i], &t->suite.diags)};
        if (one.config) {
            one.report = report_new(t, one.config);
            vec_push(t->arena, &list, one);
        }
    }
    return list;
}

/* The configuration itself, and what its variables are given; nothing is run where something is wrong with either. */
static void load_subject(struct testing *t)
{
    const struct test_options *o = &t->options;
    struct subject *root = stage_subject(t, STR("."), (struct span){0});
    diags_append(&t->suite.diags, &root->diags);
    root->told = true;
    if (diags_failed(&root->diags))
        return;
    t->given =
        config_inputs(root->config, &t->reader, STR("."), o->environment, o->inputs, o->n_inputs, &t->suite.diags);
}

bool testing_check(struct testing *t, struct diags *diags)
{
    size_t errors = diags->n_errors;
    loaded_list list = load_files(t);
    vec_each (&list, i)
        for (size_t k = 0; k < list.v[i].config->n_runs; k++)
            stage_check(t, &list.v[i].config->runs[k], &t->suite.diags);
    diags_append(diags, &t->suite.diags);
    return diags->n_errors == errors;
}

static void tell(struct testing *t, enum test_event_kind kind)
{
    struct test_event event = {.kind = kind, .suite = &t->suite};
    if (t->options.event)
        t->options.event(t->options.ctx, &event);
}

static void work(struct testing *t, const loaded_list *list)
{
    vec_each (list, i) {
        struct bench bench = {
            .testing = t, .config = list->v[i].config, .report = list->v[i].report, .arena = t->arena};
        bench_work(&bench);
        if (bench.report->status > t->suite.status)
            t->suite.status = bench.report->status;
    }
}

const struct test_suite *testing_run(struct testing *t)
{
    t->given = MAP_INIT(t->arena);
    loaded_list list = load_files(t);
    load_subject(t);
    if (diags_failed(&t->suite.diags)) {
        t->suite.status = TEST_ERROR;
        return &t->suite;
    }
    tell(t, TEST_FOUND);
    work(t, &list);
    if (t->suite.status == TEST_PENDING)
        t->suite.status = TEST_PASS;
    tell(t, TEST_END);
    return &t->suite;
}
