/*
 * library: libcurl, loaded when the first server is reached: whoever keeps the state in files does not wait for it.
 * Include this instead of <curl/curl.h>: the names below then call what was loaded.
 */
#ifndef DETOUR_STATE_BACKEND_CURL_LIBRARY_H
#define DETOUR_STATE_BACKEND_CURL_LIBRARY_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>

/* The macros of the header would get in the way of the names. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

/* clang-format off */
#define LIBCURL_FUNCTIONS(X) \
    X(curl_easy_cleanup) \
    X(curl_easy_getinfo) \
    X(curl_easy_init) \
    X(curl_easy_perform) \
    X(curl_easy_reset) \
    X(curl_easy_setopt) \
    X(curl_easy_strerror) \
    X(curl_global_init) \
    X(curl_slist_append) \
    X(curl_slist_free_all)
/* clang-format on */

struct client_library {
#define LIBCURL_MEMBER(name) __typeof__(&name) name;
    LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
#undef LIBCURL_MEMBER
};

/* Filled by client_library_load. */
extern struct client_library client_library;

/* Loads libcurl, once. False where it cannot be loaded: *why says what the loader said. */
bool client_library_load(const char **why);

#ifndef LIBCURL_DIRECT
#define curl_easy_cleanup client_library.curl_easy_cleanup
#define curl_easy_getinfo client_library.curl_easy_getinfo
#define curl_easy_init client_library.curl_easy_init
#define curl_easy_perform client_library.curl_easy_perform
#define curl_easy_reset client_library.curl_easy_reset
#define curl_easy_setopt client_library.curl_easy_setopt
#define curl_easy_strerror client_library.curl_easy_strerror
#define curl_global_init client_library.curl_global_init
#define curl_slist_append client_library.curl_slist_append
#define curl_slist_free_all client_library.curl_slist_free_all
#endif

#endif
