#define LIBCURL_DIRECT
#include "state/backend/curl/library.h"
#include "base/library.h"

struct client_library client_library;

bool client_library_load(const char **why)
{
    static struct library library = {.file = "libcurl.so.4"};
    static bool started;
#define LIBCURL_SYMBOL(name) {#name, &client_library.name},
    static const struct library_symbol symbols[] = {LIBCURL_FUNCTIONS(LIBCURL_SYMBOL)};
#undef LIBCURL_SYMBOL
    if (!library_load(&library, symbols, sizeof symbols / sizeof *symbols, why))
        return false;
    started = started || client_library.curl_global_init(CURL_GLOBAL_DEFAULT) == 0;
    return started;
}
