#include "state/backend/s3/credentials.h"
#include "base/gettext.h"
#include "base/map.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20 };

/* -- the files of AWS's tools -- */

/* ~/.aws/credentials with [NAME], ~/.aws/config with [profile NAME]. */
struct profile {
    struct s3_credentials key;
    struct str region;
    const char *otherwise; /* the setting by which it gets a key in a way that is not for detour; NULL: none */
    bool found;
};

struct profiles {
    struct arena *arena;
    struct str credentials, config; /* paths */
    struct map names;
    struct str unreadable; /* why a file that is there was not read; empty: none */
};

static struct str path_of(struct arena *arena, const char *variable, const char *name)
{
    const char *given = getenv(variable), *home = getenv("HOME");
    return given && *given ? arena_str(arena, str_c(given)) : arena_printf(arena, "%s/.aws/%s", home ? home : "", name);
}

/* The name in "[NAME]" or "[profile NAME]"; empty for other sections. */
static struct str section_name(struct str line, bool config)
{
    static const struct str word = STR_INIT("profile ");
    struct str name = str_trim(str_sub(line, 1, str_find_byte(line, ']', 0)));
    if (!config || str_is(name, "default"))
        return name;
    return str_starts(name, word) ? str_trim(str_sub(name, word.n, name.n)) : STR("");
}

static void note_otherwise(struct str name, const char **which)
{
    static const char *const ways[] = {"role_arn",           "sso_session",       "sso_start_url",
                                       "credential_process", "credential_source", "web_identity_token_file"};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (str_eq(name, str_c(ways[i])))
            *which = ways[i];
}

static void take_line(struct arena *arena, struct str line, struct profile *out)
{
    size_t equals = str_find_byte(line, '=', 0);
    struct str name = str_trim(str_sub(line, 0, equals));
    struct str value = equals == SIZE_MAX ? STR("") : str_trim(str_sub(line, equals + 1, line.n));
    struct str *place = str_is(name, "aws_access_key_id")       ? &out->key.access
                        : str_is(name, "aws_secret_access_key") ? &out->key.secret
                        : str_is(name, "aws_session_token")     ? &out->key.token
                        : str_is(name, "region")                ? &out->region
                                                                : NULL;
    if (place)
        *place = arena_str(arena, value);
    else
        note_otherwise(name, &out->otherwise);
}

static bool read_profile(struct profiles *p, struct str path, bool config, struct str name, struct profile *out)
{
    struct str text, line;
    bool inside = false;
    *out = (struct profile){0};
    if (!fs_read(&vfs_system, p->arena, path.p, FILE_MAX, &text)) {
        if (errno != ENOENT && errno != ENOTDIR)
            p->unreadable = arena_printf(p->arena, "%s: %s", path.p, strerror(errno));
        return false;
    }
    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        if (line.n && line.p[0] == '[') {
            struct str section = section_name(line, config);
            inside = section.n && str_eq(section, name);
            out->found |= inside;
            if (section.n)
                map_put(&p->names, arena_str(p->arena, section), NULL);
        } else if (inside) {
            take_line(p->arena, line, out);
        }
    }
    return out->found;
}

/* A key is taken from one file, whole. */
static struct profile find_profile(struct profiles *p, struct str name)
{
    struct profile own, config;
    read_profile(p, p->credentials, false, name, &own);
    read_profile(p, p->config, true, name, &config);
    struct profile out = own.key.access.n || own.key.secret.n ? own : config;
    out.region = config.region.n ? config.region : own.region;
    out.otherwise = own.otherwise ? own.otherwise : config.otherwise;
    out.found = own.found || config.found;
    return out;
}

/* -- what is missing -- */

static struct str names_of(struct profiles *p)
{
    STRBUF_AUTO out = STRBUF_INIT(FILE_MAX);
    map_each (&p->names, i)
        strbuf_printf(&out, "%s%.*s", i ? ", " : "", STR_ARG(p->names.entries[i].key));
    return arena_str(p->arena, strbuf_str(&out));
}

static bool no_key(struct diags *diags, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool no_key(struct diags *diags, const char *format, ...)
{
    STRBUF_AUTO out = STRBUF_INIT(FILE_MAX);
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&out, format, args);
    va_end(args);
    diag_error(diags, (struct span){0}, _("No key for the bucket of the state"), "%.*s", STR_ARG(strbuf_str(&out)));
    return false;
}

static bool no_profile(struct profiles *p, struct str name, struct diags *diags)
{
    struct str near = map_near(&p->names, name), all = names_of(p);
    if (p->unreadable.n)
        return no_key(diags, _("The profile \"%.*s\" cannot be looked for: %s."), STR_ARG(name), p->unreadable.p);
    return no_key(diags, _("There is no profile \"%.*s\" in %s or %s%s%.*s.%s%.*s%s"), STR_ARG(name), p->credentials.p,
                  p->config.p, all.n ? _("; they have ") : "", STR_ARG(all), near.n ? _(" Did you mean \"") : "",
                  STR_ARG(near), near.n ? "\"?" : "");
}

static bool keyless_profile(const struct profile *profile, struct str name, struct diags *diags)
{
    if (profile->otherwise)
        return no_key(diags,
                      _("The profile \"%.*s\" gets its key by %s, which detour does not do. Give it the key itself: "
                        "eval \"$(aws configure export-credentials --profile %.*s --format env)\""),
                      STR_ARG(name), profile->otherwise, STR_ARG(name));
    return no_key(diags, _("The profile \"%.*s\" has no %s."), STR_ARG(name),
                  profile->key.access.n   ? "aws_secret_access_key"
                  : profile->key.secret.n ? "aws_access_key_id"
                                          : "aws_access_key_id and aws_secret_access_key");
}

static bool half_a_key(const struct s3_credentials *key, struct diags *diags)
{
    return no_key(diags, _("%s is set, and %s is not: a key is both."),
                  key->access.n ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                  key->access.n ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID");
}

/* -- whose key it is -- */

/* Whether the setting is another one than the environment's. */
static bool is_written(const struct backend_config *config, const char *field, const char *variable)
{
    const char *environment = getenv(variable);
    struct str value = backend_value(config, field);
    return value.n && !(environment && str_eq(str_c(environment), value));
}

/* A profile that is written down is stronger than a key of the environment; otherwise keys come before profiles. */
static bool wants_profile(const struct backend_config *config)
{
    return is_written(config, "profile", "AWS_PROFILE") && !is_written(config, "access_key", "AWS_ACCESS_KEY_ID") &&
           !is_written(config, "secret_key", "AWS_SECRET_ACCESS_KEY");
}

static struct s3_credentials settings_of(struct arena *arena, const struct backend_config *config)
{
    return (struct s3_credentials){
        .access = arena_str(arena, backend_value(config, "access_key")),
        .secret = arena_str(arena, backend_value(config, "secret_key")),
        .token = arena_str(arena, backend_value(config, "token")),
    };
}

static bool key_of_profile(struct profiles *p, const struct profile *profile, struct str name, bool named,
                           struct s3_credentials *out, struct diags *diags)
{
    *out = profile->key;
    if (out->access.n && out->secret.n)
        return true;
    if (profile->found)
        return keyless_profile(profile, name, diags);
    if (named || p->unreadable.n)
        return no_profile(p, name, diags);
    return no_key(diags, _("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of "
                           "~/.aws/credentials."));
}

static struct str region_of(struct arena *arena, const struct backend_config *config, const struct profile *profile)
{
    struct str region = backend_value(config, "region");
    return arena_str(arena, region.n ? region : profile->region.n ? profile->region : STR("us-east-1"));
}

bool s3_credentials(struct arena *arena, const struct backend_config *config, struct s3_credentials *out,
                    struct diags *diags)
{
    struct str given = backend_value(config, "profile"), name = given.n ? given : STR("default");
    struct profiles p = {.arena = arena,
                         .credentials = path_of(arena, "AWS_SHARED_CREDENTIALS_FILE", "credentials"),
                         .config = path_of(arena, "AWS_CONFIG_FILE", "config"),
                         .names = MAP_INIT(arena)};
    struct profile profile = find_profile(&p, name);
    *out = settings_of(arena, config);
    bool ok;
    if (wants_profile(config) || (!out->access.n && !out->secret.n))
        ok = key_of_profile(&p, &profile, name, given.n > 0, out, diags);
    else
        ok = (out->access.n && out->secret.n) || half_a_key(out, diags);
    out->region = region_of(arena, config, &profile);
    return ok;
}
