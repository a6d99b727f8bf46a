#include "state/backend/s3/credentials.h"
#include "base/gettext.h"

#include <stdlib.h>

/* [profile] of ~/.aws/credentials, as the field's tools read it. */
static struct str from_profile(struct arena *arena, const char *name)
{
    const char *file = getenv("AWS_SHARED_CREDENTIALS_FILE"), *home = getenv("HOME"), *profile = getenv("AWS_PROFILE");
    struct str path = file ? str_c(file) : arena_printf(arena, "%s/.aws/credentials", home ? home : "");
    struct str want = arena_printf(arena, "[%s]", profile && *profile ? profile : "default"), text, line;
    bool inside = false;
    if (!fs_read(&vfs_system, arena, path.p, 1 << 20, &text))
        return STR("");
    while (str_next_line(&text, &line)) {
        line = str_trim(line);
        size_t equals = str_find_byte(line, '=', 0);
        if (line.n && line.p[0] == '[')
            inside = str_eq(line, want);
        else if (inside && equals != SIZE_MAX && str_eq(str_trim(str_sub(line, 0, equals)), str_c(name)))
            return arena_str(arena, str_trim(str_sub(line, equals + 1, line.n)));
    }
    return STR("");
}

static struct str credential(struct arena *arena, const struct backend_config *config, const char *field,
                             const char *profile)
{
    struct str value = backend_value(config, field);
    return value.n ? arena_str(arena, value) : from_profile(arena, profile);
}

bool s3_credentials(struct arena *arena, const struct backend_config *config, struct s3_credentials *out,
                    struct diags *diags)
{
    *out = (struct s3_credentials){
        .access = credential(arena, config, "access_key", "aws_access_key_id"),
        .secret = credential(arena, config, "secret_key", "aws_secret_access_key"),
        .token = credential(arena, config, "token", "aws_session_token"),
    };
    if (out->access.n && out->secret.n)
        return true;
    diag_error(
        diags, (struct span){0}, _("No key for the bucket of the state"),
        _("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile of ~/.aws/credentials."));
    return false;
}
