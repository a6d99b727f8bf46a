/* The blocks of test files, in the form of language.c's table. */
#include "base/gettext.h"
#include "config/language.h"

/* clang-format off */
#define BLOCKS(...) .blocks = (const struct language_block *const[]){__VA_ARGS__, NULL}
#define ARGUMENTS(...) .arguments = (const struct language_argument[]){__VA_ARGS__, {0}}
#define LABELS(...) .labels = (const char *const[]){__VA_ARGS__, NULL}

#define TARGET(doc_) {.name = "target", .kind = LANGUAGE_REF, .required = true, .doc = doc_}
#define DURING {.name = "override_during", .kind = LANGUAGE_NAME, .doc = N_("When the values are known: apply, or plan already.")}
#define ALIAS {.name = "alias", .kind = LANGUAGE_CONSTANT, .type = "string", .doc = N_("The name of the instance, for those that are not the default one.")}

static const struct language_block override_resource = {
    .type = "override_resource",
    .doc = N_("A resource that is not made: its computed attributes are given."),
    ARGUMENTS(TARGET(N_("The resource, or one instance of it.")),
              {.name = "values", .type = "any", .doc = N_("Computed attributes; what is left out is made up.")}, DURING),
};

static const struct language_block override_data = {
    .type = "override_data",
    .doc = N_("A data source that is not read: its attributes are given."),
    ARGUMENTS(TARGET(N_("The data source.")),
              {.name = "values", .type = "any", .doc = N_("Computed attributes; what is left out is made up.")}, DURING),
};

static const struct language_block override_module = {
    .type = "override_module",
    .doc = N_("A module of which nothing is made: its outputs are given."),
    ARGUMENTS(TARGET(N_("The module call.")),
              {.name = "outputs", .type = "any", .doc = N_("Its outputs; what is left out is null.")}, DURING),
};

static const struct language_block mock_resource = {
    .type = "mock_resource",
    LABELS("type"),
    .doc = N_("What resources of a type are made of."),
    ARGUMENTS({.name = "defaults", .type = "any", .doc = N_("Computed attributes; what is left out is made up.")}, DURING),
};

static const struct language_block mock_data = {
    .type = "mock_data",
    LABELS("type"),
    .doc = N_("What data sources of a type answer."),
    ARGUMENTS({.name = "defaults", .type = "any", .doc = N_("Computed attributes; what is left out is made up.")}, DURING),
};

static const struct language_block mock_provider = {
    .type = "mock_provider",
    LABELS("name"),
    .doc = N_("An instance of a provider that touches nothing: what it would compute is made up."),
    ARGUMENTS(ALIAS, DURING,
              {.name = "source", .kind = LANGUAGE_CONSTANT, .type = "string",
               .doc = N_("A folder of *.mock.hcl files, from that of the configuration, whose blocks count where there are none here: ./tests/mocks.")}),
    BLOCKS(&mock_resource, &mock_data, &override_resource, &override_data, &override_module),
};

const struct language_block language_mock = {
    .type = "mock file",
    BLOCKS(&mock_resource, &mock_data, &override_resource, &override_data, &override_module),
};

static const struct language_block provider = {
    .type = "provider",
    LABELS("name"),
    .rest = LANGUAGE_SCHEMA,
    .doc = N_("An instance of a provider, in place of the configuration's own."),
    ARGUMENTS(ALIAS),
};

static const struct language_block variables = {
    .type = "variables",
    .rest = LANGUAGE_ARGUMENTS,
    .single = true,
    .doc = N_("Values of variables; they go before all others."),
};

static const struct language_block assert = {
    .type = "assert",
    .doc = N_("What must hold after the run."),
    ARGUMENTS({.name = "condition", .type = "bool", .required = true, .doc = N_("What must hold.")},
              {.name = "error_message", .type = "string", .required = true, .doc = N_("What to say if it does not.")}),
};

static const struct language_block module = {
    .type = "module",
    .single = true,
    .doc = N_("Another module to run instead of the one under test."),
    ARGUMENTS({.name = "source", .kind = LANGUAGE_CONSTANT, .type = "string", .required = true,
               .doc = N_("Its folder, from that of the configuration: ./tests/setup; or where it is kept, as in module blocks.")}),
};

static const struct language_block plan_options = {
    .type = "plan_options",
    .single = true,
    .doc = N_("How to plan."),
    ARGUMENTS({.name = "mode", .kind = LANGUAGE_NAME, .doc = N_("normal, or refresh-only.")},
              {.name = "refresh", .kind = LANGUAGE_CONSTANT, .type = "bool", .doc = N_("false: what the state says is believed.")},
              {.name = "target", .kind = LANGUAGE_REFS, .doc = N_("Only these objects and what they depend on.")},
              {.name = "replace", .kind = LANGUAGE_REFS, .doc = N_("Objects to be replaced.")}),
};

static const struct language_block run = {
    .type = "run",
    LABELS("name"),
    .doc = N_("One plan or apply, and what must hold after it."),
    ARGUMENTS({.name = "command", .kind = LANGUAGE_NAME, .doc = N_("apply, if not given, or plan.")},
              {.name = "expect_failures", .kind = LANGUAGE_REFS,
               .doc = N_("Variables, outputs, resources and checks whose conditions must not hold.")},
              {.name = "providers", .kind = LANGUAGE_PROVIDERS,
               .doc = N_("The test file's instances that the module's providers are: { debian = debian.fake }.")},
              {.name = "state_key", .kind = LANGUAGE_CONSTANT, .type = "string",
               .doc = N_("Runs with one key share a state.")},
              {.name = "parallel", .kind = LANGUAGE_CONSTANT, .type = "bool",
               .doc = N_("Allows the run to go beside others; they still go one after the other.")}),
    BLOCKS(&variables, &assert, &module, &plan_options, &override_resource, &override_data, &override_module),
};

static const struct language_block test = {
    .type = "test",
    .single = true,
    .doc = N_("Settings of the file."),
    ARGUMENTS({.name = "parallel", .kind = LANGUAGE_CONSTANT, .type = "bool",
               .doc = N_("Allows all runs to go beside others; they still go one after the other.")}),
};

const struct language_block language_test = {
    .type = "test file",
    BLOCKS(&run, &variables, &provider, &mock_provider, &override_resource, &override_data, &override_module, &test),
};
/* clang-format on */
