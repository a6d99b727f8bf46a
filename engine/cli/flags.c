#include "cli/flags.h"
#include "base/gettext.h"

#include <errno.h>
#include <stdlib.h>

#define AT(field) offsetof(struct flags, field)

/* Sorted by name. */
const struct flag flag_table[] = {
    {"allow-missing", FLAG_BOOL, AT(allow_missing), NULL, N_("It is no error where there is nothing to mark.")},
    {"auto-approve", FLAG_BOOL, AT(auto_approve), NULL, N_("Apply without asking.")},
    {"backend-config", FLAG_LIST, AT(backend_config), "NAME=VALUE",
     N_("A setting of the backend that the configuration leaves out, or a file of them. Repeatable.")},
    {"backup", FLAG_STRING, AT(backup), "FILE", N_("Keep a copy of the state as it was in this file.")},
    {"check", FLAG_BOOL, AT(check), NULL, N_("Only tell whether files are formatted: exit 3 where some are not.")},
    {"destroy", FLAG_BOOL, AT(destroy), NULL, N_("Plan to destroy everything that is managed.")},
    {"detailed-exitcode", FLAG_BOOL, AT(detailed_exitcode), NULL,
     N_("Exit 0 for no changes, 2 for changes, 1 for errors; see EXIT STATUS.")},
    {"diff", FLAG_BOOL, AT(diff), NULL, N_("Show what formatting changes.")},
    {"digest", FLAG_STRING, AT(digest), "SHA256",
     N_("Apply only if the plan has this digest, as the reviewed plan showed it.")},
    {"env", FLAG_STRING, AT(env), "NAME",
     N_("The environment: a state of its own, and the values of NAME.vars.hcl. Also DETOUR_ENV.")},
    {"filter", FLAG_LIST, AT(filters), "FILE", N_("Only the tests of this file: tests/web.test.hcl. Repeatable.")},
    {"dry-run", FLAG_BOOL, AT(dry_run), NULL, N_("Only tell what would be done.")},
    {"force", FLAG_BOOL, AT(force), NULL, N_("Store it, whatever stands against it.")},
    {"help", FLAG_BOOL, AT(help), NULL, N_("Show this help.")},
    {"id", FLAG_STRING, AT(id), "ID", N_("Only objects whose id is this.")},
    {"input", FLAG_BOOL, AT(input), NULL, N_("Ask for what is missing on a terminal; -input=false never asks.")},
    {"json", FLAG_BOOL, AT(json), NULL, N_("Answer in JSON, for programs.")},
    {"junit-xml", FLAG_STRING, AT(junit_xml), "FILE", N_("Write a report in JUnit's XML, too.")},
    {"lock", FLAG_BOOL, AT(lock), NULL, N_("Hold the lock of the state; -lock=false is for emergencies.")},
    {"lock-timeout", FLAG_DURATION, AT(lock_timeout_ms), "DURATION",
     N_("How long to wait for the lock of the state: 30s, 5m.")},
    {"no-color", FLAG_BOOL, AT(no_color), NULL, N_("No colours, also on a terminal.")},
    {"offline", FLAG_BOOL, AT(offline), NULL,
     N_("Take modules from the cache and from this machine, never from a network.")},
    {"no-tests", FLAG_BOOL, AT(no_tests), NULL, N_("Leave test files aside.")},
    {"out", FLAG_STRING, AT(out), "FILE", N_("Save the plan, to apply exactly that later.")},
    {"parallelism", FLAG_UINT, AT(parallelism), "N", N_("Machines and accounts to work on at the same time (10).")},
    {"raw", FLAG_BOOL, AT(raw), NULL, N_("Print a string, number or bool as it is.")},
    {"recursive", FLAG_BOOL, AT(recursive), NULL, N_("Go into the folders below, too.")},
    {"refresh", FLAG_BOOL, AT(refresh), NULL,
     N_("Look at what is there before planning; -refresh=false trusts the state.")},
    {"refresh-only", FLAG_BOOL, AT(refresh_only), NULL, N_("Only bring the state up to date with what is there.")},
    {"replace", FLAG_LIST, AT(replaces), "ADDRESS",
     N_("Replace this object even if nothing else asks for it. Repeatable.")},
    {"state", FLAG_STRING, AT(state), "FILE",
     N_("The state, instead of detour.state in the folder of the configuration.")},
    {"state-out", FLAG_STRING, AT(state_out), "PATH",
     N_("Move to another state: a file, or the folder of another configuration.")},
    {"target", FLAG_LIST, AT(targets), "ADDRESS",
     N_("Only this object, or all of a module, and what it depends on. Repeatable.")},
    {"test-directory", FLAG_STRING, AT(test_directory), "FOLDER",
     N_("Look for tests in this folder, besides that of the configuration (tests).")},
    {"update", FLAG_BOOL, AT(update), NULL, N_("Take what the sources of modules hold now, and pin that.")},
    {"var", FLAG_VAR, AT(inputs), "NAME=VALUE", N_("Set a variable of the root module. Repeatable.")},
    {"var-file", FLAG_VAR_FILE, AT(inputs), "FILE", N_("Set variables from a file. Repeatable.")},
    {"verbose", FLAG_BOOL, AT(verbose), NULL, N_("Show what each run plans, or what there is after it.")},
    {"version", FLAG_BOOL, AT(version), NULL, N_("Show the version.")},
    {"write", FLAG_BOOL, AT(write), NULL, N_("Rewrite the files in place; -write=false leaves them alone.")},
};
const size_t flag_count = sizeof flag_table / sizeof *flag_table;

const struct flag *flag_find(struct str name)
{
    for (size_t i = 0; i < flag_count; i++)
        if (str_eq(str_c(flag_table[i].name), name))
            return &flag_table[i];
    return NULL;
}

bool flag_applies(const struct command *command, struct str name)
{
    struct str rest = str_c(command->flags);
    while (rest.n) {
        size_t blank = str_find_byte(rest, ' ', 0);
        if (str_eq(str_sub(rest, 0, blank), name))
            return true;
        rest = blank == SIZE_MAX ? (struct str){0} : str_sub(rest, blank + 1, rest.n);
    }
    return str_is(name, "help") || str_is(name, "no-color");
}

struct flags flags_default(void)
{
    return (struct flags){.refresh = true, .input = true, .lock = true, .write = true};
}

static bool unknown_option(const struct command *command, struct str name, struct diags *diags)
{
    if (str_is(name, "chdir")) {
        diag_error(diags, (struct span){0}, _("Misplaced option"),
                   _("-chdir stands before the command: detour -chdir=DIR %s."), command->name);
        return false;
    }
    ARENA_AUTO arena = arena_new();
    struct map names = MAP_INIT(arena);
    struct str rest = name;
    str_next_line(&rest, &name); /* the further lines of what was pasted may be a private key */
    for (size_t i = 0; i < flag_count; i++)
        if (flag_applies(command, str_c(flag_table[i].name)))
            map_put(&names, str_c(flag_table[i].name), NULL);
    struct str near = map_near(&names, name);
    struct str hint = near.n ? arena_printf(arena, _(" Did you mean -%.*s?"), STR_ARG(near)) : STR("");
    diag_error(diags, (struct span){0}, _("Unknown option"),
               _("\"detour %s\" has no option -%.*s.%.*s \"detour %s -help\" lists them."), command->name,
               STR_ARG(name), STR_ARG(hint), command->name);
    return false;
}

static bool bad_value(const struct flag *flag, struct str value, const char *want, struct diags *diags)
{
    diag_error(diags, (struct span){0}, _("Invalid value of an option"), _("-%s=%.*s: %s."), flag->name, STR_ARG(value),
               want);
    return false;
}

static bool parse_uint(struct str text, unsigned *out)
{
    char *end;
    errno = 0;
    unsigned long n = strtoul(text.p, &end, 10);
    if (!text.n || text.p[0] < '0' || text.p[0] > '9' || end != text.p + text.n || errno || !n || n > UINT32_MAX)
        return false;
    *out = (unsigned)n;
    return true;
}

/* "30s", "1m30s", "500ms". A lone 0 needs no unit. */
static bool parse_duration(struct str text, unsigned *ms)
{
    static const struct {
        struct str unit;
        unsigned ms;
    } units[] = {{STR_INIT("ms"), 1}, {STR_INIT("s"), 1000}, {STR_INIT("m"), 60000}, {STR_INIT("h"), 3600000}};
    unsigned long long sum = 0;
    bool any = str_is(text, "0");
    struct str rest = any ? (struct str){0} : text;
    while (rest.n) {
        char *end;
        if (rest.p[0] < '0' || rest.p[0] > '9')
            return false;
        unsigned long n = strtoul(rest.p, &end, 10);
        rest = str_sub(rest, (size_t)(end - rest.p), rest.n);
        size_t i = 0;
        while (i < sizeof units / sizeof *units && !str_starts(rest, units[i].unit))
            i++;
        if (i == sizeof units / sizeof *units || n > UINT32_MAX)
            return false;
        sum += (unsigned long long)n * units[i].ms;
        rest = str_sub(rest, units[i].unit.n, rest.n);
        any = true;
    }
    *ms = (unsigned)sum;
    return any && sum <= UINT32_MAX;
}

struct parsing {
    struct arena *arena;
    const struct command *command;
    char **argv;
    int argc, at;
    struct flags *flags;
    struct diags *diags;
};

static bool set_bool(const struct flag *flag, bool *slot, struct str value, bool given, struct diags *diags)
{
    if (given && !str_is(value, "true") && !str_is(value, "false"))
        return bad_value(flag, value, _("write true or false"), diags);
    *slot = !given || str_is(value, "true");
    return true;
}

static bool set_flag(struct parsing *p, const struct flag *flag, struct str value)
{
    void *slot = (char *)p->flags + flag->offset;
    struct config_option input = {.is_file = flag->kind == FLAG_VAR_FILE, .text = value};
    switch (flag->kind) {
    case FLAG_STRING:
        *(const char **)slot = value.p;
        return true;
    case FLAG_UINT:
        return parse_uint(value, slot) || bad_value(flag, value, _("write a whole number above zero"), p->diags);
    case FLAG_DURATION:
        return parse_duration(value, slot) || bad_value(flag, value, _("write a number and a unit: 30s, 5m"), p->diags);
    case FLAG_LIST:
        if (flag->offset == AT(targets))
            vec_push(p->arena, &p->flags->targets, value);
        else if (flag->offset == AT(filters))
            vec_push(p->arena, &p->flags->filters, value);
        else if (flag->offset == AT(backend_config))
            vec_push(p->arena, &p->flags->backend_config, value);
        else
            vec_push(p->arena, &p->flags->replaces, value);
        return true;
    case FLAG_VAR:
        if (str_find_byte(value, '=', 0) == SIZE_MAX)
            return bad_value(flag, value, _("write -var 'NAME=VALUE'"), p->diags);
        vec_push(p->arena, &p->flags->inputs, input);
        return true;
    case FLAG_VAR_FILE:
        vec_push(p->arena, &p->flags->inputs, input);
        return true;
    case FLAG_BOOL:
        break;
    }
    return false;
}

/* One option, with its value behind "=" or in the next argument. */
static bool parse_option(struct parsing *p, struct str text)
{
    size_t dashes = str_starts(text, STR("--")) ? 2 : 1, equals = str_find_byte(text, '=', 0);
    struct str name = str_sub(text, dashes, equals), value = {0};
    const struct flag *flag = flag_find(name);
    if (!flag || !flag_applies(p->command, name))
        return unknown_option(p->command, name, p->diags);
    bool given = equals != SIZE_MAX;
    if (given)
        value = str_sub(text, equals + 1, text.n);
    if (flag->kind == FLAG_BOOL)
        return set_bool(flag, (bool *)((char *)p->flags + flag->offset), value, given, p->diags);
    if (given ? !value.n : p->at + 1 >= p->argc || !*p->argv[p->at + 1]) {
        diag_error(p->diags, (struct span){0}, _("Option without a value"), _("-%s needs a value: -%s=%s."), flag->name,
                   flag->name, flag->arg);
        return false;
    }
    return set_flag(p, flag, given ? value : str_c(p->argv[++p->at]));
}

static bool check_args(const struct command *command, const struct flags *flags, struct diags *diags)
{
    if (flags->help)
        return true;
    if (flags->args.n > command->max_args) {
        diag_error(diags, (struct span){0}, _("Too many arguments"),
                   _("\"detour %s\" does not expect \"%.*s\". Options come with a dash in front; \"detour %s -help\" "
                     "tells more."),
                   command->name, STR_ARG(flags->args.v[command->max_args]), command->name);
        return false;
    }
    if (flags->args.n < command->min_args) {
        diag_error(diags, (struct span){0}, _("Missing argument"), _("Usage: detour %s [options] %s"), command->name,
                   command->args);
        return false;
    }
    return true;
}

bool flags_parse(struct arena *arena, const struct command *command, int argc, char **argv, int from, struct flags *out,
                 struct diags *diags)
{
    struct parsing p = {arena, command, argv, argc, from, out, diags};
    bool ok = true, options = true;
    for (; p.at < argc; p.at++) {
        struct str text = str_c(argv[p.at]);
        if (options && str_is(text, "--"))
            options = false;
        else if (options && text.n > 1 && text.p[0] == '-')
            ok &= parse_option(&p, text);
        else
            vec_push(arena, &out->args, text);
    }
    return ok && check_args(command, out, diags);
}
