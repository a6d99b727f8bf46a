#include "state/backend/config.h"
#include "base/gettext.h"
#include "base/map.h"
#include "value/json.h"

#include <stdlib.h>

const struct backend_type *const backend_types[] = {&backend_type_local, &backend_type_http, &backend_type_s3,
                                                    &backend_type_pg, NULL};

static struct str near_words(struct arena *arena, const struct map *names, struct str name)
{
    struct str near = map_near(names, name);
    return near.n ? arena_printf(arena, _(" Did you mean \"%.*s\"?"), STR_ARG(near)) : STR("");
}

const struct backend_type *backend_type_find(struct str name, struct span span, struct diags *diags)
{
    ARENA_AUTO arena = arena_new();
    struct map names = MAP_INIT(arena);
    for (size_t i = 0; backend_types[i]; i++) {
        if (str_eq(str_c(backend_types[i]->name), name))
            return backend_types[i];
        map_put(&names, str_c(backend_types[i]->name), NULL);
    }
    diag_error(
        diags, span, _("Unknown backend"),
        _("There is no backend \"%.*s\"; a state can be kept in files (\"local\"), on a web server (\"http\"), in a "
          "bucket (\"s3\") or in a PostgreSQL database (\"pg\").%.*s"),
        STR_ARG(name), STR_ARG(near_words(arena, &names, name)));
    return NULL;
}

static size_t field_find(const struct backend_type *type, struct str name)
{
    for (size_t i = 0; type->fields[i].name; i++)
        if (str_eq(str_c(type->fields[i].name), name))
            return i;
    return SIZE_MAX;
}

static bool unknown_setting(struct arena *arena, const struct backend_type *type, const struct backend_setting *s,
                            struct diags *diags)
{
    struct map names = MAP_INIT(arena);
    STRBUF_AUTO list = STRBUF_INIT(4096);
    for (size_t i = 0; type->fields[i].name; i++) {
        map_put(&names, str_c(type->fields[i].name), NULL);
        strbuf_printf(&list, "%s%s", i ? ", " : "", type->fields[i].name);
    }
    diag_error(diags, s->span, _("Unknown setting of a backend"),
               _("The backend \"%s\" has no setting \"%.*s\".%.*s It knows %.*s."), type->name, STR_ARG(s->name),
               STR_ARG(near_words(arena, &names, s->name)), STR_ARG(strbuf_str(&list)));
    return false;
}

/* Text of the configuration goes into version control and into saved plans. */
static bool refuse_secret(const struct backend_field *field, const struct backend_setting *s, struct diags *diags)
{
    diag_error(
        diags, s->span, _("Secret in the configuration"),
        _("\"%s\" is a secret, and what stands in a configuration is read by everybody who reads the repository. "
          "Remove it from the file, and give it in the environment (%s) or with -backend-config."),
        field->name, field->environment[0]);
    return false;
}

static bool take_setting(struct arena *arena, struct backend_config *c, const struct backend_setting *s,
                         struct diags *diags)
{
    size_t at = field_find(c->type, s->name);
    if (at == SIZE_MAX)
        return unknown_setting(arena, c->type, s, diags);
    if (c->type->fields[at].secret && s->literal)
        return refuse_secret(&c->type->fields[at], s, diags);
    c->values[at] = arena_str(arena, s->value);
    return true;
}

static struct str otherwise(struct arena *arena, const struct backend_field *field)
{
    for (size_t i = 0; i < sizeof field->environment / sizeof *field->environment && field->environment[i]; i++) {
        const char *value = getenv(field->environment[i]);
        if (value && *value)
            return arena_str(arena, str_c(value));
    }
    return str_c(field->otherwise ? field->otherwise : "");
}

static bool require(const struct backend_config *c, struct span span, struct diags *diags)
{
    bool ok = true;
    for (size_t i = 0; c->type->fields[i].name; i++) {
        const struct backend_field *field = &c->type->fields[i];
        if (!field->required || c->values[i].n)
            continue;
        diag_error(diags, span, _("Missing setting of a backend"),
                   _("The backend \"%s\" needs \"%s\" (%s). %s%s%s or with -backend-config=%s=…."), c->type->name,
                   field->name, _(field->doc),
                   field->secret ? _("Give it in the environment (")
                                 : _("Write it into the block, or give it in the "
                                     "environment ("),
                   field->environment[0] ? field->environment[0] : "-", ")", field->name);
        ok = false;
    }
    return ok;
}

/* -- what is said must be what the field is for -- */

static bool is_bool(struct str text)
{
    return str_is(text, "true") || str_is(text, "false") || str_is(text, "1") || str_is(text, "0");
}

static bool is_number(struct str text)
{
    unsigned long n = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || n > SETTING_NUMBER_MAX)
            return false;
        n = n * 10 + (unsigned long)(text.p[i] - '0');
    }
    return text.n && n <= SETTING_NUMBER_MAX;
}

/* Where the value was given: the last setting of that name, or the environment. */
static struct span place_of(struct arena *arena, const struct backend_field *field,
                            const struct backend_setting *settings, size_t n, struct str *variable)
{
    *variable = STR("");
    for (size_t i = n; i > 0; i--)
        if (str_eq(settings[i - 1].name, str_c(field->name)))
            return settings[i - 1].span;
    for (size_t i = 0; i < sizeof field->environment / sizeof *field->environment && field->environment[i]; i++) {
        const char *value = getenv(field->environment[i]);
        if (value && *value && !variable->n)
            *variable = arena_printf(arena, _(" (from %s)"), field->environment[i]);
    }
    return (struct span){0};
}

static bool check_value(struct arena *arena, const struct backend_field *field, struct str value,
                        const struct backend_setting *settings, size_t n, struct diags *diags)
{
    bool ok = field->kind == SETTING_BOOL ? is_bool(value) : field->kind == SETTING_NUMBER ? is_number(value) : true;
    if (ok || !value.n)
        return true;
    struct str variable;
    struct span span = place_of(arena, field, settings, n, &variable);
    if (field->kind == SETTING_BOOL)
        diag_error(diags, span, _("Invalid setting of a backend"), _("\"%s\" is true or false, and not \"%.*s\"%.*s."),
                   field->name, STR_ARG(value), STR_ARG(variable));
    else
        diag_error(diags, span, _("Invalid setting of a backend"),
                   _("\"%s\" is a whole number up to %d, and not \"%.*s\"%.*s."), field->name, SETTING_NUMBER_MAX,
                   STR_ARG(value), STR_ARG(variable));
    return false;
}

struct backend_config *backend_configure(struct arena *arena, const struct backend_type *type, struct span span,
                                         const struct backend_setting *settings, size_t n, struct str dir,
                                         struct diags *diags)
{
    size_t n_fields = 0;
    while (type->fields[n_fields].name)
        n_fields++;
    struct backend_config *c = ARENA_NEW(arena, struct backend_config);
    *c = (struct backend_config){type, ARENA_ARRAY(arena, struct str, n_fields + 1), arena_str(arena, dir)};
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok &= take_setting(arena, c, &settings[i], diags);
    for (size_t i = 0; i < n_fields; i++)
        if (!c->values[i].n)
            c->values[i] = otherwise(arena, &type->fields[i]);
    for (size_t i = 0; i < n_fields; i++)
        ok &= check_value(arena, &type->fields[i], c->values[i], settings, n, diags);
    return ok && require(c, span, diags) ? c : NULL;
}

struct str backend_value(const struct backend_config *c, const char *name)
{
    size_t at = field_find(c->type, str_c(name));
    return at == SIZE_MAX ? STR("") : c->values[at];
}

bool backend_value_bool(const struct backend_config *c, const char *name)
{
    struct str text = backend_value(c, name);
    return str_is(text, "true") || str_is(text, "1");
}

unsigned backend_value_number(const struct backend_config *c, const char *name, unsigned otherwise)
{
    struct str text = backend_value(c, name);
    return text.n ? (unsigned)strtoul(text.p, NULL, 10) : otherwise;
}

bool backend_same_place(const struct backend_config *a, const struct backend_config *b)
{
    if (a->type != b->type)
        return false;
    for (size_t i = 0; a->type->fields[i].name; i++)
        if (a->type->fields[i].identity && !str_eq(a->values[i], b->values[i]))
            return false;
    return true;
}

struct str backend_words(struct arena *arena, const struct backend_config *c)
{
    STRBUF_AUTO out = STRBUF_INIT(4096);
    strbuf_printf(&out, "%s", c->type->name);
    for (size_t i = 0; c->type->fields[i].name; i++)
        if (c->type->fields[i].identity && c->values[i].n)
            strbuf_printf(&out, ", %s \"%.*s\"", c->type->fields[i].name, STR_ARG(c->values[i]));
    return arena_str(arena, strbuf_str(&out));
}

void backend_config_write(struct strbuf *out, const struct backend_config *c)
{
    bool first = true;
    strbuf_addc(out, '{');
    for (size_t i = 0; c->type->fields[i].name; i++) {
        if (!c->values[i].n || c->type->fields[i].secret)
            continue;
        strbuf_printf(out, "%s\"%s\":", first ? "" : ",", c->type->fields[i].name);
        json_write_string(out, c->values[i], JSON_COMPACT);
        first = false;
    }
    strbuf_addc(out, '}');
}

/* -- environments -- */

/* "detour.state" → "detour.staging.state": of the file's name, not of the folders. */
static struct str with_name(struct arena *arena, struct str path, struct str name)
{
    size_t dot = path.n;
    for (size_t i = path.n; i > 0 && path.p[i - 1] != '/'; i--)
        if (path.p[i - 1] == '.' && dot == path.n)
            dot = i - 1;
    return arena_printf(arena, "%.*s.%.*s%.*s", STR_ARG(str_sub(path, 0, dot)), STR_ARG(name),
                        STR_ARG(str_sub(path, dot, path.n)));
}

static struct str with_suffix(struct arena *arena, struct str address, struct str name)
{
    size_t end = str_find_byte(address, '?', 0);
    end = end == SIZE_MAX ? address.n : end;
    return arena_printf(arena, "%.*s-%.*s%.*s", STR_ARG(str_sub(address, 0, end)), STR_ARG(name),
                        STR_ARG(str_sub(address, end, address.n)));
}

static bool no_lock_of_its_own(const struct backend_config *c, struct span span, struct diags *diags)
{
    if (c->type != &backend_type_http || (!backend_value(c, "lock_address").n && !backend_value(c, "unlock_address").n))
        return true;
    diag_error(diags, span, _("No environments here"),
               _("\"lock_address\" and \"unlock_address\" name the lock of one state, so this backend cannot keep the "
                 "states of other environments. Use -backend-config for each, or another backend."));
    return false;
}

const struct backend_config *backend_environment(struct arena *arena, const struct backend_config *config,
                                                 struct str name, struct span span, struct diags *diags)
{
    size_t n = 0;
    if (!name.n)
        return config;
    if (!no_lock_of_its_own(config, span, diags))
        return NULL;
    while (config->type->fields[n].name)
        n++;
    struct backend_config *c = ARENA_NEW(arena, struct backend_config);
    *c = *config;
    c->values = ARENA_ARRAY(arena, struct str, n + 1);
    for (size_t i = 0; i < n; i++) {
        struct str field = str_c(config->type->fields[i].name), value = config->values[i];
        c->values[i] = str_is(field, "path")   ? with_name(arena, value, name)
                       : str_is(field, "key")  ? arena_printf(arena, "env/%.*s/%.*s", STR_ARG(name), STR_ARG(value))
                       : str_is(field, "name") ? arena_printf(arena, "%.*s.%.*s", STR_ARG(value), STR_ARG(name))
                       : str_is(field, "address") || (str_is(field, "journal_address") && value.n)
                           ? with_suffix(arena, value, name)
                           : value;
    }
    return c;
}
