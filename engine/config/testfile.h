/*
 * testfile: what *.test.hcl files declare: runs of a configuration, what must hold after each, and what stands in place
 * of the world meanwhile. Nothing in it is evaluated: expressions see variables, outputs of earlier runs, and the
 * module that a run is about. Problems are reported, and what was wrong is left out.
 */
#ifndef DETOUR_CONFIG_TESTFILE_H
#define DETOUR_CONFIG_TESTFILE_H

#include "base/vec.h"
#include "config/config.h"

enum testfile_command { TESTFILE_APPLY, TESTFILE_PLAN };

/* override_resource, override_data, override_module. */
enum testfile_override_kind { TESTFILE_RESOURCE, TESTFILE_DATA, TESTFILE_MODULE };
struct testfile_override {
    enum testfile_override_kind kind;
    const struct traversal *target;
    const struct expr *values; /* or outputs; NULL: none are given */
    bool planned;              /* override_during = plan */
    struct span header;
};
struct testfile_overrides {
    const struct testfile_override *v;
    size_t n;
};

/* mock_resource, mock_data. */
struct testfile_defaults {
    enum addr_mode mode;
    struct name type;
    const struct expr *values; /* or NULL */
    bool planned;
    struct span header;
};

struct testfile_mock {
    struct name name;
    struct str alias, key; /* key: "debian", "debian.backup" */
    const struct testfile_defaults *defaults;
    size_t n_defaults;
    struct testfile_overrides overrides;
    struct span header;
};

struct testfile_run {
    struct name name;
    enum testfile_command command;
    const struct body *variables; /* or NULL */
    struct config_conditions asserts;
    struct config_traversals expect_failures;
    const struct config_provider_pass *providers;
    size_t n_providers;
    bool has_providers; /* then those alone */
    struct testfile_overrides overrides;
    struct str source; /* of the module instead of the one under test; empty: none */
    struct span source_span;
    struct str state_key; /* runs with one key share a state; empty: the module's own */
    bool refresh_only, no_refresh;
    struct config_traversals targets, replaces;
    struct span header;
};

struct testfile {
    struct str path;              /* "tests/web.test.hcl" */
    const struct body *variables; /* or NULL */
    struct map providers;         /* key -> struct config_provider */
    struct map mocks;             /* key -> struct testfile_mock */
    struct testfile_overrides overrides;
    const struct testfile_run *runs;
    size_t n_runs;
};

/* Whether a file of that name holds tests: *.test.hcl, *.test.hcl.json. */
bool testfile_is(struct str name);

/* Reads the file at `path`, which `shown` names to people. NULL where it cannot be read; after other errors (in diags)
 * what was understood. */
const struct testfile *testfile_load(struct arena *arena, struct sources *sources, const struct config_reader *reader,
                                     struct str path, struct diags *diags);

#endif
