/* curl_library: libcurl, loaded when the first file is downloaded: it brings two dozen libraries along. */
#ifndef DETOUR_MODULE_STORE_CURL_LIBRARY_H
#define DETOUR_MODULE_STORE_CURL_LIBRARY_H

#include <curl/curl.h>
#include <stdbool.h>

/* Every function of libcurl that is called, without the prefix. */
/* clang-format off */
#define CURL_FUNCTIONS(X) \
    X(easy_cleanup) \
    X(easy_getinfo) \
    X(easy_init) \
    X(easy_perform) \
    X(easy_setopt) \
    X(easy_strerror) \
    X(global_init)
/* clang-format on */

struct curl_library {
#define CURL_MEMBER(name) __typeof__(&curl_##name) name;
    CURL_FUNCTIONS(CURL_MEMBER)
#undef CURL_MEMBER
};

/* Loads it, once; NULL where it cannot be loaded: *why says what the loader said. */
const struct curl_library *curl_library_load(const char **why);

#endif
