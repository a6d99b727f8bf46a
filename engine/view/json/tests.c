#include "view/json/tests.h"
#include "view/json/plan.h"
#include "view/json/state.h"
#include "view/json/stream.h"
#include "view/json/writer.h"

static struct writer begin(struct strbuf *out, const char *level, const char *type, const struct test_event *event,
                           struct str message)
{
    struct writer w = stream_line(out, level, type, message);
    if (event->file)
        writer_field_str(&w, "@testfile", event->file->path);
    if (event->run)
        writer_field_str(&w, "@testrun", event->run->name);
    return w;
}

static void diagnostics(struct strbuf *out, const struct sources *sources, const struct test_event *event,
                        const struct diags *diags)
{
    vec_each (&diags->list, i) {
        ARENA_AUTO arena = arena_new();
        const struct diag *d = &diags->list.v[i];
        bool error = d->severity == DIAG_ERROR;
        struct str message = arena_printf(arena, "%s: %.*s", error ? "Error" : "Warning", STR_ARG(d->summary));
        struct writer w = begin(out, error ? "error" : "warn", "diagnostic", event, message);
        writer_key(&w, "diagnostic");
        json_diagnostic(&w, sources, d);
        stream_line_end(&w);
    }
}

static void file_line(struct strbuf *out, const struct test_event *event, const char *progress, bool ended)
{
    ARENA_AUTO arena = arena_new();
    const struct test_file *file = event->file;
    const char *word = ended ? test_status_name(file->status) : *progress == 't' ? "tearing down" : "in progress";
    struct writer w = begin(
        out, "info", "test_file", event,
        arena_printf(arena, "%.*s... %s", STR_ARG(file->path), ended && file->status == TEST_ERROR ? "fail" : word));
    writer_key(&w, "test_file");
    writer_open(&w, '{');
    writer_field_str(&w, "path", file->path);
    writer_field_c(&w, "progress", progress);
    if (ended)
        writer_field_c(&w, "status", test_status_name(file->status));
    writer_close(&w, '}');
    stream_line_end(&w);
}

static void run_line(struct strbuf *out, const struct test_event *event, const char *progress, bool ended)
{
    ARENA_AUTO arena = arena_new();
    const struct test_run *run = event->run;
    const char *word = !ended                      ? (*progress == 't' ? "tearing down" : "in progress")
                       : run->status == TEST_ERROR ? "fail"
                                                   : test_status_name(run->status);
    struct writer w =
        begin(out, "info", "test_run", event, arena_printf(arena, "  run \"%.*s\"... %s", STR_ARG(run->name), word));
    writer_key(&w, "test_run");
    writer_open(&w, '{');
    writer_field_str(&w, "path", event->file->path);
    writer_field_str(&w, "run", run->name);
    writer_field_c(&w, "progress", progress);
    writer_field_int(&w, "elapsed", (int64_t)(run->elapsed_ns / 1000000));
    if (ended)
        writer_field_c(&w, "status", test_status_name(run->status));
    writer_close(&w, '}');
    stream_line_end(&w);
}

/* The files with their runs, before anything is done. */
static void abstract(struct strbuf *out, const struct test_event *event)
{
    ARENA_AUTO arena = arena_new();
    const struct test_suite *suite = event->suite;
    struct str message = arena_printf(arena, "Found %zu files and %zu run blocks", suite->files.n, suite->n_runs);
    struct writer w = begin(out, "info", "test_abstract", event, message);
    writer_key(&w, "test_abstract");
    writer_open(&w, '{');
    vec_each (&suite->files, i) {
        const struct test_file *file = suite->files.v[i];
        writer_key_str(&w, file->path);
        writer_open(&w, '[');
        vec_each (&file->runs, k)
            writer_str(&w, file->runs.v[k].name);
        writer_close(&w, ']');
    }
    writer_close(&w, '}');
    stream_line_end(&w);
}

static void left(struct strbuf *out, const struct test_event *event)
{
    const struct test_file *file = event->file;
    if (!file->left.n)
        return;
    struct writer w = begin(out, "error", "test_cleanup", event, STR("Objects are left that could not be destroyed"));
    writer_key(&w, "test_cleanup");
    writer_open(&w, '{');
    writer_key(&w, "failed_resources");
    writer_open(&w, '[');
    vec_each (&file->left, i) {
        writer_open(&w, '{');
        writer_field_str(&w, "instance", file->left.v[i].addr);
        if (file->left.v[i].deposed.n)
            writer_field_str(&w, "deposed_key", file->left.v[i].deposed);
        writer_close(&w, '}');
    }
    writer_close(&w, ']');
    writer_close(&w, '}');
    stream_line_end(&w);
}

static void summary(struct strbuf *out, const struct test_event *event)
{
    ARENA_AUTO arena = arena_new();
    const struct test_suite *s = event->suite;
    bool good = s->status == TEST_PASS;
    struct writer w =
        begin(out, "info", "test_summary", event,
              arena_printf(arena, "%s %zu passed, %zu failed, %zu skipped.", good ? "Success!" : "Failure!", s->passed,
                           s->failed + s->errored, s->skipped));
    writer_key(&w, "test_summary");
    writer_open(&w, '{');
    writer_field_c(&w, "status", test_status_name(s->status));
    writer_field_int(&w, "passed", (int64_t)s->passed);
    writer_field_int(&w, "failed", (int64_t)s->failed);
    writer_field_int(&w, "errored", (int64_t)s->errored);
    writer_field_int(&w, "skipped", (int64_t)s->skipped);
    writer_close(&w, '}');
    stream_line_end(&w);
}

void stream_test_event(struct strbuf *out, const struct sources *sources, const struct test_event *event, bool verbose)
{
    switch (event->kind) {
    case TEST_FOUND:
        abstract(out, event);
        break;
    case TEST_FILE_START:
        file_line(out, event, "starting", false);
        break;
    case TEST_RUN_START:
        run_line(out, event, "starting", false);
        break;
    case TEST_RUN_SHOW:
        if (verbose && event->plan)
            stream_plan(out, event->plan);
        if (verbose && event->state)
            stream_outputs(out, event->state);
        break;
    case TEST_RUN_END:
        run_line(out, event, "complete", true);
        diagnostics(out, sources, event, &event->run->diags);
        break;
    case TEST_FILE_TEARDOWN:
        file_line(out, event, "teardown", false);
        break;
    case TEST_RUN_TEARDOWN:
        run_line(out, event, "teardown", false);
        break;
    case TEST_FILE_END:
        diagnostics(out, sources, event, &event->file->diags);
        left(out, event);
        file_line(out, event, "complete", true);
        break;
    case TEST_END:
        summary(out, event);
        break;
    }
}
