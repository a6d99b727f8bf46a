/*
 * input: the values given to the root module's variables: environment, files, command line; and the rules by which any
 * value becomes the value of a variable, in every module.
 */
#ifndef DETOUR_CONFIG_INPUT_H
#define DETOUR_CONFIG_INPUT_H

#include "config/config.h"
#include "eval/func.h"

/* -var 'name=value' or -var-file path, in the order of the command line; or a value that was evaluated elsewhere. */
struct config_option {
    bool is_file;
    struct str text;    /* with a value: the name */
    struct value value; /* type NULL: there is none */
    struct span span;   /* where the value was written */
    struct str origin;
};

/* One variable of the root. */
struct config_input {
    const struct config_variable *variable;
    bool given;
    struct value
        value; /* of the variable's type, marked; type NULL after an error, or where it is required and missing */
    struct span span;  /* where the value was written, else the variable's header */
    struct str origin; /* "-var", "detour.vars.hcl", "DETOUR_VAR_x", "default" */
};

/*
 * Gathers values, later ones win: environment (`environ` form, NULL-ended, may be NULL), detour.vars.hcl,
 * *.auto.vars.hcl in byte order, options in their order. Answers name -> struct config_input for every declared
 * variable, in the order of declaration. A value for an undeclared variable is an error in an option, a warning in a
 * file, nothing in the environment. Without a reader no files but those of the options are looked for. Text from -var
 * and the environment is taken as it is for variables without a type or of type string, number or bool, and read as an
 * expression otherwise. Required variables that are missing are not reported here.
 */
struct map config_inputs(const struct config *config, const struct config_reader *reader, struct str dir,
                         char *const *environment, const struct config_option *options, size_t n_options,
                         struct diags *diags);

/* Sets a value typed by the user for `input`, as -var would. */
void config_input_answer(const struct config *config, struct config_input *input, struct str text, struct diags *diags);

/* An error for each required variable without a value. */
void config_inputs_require(const struct map *inputs, struct diags *diags);

/*
 * The value that `variable` takes when `given` (type NULL: nothing) is passed: default, nullable, defaults of optional
 * attributes, conversion, marks. False after a diagnostic at `at`, with `who` ("var.size", "module.app.size") as the
 * thing that is set. Validations are the caller's: evaluate variable->validations in the module's scope afterwards.
 */
bool config_variable_value(struct arena *arena, const struct config_variable *variable, struct value given,
                           struct span at, struct str who, struct diags *diags, struct value *out);

#endif
