/*
 * bench: what the files of testing/ share: the testing as a whole, a file at work, and a run made ready. Private to
 * testing/.
 */
#ifndef DETOUR_TESTING_BENCH_H
#define DETOUR_TESTING_BENCH_H

#include "base/map.h"
#include "eval/eval.h"
#include "testing/testing.h"

#include <stdatomic.h>

/* A configuration that runs are about: the one under test, or a module that a run names. */
struct subject {
    const struct config *config;
    struct str dir;
    struct diags diags; /* of loading it */
    bool told;          /* the warnings among them */
};

struct testing {
    struct test_options options;
    struct config_reader reader;
    struct arena *arena;
    struct sources *sources;
    struct test_suite suite;
    struct map subjects; /* folder -> struct subject */
    struct map given;    /* inputs of the configuration under test: name -> struct config_input */
    atomic_uint interrupts;
    _Atomic(struct session *) session; /* the one at work */
};

/* A state that runs of a file share. */
struct bench_state {
    struct str key;
    struct backend *backend; /* NULL until the first run on it */
    struct secrets *secrets;
    struct staged *last; /* of the last run that applied to it; NULL: none did */
    const struct test_run *run;
};

/* A test file at work. */
struct bench {
    struct testing *testing;
    const struct testfile *config;
    struct test_file *report;
    struct arena *arena;
    struct value variables;            /* of the file, over those given to the configuration: an object */
    struct value outputs;              /* of the runs so far: an object of objects */
    struct addrs *addrs;               /* of the targets of overrides */
    struct map looked_up;              /* names of variables that something asked for */
    struct map states;                 /* key -> struct bench_state */
    VEC(struct bench_state *) applied; /* in the order in which they were last applied to */
    bool *used;                        /* overrides of the file and its mocks whose target was found, in their order */
};

/* A run with everything evaluated that its session needs. */
struct staged {
    struct subject *subject;
    struct bench_state *state;
    struct session_stand_ins stand_ins;
    struct session_options options;
    bool *used; /* overrides of the run whose target was found */
};

/* -- stage.c -- */
/* The `variables` of the file. False after diagnostics. */
bool stage_file(struct bench *bench);
/* Evaluates all that the run needs. False after diagnostics in the run's. */
bool stage_run(struct bench *bench, struct test_run *run, struct staged *out);
/* What can be said of a run without evaluating anything: about its module, and its expectations. */
void stage_check(struct testing *testing, const struct testfile_run *run, struct diags *diags);
/* The module in that folder, loaded once. */
struct subject *stage_subject(struct testing *testing, struct str source, struct span at);

/* -- stand_in.c -- */
/* The providers and overrides of the run, evaluated with `eval` and checked against the schemas. */
bool stand_ins_make(struct bench *bench, const struct testfile_run *run, const struct subject *subject,
                    struct eval *eval, struct staged *out);

/* -- judge.c -- */
/* Whether the names in expect_failures are of things that can fail. */
bool judge_expectations(const struct testfile_run *run, const struct config *config, struct diags *diags);
struct verdict {
    const struct test_run *run;
    bool *met; /* by the run's expected failures */
};
/* Takes the expected failures out of `found`; unexpected failures of checks become errors. */
void judge_failures(struct arena *arena, struct verdict *verdict, struct diags *found);
/* Reports the expected failures that were not met. */
void judge_unmet(const struct verdict *verdict, struct diags *diags);
/* Evaluates the assertions of the run against the session, into the run's diags. */
void judge_asserts(struct bench *bench, struct test_run *run, const struct subject *subject, struct session *session,
                   struct value variables_outputs);

/* -- compare.c -- */
/* Notes what the sides of a comparison are, and where they differ, on a failed assertion. */
void compare_note(struct eval *eval, const struct expr *condition, struct diag *diag);

/* -- work.c -- */
/* Carries out the runs of the file, and takes down what they made. */
void bench_work(struct bench *bench);

/* Whether somebody interrupted: nothing new is started. */
static inline bool testing_stopped(struct testing *testing)
{
    return atomic_load(&testing->interrupts) > 0;
}

#endif
