/*
 * testing: the tests of a configuration: finds its test files, carries out their runs one after the other, judges what
 * came of them, and takes down what they made. Prints nothing: what happens is told by events, and stays in the report.
 * One thread, but for testing_cancel, which may be called from a signal handler.
 */
#ifndef DETOUR_TESTING_TESTING_H
#define DETOUR_TESTING_TESTING_H

#include "config/testfile.h"
#include "core/session.h"

/* In the order in which the worse one decides over a file or all. */
enum test_status {
    TEST_PENDING,
    TEST_SKIP,
    TEST_PASS,
    TEST_FAIL,  /* an assertion does not hold */
    TEST_ERROR, /* the run itself went wrong, or an expected failure did not come */
};

/* One run block. */
struct test_run {
    struct str name;
    enum test_status status;
    struct diags diags;
    size_t n_asserts, n_failed; /* assertions */
    struct str started;         /* RFC 3339; empty: it was skipped */
    uint64_t elapsed_ns;
    const struct testfile_run *config;
};

/* An object that could not be taken down. */
struct test_left {
    struct str addr, deposed;
    struct str run; /* the last one that worked on its state */
};

struct test_file {
    struct str path;
    enum test_status status;
    struct diags diags; /* of the file as a whole, and of taking down */
    VEC(struct test_run) runs;
    VEC(struct test_left) left;
};

struct test_suite {
    enum test_status status;
    struct diags diags; /* of the configuration, and of what is asked for */
    VEC(struct test_file *) files;
    size_t n_runs, passed, failed, errored, skipped; /* runs */
};

enum test_event_kind {
    TEST_FOUND, /* the files are known; before anything is run */
    TEST_FILE_START,
    TEST_RUN_START,
    TEST_RUN_SHOW, /* what a run planned (plan) or what its state is now (state): between start and end */
    TEST_RUN_END,  /* also of a run that is skipped */
    TEST_FILE_TEARDOWN,
    TEST_RUN_TEARDOWN, /* what that run made last is taken down */
    TEST_FILE_END,
    TEST_END,
};

struct test_event {
    enum test_event_kind kind;
    const struct test_suite *suite;
    const struct test_file *file; /* or NULL */
    const struct test_run *run;   /* or NULL */
    const struct plan *plan;      /* TEST_RUN_SHOW: one of the two */
    const struct snapshot *state;
};

/* All strings are borrowed for the testing's life. */
struct test_options {
    struct str test_dir;       /* the other folder that is looked for test files; empty: "tests" */
    const struct str *filters; /* paths of test files: those alone */
    size_t n_filters;
    struct registry *registry;
    const struct func_table *funcs;
    const struct config_reader *reader;
    const struct config *config;        /* the one under test, where it is loaded already; or NULL */
    const struct config_option *inputs; /* -var and -var-file */
    size_t n_inputs;
    char *const *environment;
    unsigned parallelism;
    struct str version;
    struct session_events events; /* of the sessions behind the runs */
    void *ctx;                    /* of `event` */
    void (*event)(void *ctx, const struct test_event *event);
};

struct testing;

/* A test of the configuration that the options name; they must outlive it. Release it with testing_free. */
struct testing *testing_new(const struct test_options *options);
void testing_free(struct testing *testing);

/* Runs the tests of the current folder. The report belongs to `testing`. */
const struct test_suite *testing_run(struct testing *testing);

/* Only checks the test files, and the modules that they name, as far as that goes without running anything. */
bool testing_check(struct testing *testing, struct diags *diags);

/* The first call ends the run at hand at its next safe point and skips all others; the second does so with taking down.
 * Async-signal-safe. */
void testing_cancel(struct testing *testing);

/* The texts that its diagnostics point into. */
struct sources *testing_sources(struct testing *testing);

/* "pass", "fail", "error", "skip", "pending". */
const char *test_status_name(enum test_status status);

#endif
