#include "config/input.h"
#include "base/fs.h"
#include "config/decode.h"
#include "syntax/json.h"
#include "syntax/parse.h"

#include <errno.h>
#include <stdlib.h>

/* A value on its way to a variable. */
struct given {
    const struct expr *expr; /* or NULL: */
    struct str text;         /* as it is, a string */
    bool broken;             /* the expression has syntax errors, reported unless the variable is sensitive */
    struct span span;
    struct str origin;
};

struct gather {
    const struct config *config;
    const struct config_reader *reader;
    struct str dir;
    struct map *inputs; /* name -> struct config_input */
    struct diags *diags;
};

/* -- the value of a variable -- */

static struct span shown_span(const struct config_variable *variable, struct span at)
{
    return variable->sensitive ? variable->header : at; /* a snippet would show the secret */
}

static void report_mismatch(const struct config_variable *variable, struct span at, struct str who, struct path where,
                            struct str why, struct diags *diags)
{
    STRBUF_AUTO path = STRBUF_INIT(STRBUF_MAX);
    path_print(&path, where);
    STRBUF_AUTO type = STRBUF_INIT(STRBUF_MAX);
    type_print(&type, variable->type);
    diag_error(diags, shown_span(variable, at), _("Invalid value for variable"),
               _("The value of %.*s does not fit the type of the variable, %.*s: %.*s%.*s: %.*s."), STR_ARG(who),
               STR_ARG(strbuf_str(&type)), STR_ARG(who), STR_ARG(strbuf_str(&path)), STR_ARG(why));
}

static bool value_of_null(const struct config_variable *variable, struct span at, struct str who, struct diags *diags,
                          struct value *out)
{
    if (variable->nullable || value_exists(variable->default_value)) {
        *out = variable->nullable ? value_null(type_without_optional(variable->type)) : variable->default_value;
        return true;
    }
    diag_error(diags, shown_span(variable, at), _("Invalid value for variable"),
               _("%.*s has nullable = false and no default, so its value cannot be null."), STR_ARG(who));
    return false;
}

static bool value_of_given(struct arena *arena, const struct config_variable *variable, struct value given,
                           struct span at, struct str who, struct diags *diags, struct value *out)
{
    struct path where = {0};
    STRBUF_AUTO why = STRBUF_INIT(STRBUF_MAX);
    if (value_is_null(given) && value_of_null(variable, at, who, diags, out)) {
        *out = value_mark(*out, given.marks);
        return true;
    }
    if (value_is_null(given))
        return false;
    if (variable->defaults)
        given = convert_defaults(arena, given, variable->defaults);
    if (convert(arena, given, variable->type, out, &where, &why))
        return true;
    report_mismatch(variable, at, who, where, strbuf_str(&why), diags);
    return false;
}

bool config_variable_value(struct arena *arena, const struct config_variable *variable, struct value given,
                           struct span at, struct str who, struct diags *diags, struct value *out)
{
    if (value_exists(given)) {
        if (!value_of_given(arena, variable, given, at, who, diags, out))
            return false;
    } else if (value_exists(variable->default_value)) {
        *out = variable->default_value;
    } else {
        diag_error(diags, at, _("No value for required variable"),
                   _("%.*s has no default, so it must be given a value."), STR_ARG(who));
        return false;
    }
    unsigned marks = (variable->sensitive ? MARK_SENSITIVE : 0u) | (variable->ephemeral ? MARK_EPHEMERAL : 0u);
    *out = value_mark(*out, (uint16_t)marks);
    return true;
}

/* -- what was given -- */

/* What is wrong with a secret is said without showing it. */
static void report_secret(struct gather *g, const struct config_variable *variable, struct str origin)
{
    diag_error(g->diags, variable->header, _("Invalid value for variable"),
               _("The value of var.%.*s from %.*s is not a constant expression. It is sensitive, so it is not shown."),
               STR_ARG(variable->name.text), STR_ARG(origin));
}

static bool given_value(struct gather *g, const struct config_variable *variable, const struct given *given,
                        struct value *out)
{
    if (!given->expr) {
        *out = value_string_copy(g->config->arena, given->text);
        return true;
    }
    struct diags quiet = DIAGS_INIT(g->diags->arena);
    struct decode d = {
        .arena = g->config->arena, .sources = g->config->sources, .diags = variable->sensitive ? &quiet : g->diags};
    const char *what = arena_printf(g->config->arena, _("The value of var.%.*s"), STR_ARG(variable->name.text)).p;
    bool ok = !given->broken && decode_constant(&d, given->expr, type_dynamic, what, out);
    if (!ok && variable->sensitive)
        report_secret(g, variable, given->origin);
    return ok;
}

static void set_input(struct gather *g, struct config_input *input, const struct given *given)
{
    struct value value;
    const struct config_variable *variable = input->variable;
    struct str who = arena_printf(g->config->arena, "var.%.*s", STR_ARG(variable->name.text));
    input->given = true;
    input->span = given->span;
    input->origin = given->origin;
    input->value = (struct value){0};
    if (given_value(g, variable, given, &value))
        config_variable_value(g->config->arena, variable, value, given->span, who, g->diags, &input->value);
}

/* Variables of these types are given as text; others as expressions. */
static bool takes_text(const struct config_variable *variable)
{
    return !variable->type_expr || type_is_primitive(variable->type);
}

/* The text of -var or the environment as a source, so that mistakes in it can be shown; those in secrets are not. */
static void set_text(struct gather *g, struct config_input *input, struct str text, struct str origin)
{
    const struct config_variable *variable = input->variable;
    struct given given = {.text = text, .span = variable->header, .origin = origin};
    struct diags quiet = DIAGS_INIT(g->diags->arena), *diags = variable->sensitive ? &quiet : g->diags;
    struct str name = arena_printf(g->config->arena, _("<value of var.%.*s from %.*s>"), STR_ARG(variable->name.text),
                                   STR_ARG(origin));
    uint32_t file = sources_add(g->config->sources, name, text);
    if (variable->sensitive)
        sources_hide(g->config->sources, file);
    size_t errors = diags->n_errors;
    if (!variable->sensitive)
        given.span = (struct span){file, 0, (uint32_t)text.n};
    if (!takes_text(variable))
        given.expr = parse_expression(g->config->arena, diags, g->config->sources, file);
    given.broken = diags->n_errors > errors;
    set_input(g, input, &given);
}

/* -- environment -- */

static void gather_environment(struct gather *g, char *const *environment)
{
    struct str prefix = STR("DETOUR_VAR_");
    for (; environment && *environment; environment++) {
        struct str entry = str_c(*environment);
        size_t equals = str_find_byte(entry, '=', 0);
        if (!str_starts(entry, prefix) || equals == SIZE_MAX)
            continue;
        struct config_input *input = map_get(g->inputs, str_sub(entry, prefix.n, equals));
        if (input)
            set_text(g, input, str_sub(entry, equals + 1, entry.n),
                     arena_str(g->config->arena, str_sub(entry, 0, equals)));
    }
}

/* -- files -- */

static void undeclared_in_file(struct gather *g, const struct attribute *attribute)
{
    struct str name = attribute->name.text;
    diag_warning(g->diags, attribute->name.span, _("Value for undeclared variable"),
                 _("The root module has no variable \"%.*s\", so this value is not used.%s"), STR_ARG(name),
                 words_near(g->diags->arena, map_near(&g->config->root->module->variables, name)));
}

static void gather_body(struct gather *g, const struct body *body, struct str origin)
{
    for (size_t i = 0; i < body->n_items; i++) {
        const struct attribute *attribute = body->items[i].attribute;
        struct config_input *input = attribute ? map_get(g->inputs, attribute->name.text) : NULL;
        if (!attribute)
            diag_error(g->diags, body->items[i].block->header_span, _("Unexpected block"),
                       _("A file of values holds arguments only: name = value. Variables are declared in the "
                         "configuration."));
        else if (!input)
            undeclared_in_file(g, attribute);
        else
            set_input(g, input,
                      &(struct given){.expr = attribute->expr, .span = attribute->expr->span, .origin = origin});
    }
}

static void gather_file(struct gather *g, struct str path, struct str shown, bool required)
{
    struct str text;
    if (!g->reader->read(g->reader->ctx, g->config->arena, path, &text)) {
        if (required || errno != ENOENT)
            diag_error(g->diags, (struct span){0}, _("Unreadable file of values"), _("%.*s cannot be read: %s."),
                       STR_ARG(shown), strerror(errno));
        return;
    }
    uint32_t file = sources_add_borrowed(g->config->sources, arena_str(g->config->arena, shown), text);
    sources_hide(g->config->sources, file);
    const struct config *config = g->config;
    gather_body(g,
                str_ends(path, STR(".json")) ? json_values(config->arena, g->diags, config->sources, file)
                                             : parse_body(config->arena, g->diags, config->sources, file),
                shown);
}

static int name_order(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static struct str in_dir(struct gather *g, struct str name)
{
    return str_is(g->dir, ".") ? name : fs_join(g->config->arena, g->dir, name);
}

static void gather_folder(struct gather *g)
{
    struct str *names = NULL;
    size_t n = 0;
    gather_file(g, in_dir(g, STR("detour.vars.hcl")), STR("detour.vars.hcl"), false);
    gather_file(g, in_dir(g, STR("detour.vars.hcl.json")), STR("detour.vars.hcl.json"), false);
    if (!g->reader->list(g->reader->ctx, g->config->arena, g->dir, &names, &n) || !n)
        return;
    qsort(names, n, sizeof *names, name_order);
    for (size_t i = 0; i < n; i++)
        if (config_is_values(names[i]))
            gather_file(g, in_dir(g, names[i]), names[i], true);
}

/* -- command line -- */

static void undeclared_option(struct gather *g, struct str name)
{
    diag_error(g->diags, (struct span){0}, _("Value for undeclared variable"),
               _("-var sets \"%.*s\", but the root module has no such variable.%s It can be declared with: variable "
                 "\"%.*s\" {}."),
               STR_ARG(name), words_near(g->diags->arena, map_near(&g->config->root->module->variables, name)),
               STR_ARG(name));
}

static void gather_option(struct gather *g, struct str text)
{
    size_t equals = str_find_byte(text, '=', 0);
    struct str name = str_sub(text, 0, equals == SIZE_MAX ? text.n : equals);
    struct config_input *input = map_get(g->inputs, name);
    if (equals == SIZE_MAX || !name.n)
        diag_error(g->diags, (struct span){0}, _("Invalid -var option"), _("\"%.*s\" is not of the form name=value."),
                   STR_ARG(text));
    else if (str_trim(name).n != name.n)
        diag_error(g->diags, (struct span){0}, _("Invalid -var option"),
                   _("There are blanks around the name \"%.*s\": write name=value without them."), STR_ARG(name));
    else if (!input)
        undeclared_option(g, name);
    else
        set_text(g, input, str_sub(text, equals + 1, text.n), STR("-var"));
}

static void gather_value(struct gather *g, const struct config_option *option)
{
    struct config_input *input = map_get(g->inputs, option->text);
    if (!input) {
        undeclared_option(g, option->text);
        return;
    }
    struct str who = arena_printf(g->config->arena, "var.%.*s", STR_ARG(option->text));
    input->given = true;
    input->span = option->span;
    input->origin = option->origin;
    input->value = (struct value){0};
    config_variable_value(g->config->arena, input->variable, option->value, option->span, who, g->diags, &input->value);
}

static void input_default(struct gather *g, const struct config_variable *variable)
{
    struct config_input *input = ARENA_NEW(g->config->arena, struct config_input);
    *input = (struct config_input){.variable = variable, .span = variable->header, .origin = STR("default")};
    if (value_exists(variable->default_value))
        config_variable_value(g->config->arena, variable, (struct value){0}, variable->header, variable->name.text,
                              g->diags, &input->value);
    map_put(g->inputs, variable->name.text, input);
}

struct map config_inputs(const struct config *config, const struct config_reader *reader, struct str dir,
                         char *const *environment, const struct config_option *options, size_t n_options,
                         struct diags *diags)
{
    struct map inputs = MAP_INIT(config->arena);
    struct gather g = {config, reader, dir.n ? dir : STR("."), &inputs, diags};
    const struct map *variables = &config->root->module->variables;
    map_each (variables, i)
        input_default(&g, variables->entries[i].value);
    gather_environment(&g, environment);
    if (reader)
        gather_folder(&g);
    for (size_t i = 0; i < n_options; i++)
        if (value_exists(options[i].value))
            gather_value(&g, &options[i]);
        else if (options[i].is_file)
            gather_file(&g, options[i].text, options[i].text, true);
        else
            gather_option(&g, options[i].text);
    return inputs;
}

void config_input_answer(const struct config *config, struct config_input *input, struct str text, struct diags *diags)
{
    struct gather g = {.config = config, .diags = diags};
    set_text(&g, input, arena_str(config->arena, text), str_c(_("the prompt")));
}

void config_inputs_require(const struct map *inputs, struct diags *diags)
{
    map_each (inputs, i) {
        const struct config_input *input = inputs->entries[i].value;
        struct str name = input->variable->name.text;
        if (input->given || input->variable->default_expr)
            continue;
        diag_error(
            diags, input->variable->header, _("No value for required variable"),
            _("var.%.*s has no default and was not given a value. Set it in detour.vars.hcl (%.*s = …), with -var "
              "'%.*s=…', or in the environment as DETOUR_VAR_%.*s."),
            STR_ARG(name), STR_ARG(name), STR_ARG(name), STR_ARG(name));
    }
}
