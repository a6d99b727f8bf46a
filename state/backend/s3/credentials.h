/* credentials: whose key signs: from the settings, or from a profile of the files that AWS's tools read. */
#ifndef DETOUR_STATE_BACKEND_S3_CREDENTIALS_H
#define DETOUR_STATE_BACKEND_S3_CREDENTIALS_H

#include "state/backend/config.h"

struct s3_credentials {
    struct str access, secret, token; /* the token is empty for keys that do not expire */
    struct str region;
};

/* A key and what goes with it are of one place, never of two: the settings with the environment behind them, or a
 * profile. False after a diagnostic. */
bool s3_credentials(struct arena *arena, const struct backend_config *config, struct s3_credentials *out,
                    struct diags *diags);

#endif
