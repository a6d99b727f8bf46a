/* glob: files below a folder whose names match a pattern with * ? [a-z] {a,b} \x, and ** for any number of folders. */
#ifndef DETOUR_FUNCS_GLOB_H
#define DETOUR_FUNCS_GLOB_H

#include "base/strbuf.h"
#include "base/vec.h"

struct glob_files {
    VEC(struct str) names; /* relative to the folder, in no particular order */
};

/* Regular files (links are followed) that match. A folder that is not there has none. False with the reason in `why`:
 * the pattern is malformed, or there are too many files. */
bool glob_find(struct arena *arena, struct str folder, struct str pattern, struct glob_files *out, struct strbuf *why);

/* Whether one name matches a pattern without slashes; *ok false where the pattern is malformed. */
bool glob_match(struct str pattern, struct str name, bool *ok);

#endif
