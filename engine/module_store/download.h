/* download: a file from a web server, through libcurl. */
#ifndef DETOUR_MODULE_STORE_DOWNLOAD_H
#define DETOUR_MODULE_STORE_DOWNLOAD_H

#include "base/arena.h"

enum {
    DOWNLOAD_MAX = 256 << 20, /* bytes */
    DOWNLOAD_SECONDS = 600,
    DOWNLOAD_REDIRECTS = 5,
};

/*
 * Fetches the URL into the new file `path`. HTTPS alone, redirects included, except for http URLs of this machine;
 * certificates are checked; a password may come from ~/.netrc. False with *why, sentences.
 */
bool download_file(struct arena *arena, struct str url, const char *path, struct str *why);

#endif
